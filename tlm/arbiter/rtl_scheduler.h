// The Verilated RTL as a scheduler: which shapes were built, and how one is made.
#pragma once

#include <memory>
#include <vector>

#include "arbiter/arbiter.h"

namespace sn::arbiter {

/// A shape of alink_arbiter that was Verilated.
struct rtl_shape {
  unsigned ports;
  unsigned iterations;
  /// Makes a scheduler of at most `ports` ports on a model of this shape.
  std::unique_ptr<scheduler> (*make)(unsigned ports);
};

/// The shapes that were built (tlm/arbiter/CMakeLists.txt lists them), ordered by ports.
const std::vector<rtl_shape>& rtl_shapes();

/// The RTL on the smallest shape with at least `ports` ports and exactly `iterations` iterations.
/// Throws base::configuration_error when there is none.
std::unique_ptr<scheduler> make_rtl_scheduler(unsigned ports, unsigned iterations);

}  // namespace sn::arbiter
