// Rules that every answer of the arbiter obeys, and the situations that were met.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "alink_class_arbiter/slot_traffic.h"

namespace sn::testbench {

/// Checks answers by rules of its own, without pointers or order of classes, and counts functional
/// bins. Fed with the slots that were arbitrated; `before` is the answer to the slot before (empty
/// after a reset).
class slot_scoreboard {
 public:
  slot_scoreboard(unsigned ports, unsigned classes);

  /// Empty, or the rule that was broken.
  std::string check(const slot_inputs& asked, const slot_outputs& before, const slot_outputs& now);
  /// Counts the bins of a slot that broke no rule.
  void sample(const slot_inputs& asked, const slot_outputs& before, const slot_outputs& now);
  /// {"bins": {"group.bin": hits}}; every bin exists from the beginning.
  std::string json() const;

 private:
  std::string check_multicast(const slot_inputs& asked, const slot_outputs& before,
                              const slot_outputs& now);
  std::string check_holds(const slot_inputs& asked, const slot_outputs& before,
                          const slot_outputs& now);

  unsigned ports_;
  unsigned classes_;
  std::map<std::string, std::uint64_t> bins_;
};

}  // namespace sn::testbench
