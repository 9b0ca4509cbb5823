// The Verilated RTL with classes as a scheduler: which shapes were built, and how one is made.
#pragma once

#include <memory>
#include <vector>

#include "arbiter/class_arbiter.h"

namespace sn::arbiter {

/// A shape of alink_class_arbiter_top that was Verilated.
struct class_rtl_shape {
  unsigned ports;
  unsigned iterations;
  unsigned classes;
  /// Makes a scheduler of at most `ports` ports on a model of this shape.
  std::unique_ptr<class_scheduler> (*make)(unsigned ports);
};

/// The shapes that were built (tlm/arbiter/CMakeLists.txt lists them), ordered by ports.
const std::vector<class_rtl_shape>& class_rtl_shapes();

/// The RTL on the smallest shape with at least `ports` ports and exactly the others. Throws
/// base::configuration_error when there is none.
std::unique_ptr<class_scheduler> make_class_rtl(unsigned ports, unsigned iterations,
                                                unsigned classes);

}  // namespace sn::arbiter
