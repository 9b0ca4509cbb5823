// The rules of TLM-2.0's base protocol that are checked, with their clauses in IEEE Std 1666-2011.
#pragma once

#include <cstdint>

namespace sn::checker {

enum class rule : std::uint8_t {
  // Clause 14, the generic payload.
  command,            ///< is read, write or ignore
  data_pointer,       ///< of a read or write is not null
  data_length,        ///< is not 0
  streaming_width,    ///< is not 0
  byte_enables,       ///< a pointer has a length that is not 0; every byte is 0 or 0xff
  dmi_hint,           ///< is false when a transaction sets out
  status_at_start,    ///< is TLM_INCOMPLETE_RESPONSE when a transaction sets out
  status_at_end,      ///< is not TLM_INCOMPLETE_RESPONSE when the response comes
  attribute_changed,  ///< command, data, byte enables and streaming width belong to the initiator
  memory_manager,     ///< nb_transport needs one, and a reference that is held
  // Clause 11, the interfaces.
  time_went_back,      ///< the time of a transaction, annotations included, never falls
  accepted_changed,    ///< TLM_ACCEPTED leaves phase and delay as they were
  mixed_interfaces,    ///< a transaction under way by nb_transport is not sent by b_transport
  debug_count,         ///< transport_dbg moves no more bytes than asked for
  direct_memory,       ///< a grant of DMI has memory, and holds the address asked for
  invalidation_range,  ///< begins before it ends
  // Clause 15, the phases.
  phase_unknown,       ///< one of the four
  phase_direction,     ///< BEGIN_REQ and END_RESP go forward, END_REQ and BEGIN_RESP backward
  phase_order,         ///< each once, in order, while the transaction is under way
  return_value,        ///< TLM_UPDATED gives a phase that may follow; END_REQ only is accepted
  request_exclusion,   ///< no BEGIN_REQ before the last one's END_REQ, BEGIN_RESP or completion
  response_exclusion,  ///< no BEGIN_RESP before the last one's END_RESP or completion
  left_open,           ///< at the end nothing is under way
};

/// A sentence that says what a rule demands.
const char* to_text(rule broken);

}  // namespace sn::checker
