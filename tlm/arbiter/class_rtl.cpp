#include "arbiter/class_rtl.h"

#include <fmt/format.h>

#include "base/error.h"

namespace sn::arbiter {

std::unique_ptr<class_scheduler> make_class_rtl(unsigned ports, unsigned iterations,
                                                unsigned classes) {
  std::string built;
  for (const class_rtl_shape& shape : class_rtl_shapes()) {
    if (shape.ports >= ports && shape.iterations == iterations && shape.classes == classes) {
      return shape.make(ports);
    }
    built += fmt::format(" {}x{}x{}", shape.ports, shape.iterations, shape.classes);
  }
  throw base::configuration_error(
      "", 0, "arbiter",
      fmt::format(
          "no Verilated model has {0} ports, {1} iterations and {2} classes; built (ports x "
          "iterations x classes):{3}; -DSN_CLASS_ARBITER_SHAPES={0}x{1}x{2} lets CMake "
          "build it",
          ports, iterations, classes, built));
}

}  // namespace sn::arbiter
