// Accesses to the registers of a device under test.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <stdexcept>
#include <systemc>
#include <tlm>

namespace sn::test {

/// Sockets can be used once elaboration has ended.
inline void elaborate() {
  if (!sc_core::sc_start_of_simulation_invoked()) {
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
  }
}

inline void run_us(double microseconds) {
  sc_core::sc_start(microseconds, sc_core::SC_US);
}

/// Reads and writes 32-bit registers of a target.
class register_port : public sc_core::sc_module {
 public:
  explicit register_port(const sc_core::sc_module_name& name) : sc_module(name) {}

  tlm_utils::simple_initiator_socket<register_port> socket{"socket"};

  /// An access of any size; 4 bytes is what registers have.
  tlm::tlm_response_status try_access(tlm::tlm_command direction, std::uint64_t address, void* data,
                                      unsigned size = 4) {
    elaborate();
    tlm::tlm_generic_payload payload;
    payload.set_command(direction);
    payload.set_address(address);
    payload.set_data_ptr(static_cast<unsigned char*>(data));
    payload.set_data_length(size);
    payload.set_streaming_width(size);
    delay = sc_core::SC_ZERO_TIME;
    socket->b_transport(payload, delay);
    return payload.get_response_status();
  }
  std::uint32_t read(std::uint64_t address) {
    std::uint32_t value = 0;
    if (try_access(tlm::TLM_READ_COMMAND, address, &value) != tlm::TLM_OK_RESPONSE) {
      throw std::runtime_error("a register read failed");
    }
    return value;
  }
  void write(std::uint64_t address, std::uint32_t value) {
    if (try_access(tlm::TLM_WRITE_COMMAND, address, &value) != tlm::TLM_OK_RESPONSE) {
      throw std::runtime_error("a register write failed");
    }
  }

  sc_core::sc_time delay;  ///< that the last access added
};

}  // namespace sn::test
