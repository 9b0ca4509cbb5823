// A lockstep that finds nothing proves nothing: copies of the RTL with one bug each must be caught.
#include <gtest/gtest.h>

#include <memory>

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
/// Issue: a planted bug is caught within this many slots.
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

template <class model>
class planted_bug : public testing::Test {};

using bugs =
    testing::Types<valink_arbiter_unaccepted_grant_moves_pointer, valink_arbiter_ready_ignored,
                   valink_arbiter_rotation_off_by_one, valink_arbiter_later_iteration_moves_pointer,
                   valink_arbiter_reset_incomplete, valink_arbiter_double_accept>;

struct bug_name {
  template <class model>
  static std::string GetName(int) {  // NOLINT(readability-identifier-naming): GoogleTest's name
    return testing::internal::GetTypeName<model>();
  }
};

TYPED_TEST_SUITE(planted_bug, bugs, bug_name);

TYPED_TEST(planted_bug, is_caught_by_lockstep_within_10000_slots) {
  const int slots =
      slots_until_caught(std::make_unique<verilated_arbiter<TypeParam, ports, iterations>>(ports));
  EXPECT_LT(slots, slot_limit);
  this->RecordProperty("caught_in_slot", slots);
}

TEST(sign_off_rtl, passes_the_traffic_that_catches_the_bugs) {
  EXPECT_EQ(slots_until_caught(make_rtl_scheduler(ports, iterations)), slot_limit);
}

}  // namespace
}  // namespace sn::arbiter
