#include "platform/system.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "base/state.h"
#include "fabric/cell_engine.h"
#include "fabric/flow_engine.h"
#include "kernel/payload_names.h"
#include "platform/fabric_parameters.h"
#include "platform/gpu_parameters.h"
#include "registers/generated/cpp/alink_class_arbiter.h"

namespace sn::platform {

namespace {

/// Management windows of a CIPU are a multiple of this: some stay empty, and firmware finds out
/// which.
constexpr unsigned window_step = 16;

sc_core::sc_time to_sc_time(base::picoseconds time) {
  return {static_cast<double>(time.value), sc_core::SC_PS};
}

}  // namespace

system::system(const sc_core::sc_module_name& name, const description& machine,
               const system_options& options)
    : sc_module(name),
      machine_(machine),
      options_(options),
      order_("turns"),
      checks_(options.check_protocols),
      fault_happens_(&order_, [this] { happen(); }) {
  const cipu_parameters& cipu = machine_.cipu;
  scale_out_ = std::make_unique<sn::cipu::packet_network>(
      "scale_out", sn::cipu::packet_network_configuration{cipu.scale_out_rate, cipu.nic_latency,
                                                          0.0, 1, &order_});
  dcn_ = std::make_unique<sn::cipu::packet_network>(
      "dcn",
      sn::cipu::packet_network_configuration{cipu.dcn_rate, cipu.nic_latency, 0.0, 1, &order_});
  build_switches(options);
  build_pools(options);
  build_gpus();
  build_cipus(options);
  build_links();
  build_fabrics(options);
  attach_management();
}

system::~system() = default;

soc::controller_configuration system::controller(const controller_parameters& parameters,
                                                 unsigned xlen, const std::string& image,
                                                 const system_options& options) {
  soc::controller_configuration result;
  result.xlen = xlen;
  result.clock = parameters.hart_clock;
  result.timer_frequency = machine_.cipu.timer_frequency;
  result.quantum = to_sc_time(machine_.cipu.quantum);
  result.ram_size = parameters.ram;
  result.firmware = options.firmware + "/" + image + ".elf";
  result.held_in_reset = !options.run_firmware;
  result.check_protocols = options.check_protocols;
  result.order = &order_;
  return result;
}

/// Groups that switches have in this run.
unsigned system::groups(const system_options& options) const {
  return options.in_switch && machine_.scale_up.in_network_reduction ? machine_.alink_switch.groups
                                                                     : 0;
}

void system::build_switches(const system_options& options) {
  for (unsigned domain = 0; domain < machine_.topology.domains(); ++domain) {
    for (unsigned plane = 0; plane < machine_.topology.planes; ++plane) {
      sn::alink_switch::configuration parameters;
      parameters.ports = machine_.alink_switch.ports;
      parameters.iterations = machine_.alink_switch.arbiter_iterations;
      parameters.plane = plane;
      parameters.domain = domain;
      parameters.groups = groups(options);
      const unsigned classes = machine_.alink_switch.classes;
      if (classes > 1 || parameters.groups > 0) {
        parameters.classes = classes;
        for (unsigned c = 0; c < classes; ++c) {
          // A single class has nobody to starve it.
          parameters.class_straps.at(c) = {machine_.alink_switch.class_weights.at(c),
                                           classes > 1 ? machine_.alink_switch.class_age_limit : 0};
        }
      }
      parameters.controller = controller(machine_.alink_switch.controller, 32, "switch", options);
      switches_.push_back(std::make_unique<sn::alink_switch::alink_switch>(
          fmt::format("switch{}_{}", domain, plane).c_str(), parameters));
    }
  }
}

void system::build_pools(const system_options& options) {
  const pool_parameters& from = machine_.pool;
  for (unsigned i = 0; i < machine_.pools(); ++i) {
    sn::pool::configuration parameters;
    parameters.index = i % from.per_domain;
    parameters.endpoint = machine_.pool_endpoint(i);
    parameters.domain = machine_.domain_of_pool(i);
    parameters.devices = from.devices;
    parameters.device_capacity = from.device_capacity;
    parameters.device_bandwidth = from.device_bandwidth;
    parameters.device_latency = from.latency;
    parameters.decoders = from.decoders;
    parameters.controller = controller(from.controller, 32, "pool", options);
    pools_.push_back(
        std::make_unique<sn::pool::pool>(fmt::format("pool{}", i).c_str(), parameters));
    pools_.back()->on_look_up_pod(
        [this](base::endpoint_id endpoint) { return pod_of_endpoint(endpoint); });
  }
}

void system::build_gpus() {
  for (unsigned i = 0; i < machine_.topology.accelerators; ++i) {
    gpu::configuration parameters = gpu_parameters(machine_.accelerator);
    parameters.order = &order_;
    parameters.index = i;
    parameters.endpoint = machine_.accelerator_endpoint(i);
    parameters.domain = machine_.domain_of_accelerator(i);
    parameters.plane_retry = machine_.scale_up.link_training_time;
    parameters.coolant_celsius = machine_.thermal.supply_temperature_c;
    parameters.kelvin_per_watt = machine_.thermal.coldplate_resistance_k_per_w;
    gpus_.push_back(std::make_unique<gpu::gpu>(fmt::format("gpu{}", i).c_str(), parameters));
  }
}

void system::build_cipus(const system_options& options) {
  const cipu_parameters& from = machine_.cipu;
  const topology_parameters& topology = machine_.topology;
  const unsigned used =
      topology.accelerators_per_partition + topology.planes + machine_.pool.per_domain;
  for (unsigned i = 0; i < topology.partitions(); ++i) {
    sn::cipu::configuration parameters;
    parameters.index = i;
    parameters.channel = i % topology.partitions_per_domain();
    parameters.endpoint = machine_.cipu_endpoint(i);
    parameters.domain = machine_.domain_of_partition(i);
    parameters.pod = machine_.pod_of_partition(i);
    if (parameters.pod != 0) {
      const pod& members = machine_.pods.at(parameters.pod - 1U);
      parameters.pod_partitions = static_cast<unsigned>(members.partitions.size());
      parameters.pod_leader = members.partitions.front();
    } else {
      parameters.pod_leader = i;
    }
    parameters.pool_request_mib =
        static_cast<std::uint32_t>(machine_.pool.request_per_partition.value >> 20U);
    if (machine_.pool.per_domain > 0) {
      parameters.pool_interleave_ways = machine_.pool.interleave_ways;
      parameters.pool_interleave_granularity = machine_.pool.interleave_granularity;
    }
    parameters.windows = (used + window_step - 1) / window_step * window_step;
    parameters.management_latency = to_sc_time(from.management_access_latency);
    parameters.queue_pairs = from.queue_pairs;
    parameters.plane_retry = machine_.scale_up.link_training_time;
    parameters.controller = controller(from.controller, 64, "cipu", options);
    cipus_.push_back(
        std::make_unique<sn::cipu::cipu>(fmt::format("cipu{}", i).c_str(), parameters));
    cipus_.back()->connect(sn::cipu::nic_port::scale_out, *scale_out_);
    cipus_.back()->connect(sn::cipu::nic_port::dcn, *dcn_);
    hosts_.push_back(std::make_unique<host>(fmt::format("host{}", i).c_str()));
    checks_.connect(hosts_.back()->socket, cipus_.back()->host);
  }
}

template <typename Device>
void system::wire(Device& device, base::endpoint_id endpoint) {
  const attachment place = machine_.attachment_of(endpoint);
  for (unsigned plane = 0; plane < machine_.topology.planes; ++plane) {
    alink::link& wire = *links_.at(endpoint).at(plane);
    device.bind_link(plane, wire, plane, place.port);
    alink_switch(place.domain, plane).bind_link(place.port, wire);
  }
}

void system::build_links() {
  alink::link_parameters parameters;
  parameters.lanes = machine_.lanes_per_port();
  parameters.training_time = to_sc_time(machine_.scale_up.link_training_time);
  parameters.detect_timeout = to_sc_time(machine_.scale_up.link_detect_timeout);
  parameters.order = &order_;
  carrying_.resize(machine_.endpoints());
  for (unsigned endpoint = 0; endpoint < machine_.endpoints(); ++endpoint) {
    auto& planes = links_.emplace_back();
    for (unsigned plane = 0; plane < machine_.topology.planes; ++plane) {
      planes.push_back(std::make_unique<alink::link>(
          fmt::format("link{}_{}", endpoint, plane).c_str(), parameters));
      planes.back()->add_listener([this, endpoint, plane](alink::link_state state) {
        follow_link(static_cast<base::endpoint_id>(endpoint), plane, state);
      });
    }
  }
  for (unsigned i = 0; i < gpus_.size(); ++i) {
    wire(*gpus_[i], machine_.accelerator_endpoint(i));
  }
  for (unsigned i = 0; i < cipus_.size(); ++i) {
    wire(*cipus_[i], machine_.cipu_endpoint(i));
  }
  for (unsigned i = 0; i < pools_.size(); ++i) {
    wire(*pools_[i], machine_.pool_endpoint(i));
  }
}

void system::build_fabrics(const system_options& options) {
  for (unsigned domain = 0; domain < machine_.topology.domains(); ++domain) {
    const std::string name = fmt::format("fabric{}", domain);
    if (options.engine == fabric_engine::flow) {
      fabric::flow_engine_parameters parameters = flow_parameters(machine_, domain);
      parameters.order = &order_;
      parameters.reduction_groups = groups(options);
      fabrics_.push_back(std::make_unique<fabric::flow_engine>(name.c_str(), parameters));
    } else {
      fabric::cell_engine_parameters parameters = cell_parameters(machine_, domain);
      parameters.arbiter = options.arbiter;
      parameters.order = &order_;
      parameters.groups = groups(options);
      fabrics_.push_back(std::make_unique<fabric::cell_engine>(name.c_str(), parameters));
    }
    fabric::engine& engine = *fabrics_.back();
    engine.on_link_failure([this, &engine](unsigned plane, base::port_id port) {
      for (unsigned index = 0; index < engine.endpoints(); ++index) {
        if (engine.endpoint(index).port == port) {
          link(engine.endpoint(index).id, plane).give_up();
          ++links_given_up_;
        }
      }
    });
    orders_.push_back(std::make_unique<fabric::order_checker>());
    for (unsigned index = 0; index < engine.endpoints(); ++index) {
      const unsigned endpoint = engine.endpoint(index).id;
      const auto bind = [&](auto& to_fabric, auto& from_fabric) {
        constexpr auto timing = checker::data_policy::may_be_absent;
        checks_.connect(to_fabric, engine.from_device(index), timing, orders_.back().get());
        checks_.connect(engine.to_device(index), from_fabric, timing, orders_.back().get());
      };
      const unsigned first_cipu = machine_.topology.accelerators;
      const unsigned first_pool = first_cipu + machine_.topology.partitions();
      if (endpoint < first_cipu) {
        bind(gpus_[endpoint]->to_fabric(), gpus_[endpoint]->from_fabric);
      } else if (endpoint < first_pool) {
        bind(cipus_[endpoint - first_cipu]->to_fabric(),
             cipus_[endpoint - first_cipu]->from_fabric);
      } else {
        bind(pools_[endpoint - first_pool]->to_fabric, pools_[endpoint - first_pool]->from_fabric);
      }
    }
    attach_switches(domain);
  }
}

void system::attach_switches(unsigned domain) {
  fabric::engine& engine = *fabrics_[domain];
  for (unsigned plane = 0; plane < machine_.topology.planes; ++plane) {
    sn::alink_switch::alink_switch& control = alink_switch(domain, plane);
    engine.attach_control(plane, control);
    control.on_count_cells([&engine, plane](base::port_id port) {
      return sn::alink_switch::port_cells{engine.cells_in(plane, port),
                                          engine.cells_out(plane, port)};
    });
    if (engine.read_arbiter(plane, registers::alink_class_arbiter::capability)) {
      control.on_arbiter({[&engine, plane](std::uint32_t offset) {
                            return engine.read_arbiter(plane, offset).value();
                          },
                          [&engine, plane](std::uint32_t offset, std::uint32_t value) {
                            engine.write_arbiter(plane, offset, value);
                          }});
    }
  }
}

void system::attach_management() {
  const topology_parameters& topology = machine_.topology;
  const unsigned first_switch = topology.accelerators_per_partition;
  const unsigned first_pool = first_switch + topology.planes;
  for (unsigned i = 0; i < cipus_.size(); ++i) {
    sn::cipu::cipu& cipu = *cipus_[i];
    const unsigned domain = machine_.domain_of_partition(i);
    for (unsigned g = 0; g < topology.accelerators_per_partition; ++g) {
      gpu::gpu& device = *gpus_[i * topology.accelerators_per_partition + g];
      checks_.connect(cipu.management().claim(g), device.management);
      device.on_alert([&cipu, g](bool level) { cipu.set_alert(g, level); });
    }
    for (unsigned plane = 0; plane < topology.planes; ++plane) {
      checks_.connect(cipu.management().claim(first_switch + plane),
                      alink_switch(domain, plane).management);
    }
    for (unsigned p = 0; p < machine_.pool.per_domain; ++p) {
      checks_.connect(cipu.management().claim(first_pool + p),
                      pools_[domain * machine_.pool.per_domain + p]->management);
    }
  }
  // A mailbox channel belongs to the partition of that index in the device's domain.
  const auto answer_to = [this](unsigned domain, unsigned window) {
    return [this, domain, window](unsigned channel, bool level) {
      const unsigned per_domain = machine_.topology.partitions_per_domain();
      if (channel < per_domain) {
        cipus_[domain * per_domain + channel]->set_answer(window, level);
      }
    };
  };
  for (unsigned domain = 0; domain < topology.domains(); ++domain) {
    for (unsigned plane = 0; plane < topology.planes; ++plane) {
      alink_switch(domain, plane).on_answer(answer_to(domain, first_switch + plane));
    }
    for (unsigned p = 0; p < machine_.pool.per_domain; ++p) {
      pools_[domain * machine_.pool.per_domain + p]->on_answer(answer_to(domain, first_pool + p));
    }
  }
}

void system::inject(const fabric_fault& fault, const sc_core::sc_time& delay) {
  base::ensure(
      !happened_ && fault.plane < machine_.topology.planes && fault.domain < fabrics_.size(),
      "system: a fault of what does not exist, or a second one");
  fault_ = fault;
  fault_happens_.set_in(delay);
}

void system::happen() {
  const bool all = fault_.what == fabric_fault::kind::plane;
  const unsigned domain = all ? fault_.domain : machine_.attachment_of(fault_.endpoint).domain;
  fabric::engine& engine = *fabrics_.at(domain);
  happened_ = {sc_core::sc_time_stamp(), engine.statistics(), {}};
  switch (fault_.what) {
    case fabric_fault::kind::plane:
      engine.lose_plane(fault_.plane);
      for (unsigned index = 0; index < engine.endpoints(); ++index) {
        link(engine.endpoint(index).id, fault_.plane).break_down();
      }
      break;
    case fabric_fault::kind::link:
      link(fault_.endpoint, fault_.plane).break_down();
      break;
    case fabric_fault::kind::lanes:
      link(fault_.endpoint, fault_.plane).lose_lanes(fault_.lanes);
      break;
  }
}

/// The fabric carries over a link what the link can carry.
void system::follow_link(base::endpoint_id endpoint, unsigned plane, alink::link_state state) {
  const attachment place = machine_.attachment_of(endpoint);
  fabric::engine& engine = *fabrics_.at(place.domain);
  const alink::link& wire = link(endpoint, plane);
  const auto bit = static_cast<std::uint16_t>(1U << plane);
  std::uint16_t& carrying = carrying_.at(endpoint);
  if (state != alink::link_state::up) {
    if ((carrying & bit) != 0) {
      carrying = static_cast<std::uint16_t>(carrying & ~bit);
      engine.lose_link(plane, place.port);
    }
    return;
  }
  carrying = static_cast<std::uint16_t>(carrying | bit);
  const unsigned lanes = wire.good_lanes();
  base::ensure(lanes != 0, "system: a link is up without lanes");
  engine.restore_link(plane, place.port, wire.lanes() / lanes);
  if (happened_ && fault_.what == fabric_fault::kind::lanes && fault_.endpoint == endpoint &&
      fault_.plane == plane) {
    happened_->up_again = sc_core::sc_time_stamp();
  }
}

base::pod_id system::pod_of_endpoint(base::endpoint_id endpoint) const {
  if (endpoint >= machine_.endpoints()) {
    return 0;
  }
  const attachment place = machine_.attachment_of(endpoint);
  // The partition tables of a domain's switches agree once firmware has written them.
  return switches_[place.domain * machine_.topology.planes]->pod(place.port);
}

std::vector<const soc::controller_soc*> system::all_controllers() const {
  std::vector<const soc::controller_soc*> result;
  for (const auto& device : switches_) {
    result.push_back(&device->controller());
  }
  for (const auto& device : pools_) {
    result.push_back(&device->controller());
  }
  for (const auto& device : cipus_) {
    result.push_back(&device->controller());
  }
  return result;
}

void system::on_log(const log_sink& sink) {
  const auto named = [&sink](const std::string& controller) {
    return [sink, controller](const sc_core::sc_time& time, std::string_view line) {
      sink(time, controller, line);
    };
  };
  for (unsigned domain = 0; domain < machine_.topology.domains(); ++domain) {
    for (unsigned plane = 0; plane < machine_.topology.planes; ++plane) {
      alink_switch(domain, plane)
          .controller()
          .on_line(named(fmt::format("switch{}.{}", domain, plane)));
    }
  }
  for (unsigned i = 0; i < pools_.size(); ++i) {
    pools_[i]->controller().on_line(named(fmt::format("pool{}", i)));
  }
  for (unsigned i = 0; i < cipus_.size(); ++i) {
    cipus_[i]->controller().on_line(named(fmt::format("cipu{}", i)));
  }
}

unsigned system::controllers() const {
  return static_cast<unsigned>(all_controllers().size());
}

fabric::engine_statistics system::audited_totals() const {
  fabric::engine_statistics sum;
  for (const auto& engine : fabrics_) {
    engine->audit();
    fabric::add_totals(sum, engine->statistics());
  }
  return sum;
}

std::vector<alink::burst_pool*> system::burst_pools() const {
  std::vector<alink::burst_pool*> pools;
  for (const auto& device : gpus_) {
    pools.push_back(&device->bursts());
  }
  for (const auto& device : cipus_) {
    pools.push_back(&device->bursts());
  }
  return pools;
}

base::snapshot_facts system::facts() const {
  base::snapshot_facts all = {
      {"platform",
       fmt::format("{} with checksum {:08x}", machine_.name, base::file_checksum(machine_.file))},
      {"bit error rate", fmt::format("{}", machine_.scale_up.bit_error_rate)},
      {"fabric", options_.engine == fabric_engine::flow ? "flow" : "cell"},
      {"arbiter", options_.engine == fabric_engine::flow     ? "none"
                  : options_.arbiter == arbiter::kind::model ? "model"
                  : options_.arbiter == arbiter::kind::rtl   ? "rtl"
                                                             : "lockstep"},
      {"checkers", options_.check_protocols ? "on" : "off"},
      {"firmware", options_.run_firmware ? "runs" : "does not run"},
      {"groups of a switch", fmt::format("{}", groups(options_))},
  };
  for (const char* image : {"cipu", "switch", "pool"}) {
    all.emplace_back(image,
                     fmt::format("checksum {:08x}",
                                 base::file_checksum(options_.firmware + "/" + image + ".elf")));
  }
  return all;
}

template <typename Archive>
void system::state(Archive& io) {
  io(fault_happens_, fault_, happened_, links_given_up_, carrying_);
  io.section("bursts");
  kernel::payload_names names;
  for (alink::burst_pool* pool : burst_pools()) {
    io.part(*pool);
    for (std::size_t i = 0; i < pool->size(); ++i) {
      names.add(pool->at(i));
    }
  }
  io.part(*scale_out_);
  io.part(*dcn_);
  for (const auto& device : switches_) {
    io.part(*device);
  }
  for (const auto& device : pools_) {
    io.part(*device);
  }
  for (const auto& device : gpus_) {
    io.part(*device, names);
  }
  for (const auto& device : cipus_) {
    io.part(*device, names);
  }
  io.section("links");
  for (const auto& planes : links_) {
    for (const auto& link : planes) {
      io(*link);
    }
  }
  for (const auto& engine : fabrics_) {
    io.part(*engine, names);
  }
  io.section("checkers");
  io.part(checks_, names);
  for (const auto& each : orders_) {
    io.part(*each, names);
  }
}

void system::save(base::snapshot_writer& to) const {
  base::state_saver io(to);
  io.section("system");
  io(sc_core::sc_time_stamp());
  const_cast<system&>(*this).state(io);
}

void system::restore(base::snapshot_reader& from) {
  base::state_restorer io(from);
  io.section("system");
  sc_core::sc_time now;
  io(now);
  // Nobody acts until simulated time is what it was.
  order_.clear();
  base::ensure(now >= sc_core::sc_time_stamp(), "simulated time does not go back");
  sc_core::sc_start(now - sc_core::sc_time_stamp());
  state(io);
  if (carrying_.size() != links_.size()) {
    from.refuse("a machine with other endpoints");
  }
}

std::uint64_t system::instructions() const {
  std::uint64_t sum = 0;
  for (const soc::controller_soc* controller : all_controllers()) {
    sum += controller->instructions();
  }
  return sum;
}

}  // namespace sn::platform
