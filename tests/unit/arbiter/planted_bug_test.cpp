// A lockstep that finds nothing proves nothing: copies of the RTL with one bug each must be caught.
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "arbiter/islip.h"
#include "arbiter/lockstep.h"
#include "arbiter/rtl_scheduler.h"
#include "regression/planted_bugs.h"
#include "unit/arbiter/requests.h"

namespace sn::arbiter {
namespace {

constexpr unsigned ports = sn::test::planted_bug_ports;
constexpr unsigned iterations = sn::test::planted_bug_iterations;
/// A planted bug must be caught within this many slots.
constexpr int slot_limit = 10'000;

/// Slots that ran until the lockstep with the twin stopped; slot_limit if it never did. The traffic
/// is the same for all: random requests with all densities, outputs that are not ready, resets.
int slots_until_caught(std::unique_ptr<scheduler> tested) {
  lockstep arbiter(std::make_unique<islip>(ports, iterations), std::move(tested));
  base::random_generator random(1);
  slot_grant grant;
  for (int slot = 0; slot < slot_limit; ++slot) {
    if (random.chance(0.01)) {
      arbiter.reset();
    }
    const slot_request request = random_request(random, ports, random.uniform(), 0.9);
    try {
      arbiter.arbitrate(request, grant);
    } catch (const lockstep_error&) {
      return slot;
    }
  }
  return slot_limit;
}

struct bug {
  const char* name;
};

std::ostream& operator<<(std::ostream& out, const bug& planted) {
  return out << planted.name;
}

class planted_bug : public testing::TestWithParam<bug> {};

TEST_P(planted_bug, is_caught_by_lockstep_within_10000_slots) {
  const int slots = slots_until_caught(sn::test::make_planted_bug(GetParam().name, false));
  EXPECT_LT(slots, slot_limit);
  RecordProperty("caught_in_slot", slots);
}

INSTANTIATE_TEST_SUITE_P(bugs, planted_bug,
                         testing::Values(bug{"unaccepted_grant_moves_pointer"},
                                         bug{"ready_ignored"}, bug{"rotation_off_by_one"},
                                         bug{"later_iteration_moves_pointer"},
                                         bug{"reset_incomplete"}, bug{"double_accept"}),
                         [](const auto& test) { return test.param.name; });

TEST(sign_off_rtl, passes_the_traffic_that_catches_the_bugs) {
  EXPECT_EQ(slots_until_caught(make_rtl_scheduler(ports, iterations)), slot_limit);
}

}  // namespace
}  // namespace sn::arbiter
