// Routes accesses by address: a loosely timed bus.
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

namespace sn::soc {

/// A range of addresses that one target owns.
struct address_window {
  std::string name;
  std::uint64_t base = 0;
  std::uint64_t size = 0;
};

/// Any number of initiators bind to `in`; every target has a window of addresses. Targets see
/// addresses relative to their window. An access outside of all windows, or across the end of one,
/// is answered with TLM_ADDRESS_ERROR_RESPONSE; so is one to a window whose socket is not bound.
class bus : public sc_core::sc_module {
 public:
  using socket_type = tlm_utils::simple_initiator_socket_tagged_optional<bus>;

  /// Windows have different names and must not overlap.
  bus(const sc_core::sc_module_name& name, const std::vector<address_window>& windows);

  tlm_utils::multi_passthrough_target_socket<bus> in;

  /// The socket to bind to the target that owns this window.
  socket_type& to(const std::string& window_name);

 private:
  struct window {
    std::string name;
    std::uint64_t base;
    std::uint64_t size;
    std::unique_ptr<socket_type> socket;
  };

  void add(const address_window& added);
  /// The bound window that holds all `length` bytes, or null.
  const window* find(std::uint64_t address, std::uint64_t length);

  void b_transport(int initiator, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned transport_dbg(int initiator, tlm::tlm_generic_payload& payload);
  bool get_direct_mem_ptr(int initiator, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  void invalidate_direct_mem_ptr(int window_index, sc_dt::uint64 begin, sc_dt::uint64 end);

  std::vector<window> windows_;
};

}  // namespace sn::soc
