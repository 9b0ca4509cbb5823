// The management network of a partition: one window of addresses per device.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <memory>
#include <systemc>
#include <vector>

namespace sn::cipu {

/// Routes accesses of the CIPU's hart to windows of 1 MiB. Where no device is attached reads give
/// all ones and writes do nothing, both without an error, so that firmware can look what is there.
class management_network : public sc_core::sc_module {
 public:
  static constexpr std::uint64_t window_size = std::uint64_t{1} << 20U;

  /// `latency` is added to every access, there and back.
  management_network(const sc_core::sc_module_name& name, unsigned windows,
                     const sc_core::sc_time& latency);

  /// From the hart; addresses are relative to the first window.
  tlm_utils::simple_target_socket<management_network> target;

  using device_socket = tlm_utils::simple_initiator_socket_optional<management_network>;

  /// The socket of window `index`, for the one device that is bound to it. Before simulation
  /// starts.
  device_socket& claim(unsigned index);

  unsigned windows() const { return static_cast<unsigned>(windows_.size()); }

 private:
  struct window {
    std::unique_ptr<device_socket> socket;
    bool attached = false;
  };

  device_socket* find(tlm::tlm_generic_payload& payload);
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_debug(tlm::tlm_generic_payload& payload);

  sc_core::sc_time latency_;
  std::vector<window> windows_;
};

}  // namespace sn::cipu
