#include "cipu/cipu.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "base/error.h"
#include "base/state.h"

namespace sn::cipu {

namespace block = registers::cipu;

namespace {

/// The code of a granularity: 256 bytes shifted left by it.
std::uint32_t granularity_code(base::bytes granularity) {
  for (std::uint32_t code = 0; code <= 6; ++code) {
    if (granularity == base::bytes(std::uint64_t{256} << code)) {
      return code;
    }
  }
  throw std::invalid_argument(
      "cipu: the interleave granularity is not a power of two from 256 B to 16 KiB");
}

configuration checked(const configuration& parameters) {
  if (parameters.windows > window_limit) {
    throw std::invalid_argument("cipu: more than 128 management windows");
  }
  if (parameters.index > 255 || parameters.pod_leader > 255 || parameters.pod_partitions > 255) {
    throw std::invalid_argument("cipu: more than 256 partitions");
  }
  if (parameters.channel > 15) {
    throw std::invalid_argument("cipu: a mailbox has 16 channels");
  }
  if (parameters.pool_interleave_ways < 1 || parameters.pool_interleave_ways > 16) {
    throw std::invalid_argument("cipu: pool capacity is interleaved over 1 to 16 ways");
  }
  return parameters;
}

soc::mailbox_configuration mailbox_of(const configuration& parameters) {
  soc::mailbox_configuration mailbox;
  mailbox.type = registers::device_type::cipu;
  mailbox.index = parameters.channel;
  mailbox.domain = parameters.domain;
  mailbox.has_endpoint = true;
  mailbox.endpoint = parameters.endpoint;
  return mailbox;
}

}  // namespace

cipu::cipu(const sc_core::sc_module_name& name, const configuration& parameters)
    : sc_module(name),
      host("host"),
      from_fabric("from_fabric"),
      registers_(block::table, std::size(block::table), block::block_size),
      host_mailbox_(mailbox_of(checked(parameters))),
      ram_size_(parameters.controller.ram_size),
      controller_("controller", parameters.controller),
      local_("local"),
      management_("management", parameters.windows, parameters.management_latency),
      dma_(
          registers_, parameters.endpoint,
          [this](std::uint64_t address, void* data, std::size_t size) {
            return in_ram(address, size) && controller_.read_debug(address, data, size);
          },
          [this](std::uint64_t address, const void* data, std::size_t size) {
            return in_ram(address, size) && controller_.write_debug(address, data, size);
          },
          [this](bool level) { drive(interrupt::dma, level); },
          [this] {
            return static_cast<std::uint16_t>(registers_.get(block::plane_mask) &
                                              ~ports_.failed_mask());
          },
          parameters.plane_retry, parameters.controller.order),
      nic_(registers_, parameters.index, parameters.queue_pairs,
           [this](bool level) { drive(interrupt::nic, level); }),
      ports_(registers_, {block::alink_control, block::alink_status, block::alink_peer}, nullptr) {
  bind_registers(parameters);
  host_mailbox_.on_pending([this](bool level) { drive(interrupt::host, level); });
  local_map_.add(local_map::cipu, registers_, block::block_size);
  local_map_.add(local_map::host_mailbox, host_mailbox_.registers(),
                 registers::mailbox::block_size);
  host_map_.add(0, host_mailbox_.registers(), registers::mailbox::block_size);
  local_.register_b_transport(this, &cipu::transport_local);
  local_.register_transport_dbg(this, &cipu::debug_local);
  host.register_b_transport(this, &cipu::transport_host);
  host.register_transport_dbg(this, &cipu::debug_host);
  from_fabric.register_b_transport(this, &cipu::refuse_burst);
  controller_.local.bind(local_);
  controller_.management.bind(management_.target);
}

template <typename Archive>
void cipu::state(Archive& io, const kernel::payload_names& names) {
  io.section(name());
  io(registers_, host_mailbox_.registers(), nic_, alerts_, answers_);
  io.part(dma_, names);
  io.part(controller_);
}

void cipu::save(base::snapshot_writer& to, const kernel::payload_names& names) const {
  base::state_saver io(to);
  const_cast<cipu&>(*this).state(io, names);
}

void cipu::restore(base::snapshot_reader& from, const kernel::payload_names& names) {
  base::state_restorer io(from);
  state(io, names);
}

block::cipu_stage cipu::stage() const {
  return static_cast<block::cipu_stage>(
      registers_.get(block::boot_status, block::boot_status_field::stage));
}

void cipu::set_alert(unsigned window, bool level) {
  set_window(alerts_, window, level, interrupt::alert);
}

void cipu::set_answer(unsigned window, bool level) {
  set_window(answers_, window, level, interrupt::answer);
}

bool cipu::in_ram(std::uint64_t address, std::size_t size) const {
  constexpr std::uint64_t ram = soc::memory_map::ram;
  return address >= ram && size <= ram_size_.value && address - ram <= ram_size_.value - size;
}

void cipu::set_window(window_bits& bits, unsigned window, bool level, interrupt line) {
  base::ensure(window < management_.windows(), "cipu: a line from a window that does not exist");
  const unsigned word = window / 32;
  const std::uint32_t mask = 1U << (window % 32);
  bits[word] = level ? bits[word] | mask : bits[word] & ~mask;
  registers_.set(block::alert, alerts_[word] | answers_[word], word);
  drive(line, std::any_of(bits.begin(), bits.end(), [](std::uint32_t b) { return b != 0; }));
}

void cipu::bind_registers(const configuration& parameters) {
  registers_.set(block::identity, block::identity_field::device_type,
                 static_cast<std::uint32_t>(registers::device_type::cipu));
  registers_.set(block::endpoint, block::endpoint_field::id, parameters.endpoint);
  registers_.set(block::endpoint, block::endpoint_field::domain, parameters.domain);
  registers_.set(block::endpoint, block::endpoint_field::valid, 1);
  registers_.set(block::strap, block::strap_field::index, parameters.index);
  registers_.set(block::strap, block::strap_field::channel, parameters.channel);
  registers_.set(block::strap, block::strap_field::windows, parameters.windows);
  registers_.set(block::pod, block::pod_field::pod, parameters.pod);
  registers_.set(block::pod, block::pod_field::partitions, parameters.pod_partitions);
  registers_.set(block::pod, block::pod_field::leader, parameters.pod_leader);
  registers_.set(block::pool_request, parameters.pool_request_mib);
  registers_.set(block::pool_interleave, block::pool_interleave_field::ways,
                 parameters.pool_interleave_ways);
  registers_.set(block::pool_interleave, block::pool_interleave_field::granularity,
                 granularity_code(parameters.pool_interleave_granularity));
  registers_.on_write(block::boot_status, [this](std::uint32_t, std::uint32_t value) {
    if (on_stage_) {
      on_stage_(static_cast<block::cipu_stage>(block::boot_status_field::stage.get(value)),
                static_cast<block::cipu_stage>(block::boot_status_field::failure.get(value)));
    }
  });
}

void cipu::transport_local(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  local_map_.transport(payload);
}

unsigned cipu::debug_local(tlm::tlm_generic_payload& payload) {
  return local_map_.transport_debug(payload);
}

void cipu::transport_host(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  host_map_.transport(payload);
}

unsigned cipu::debug_host(tlm::tlm_generic_payload& payload) {
  return host_map_.transport_debug(payload);
}

void cipu::refuse_burst(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

void cipu::drive(interrupt line, bool level) {
  controller_.set_interrupt(static_cast<unsigned>(line), level);
}

}  // namespace sn::cipu
