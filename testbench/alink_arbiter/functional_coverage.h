// Functional coverage of the arbiter: named bins, counted from requests and grants alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "arbiter/arbiter.h"

namespace sn::testbench {

/// Counts how often each situation was met on a switch of so many ports. All bins exist from the
/// beginning, so that one never hit shows as 0. Ports are named up to 16; wider switches count
/// ports in 16 groups of consecutive ones.
class functional_coverage {
 public:
  functional_coverage(unsigned ports, unsigned iterations);

  /// Counts one slot. `reset`: the arbiter was reset before it.
  void sample(bool reset, const arbiter::slot_request& request, const arbiter::slot_grant& grant);
  /// {"ports": .., "iterations": .., "bins": {"group.bin": hits}}.
  std::string json() const;

 private:
  unsigned port_bin(unsigned port) const;
  void hit(const std::string& bin) { ++bins_.at(bin); }

  unsigned ports_;
  unsigned iterations_;
  unsigned groups_;
  std::map<std::string, std::uint64_t> bins_;
  arbiter::slot_request last_request_;
  arbiter::slot_grant last_grant_;
  bool first_ = true;
};

}  // namespace sn::testbench
