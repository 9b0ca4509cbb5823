#include "cipu/management_network.h"

#include <cstring>
#include <string>

#include "base/error.h"

namespace sn::cipu {

namespace {

void answer_as_absent(tlm::tlm_generic_payload& payload) {
  if (payload.is_read()) {
    std::memset(payload.get_data_ptr(), 0xff, payload.get_data_length());
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

}  // namespace

management_network::management_network(const sc_core::sc_module_name& name, unsigned windows,
                                       const sc_core::sc_time& latency)
    : sc_module(name), target("target"), latency_(latency), windows_(windows) {
  target.register_b_transport(this, &management_network::transport);
  target.register_transport_dbg(this, &management_network::transport_debug);
  for (unsigned i = 0; i < windows; ++i) {
    windows_[i].socket = std::make_unique<device_socket>(("window_" + std::to_string(i)).c_str());
  }
}

management_network::device_socket& management_network::claim(unsigned index) {
  base::ensure(index < windows_.size() && !windows_[index].attached,
               "management_network: a window used twice or beyond the last");
  windows_[index].attached = true;
  return *windows_[index].socket;
}

management_network::device_socket* management_network::find(tlm::tlm_generic_payload& payload) {
  const std::uint64_t index = payload.get_address() / window_size;
  return index < windows_.size() && windows_[index].attached ? windows_[index].socket.get()
                                                             : nullptr;
}

void management_network::transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  delay += latency_;
  device_socket* device = find(payload);
  if (device == nullptr) {
    answer_as_absent(payload);
    return;
  }
  const std::uint64_t address = payload.get_address();
  payload.set_address(address % window_size);
  (*device)->b_transport(payload, delay);
  payload.set_address(address);
}

unsigned management_network::transport_debug(tlm::tlm_generic_payload& payload) {
  device_socket* device = find(payload);
  if (device == nullptr) {
    answer_as_absent(payload);
    return payload.get_data_length();
  }
  const std::uint64_t address = payload.get_address();
  payload.set_address(address % window_size);
  const unsigned done = (*device)->transport_dbg(payload);
  payload.set_address(address);
  return done;
}

}  // namespace sn::cipu
