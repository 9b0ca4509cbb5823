// Assertions that fail in a Verilated model.
#pragma once

#include <verilated.h>

#include "base/error.h"

namespace sn::arbiter {

/// An assertion of the RTL failed; it has printed its name and the slot.
class assertion_error : public base::run_error {
 public:
  using base::run_error::run_error;
};

/// Throws assertion_error if one has failed in a model of `context`, which goes on after that.
inline void throw_if_asserted(VerilatedContext& context) {
  if (context.gotError()) {
    context.gotError(false);
    context.gotFinish(false);
    throw assertion_error("an assertion of the RTL failed");
  }
}

}  // namespace sn::arbiter
