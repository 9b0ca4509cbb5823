// Between SystemC's time and the integer picoseconds of engines.
#pragma once

#include <systemc>

#include "base/units.h"

namespace sn::alink {

/// `time` as SystemC's, whose resolution must be the default of 1 ps.
inline sc_core::sc_time to_sc_time(base::picoseconds time) {
  return sc_core::sc_time::from_value(time.value);
}

/// `time` in whole picoseconds.
inline base::picoseconds to_picoseconds(const sc_core::sc_time& time) {
  return base::picoseconds(time.value());
}

/// The simulated time now.
inline base::picoseconds now() {
  return to_picoseconds(sc_core::sc_time_stamp());
}

}  // namespace sn::alink
