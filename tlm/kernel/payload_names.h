// Names for transactions in snapshots, where pointers mean nothing.
#pragma once

#include <cstdint>
#include <tlm>
#include <unordered_map>
#include <vector>

#include "base/snapshot.h"

namespace sn::kernel {

/// The payloads of a machine by number: those that may be under way between two times. They must be
/// added in the same order for saving and for restoring.
class payload_names {
 public:
  void add(tlm::tlm_generic_payload& payload);

  std::size_t size() const { return all_.size(); }
  const tlm::tlm_generic_payload& at(std::size_t number) const { return *all_.at(number); }
  /// The number of a payload that was added.
  std::uint32_t number_of(const tlm::tlm_generic_payload& payload) const;

  void save(const tlm::tlm_generic_payload& payload, base::snapshot_writer& to) const {
    to.number(number_of(payload));
  }
  /// Throws base::configuration_error when no such payload is in use.
  tlm::tlm_generic_payload& restore(base::snapshot_reader& from) const;

 private:
  std::vector<tlm::tlm_generic_payload*> all_;
  std::unordered_map<const tlm::tlm_generic_payload*, std::uint32_t> number_;  ///< looked up only
};

}  // namespace sn::kernel
