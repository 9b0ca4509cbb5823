// Single accesses to a target, as a test makes them.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>

#include "checker/checker_set.h"

namespace sn::soc::test {

/// Sockets can be used once elaboration has ended.
inline void elaborate() {
  if (!sc_core::sc_start_of_simulation_invoked()) {
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
}

/// An initiator that reads and writes little-endian numbers at once.
class initiator : public sc_core::sc_module {
 public:
  explicit initiator(const sc_core::sc_module_name& name)
      : sc_core::sc_module(name), socket("socket") {}

  tlm_utils::simple_initiator_socket<initiator> socket;

  /// Binds to a target, with a checker of TLM-2.0 between.
  template <typename Target>
  void connect(Target& target) {
    checks_.connect(socket, target);
  }

  std::uint64_t read(std::uint64_t address, unsigned size) {
    std::uint64_t value = 0;
    transport(tlm::TLM_READ_COMMAND, address, &value, size);
    return value;
  }
  void write(std::uint64_t address, unsigned size, std::uint64_t value) {
    transport(tlm::TLM_WRITE_COMMAND, address, &value, size);
  }
  /// Response of the last access, and what it added to the delay.
  tlm::tlm_response_status status() const { return status_; }
  const sc_core::sc_time& delay() const { return delay_; }

 private:
  void transport(tlm::tlm_command command, std::uint64_t address, std::uint64_t* value,
                 unsigned size) {
    elaborate();
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(reinterpret_cast<unsigned char*>(value));
    payload.set_data_length(size);
    payload.set_streaming_width(size);
    delay_ = sc_core::SC_ZERO_TIME;
    socket->b_transport(payload, delay_);
    status_ = payload.get_response_status();
  }

  tlm::tlm_response_status status_ = tlm::TLM_INCOMPLETE_RESPONSE;
  sc_core::sc_time delay_;
  checker::checker_set checks_;
};

}  // namespace sn::soc::test
