#include "alink/burst_initiator.h"

#include <algorithm>
#include <utility>

namespace sn::alink {

burst_initiator::burst_initiator(const sc_core::sc_module_name& name, completion on_complete)
    : sc_module(name),
      socket("socket"),
      on_complete_(std::move(on_complete)),
      late_responses_("late_responses") {
  SC_HAS_PROCESS(burst_initiator);
  socket.register_nb_transport_bw(this, &burst_initiator::backward);
  SC_METHOD(send_requests);
  sensitive << send_;
  dont_initialize();
  SC_METHOD(take_responses);
  sensitive << late_responses_.get_event();
  dont_initialize();
}

void burst_initiator::issue(tlm::tlm_generic_payload& burst, const sc_core::sc_time& delay) {
  requests_.push_back({&burst, sc_core::sc_time_stamp() + delay});
  if (!socket_busy_) {
    send_.notify(sc_core::SC_ZERO_TIME);
  }
}

void burst_initiator::send_requests() {
  while (!socket_busy_ && !requests_.empty()) {
    const request next = requests_.front();
    requests_.pop_front();
    const sc_core::sc_time& now = sc_core::sc_time_stamp();
    sc_core::sc_time delay = std::max(next.start, now) - now;
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    socket_busy_ = true;
    switch (socket->nb_transport_fw(*next.burst, phase, delay)) {
      case tlm::TLM_ACCEPTED:
        return;
      case tlm::TLM_UPDATED:
        socket_busy_ = false;
        if (phase == tlm::BEGIN_RESP) {
          take_response(*next.burst, delay);
        }
        break;
      case tlm::TLM_COMPLETED:
        socket_busy_ = false;
        take_response(*next.burst, delay);
        break;
    }
  }
}

tlm::tlm_sync_enum burst_initiator::backward(tlm::tlm_generic_payload& burst, tlm::tlm_phase& phase,
                                             sc_core::sc_time& delay) {
  if (phase == tlm::END_REQ) {
    socket_busy_ = false;
    send_.notify(sc_core::SC_ZERO_TIME);
    return tlm::TLM_ACCEPTED;
  }
  take_response(burst, delay);
  return tlm::TLM_COMPLETED;
}

void burst_initiator::take_response(tlm::tlm_generic_payload& burst,
                                    const sc_core::sc_time& delay) {
  if (delay == sc_core::SC_ZERO_TIME) {
    on_complete_(burst);
  } else {
    late_responses_.notify(burst, delay);
  }
}

void burst_initiator::take_responses() {
  while (auto* burst = late_responses_.get_next_transaction()) {
    on_complete_(*burst);
  }
}

}  // namespace sn::alink
