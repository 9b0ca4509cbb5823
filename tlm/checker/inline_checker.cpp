#include "checker/inline_checker.h"

#include <utility>

namespace sn::checker {

inline_checker::inline_checker(const sc_core::sc_module_name& name, const std::string& hop,
                               data_policy data, base_protocol::reporter report, witness* also)
    : sc_core::sc_module(name),
      from_initiator("from_initiator"),
      to_target("to_target"),
      rules_(hop, data, std::move(report)),
      also_(also) {
  from_initiator.bind(static_cast<tlm::tlm_fw_transport_if<>&>(*this));
  to_target.bind(static_cast<tlm::tlm_bw_transport_if<>&>(*this));
}

void inline_checker::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const auto begun = rules_.blocking_begins(payload, delay);
  if (also_ != nullptr) {
    also_->delivered(payload);
  }
  to_target->b_transport(payload, delay);
  rules_.blocking_ended(begun, payload, delay);
}

tlm::tlm_sync_enum inline_checker::nb_transport_fw(tlm::tlm_generic_payload& payload,
                                                   tlm::tlm_phase& phase, sc_core::sc_time& delay) {
  const auto begun = rules_.forward_begins(payload, phase, delay);
  const bool request = phase == tlm::BEGIN_REQ;
  if (request && also_ != nullptr) {
    also_->requested(payload, sc_core::sc_time_stamp() + delay);
  }
  const tlm::tlm_sync_enum answer = to_target->nb_transport_fw(payload, phase, delay);
  rules_.forward_ended(begun, payload, phase, delay, answer);
  if (request && also_ != nullptr &&
      (answer == tlm::TLM_COMPLETED || (answer == tlm::TLM_UPDATED && phase == tlm::BEGIN_RESP))) {
    also_->responded(payload);
  }
  return answer;
}

tlm::tlm_sync_enum inline_checker::nb_transport_bw(tlm::tlm_generic_payload& payload,
                                                   tlm::tlm_phase& phase, sc_core::sc_time& delay) {
  const auto begun = rules_.backward_begins(payload, phase, delay);
  if (phase == tlm::BEGIN_RESP && also_ != nullptr) {
    also_->responded(payload);
  }
  const tlm::tlm_sync_enum answer = from_initiator->nb_transport_bw(payload, phase, delay);
  rules_.backward_ended(begun, payload, phase, delay, answer);
  return answer;
}

unsigned inline_checker::transport_dbg(tlm::tlm_generic_payload& payload) {
  const base_protocol::blocking_call begun{payload_attributes(payload), sc_core::SC_ZERO_TIME};
  const unsigned moved = to_target->transport_dbg(payload);
  rules_.debug_ended(begun, payload, moved);
  return moved;
}

bool inline_checker::get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& grant) {
  const sc_dt::uint64 address = payload.get_address();
  const bool granted = to_target->get_direct_mem_ptr(payload, grant);
  rules_.direct_memory_ended(address, grant, granted);
  return granted;
}

void inline_checker::invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) {
  rules_.invalidation_begins(start, end);
  from_initiator->invalidate_direct_mem_ptr(start, end);
}

}  // namespace sn::checker
