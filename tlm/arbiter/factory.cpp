#include <fmt/format.h>

#include "arbiter/arbiter.h"
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

}  // namespace sn::arbiter
