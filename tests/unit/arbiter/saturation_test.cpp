// What is known of iSLIP under load.
#include <gtest/gtest.h>

#include <set>

#include "arbiter/arbiter.h"
#include "unit/arbiter/requests.h"

namespace sn::arbiter {
namespace {

class saturated : public testing::TestWithParam<unsigned> {};

// McKeown 1999, section III.B: when every VOQ is backlogged the pointers desynchronise, after which
// one iteration serves every output in every slot, and each input once in every `ports` slots.
TEST_P(saturated, full_backlog_is_served_at_100_percent_and_in_turn) {
  const unsigned ports = GetParam();
  const auto arbiter = make_scheduler(kind::model, ports, 1);
  const slot_request request = full_request(ports);
  slot_grant grant;
  for (unsigned slot = 0; slot < 2 * ports; ++slot) {
    arbiter->arbitrate(request, grant);
  }
  std::vector<std::set<unsigned>> served(ports);
  for (unsigned slot = 0; slot < ports; ++slot) {
    arbiter->arbitrate(request, grant);
    ASSERT_EQ(grant.granted, base::port_set::first(ports)) << "slot " << slot;
    for (unsigned output = 0; output < ports; ++output) {
      served[output].insert(grant.input_for_output[output]);
    }
  }
  for (unsigned output = 0; output < ports; ++output) {
    EXPECT_EQ(served[output].size(), ports) << "output " << output;
  }
}

INSTANTIATE_TEST_SUITE_P(sizes, saturated, testing::Values(1U, 2U, 3U, 16U, 64U, 80U, 128U));

// No answer may match an input twice, grant what was not asked, or leave a free pair that asks:
// with as many iterations as ports the matching is maximal.
TEST(matching, is_legal_and_with_enough_iterations_maximal) {
  base::random_generator random(3);
  for (const unsigned iterations : {1U, 2U, 4U}) {
    const unsigned ports = 4;
    const auto arbiter = make_scheduler(kind::model, ports, iterations);
    for (int slot = 0; slot < 5000; ++slot) {
      const slot_request request = random_request(random, ports, 0.4, 0.8);
      slot_grant grant;
      arbiter->arbitrate(request, grant);
      base::port_set used;
      for (unsigned output = 0; output < ports; ++output) {
        if (grant.granted.test(output)) {
          const unsigned input = grant.input_for_output[output];
          ASSERT_TRUE(request.ready.test(output));
          ASSERT_TRUE(request.inputs_for_output[output].test(input));
          ASSERT_FALSE(used.test(input));
          used.set(input);
        }
      }
      if (iterations == ports) {
        for (unsigned output = 0; output < ports; ++output) {
          if (request.ready.test(output) && !grant.granted.test(output)) {
            ASSERT_TRUE((request.inputs_for_output[output] & ~used).none());
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace sn::arbiter
