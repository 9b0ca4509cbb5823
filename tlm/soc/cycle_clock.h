// Time and a number of cycles of one frequency, without drift.
#pragma once

#include <cstdint>
#include <systemc>

#include "base/error.h"
#include "base/units.h"

namespace sn::soc {

/// A counter at a fixed frequency that began with 0 at time 0. Needs a time resolution of 1 ps
/// (SystemC's default).
class cycle_clock {
 public:
  /// `frequency` is not 0.
  explicit cycle_clock(base::hertz frequency)
      : hertz_(checked(frequency)),
        period_(picoseconds_per_second % hertz_ == 0 ? picoseconds_per_second / hertz_ : 0) {}

  /// Whole cycles until `time`.
  std::uint64_t cycles_at(const sc_core::sc_time& time) const {
    if (period_ != 0) {
      return time.value() / period_;
    }
    return static_cast<std::uint64_t>(wide{time.value()} * hertz_ / picoseconds_per_second);
  }
  /// The earliest time at which `count` cycles are complete; sc_max_time() if there is none.
  sc_core::sc_time time_of(std::uint64_t count) const {
    const wide picoseconds = period_ != 0
                                 ? wide{count} * period_
                                 : (wide{count} * picoseconds_per_second + (hertz_ - 1)) / hertz_;
    const sc_core::sc_time& never = sc_core::sc_max_time();
    return picoseconds >= never.value()
               ? never
               : sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(picoseconds));
  }

 private:
  __extension__ using wide = unsigned __int128;
  static constexpr std::uint64_t picoseconds_per_second = 1'000'000'000'000;

  static std::uint64_t checked(base::hertz frequency) {
    base::ensure(frequency.value != 0, "a clock has a frequency");
    return frequency.value;
  }

  std::uint64_t hertz_;
  std::uint64_t period_;  ///< in picoseconds if that is a whole number (the quick case), else 0
};

}  // namespace sn::soc
