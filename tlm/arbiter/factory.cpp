#include <fmt/format.h>

#include "arbiter/arbiter.h"
#include "arbiter/class_arbiter.h"
#include "arbiter/class_islip.h"
#include "arbiter/class_lockstep.h"
#include "arbiter/class_rtl.h"
#include "arbiter/islip.h"
#include "arbiter/lockstep.h"
#include "arbiter/rtl_scheduler.h"
#include "base/error.h"

namespace sn::arbiter {

namespace {

void require_range(const char* key, unsigned value, unsigned highest) {
  if (value < 1 || value > highest) {
    throw base::configuration_error(
        "", 0, key, fmt::format("expected 1 to {}, which the arbiter has, not {}", highest, value));
  }
}

}  // namespace

std::unique_ptr<scheduler> make_scheduler(kind which, unsigned ports, unsigned iterations) {
  require_range("ports", ports, base::port_limit);
  require_range("iterations", iterations, base::iteration_limit);
  switch (which) {
    case kind::model:
      return std::make_unique<islip>(ports, iterations);
    case kind::rtl:
      return make_rtl_scheduler(ports, iterations);
    case kind::lockstep:
      return std::make_unique<lockstep>(std::make_unique<islip>(ports, iterations),
                                        make_rtl_scheduler(ports, iterations));
  }
  base::invariant_violated("make_scheduler: unknown kind");
}

std::unique_ptr<class_scheduler> make_class_scheduler(kind which, unsigned ports,
                                                      unsigned iterations, unsigned classes) {
  require_range("ports", ports, base::port_limit);
  require_range("iterations", iterations, base::iteration_limit);
  require_range("classes", classes, class_limit);
  switch (which) {
    case kind::model:
      return std::make_unique<class_islip>(ports, iterations, classes);
    case kind::rtl:
      return make_class_rtl(ports, iterations, classes);
    case kind::lockstep:
      return std::make_unique<class_lockstep>(
          std::make_unique<class_islip>(ports, iterations, classes),
          make_class_rtl(ports, iterations, classes));
  }
  base::invariant_violated("make_class_scheduler: unknown kind");
}

}  // namespace sn::arbiter
