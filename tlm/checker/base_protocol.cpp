#include "checker/base_protocol.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace sn::checker {

payload_attributes::payload_attributes(const tlm::tlm_generic_payload& payload)
    : command(payload.get_command()),
      data(payload.get_data_ptr()),
      length(payload.get_data_length()),
      byte_enables(payload.get_byte_enable_ptr()),
      byte_enable_length(payload.get_byte_enable_length()),
      streaming_width(payload.get_streaming_width()) {}

bool payload_attributes::operator==(const payload_attributes& other) const {
  return command == other.command && data == other.data && length == other.length &&
         byte_enables == other.byte_enables && byte_enable_length == other.byte_enable_length &&
         streaming_width == other.streaming_width;
}

base_protocol::base_protocol(std::string hop, data_policy data, reporter report)
    : hop_(std::move(hop)), data_(data), report_(std::move(report)) {}

void base_protocol::demand(bool holds, rule broken) {
  if (!holds) {
    report_(broken, hop_);
  }
}

/// What an initiator must have set before a transaction sets out.
void base_protocol::check_start(const tlm::tlm_generic_payload& payload) {
  const tlm::tlm_command command = payload.get_command();
  demand(command == tlm::TLM_READ_COMMAND || command == tlm::TLM_WRITE_COMMAND ||
             command == tlm::TLM_IGNORE_COMMAND,
         rule::command);
  demand(payload.get_data_ptr() != nullptr || command == tlm::TLM_IGNORE_COMMAND ||
             data_ == data_policy::may_be_absent,
         rule::data_pointer);
  demand(payload.get_data_length() != 0 || command == tlm::TLM_IGNORE_COMMAND, rule::data_length);
  demand(payload.get_streaming_width() != 0, rule::streaming_width);
  if (const unsigned char* enables = payload.get_byte_enable_ptr()) {
    const unsigned length = payload.get_byte_enable_length();
    demand(length != 0 && std::all_of(enables, enables + length,
                                      [](unsigned char one) {
                                        return one == TLM_BYTE_DISABLED || one == TLM_BYTE_ENABLED;
                                      }),
           rule::byte_enables);
  }
  demand(!payload.is_dmi_allowed(), rule::dmi_hint);
  demand(payload.get_response_status() == tlm::TLM_INCOMPLETE_RESPONSE, rule::status_at_start);
}

void base_protocol::check_managed(const tlm::tlm_generic_payload& payload) {
  demand(payload.has_mm() && payload.get_ref_count() >= 1, rule::memory_manager);
}

void base_protocol::check_phase(const tlm::tlm_phase& phase, bool forward) {
  const bool goes_forward = phase == tlm::BEGIN_REQ || phase == tlm::END_RESP;
  const bool goes_backward = phase == tlm::END_REQ || phase == tlm::BEGIN_RESP;
  demand(goes_forward || goes_backward, rule::phase_unknown);
  demand(!(forward ? goes_backward : goes_forward), rule::phase_direction);
}

void base_protocol::check_response(const transaction& it, const tlm::tlm_generic_payload& payload) {
  demand(it.attributes == payload_attributes(payload), rule::attribute_changed);
  demand(payload.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE, rule::status_at_end);
}

void base_protocol::advance(transaction& it, const sc_core::sc_time& delay) {
  const sc_core::sc_time time = sc_core::sc_time_stamp() + delay;
  demand(time >= it.time, rule::time_went_back);
  it.time = std::max(it.time, time);
}

void base_protocol::end_request(const tlm::tlm_generic_payload& payload) {
  if (request_ == &payload) {
    request_ = nullptr;
  }
}

void base_protocol::begin_response(transaction& it, const tlm::tlm_generic_payload& payload) {
  demand(it.at != state::responding, rule::phase_order);
  demand(response_ == nullptr || response_ == &payload, rule::response_exclusion);
  check_response(it, payload);
  it.at = state::responding;
  end_request(payload);
  response_ = &payload;
}

void base_protocol::close(const tlm::tlm_generic_payload& payload) {
  end_request(payload);
  if (response_ == &payload) {
    response_ = nullptr;
  }
  open_.erase(&payload);
}

base_protocol::call base_protocol::forward_begins(tlm::tlm_generic_payload& payload,
                                                  const tlm::tlm_phase& phase,
                                                  const sc_core::sc_time& delay) {
  check_managed(payload);
  check_phase(phase, true);
  transaction* it = find(payload);
  if (phase == tlm::BEGIN_REQ) {
    demand(it == nullptr, rule::phase_order);
    demand(request_ == nullptr, rule::request_exclusion);
    check_start(payload);
    open_.insert(&payload,
                 {state::requested, payload_attributes(payload), sc_core::sc_time_stamp() + delay});
    request_ = &payload;
  } else if (phase == tlm::END_RESP) {
    demand(it != nullptr && it->at == state::responding, rule::phase_order);
    if (it != nullptr) {
      advance(*it, delay);
    }
    // The target may drop the last reference meanwhile, and begin its next response.
    close(payload);
  }
  return {phase, delay};
}

