// Clocks of a Verilated model, with its assertions.
#pragma once

#include <verilated.h>

#include "base/error.h"

namespace sn::arbiter {

/// An assertion of the RTL failed; it has printed its name and the slot.
class assertion_error : public base::run_error {
 public:
  using base::run_error::run_error;
};

/// One clock of a model of `context`, whose inputs are set. Throws assertion_error if an assertion
/// failed; the model can go on after that.
template <class model_type>
void clock_once(VerilatedContext& context, model_type& model) {
  Verilated::threadContextp(&context);
  model.clk_i = 1;
  model.eval();
  model.clk_i = 0;
  model.eval();
  if (context.gotError()) {
    context.gotError(false);
    context.gotFinish(false);
    throw assertion_error("an assertion of the RTL failed");
  }
}

}  // namespace sn::arbiter
