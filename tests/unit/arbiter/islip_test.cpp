// Cases worked out by hand, held by the twin and by the RTL alike.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "arbiter/arbiter.h"
#include "unit/arbiter/requests.h"

namespace sn::arbiter {
namespace {

/// Granted pairs, output to input.
using matching = std::map<unsigned, unsigned>;

/// A request given as output and the inputs that ask it; all outputs ready but those in
/// `not_ready`.
slot_request request_of(const std::map<unsigned, std::vector<unsigned>>& asked,
                        const std::vector<unsigned>& not_ready = {}) {
  slot_request request;
  for (const auto& [output, inputs] : asked) {
    for (const unsigned input : inputs) {
      request.inputs_for_output[output].set(input);
    }
  }
  request.ready = base::port_set::first(base::port_limit);
  for (const unsigned output : not_ready) {
    request.ready.reset(output);
  }
  return request;
}

class islip_behaviour : public testing::TestWithParam<kind> {
 protected:
  void make(unsigned ports, unsigned iterations) {
    scheduler_ = make_scheduler(GetParam(), ports, iterations);
  }

  matching arbitrate(const slot_request& request) {
    slot_grant grant;
    grant.input_for_output.fill(42);  // whatever was there is overwritten
    grant.granted = base::port_set::first(base::port_limit);
    scheduler_->arbitrate(request, grant);
    matching pairs;
    for (unsigned output = 0; output < base::port_limit; ++output) {
      if (grant.granted.test(output)) {
        pairs[output] = grant.input_for_output[output];
      } else {
        EXPECT_EQ(grant.input_for_output[output], slot_grant::none) << "output " << output;
      }
    }
    return pairs;
  }

