#include "rack.h"

#include <algorithm>

#include "base/error.h"

namespace sn::firmware_test {

namespace {

std::string numbered(const char* name, unsigned index) {
  return name + std::to_string(index);
}

}  // namespace

soc::controller_configuration rack::controller(unsigned xlen, const char* image) const {
  soc::controller_configuration controller;
  controller.xlen = xlen;
  controller.ram_size = base::bytes(std::uint64_t{1} << 20);
  controller.firmware = std::string(SN_BINARY_DIR "/share/supernode/firmware/") + image;
  return controller;
}

rack::rack(const rack_parameters& parameters) : parameters_(parameters) {
  journals_.reserve(parameters.partitions + parameters.planes + parameters.pools);
  cipu::packet_network_configuration network;
  network.port_rate = base::bytes_per_second(50'000'000'000);
  network.latency = base::picoseconds(2'000'000);
  network.loss = parameters.frame_loss;
  scale_out_ = std::make_unique<cipu::packet_network>("scale_out", network);

  for (unsigned plane = 0; plane < parameters.planes; ++plane) {
    alink_switch::configuration c;
    c.ports = endpoints();
    c.plane = plane;
    c.controller = controller(32, "switch.elf");
    c.controller.held_in_reset = parameters.silent_switch == plane;
    switches_.push_back(
        std::make_unique<alink_switch::alink_switch>(numbered("switch", plane).c_str(), c));
    listen(switches_.back()->controller(), numbered("switch", plane));
  }
  for (unsigned i = 0; i < parameters.pools; ++i) {
    pool::configuration c;
    c.index = i;
    c.endpoint = pool_endpoint(i);
    c.devices = 4;
    c.device_capacity = base::bytes(std::uint64_t{4} << 30);
    c.device_bandwidth = base::bytes_per_second(20'000'000'000);
    c.device_latency = base::picoseconds(200'000);
    c.controller = controller(32, "pool.elf");
    pools_.push_back(std::make_unique<pool::pool>(numbered("pool", i).c_str(), c));
    listen(pools_.back()->controller(), numbered("pool", i));
  }
  for (unsigned i = 0; i < gpus(); ++i) {
    gpu::configuration c;
    c.index = i;
    c.endpoint = static_cast<base::endpoint_id>(i);
    c.hbm_capacity = base::bytes(std::uint64_t{8} << 30);
    c.hbm_bandwidth = base::bytes_per_second(4'000'000'000'000);
    c.peak.fill(base::flops_per_second(1'000'000'000'000));
    c.self_test_time = base::picoseconds(50'000'000);
    c.hang_timeout = base::picoseconds(1'000'000'000);
    c.idle_power = base::milliwatts(100'000);
    c.max_power = base::milliwatts(2'000'000);
    c.coolant_celsius = 40;
    c.kelvin_per_watt = 0.02;
    gpus_.push_back(std::make_unique<gpu::gpu>(numbered("gpu", i).c_str(), c));
    if (parameters.faulty_hbm == i) {
      gpus_.back()->inject_hbm_fault();
    }
  }
  for (unsigned i = 0; i < parameters.partitions; ++i) {
    cipu::configuration c;
    c.index = parameters.first_partition + i;
    c.channel = i;
    c.endpoint = cipu_endpoint(i);
    const auto pod_of = [&](unsigned p) {
      return parameters.pods.empty() ? base::pod_id{1} : parameters.pods.at(p);
    };
    c.pod = pod_of(i);
    c.pod_leader = c.index;
    c.pod_partitions = 1;
    for (unsigned p = parameters.partitions; c.pod != 0 && p-- > 0;) {
      if (p != i && pod_of(p) == c.pod) {
        ++c.pod_partitions;
        c.pod_leader = std::min(c.pod_leader, parameters.first_partition + p);
      }
    }
    c.pool_request_mib = parameters.pool_request_mib;
    c.pool_interleave_ways = parameters.pool_ways;
    c.pool_interleave_granularity = parameters.pool_granularity;
    c.windows = pool_window(parameters.pools) + 1;
    c.management_latency = sc_core::sc_time(1, sc_core::SC_US);
    c.queue_pairs = 1024;
    c.controller = controller(64, "cipu.elf");
    c.controller.held_in_reset = parameters.silent_cipu == i;
    cipus_.push_back(std::make_unique<cipu::cipu>(numbered("cipu", i).c_str(), c));
    cipus_.back()->connect(cipu::nic_port::scale_out, *scale_out_);
    listen(cipus_.back()->controller(), numbered("cipu", i));
    hosts_.push_back(std::make_unique<host_stub>(numbered("host", i).c_str()));
    checks_.connect(hosts_.back()->socket, cipus_.back()->host);
  }
  build_links();
  build_fabric();
  attach_management();
}

void rack::listen(soc::controller_soc& source, const std::string& name) {
  journals_.push_back({name, {}});
  source.on_line([this, &own = journals_.back()](const sc_core::sc_time&, std::string_view line) {
    own.text.append(line).append("\n");
    all_lines_.append(own.controller).append(" ").append(line).append("\n");
  });
}

void rack::build_links() {
  alink::link_parameters wire;
  wire.lanes = 8;
  wire.training_time = sc_core::sc_time(100, sc_core::SC_US);
  wire.detect_timeout = sc_core::sc_time(1, sc_core::SC_MS);
  links_.resize(endpoints());
  for (unsigned e = 0; e < endpoints(); ++e) {
    for (unsigned plane = 0; plane < parameters_.planes; ++plane) {
      const std::string name = numbered("link", e) + "_" + std::to_string(plane);
      links_[e].push_back(std::make_unique<alink::link>(name.c_str(), wire));
      alink::link& link = *links_[e].back();
      if (parameters_.unwired_last_gpu_port && e == gpus() - 1 && plane == parameters_.planes - 1) {
        continue;
      }
      switches_[plane]->bind_link(static_cast<base::port_id>(e), link);
      if (e < gpus()) {
        gpus_[e]->bind_link(plane, link, plane, e);
      } else if (e < gpus() + parameters_.partitions) {
        cipus_[e - gpus()]->bind_link(plane, link, plane, e);
      } else {
        pools_[e - gpus() - parameters_.partitions]->bind_link(plane, link, plane, e);
      }
    }
  }
}

void rack::build_fabric() {
  fabric::cell_engine_parameters p;
  for (unsigned e = 0; e < endpoints(); ++e) {
    p.endpoints.push_back({static_cast<base::endpoint_id>(e), static_cast<base::port_id>(e), 1});
  }
  p.planes = parameters_.planes;
  p.ports = endpoints();
  p.port_rate = base::bytes_per_second(112'000'000'000);
  p.uplink_latency = base::picoseconds(65'000);
  p.switch_latency = base::picoseconds(150'000);
  p.downlink_latency = base::picoseconds(65'000);
  p.credit_latency = base::picoseconds(65'000);
  fabric_ = std::make_unique<fabric::cell_engine>("fabric", p);
  for (unsigned plane = 0; plane < parameters_.planes; ++plane) {
    fabric_->attach_control(plane, *switches_[plane]);
  }
  const auto watch = [this](auto& initiator, auto& target) {
    checks_.connect(initiator, target, checker::data_policy::may_be_absent, &order_);
  };
  const auto connect = [this, &watch](auto& device, unsigned e) {
    watch(device.to_fabric(), fabric_->from_device(e));
    watch(fabric_->to_device(e), device.from_fabric);
  };
  unsigned e = 0;
  for (auto& gpu : gpus_) {
    connect(*gpu, e++);
  }
  for (auto& cipu : cipus_) {
    connect(*cipu, e++);
  }
  for (auto& pool : pools_) {
    watch(pool->to_fabric, fabric_->from_device(e));
    watch(fabric_->to_device(e), pool->from_fabric);
    pool->on_look_up_pod([this](base::endpoint_id source) { return switches_[0]->pod(source); });
    ++e;
  }
}

void rack::attach_management() {
  for (unsigned p = 0; p < parameters_.partitions; ++p) {
    cipu::cipu& cipu = *cipus_[p];
    for (unsigned g = 0; g < parameters_.gpus_per_partition; ++g) {
      gpu::gpu& gpu = *gpus_[p * parameters_.gpus_per_partition + g];
      checks_.connect(cipu.management().claim(g), gpu.management);
      gpu.on_alert([&cipu, g](bool level) { cipu.set_alert(g, level); });
    }
    for (unsigned plane = 0; plane < parameters_.planes; ++plane) {
      checks_.connect(cipu.management().claim(switch_window(plane)), switches_[plane]->management);
    }
    for (unsigned i = 0; i < parameters_.pools; ++i) {
      checks_.connect(cipu.management().claim(pool_window(i)), pools_[i]->management);
    }
  }
  const auto tell = [this](auto& device, unsigned window) {
    device.on_answer([this, window](unsigned channel, bool level) {
      if (channel < cipus_.size()) {
        cipus_[channel]->set_answer(window, level);
      }
    });
  };
  for (unsigned plane = 0; plane < parameters_.planes; ++plane) {
    tell(*switches_[plane], switch_window(plane));
  }
  for (unsigned i = 0; i < parameters_.pools; ++i) {
    tell(*pools_[i], pool_window(i));
  }
}

void rack::boot(const sc_core::sc_time& limit) {
  using registers::cipu::cipu_stage;
  const sc_core::sc_time end = sc_core::sc_time_stamp() + limit;
  const auto settled = [this] {
    for (unsigned p = 0; p < cipus_.size(); ++p) {
      const cipu_stage now = stage(p);
      if (parameters_.silent_cipu != p && now != cipu_stage::ready && now != cipu_stage::failed) {
        return false;
      }
    }
    return true;
  };
  while (!settled() && sc_core::sc_time_stamp() < end) {
    sc_core::sc_start(sc_core::sc_time(100, sc_core::SC_US));
  }
}

registers::cipu::cipu_stage rack::failure(unsigned partition) {
  namespace block = registers::cipu;
  return static_cast<block::cipu_stage>(
      cipus_.at(partition)->registers().get(block::boot_status, block::boot_status_field::failure));
}

const std::string& rack::log(const std::string& controller) {
  for (const journal& each : journals_) {
    if (each.controller == controller) {
      return each.text;
    }
  }
  return all_lines_;
}

mailbox_reply rack::ask(soc::mailbox_device& mailbox, unsigned channel,
                        registers::mailbox::mailbox_command command,
                        const std::array<std::uint32_t, 4>& argument) {
  namespace block = registers::mailbox;
  const std::uint32_t at = channel * block::channel_command_stride;
  base::register_file& registers = mailbox.registers();
  const auto write = [&](std::uint32_t offset, std::uint32_t value) {
    base::ensure(registers.write(offset + at, value) == base::register_status::ok,
                 "rack: a mailbox register refuses a write");
  };
  const auto read = [&](std::uint32_t offset) {
    std::uint32_t value = 0;
    base::ensure(registers.read(offset + at, value) == base::register_status::ok,
                 "rack: a mailbox register refuses a read");
    return value;
  };
  write(block::channel_command, static_cast<std::uint32_t>(command));
  for (std::uint32_t i = 0; i < 4; ++i) {
    write(block::channel_argument_0 + 4 * i, argument[i]);
  }
  write(block::channel_doorbell, 1);
  mailbox_reply reply;
  for (unsigned waited_us = 0; waited_us < 200'000 && !reply.answered; waited_us += 10) {
    sc_core::sc_start(sc_core::sc_time(10, sc_core::SC_US));
    reply.answered = block::channel_status_field::done.get(read(block::channel_status)) != 0;
  }
  reply.result = static_cast<block::mailbox_result>(read(block::channel_result));
  for (std::uint32_t i = 0; i < 4; ++i) {
    reply.value[i] = read(block::channel_value_0 + 4 * i);
  }
  write(block::channel_status, 1);
  return reply;
}

std::uint64_t rack::instructions() {
  std::uint64_t sum = 0;
  for (auto& each : cipus_) {
    sum += each->controller().instructions();
  }
  for (auto& each : switches_) {
    sum += each->controller().instructions();
  }
  for (auto& each : pools_) {
    sum += each->controller().instructions();
  }
  return sum;
}

}  // namespace sn::firmware_test
