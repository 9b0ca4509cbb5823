#include "pool/pool.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>
#include <string>

#include "alink/burst.h"
#include "alink/sim_time.h"
#include "base/state.h"
#include "registers/generated/cpp/pool.h"

namespace sn::pool {

namespace block = registers::pool;

namespace {

configuration checked(const configuration& parameters) {
  const auto require = [](bool holds, const char* message) {
    if (!holds) {
      throw std::invalid_argument(std::string("pool: ") + message);
    }
  };
  require(parameters.devices >= 1 && parameters.devices <= device_limit, "1 to 32 devices");
  require(parameters.decoders >= 1 && parameters.decoders <= decoder_limit, "1 to 16 decoders");
  require(
      parameters.device_capacity.value != 0 && parameters.device_capacity.value % range_unit == 0,
      "devices of a multiple of 256 MiB");
  require(parameters.device_bandwidth.value != 0, "a device bandwidth above 0");
  return parameters;
}

soc::mailbox_configuration mailbox_of(const configuration& parameters) {
  soc::mailbox_configuration mailbox;
  mailbox.type = registers::device_type::pool;
  mailbox.index = parameters.index;
  mailbox.domain = parameters.domain;
  mailbox.has_endpoint = true;
  mailbox.endpoint = parameters.endpoint;
  return mailbox;
}

}  // namespace

pool::pool(const sc_core::sc_module_name& name, const configuration& parameters)
    : sc_module(name),
      management("management"),
      from_fabric("from_fabric"),
      to_fabric("to_fabric"),
      registers_(block::table, std::size(block::table), block::block_size),
      mailbox_(mailbox_of(checked(parameters))),
      controller_("controller", parameters.controller),
      local_("local"),
      decoders_(registers_, parameters.decoders, parameters.devices, parameters.device_capacity),
      ports_(registers_, {block::alink_control, block::alink_status, block::alink_peer}, nullptr) {
  std::uint32_t capability = block::capability_field::devices.set(0, parameters.devices);
  capability = block::capability_field::decoders.set(capability, parameters.decoders);
  registers_.set(block::capability, capability);
  registers_.set(block::device_size,
                 static_cast<std::uint32_t>(parameters.device_capacity.value >> 20U));
  for (unsigned i = 0; i < parameters.devices; ++i) {
    devices_.emplace_back(parameters.device_capacity, parameters.device_bandwidth,
                          parameters.device_latency);
    registers_.set(block::device_status, block::device_status_field::present, 1, i);
  }
  mailbox_.on_pending([this](bool level) {
    controller_.set_interrupt(static_cast<unsigned>(interrupt::mailbox), level);
  });
  map_.add(address_map::mailbox, mailbox_.registers(), registers::mailbox::block_size);
  map_.add(address_map::pool, registers_, block::block_size);
  local_.register_b_transport(this, &pool::transport_local);
  local_.register_transport_dbg(this, &pool::debug_local);
  controller_.local.bind(local_);
  management.register_b_transport(this, &pool::transport_management);
  management.register_transport_dbg(this, &pool::debug_management);
  from_fabric.register_b_transport(this, &pool::transport_burst);
}

template <typename Archive>
void pool::state(Archive& io) {
  io.section(name());
  io(registers_, mailbox_.registers());
  for (memory::memory_device& each : devices_) {
    io(each);
  }
  io.part(controller_);
}

void pool::save(base::snapshot_writer& to) const {
  base::state_saver io(to);
  const_cast<pool&>(*this).state(io);
}

void pool::restore(base::snapshot_reader& from) {
  base::state_restorer io(from);
  state(io);
  decoders_.follow_registers();
}

void pool::transport_burst(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t size = payload.get_data_length();
  const hdm_mapping* mapping = decoders_.find(payload.get_address(), size);
  const base::pod_id caller = pod_of_ ? pod_of_(alink::extension_of(payload).source) : 0;
  if (mapping == nullptr || caller == 0 || caller != mapping->pod) {
    registers_.set(block::decode_errors, registers_.get(block::decode_errors) + 1);
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  std::array<std::uint64_t, device_limit> bytes_of_device{};
  for (std::uint64_t done = 0; done < size;) {
    const std::uint64_t address = payload.get_address() + done;
    const device_place place = mapping->locate(address);
    const std::uint64_t piece = std::min(
        size - done, mapping->granularity - (address - mapping->base) % mapping->granularity);
    if (payload.get_data_ptr() != nullptr) {
      memory::sparse_memory& content = devices_[place.device].content;
      unsigned char* data = payload.get_data_ptr() + done;
      if (payload.is_write()) {
        content.write(place.address, data, piece);
      } else {
        content.read(place.address, data, piece);
      }
    }
    bytes_of_device[place.device] += piece;
    done += piece;
  }
  const base::picoseconds at = alink::to_picoseconds(sc_core::sc_time_stamp() + delay);
  base::picoseconds end = at;
  for (unsigned i = 0; i < devices_.size(); ++i) {
    if (bytes_of_device[i] != 0) {
      end = std::max(end, devices_[i].port.serve(at, base::bytes(bytes_of_device[i])));
    }
  }
  delay += alink::to_sc_time(end - at);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

void pool::transport_local(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  map_.transport(payload);
}

unsigned pool::debug_local(tlm::tlm_generic_payload& payload) {
  return map_.transport_debug(payload);
}

void pool::transport_management(int /*caller*/, tlm::tlm_generic_payload& payload,
                                sc_core::sc_time& /*delay*/) {
  map_.transport(payload);
}

unsigned pool::debug_management(int /*caller*/, tlm::tlm_generic_payload& payload) {
  return map_.transport_debug(payload);
}

}  // namespace sn::pool