void base_protocol::forward_ended(const call& begun, tlm::tlm_generic_payload& payload,
                                  const tlm::tlm_phase& phase, const sc_core::sc_time& delay,
                                  tlm::tlm_sync_enum answer) {
  if (answer == tlm::TLM_ACCEPTED) {
    demand(phase == begun.phase && delay == begun.delay, rule::accepted_changed);
    return;
  }
  if (begun.phase == tlm::END_RESP) {
    demand(answer == tlm::TLM_COMPLETED, rule::return_value);
    return;
  }
  transaction* it = find(payload);
  if (begun.phase != tlm::BEGIN_REQ || it == nullptr) {
    return;
  }
  demand(delay >= begun.delay, rule::time_went_back);
  advance(*it, std::max(delay, begun.delay));
  if (answer == tlm::TLM_COMPLETED) {
    demand(it->at != state::responding, rule::phase_order);
    check_response(*it, payload);
    close(payload);
  } else if (phase == tlm::END_REQ) {
    demand(it->at == state::requested, rule::phase_order);
    it->at = state::accepted;
    end_request(payload);
  } else {
    demand(phase == tlm::BEGIN_RESP, rule::return_value);
    begin_response(*it, payload);
  }
}

base_protocol::call base_protocol::backward_begins(tlm::tlm_generic_payload& payload,
                                                   const tlm::tlm_phase& phase,
                                                   const sc_core::sc_time& delay) {
  check_managed(payload);
  check_phase(phase, false);
  transaction* it = find(payload);
  demand(it != nullptr, rule::phase_order);
  if (it != nullptr) {
    advance(*it, delay);
    if (phase == tlm::END_REQ) {
      demand(it->at == state::requested, rule::phase_order);
      it->at = state::accepted;
      end_request(payload);
    } else if (phase == tlm::BEGIN_RESP) {
      begin_response(*it, payload);
    }
  }
  return {phase, delay};
}

void base_protocol::backward_ended(const call& begun, tlm::tlm_generic_payload& payload,
                                   const tlm::tlm_phase& phase, const sc_core::sc_time& delay,
                                   tlm::tlm_sync_enum answer) {
  if (answer == tlm::TLM_ACCEPTED) {
    demand(phase == begun.phase && delay == begun.delay, rule::accepted_changed);
    return;
  }
  demand(begun.phase == tlm::BEGIN_RESP && (answer == tlm::TLM_COMPLETED || phase == tlm::END_RESP),
         rule::return_value);
  demand(delay >= begun.delay, rule::time_went_back);
  if (begun.phase == tlm::BEGIN_RESP) {
    close(payload);
  }
}

base_protocol::blocking_call base_protocol::blocking_begins(const tlm::tlm_generic_payload& payload,
                                                            const sc_core::sc_time& delay) {
  demand(find(payload) == nullptr, rule::mixed_interfaces);
  check_start(payload);
  return {payload_attributes(payload), sc_core::sc_time_stamp() + delay};
}

void base_protocol::blocking_ended(const blocking_call& begun,
                                   const tlm::tlm_generic_payload& payload,
                                   const sc_core::sc_time& delay) {
  demand(begun.attributes == payload_attributes(payload), rule::attribute_changed);
  demand(payload.get_response_status() != tlm::TLM_INCOMPLETE_RESPONSE, rule::status_at_end);
  demand(sc_core::sc_time_stamp() + delay >= begun.time, rule::time_went_back);
}

void base_protocol::debug_ended(const blocking_call& begun, const tlm::tlm_generic_payload& payload,
                                unsigned moved) {
  demand(begun.attributes == payload_attributes(payload), rule::attribute_changed);
  demand(moved <= begun.attributes.length, rule::debug_count);
}

void base_protocol::direct_memory_ended(sc_dt::uint64 address, const tlm::tlm_dmi& grant,
                                        bool granted) {
  demand(!granted || (grant.get_dmi_ptr() != nullptr && grant.get_start_address() <= address &&
                      address <= grant.get_end_address()),
         rule::direct_memory);
}

void base_protocol::invalidation_begins(sc_dt::uint64 start, sc_dt::uint64 end) {
  demand(start <= end, rule::invalidation_range);
}

void base_protocol::audit() {
  demand(open_.empty(), rule::left_open);
}

void base_protocol::save(base::snapshot_writer& to, const kernel::payload_names& names) const {
  base::ensure(request_ == nullptr && response_ == nullptr,
               "a phase of the base protocol lasts beyond a time");
  to.number(std::uint64_t{open_.size()});
  std::size_t saved = 0;
  for (std::size_t i = 0; i < names.size() && saved < open_.size(); ++i) {
    if (const transaction* it = open_.find(&names.at(i))) {
      names.save(names.at(i), to);
      to.number(it->at);
      to.number(it->time.value());
      ++saved;
    }
  }
  base::ensure(saved == open_.size(), "a transaction has a payload that nobody named");
}

void base_protocol::restore(base::snapshot_reader& from, const kernel::payload_names& names) {
  open_ = {};
  for (std::uint64_t left = from.list_size(); left != 0; --left) {
    const tlm::tlm_generic_payload& payload = names.restore(from);
    const auto at = from.number<state>();
    const auto time = sc_core::sc_time::from_value(from.number<sc_dt::uint64>());
    open_.insert(&payload, {at, payload_attributes(payload), time});
  }
}

}  // namespace sn::checker
