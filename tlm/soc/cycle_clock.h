// Time and a number of cycles of one frequency, without drift.
#pragma once

#include <cstdint>
#include <systemc>

#include "base/units.h"

namespace sn::soc {

/// A counter at a fixed frequency that began with 0 at time 0. Needs a time resolution of 1 ps
/// (SystemC's default).
class cycle_clock {
 public:
  explicit cycle_clock(base::hertz frequency) : hertz_(frequency.value) {}

  /// Whole cycles until `time`.
  std::uint64_t cycles_at(const sc_core::sc_time& time) const {
    return static_cast<std::uint64_t>(wide{time.value()} * hertz_ / picoseconds_per_second);
  }
  /// The earliest time at which `count` cycles are complete; sc_max_time() if there is none.
  sc_core::sc_time time_of(std::uint64_t count) const {
    const wide picoseconds = (wide{count} * picoseconds_per_second + (hertz_ - 1)) / hertz_;
    const sc_core::sc_time& never = sc_core::sc_max_time();
    return picoseconds >= never.value()
               ? never
               : sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(picoseconds));
  }

 private:
  __extension__ using wide = unsigned __int128;
  static constexpr std::uint64_t picoseconds_per_second = 1'000'000'000'000;

  std::uint64_t hertz_;
};

}  // namespace sn::soc
