#include "arbiter/rtl_scheduler.h"

#include <fmt/format.h>

#include "base/error.h"

namespace sn::arbiter {

std::unique_ptr<scheduler> make_rtl_scheduler(unsigned ports, unsigned iterations) {
  std::string built;
  for (const rtl_shape& shape : rtl_shapes()) {
    if (shape.ports >= ports && shape.iterations == iterations) {
      return shape.make(ports);
    }
    built += fmt::format(" {}x{}", shape.ports, shape.iterations);
  }
  throw base::configuration_error(
      "", 0, "arbiter",
      fmt::format(
          "no Verilated model has {} ports and {} iterations; built (ports x iterations):{}", ports,
          iterations, built));
}

}  // namespace sn::arbiter
