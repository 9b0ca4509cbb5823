// A lockstep that finds nothing proves nothing: copies of the RTL with one bug each must be caught.
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "arbiter/islip.h"
#include "arbiter/lockstep.h"
#include "arbiter/rtl_scheduler.h"
#include "arbiter/verilated_arbiter.h"
#include "unit/arbiter/requests.h"
#include "valink_arbiter_double_accept.h"
#include "valink_arbiter_later_iteration_moves_pointer.h"
#include "valink_arbiter_ready_ignored.h"
#include "valink_arbiter_reset_incomplete.h"
#include "valink_arbiter_rotation_off_by_one.h"
#include "valink_arbiter_unaccepted_grant_moves_pointer.h"

namespace sn::arbiter {
namespace {

constexpr unsigned ports = 16;
constexpr unsigned iterations = 2;
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
  std::unique_ptr<scheduler> (*make)();
};

std::ostream& operator<<(std::ostream& out, const bug& planted) {
  return out << planted.name;
}

template <class model>
std::unique_ptr<scheduler> make() {
  auto result = std::make_unique<verilated_arbiter<model, ports, iterations>>(ports);
  result->check_assertions(false);  // the twin is to find it
  return result;
}

class planted_bug : public testing::TestWithParam<bug> {};

TEST_P(planted_bug, is_caught_by_lockstep_within_10000_slots) {
  const int slots = slots_until_caught(GetParam().make());
  EXPECT_LT(slots, slot_limit);
  RecordProperty("caught_in_slot", slots);
}

INSTANTIATE_TEST_SUITE_P(
    bugs, planted_bug,
    testing::Values(
        bug{"unaccepted_grant_moves_pointer", make<valink_arbiter_unaccepted_grant_moves_pointer>},
        bug{"ready_ignored", make<valink_arbiter_ready_ignored>},
        bug{"rotation_off_by_one", make<valink_arbiter_rotation_off_by_one>},
        bug{"later_iteration_moves_pointer", make<valink_arbiter_later_iteration_moves_pointer>},
        bug{"reset_incomplete", make<valink_arbiter_reset_incomplete>},
        bug{"double_accept", make<valink_arbiter_double_accept>}),
    [](const auto& test) { return test.param.name; });

TEST(sign_off_rtl, passes_the_traffic_that_catches_the_bugs) {
  EXPECT_EQ(slots_until_caught(make_rtl_scheduler(ports, iterations)), slot_limit);
}

}  // namespace
}  // namespace sn::arbiter
