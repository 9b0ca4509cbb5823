#include "alink/burst_initiator.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace sn::alink {

burst_initiator::burst_initiator(const sc_core::sc_module_name& name, completion on_complete,
                                 kernel::turns* order)
    : sc_module(name),
      socket("socket"),
      on_complete_(std::move(on_complete)),
      send_(order, [this] { send_requests(); }),
      respond_(order, [this] { take_responses(); }) {
  socket.register_nb_transport_bw(this, &burst_initiator::backward);
}

void burst_initiator::issue(tlm::tlm_generic_payload& burst, const sc_core::sc_time& delay) {
  requests_.push_back({&burst, sc_core::sc_time_stamp() + delay});
  if (!socket_busy_) {
    send_.set_in(sc_core::SC_ZERO_TIME);
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
    send_.set_in(sc_core::SC_ZERO_TIME);
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
    const sc_core::sc_time when = sc_core::sc_time_stamp() + delay;
    const auto place = std::upper_bound(
        late_responses_.begin(), late_responses_.end(), when,
        [](const sc_core::sc_time& time, const late_response& other) { return time < other.when; });
    late_responses_.insert(place, {&burst, when});
    respond_.set_by(when);
  }
}

void burst_initiator::take_responses() {
  while (!late_responses_.empty() && late_responses_.front().when <= sc_core::sc_time_stamp()) {
    tlm::tlm_generic_payload& burst = *late_responses_.front().burst;
    late_responses_.pop_front();
    on_complete_(burst);
  }
  if (!late_responses_.empty()) {
    respond_.set(late_responses_.front().when);
  }
}

void burst_initiator::save(base::snapshot_writer& to, const kernel::payload_names& names) const {
  base::ensure(!socket_busy_, "a request is still waiting for its end");
  to.number(std::uint64_t{requests_.size()});
  for (const request& each : requests_) {
    names.save(*each.burst, to);
    to.number(each.start.value());
  }
  to.number(std::uint64_t{late_responses_.size()});
  for (const late_response& each : late_responses_) {
    names.save(*each.burst, to);
    to.number(each.when.value());
  }
  send_.save(to);
  respond_.save(to);
}

void burst_initiator::restore(base::snapshot_reader& from, const kernel::payload_names& names) {
  const auto time = [&from] { return sc_core::sc_time::from_value(from.number<sc_dt::uint64>()); };
  requests_.clear();
  for (std::uint64_t left = from.list_size(); left != 0; --left) {
    tlm::tlm_generic_payload& burst = names.restore(from);
    requests_.push_back({&burst, time()});
  }
  late_responses_.clear();
  for (std::uint64_t left = from.list_size(); left != 0; --left) {
    tlm::tlm_generic_payload& burst = names.restore(from);
    late_responses_.push_back({&burst, time()});
  }
  socket_busy_ = false;
  send_.restore(from);
  respond_.restore(from);
}

}  // namespace sn::alink
