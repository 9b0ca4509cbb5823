#include "checker/rule.h"

namespace sn::checker {

const char* to_text(rule broken) {
  switch (broken) {
    case rule::command:
      return "a command is read, write or ignore (14)";
    case rule::data_pointer:
      return "a read or write has a data pointer (14)";
    case rule::data_length:
      return "a data length is not 0 (14)";
    case rule::streaming_width:
      return "a streaming width is not 0 (14)";
    case rule::byte_enables:
      return "byte enables are bytes of 0 or 0xff, at least one (14)";
    case rule::dmi_hint:
      return "the DMI hint is false when a transaction sets out (14)";
    case rule::status_at_start:
      return "the response status is TLM_INCOMPLETE_RESPONSE when a transaction sets out (14)";
    case rule::status_at_end:
      return "the response status says what became of the transaction when the response comes (14)";
    case rule::attribute_changed:
      return "only the initiator changes command, data, byte enables and streaming width (14)";
    case rule::memory_manager:
      return "a transaction by nb_transport has a memory manager and a reference held (14)";
    case rule::time_went_back:
      return "the time of a transaction never falls (11)";
    case rule::accepted_changed:
      return "TLM_ACCEPTED leaves phase and delay as they were (11)";
    case rule::mixed_interfaces:
      return "a transaction under way by nb_transport is not sent by b_transport (11)";
    case rule::debug_count:
      return "transport_dbg moves no more bytes than asked for (11)";
    case rule::direct_memory:
      return "a grant of direct memory has memory and holds the address asked for (11)";
    case rule::invalidation_range:
      return "the range of an invalidation begins before it ends (11)";
    case rule::phase_unknown:
      return "the base protocol has four phases (15)";
    case rule::phase_direction:
      return "BEGIN_REQ and END_RESP go forward, END_REQ and BEGIN_RESP backward (15)";
    case rule::phase_order:
      return "phases come in order, each once, while the transaction is under way (15)";
    case rule::return_value:
      return "a call returns only what may follow its phase (15)";
    case rule::request_exclusion:
      return "a request begins after the last one has ended (15)";
    case rule::response_exclusion:
      return "a response begins after the last one has ended (15)";
    case rule::left_open:
      return "at the end no transaction is under way (15)";
  }
  return "unknown rule";
}

}  // namespace sn::checker
