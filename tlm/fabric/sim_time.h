// The kernel's time as the engines' picoseconds.
#pragma once

#include <systemc>

#include "base/units.h"

namespace sn::fabric {

/// The kernel counts in units of its resolution, which engines require to be a picosecond.
inline base::picoseconds to_picoseconds(const sc_core::sc_time& time) {
  return base::picoseconds(time.value());
}

inline sc_core::sc_time to_sc_time(base::picoseconds time) {
  return sc_core::sc_time::from_value(time.value);
}

inline base::picoseconds now() {
  return to_picoseconds(sc_core::sc_time_stamp());
}

}  // namespace sn::fabric