  std::unique_ptr<scheduler> scheduler_;
};

TEST_P(islip_behaviour, grants_nothing_without_requests) {
  make(4, 1);
  EXPECT_EQ(arbitrate(request_of({})), matching{});
}

TEST_P(islip_behaviour, rotates_over_the_inputs_that_ask_one_output) {
  make(4, 1);
  const slot_request request = request_of({{2, {0, 1, 3}}});
  EXPECT_EQ(arbitrate(request), (matching{{2, 0}}));  // pointer 0: input 0, pointer to 1
  EXPECT_EQ(arbitrate(request), (matching{{2, 1}}));  // pointer 1: input 1, pointer to 2
  EXPECT_EQ(arbitrate(request), (matching{{2, 3}}));  // pointer 2: input 3, pointer to 0 (wraps)
  EXPECT_EQ(arbitrate(request), (matching{{2, 0}}));
}

TEST_P(islip_behaviour, rotates_over_the_outputs_that_one_input_asks) {
  make(4, 1);
  const slot_request request = request_of({{0, {2}}, {1, {2}}, {3, {2}}});
  EXPECT_EQ(arbitrate(request), (matching{{0, 2}}));
  EXPECT_EQ(arbitrate(request), (matching{{1, 2}}));
  EXPECT_EQ(arbitrate(request), (matching{{3, 2}}));
  EXPECT_EQ(arbitrate(request), (matching{{0, 2}}));
}

// Outputs 0 and 1 both grant input 0 (pointers 0), which accepts output 0. Output 1's grant was not
// accepted, so its pointer stays at 0 and it grants input 0 again; had it moved, input 1 would win.
TEST_P(islip_behaviour, keeps_the_pointer_of_an_output_whose_grant_was_not_accepted) {
  make(4, 1);
  EXPECT_EQ(arbitrate(request_of({{0, {0}}, {1, {0, 1}}})), (matching{{0, 0}}));
  EXPECT_EQ(arbitrate(request_of({{1, {0, 1}}})), (matching{{1, 0}}));
  EXPECT_EQ(arbitrate(request_of({{1, {0, 1}}})), (matching{{1, 1}}));
}

// With two iterations output 1 gets input 1 in the second, which moves no pointer: in the next slot
// it still grants input 0 first, and input 1's accept pointer is still 0.
TEST_P(islip_behaviour, second_iteration_fills_the_matching_and_moves_no_pointer) {
  make(4, 2);
  EXPECT_EQ(arbitrate(request_of({{0, {0}}, {1, {0, 1}}})), (matching{{0, 0}, {1, 1}}));
  EXPECT_EQ(arbitrate(request_of({{1, {0, 1}}})), (matching{{1, 0}}));
  // Input 1 asks outputs 0 and 1, alone: its accept pointer 0 prefers output 0.
  EXPECT_EQ(arbitrate(request_of({{0, {1}}, {1, {1}}})), (matching{{0, 1}}));
}

// All pointers at 0, everything asked for: every output grants input 0 in the first iteration,
// input 1 in the second, and so on; each takes the lowest output left. k iterations match k pairs.
TEST_P(islip_behaviour, every_iteration_adds_a_pair_when_all_pointers_agree) {
  for (const unsigned iterations : {1U, 2U, 4U}) {
    make(16, iterations);
    matching expected;
    for (unsigned pair = 0; pair < iterations; ++pair) {
      expected[pair] = pair;
    }
    EXPECT_EQ(arbitrate(full_request(16)), expected) << iterations << " iterations";
  }
}

TEST_P(islip_behaviour, grants_only_ready_outputs_and_keeps_the_pointers_of_the_others) {
  make(4, 1);
  EXPECT_EQ(arbitrate(request_of({{0, {1, 2}}}, {0})), matching{});
  EXPECT_EQ(arbitrate(request_of({{0, {1, 2}}})), (matching{{0, 1}}));
  EXPECT_EQ(arbitrate(request_of({{0, {1, 2}}, {3, {2}}}, {3})), (matching{{0, 2}}));
  // Output 3 grants to nobody, so input 2, whose accept pointer is 1, takes output 0.
  EXPECT_EQ(arbitrate(request_of({{0, {2}}, {3, {2}}}, {3})), (matching{{0, 2}}));
}

TEST_P(islip_behaviour, a_withdrawn_request_is_forgotten) {
  make(4, 1);
  EXPECT_EQ(arbitrate(request_of({{1, {3}}}, {1})), matching{});
  EXPECT_EQ(arbitrate(request_of({})), matching{});
}

TEST_P(islip_behaviour, reset_puts_the_pointers_back_to_port_0) {
  make(4, 1);
  const slot_request request = request_of({{1, {0, 2}}, {2, {0, 2}}});
  const matching first = arbitrate(request);
  EXPECT_EQ(first, (matching{{1, 0}}));
  EXPECT_NE(arbitrate(request), first);
  scheduler_->reset();
  EXPECT_EQ(arbitrate(request), first);
}

TEST_P(islip_behaviour, has_a_single_port) {
  make(1, 1);
  EXPECT_EQ(arbitrate(request_of({{0, {0}}})), (matching{{0, 0}}));
  EXPECT_EQ(arbitrate(request_of({{0, {0}}})), (matching{{0, 0}}));
  EXPECT_EQ(arbitrate(request_of({{0, {0}}}, {0})), matching{});
}

TEST_P(islip_behaviour, has_128_ports_and_wraps_behind_the_last) {
  make(128, 1);
  const slot_request request = request_of({{127, {0, 63, 64, 127}}});
  for (const unsigned input : {0U, 63U, 64U, 127U, 0U}) {
    EXPECT_EQ(arbitrate(request), (matching{{127, input}}));
  }
  // Input 0 accepted output 127 last: its pointer has wrapped to 0, so output 5 comes before 127.
  EXPECT_EQ(arbitrate(request_of({{5, {0}}, {127, {0}}})), (matching{{5, 0}}));
}

// 11 ports lie on a model of 16: a pointer that moves beyond port 10 must find port 0 next.
TEST_P(islip_behaviour, wraps_behind_the_last_port_of_a_switch_smaller_than_its_model) {
  make(11, 1);
  const slot_request request = request_of({{10, {0, 10}}});
  for (const unsigned input : {0U, 10U, 0U, 10U}) {
    EXPECT_EQ(arbitrate(request), (matching{{10, input}}));
  }
}

INSTANTIATE_TEST_SUITE_P(kinds, islip_behaviour, testing::Values(kind::model, kind::rtl),
                         [](const auto& test) {
                           return test.param == kind::model ? "model" : "rtl";
                         });

}  // namespace
}  // namespace sn::arbiter
