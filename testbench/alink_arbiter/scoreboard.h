// What every answer of the arbiter must obey, whatever its pointers: rules of their own, not a
// twin.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "arbiter/arbiter.h"

namespace sn::testbench {

/// Follows requests and grants of one arbiter. A cell is taken to arrive when its request appears
/// and to leave when it is granted.
class scoreboard {
 public:
  scoreboard(unsigned ports, unsigned iterations) : ports_(ports), iterations_(iterations) {}

  /// Checks one slot; empty, or the rule that was broken.
  std::string check(const arbiter::slot_request& request, const arbiter::slot_grant& grant);
  /// Forgets how long requests have waited.
  void reset() { waited_ = {}; }

  /// Requests that appeared, grants given and requests taken back since construction: requests
  /// appeared = granted + withdrawn + waiting().
  std::uint64_t appeared() const { return appeared_; }
  std::uint64_t granted() const { return granted_; }
  std::uint64_t withdrawn() const { return withdrawn_; }
  std::uint64_t waiting() const;
  /// The longest wait seen under the conditions of the theorem, in slots.
  unsigned longest_wait() const { return longest_wait_; }

 private:
  std::string check_pairs(const arbiter::slot_request& request, const arbiter::slot_grant& grant);
  std::string check_work(const arbiter::slot_request& request, const arbiter::slot_grant& grant);
  std::string check_waits(const arbiter::slot_request& request, const arbiter::slot_grant& grant);

  unsigned ports_;
  unsigned iterations_;
  std::array<base::port_set, base::port_limit> open_{};
  /// [output][input]: slots in which the request was passed over since it appeared, while the
  /// conditions of the theorem held.
  std::array<std::array<std::uint16_t, base::port_limit>, base::port_limit> waited_{};
  std::uint64_t appeared_ = 0;
  std::uint64_t granted_ = 0;
  std::uint64_t withdrawn_ = 0;
  unsigned longest_wait_ = 0;
};

}  // namespace sn::testbench
