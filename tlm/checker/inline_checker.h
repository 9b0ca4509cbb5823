// A checker that sits between an initiator and a target.
#pragma once

#include <string>
#include <systemc>
#include <tlm>

#include "checker/base_protocol.h"

namespace sn::checker {

/// Who wants to see transactions pass, beyond the rules of the base protocol.
class witness {
 public:
  witness() = default;
  witness(const witness&) = delete;
  witness& operator=(const witness&) = delete;
  virtual ~witness() = default;

  /// BEGIN_REQ, which takes effect at `time`, is about to be passed on.
  virtual void requested(tlm::tlm_generic_payload& payload, const sc_core::sc_time& time) = 0;
  /// The response, or the completion instead of it, has come.
  virtual void responded(tlm::tlm_generic_payload& payload) = 0;
  /// A call of b_transport is about to be passed on.
  virtual void delivered(tlm::tlm_generic_payload& payload) = 0;
};

/// Passes every call on, in both directions, in no time, and checks it on the way.
class inline_checker : public sc_core::sc_module,
                       private tlm::tlm_fw_transport_if<>,
                       private tlm::tlm_bw_transport_if<> {
 public:
  inline_checker(const sc_core::sc_module_name& name, const std::string& hop, data_policy data,
                 base_protocol::reporter report, witness* also = nullptr);

  tlm::tlm_target_socket<> from_initiator;
  tlm::tlm_initiator_socket<> to_target;

  /// Call at the end of a run that ends with nothing under way.
  void audit() { rules_.audit(); }
  /// As part of the section of the owner, between two times.
  void save(base::snapshot_writer& to, const kernel::payload_names& names) const {
    rules_.save(to, names);
  }
  void restore(base::snapshot_reader& from, const kernel::payload_names& names) {
    rules_.restore(from, names);
  }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) override;
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) override;
  bool get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& grant) override;
  void invalidate_direct_mem_ptr(sc_dt::uint64 start, sc_dt::uint64 end) override;

  base_protocol rules_;
  witness* also_;
};

}  // namespace sn::checker
