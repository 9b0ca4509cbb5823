// The sending side of a device on ALink: bursts out, completions back.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <deque>
#include <functional>
#include <systemc>
#include <tlm>

#include "kernel/alarm.h"
#include "kernel/payload_names.h"

namespace sn::alink {

/// Issues bursts by the four phases of TLM-2.0: one request at a time on the socket, in order, and
/// as many bursts outstanding as the device asks for.
class burst_initiator : public sc_core::sc_module {
 public:
  /// Gets a burst whose response has come. It stays valid during the call; whoever acquired it
  /// releases it there or later.
  using completion = std::function<void(tlm::tlm_generic_payload&)>;

  /// `order` is what it takes turns with, if with anything.
  burst_initiator(const sc_core::sc_module_name& name, completion on_complete,
                  kernel::turns* order = nullptr);

  tlm_utils::simple_initiator_socket<burst_initiator> socket;

  /// Sends `burst`, which starts `delay` from now, behind those that still wait for the socket.
  void issue(tlm::tlm_generic_payload& burst, const sc_core::sc_time& delay);

  /// As part of the section of the owner, between two times.
  void save(base::snapshot_writer& to, const kernel::payload_names& names) const;
  void restore(base::snapshot_reader& from, const kernel::payload_names& names);

 private:
  struct request {
    tlm::tlm_generic_payload* burst;
    sc_core::sc_time start;
  };
  struct late_response {
    tlm::tlm_generic_payload* burst;
    sc_core::sc_time when;
  };

  tlm::tlm_sync_enum backward(tlm::tlm_generic_payload& burst, tlm::tlm_phase& phase,
                              sc_core::sc_time& delay);
  void send_requests();
  void take_responses();
  void take_response(tlm::tlm_generic_payload& burst, const sc_core::sc_time& delay);

  completion on_complete_;
  std::deque<request> requests_;
  bool socket_busy_ = false;                  ///< a request waits for END_REQ
  std::deque<late_response> late_responses_;  ///< by time; equal ones as they came
  kernel::alarm send_;
  kernel::alarm respond_;
};

}  // namespace sn::alink
