#include "soc/bus.h"

#include <algorithm>

#include "base/error.h"

namespace sn::soc {

bus::bus(const sc_core::sc_module_name& name, const std::vector<address_window>& windows)
    : sc_core::sc_module(name), in("in") {
  in.register_b_transport(this, &bus::b_transport);
  in.register_transport_dbg(this, &bus::transport_dbg);
  in.register_get_direct_mem_ptr(this, &bus::get_direct_mem_ptr);
  for (const address_window& each : windows) {
    add(each);
  }
}

void bus::add(const address_window& added) {
  const std::uint64_t last = added.base + (added.size - 1);
  base::ensure(added.size != 0 && last >= added.base, "a bus window lies in the address space");
  for (const window& other : windows_) {
    base::ensure(last < other.base || other.base + (other.size - 1) < added.base,
                 "bus windows do not overlap");
  }
  windows_.push_back({added.name, added.base, added.size,
                      std::make_unique<socket_type>(("to_" + added.name).c_str())});
  windows_.back().socket->register_invalidate_direct_mem_ptr(this, &bus::invalidate_direct_mem_ptr,
                                                             static_cast<int>(windows_.size() - 1));
}

bus::socket_type& bus::to(const std::string& window_name) {
  const auto found = std::find_if(windows_.begin(), windows_.end(),
                                  [&](const window& each) { return each.name == window_name; });
  base::ensure(found != windows_.end(), "the bus has this window");
  return *found->socket;
}

const bus::window* bus::find(std::uint64_t address, std::uint64_t length) {
  const auto found = std::find_if(windows_.begin(), windows_.end(), [&](const window& each) {
    const std::uint64_t offset = address - each.base;
    return offset < each.size && length <= each.size - offset;
  });
  return found == windows_.end() || found->socket->size() == 0 ? nullptr : &*found;
}

void bus::b_transport(int /*initiator*/, tlm::tlm_generic_payload& payload,
                      sc_core::sc_time& delay) {
  const std::uint64_t address = payload.get_address();
  const window* const target = find(address, payload.get_data_length());
  if (target == nullptr) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  payload.set_address(address - target->base);
  (*target->socket)->b_transport(payload, delay);
  payload.set_address(address);
}

unsigned bus::transport_dbg(int /*initiator*/, tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  const window* const target = find(address, payload.get_data_length());
  if (target == nullptr) {
    return 0;
  }
  payload.set_address(address - target->base);
  const unsigned count = (*target->socket)->transport_dbg(payload);
  payload.set_address(address);
  return count;
}

bool bus::get_direct_mem_ptr(int /*initiator*/, tlm::tlm_generic_payload& payload,
                             tlm::tlm_dmi& dmi) {
  const std::uint64_t address = payload.get_address();
  const window* const target = find(address, 1);
  if (target == nullptr) {
    dmi.allow_none();
    dmi.set_start_address(address);
    dmi.set_end_address(address);
    return false;
  }
  payload.set_address(address - target->base);
  const bool granted = (*target->socket)->get_direct_mem_ptr(payload, dmi);
  payload.set_address(address);
  // What the target says, cut to its window.
  const std::uint64_t last = std::min<std::uint64_t>(dmi.get_end_address(), target->size - 1);
  const std::uint64_t first = std::min<std::uint64_t>(dmi.get_start_address(), last);
  dmi.set_start_address(target->base + first);
  dmi.set_end_address(target->base + last);
  return granted;
}

void bus::invalidate_direct_mem_ptr(int window_index, sc_dt::uint64 begin, sc_dt::uint64 end) {
  const window& source = windows_[static_cast<std::size_t>(window_index)];
  const std::uint64_t last = std::min<std::uint64_t>(end, source.size - 1);
  for (unsigned i = 0; i < in.size(); ++i) {
    in[static_cast<int>(i)]->invalidate_direct_mem_ptr(source.base + begin, source.base + last);
  }
}

}  // namespace sn::soc
