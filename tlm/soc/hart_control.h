// What a debugger does with a hart, and what it hears from it.
#pragma once

#include <cstdint>

#include "hart/watchpoint.h"

namespace sn::soc {

/// What a debugger lets a hart do.
enum class debug_action { run, step, halt };

/// Why a hart stopped that a debugger controls.
struct debug_stop {
  /// Of these, `wish` is whatever hart_control::passed() or reached() asked for.
  enum class cause { step, breakpoint, watchpoint, wish };
  cause why = cause::step;
  hart::watchpoint hit{};  ///< of a watchpoint: the bytes accessed
};

/// A place in the history of a hart.
struct hart_position {
  std::uint64_t executed = 0;    ///< instructions before it, those that trapped included
  std::uint64_t interrupts = 0;  ///< taken before it

  bool operator==(const hart_position& other) const {
    return executed == other.executed && interrupts == other.interrupts;
  }
};

/// A place where a hart stopped, and has to stop again when its history is repeated.
struct planned_stop {
  hart_position where;
  debug_stop stop;
};

/// Controls a hart. A hart runs ahead of simulated time: it finds a reason to stop, and when time
/// has caught up with it, it reports that.
class hart_control {
 public:
  enum class verdict {
    stops,    ///< it halts
    stays,    ///< it halts where it is, and reports the same again when it is let go
    goes_on,  ///< as if nothing had happened
  };

  hart_control() = default;
  hart_control(const hart_control&) = delete;
  hart_control& operator=(const hart_control&) = delete;
  virtual ~hart_control() = default;

  /// The hart has found a reason to stop, where it is now, and ends its turn early.
  virtual void found(const debug_stop& stop) = 0;
  /// Simulated time has caught up with it. Not `wanted`: the breakpoint has been removed, the step
  /// called off since then.
  virtual verdict reported(const debug_stop& stop, bool wanted) = 0;

  // While the past is repeated, in the middle of a turn. If one returns false, the hart stops here.

  /// Where it would have stopped. `stops` if it will, as planned.
  virtual bool passed(const debug_stop& stop, bool stops) = 0;
  /// It is where hart_module::pause_at() said.
  virtual bool reached() = 0;
};

}  // namespace sn::soc
