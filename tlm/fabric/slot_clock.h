// Slots of a plane and the picoseconds at which they begin.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace sn::fabric {

/// A slot is the time of one cell on a full-width port. Slot k begins at k * cell / rate, rounded
/// up to a picosecond: the rounding does not add up, and no slot begins earlier than the line
/// allows.
class slot_clock {
 public:
  /// `cell` and `rate` must not be zero.
  slot_clock(base::bytes cell, base::bytes_per_second rate);

  /// When a slot begins.
  base::picoseconds start_of(std::uint64_t slot) const;
  /// The first slot that does not begin before `time`.
  std::uint64_t first_from(base::picoseconds time) const;
  /// Whole slots that cover `duration`.
  std::uint64_t slots_to_cover(base::picoseconds duration) const { return first_from(duration); }
  /// Whole slots that fit into `duration`.
  std::uint64_t slots_within(base::picoseconds duration) const;

 private:
  std::uint64_t numerator_;  ///< picoseconds per `denominator_` slots
  std::uint64_t denominator_;
};

}  // namespace sn::fabric
