// What drives a hart from outside: its interrupt lines and the time of its timer.
#pragma once

#include <systemc>

#include "hart/trap.h"

namespace sn::soc {

/// The inputs of a hart, called by interrupt controllers and timers.
class hart_inputs {
 public:
  hart_inputs() = default;
  hart_inputs(const hart_inputs&) = delete;
  hart_inputs& operator=(const hart_inputs&) = delete;
  virtual ~hart_inputs() = default;

  /// Drives an interrupt line from now on.
  virtual void set_interrupt(hart::interrupt line, bool level) = 0;
  /// The timer line will rise at `time` (sc_max_time(): never) unless told otherwise before. The
  /// hart raises it then by itself, exactly, and needs no event for it.
  virtual void set_timer_deadline(const sc_core::sc_time& time) = 0;
};

}  // namespace sn::soc
