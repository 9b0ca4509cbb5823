// Watches one hop between an initiator and a target and knows the rules of the base protocol.
#pragma once

#include <functional>
#include <string>
#include <systemc>
#include <tlm>

#include "base/snapshot.h"
#include "checker/payload_table.h"
#include "checker/rule.h"
#include "kernel/payload_names.h"

namespace sn::checker {

/// Whether transactions of a hop carry data.
enum class data_policy : std::uint8_t {
  required,       ///< as the standard has it
  may_be_absent,  ///< a null data pointer means that only timing moves (alink/burst.h)
};

/// What a transaction must keep from its start to its end. The address is not part of it: an
/// interconnect may change that.
struct payload_attributes {
  explicit payload_attributes(const tlm::tlm_generic_payload& payload);
  bool operator==(const payload_attributes& other) const;

  tlm::tlm_command command;
  const unsigned char* data;
  unsigned length;
  const unsigned char* byte_enables;
  unsigned byte_enable_length;
  unsigned streaming_width;
};

/// The rules of one hop. Whoever watches calls ..._begins() before it passes a call on and
/// ..._ended() with what came back. Every violation is reported, and what was passed is then taken
/// as it is, so that one mistake is reported once.
class base_protocol {
 public:
  using reporter = std::function<void(rule broken, const std::string& where)>;

  /// `hop` names initiator and target in reports.
  base_protocol(std::string hop, data_policy data, reporter report);

  /// A call of nb_transport as it was before it was passed on.
  struct call {
    tlm::tlm_phase phase;
    sc_core::sc_time delay;
  };
  /// A call of b_transport or transport_dbg as it was before it was passed on.
  struct blocking_call {
    payload_attributes attributes;
    sc_core::sc_time time;  ///< annotation included
  };

  call forward_begins(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase,
                      const sc_core::sc_time& delay);
  void forward_ended(const call& begun, tlm::tlm_generic_payload& payload,
                     const tlm::tlm_phase& phase, const sc_core::sc_time& delay,
                     tlm::tlm_sync_enum answer);
  call backward_begins(tlm::tlm_generic_payload& payload, const tlm::tlm_phase& phase,
                       const sc_core::sc_time& delay);
  void backward_ended(const call& begun, tlm::tlm_generic_payload& payload,
                      const tlm::tlm_phase& phase, const sc_core::sc_time& delay,
                      tlm::tlm_sync_enum answer);

  blocking_call blocking_begins(const tlm::tlm_generic_payload& payload,
                                const sc_core::sc_time& delay);
  void blocking_ended(const blocking_call& begun, const tlm::tlm_generic_payload& payload,
                      const sc_core::sc_time& delay);
  void debug_ended(const blocking_call& begun, const tlm::tlm_generic_payload& payload,
                   unsigned moved);
  void direct_memory_ended(sc_dt::uint64 address, const tlm::tlm_dmi& grant, bool granted);
  void invalidation_begins(sc_dt::uint64 start, sc_dt::uint64 end);

  /// Call at the end of a run.
  void audit();

  /// What is under way, as part of the section of the owner, between two times. Payloads must be as
  /// they were when it is restored.
  void save(base::snapshot_writer& to, const kernel::payload_names& names) const;
  void restore(base::snapshot_reader& from, const kernel::payload_names& names);

 private:
  enum class state : std::uint8_t { requested, accepted, responding };
  struct transaction {
    state at;
    payload_attributes attributes;
    sc_core::sc_time time;  ///< of its latest phase, annotation included
  };

  void demand(bool holds, rule broken);
  void check_start(const tlm::tlm_generic_payload& payload);
  void check_managed(const tlm::tlm_generic_payload& payload);
  void check_phase(const tlm::tlm_phase& phase, bool forward);
  void check_response(const transaction& it, const tlm::tlm_generic_payload& payload);
  void advance(transaction& it, const sc_core::sc_time& delay);
  void end_request(const tlm::tlm_generic_payload& payload);
  void begin_response(transaction& it, const tlm::tlm_generic_payload& payload);
  void close(const tlm::tlm_generic_payload& payload);
  transaction* find(const tlm::tlm_generic_payload& payload) { return open_.find(&payload); }

  std::string hop_;
  data_policy data_;
  reporter report_;
  payload_table<transaction> open_;
  const tlm::tlm_generic_payload* request_ = nullptr;   ///< begun and not ended
  const tlm::tlm_generic_payload* response_ = nullptr;  ///< begun and not ended
};

}  // namespace sn::checker
