#include "fabric/max_min.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "fabric/flow_contention.h"

namespace sn::fabric {
namespace {

constexpr max_min::rate one = max_min::one_cell_per_slot;

max_min links(unsigned ports) {
  return max_min(std::vector<max_min::rate>(ports, one));
}

void solve(max_min& flows) {
  while (flows.gather()) {
    flows.solve();
  }
}

TEST(max_min, a_lone_flow_gets_the_line_rate) {
  max_min flows = links(4);
  flows.add(1, 2);
  solve(flows);
  EXPECT_EQ(flows.rate_of(1, 2), one);
}

TEST(max_min, a_lone_flow_gets_the_rate_of_the_slower_port) {
  max_min flows({one, one / 4});
  flows.add(0, 1);
  solve(flows);
  EXPECT_EQ(flows.rate_of(0, 1), one / 4);
}

TEST(max_min, what_a_limited_flow_leaves_goes_to_the_others) {
  // Three flows share output 1: a third each. Input 0 has another flow, to output 0, which gets the
  // other two thirds of its uplink.
  max_min flows = links(3);
  flows.add(0, 0);
  flows.add(0, 1);
  flows.add(1, 1);
  flows.add(2, 1);
  solve(flows);
  EXPECT_EQ(flows.rate_of(0, 1), one / 3);
  EXPECT_EQ(flows.rate_of(1, 1), one / 3);
  EXPECT_EQ(flows.rate_of(2, 1), one / 3);
  EXPECT_EQ(flows.rate_of(0, 0), one - one / 3);
  EXPECT_FALSE(flows.limits(1)) << "the uplink of input 1 has rate to spare";
  EXPECT_TRUE(flows.limits(0));
}

TEST(max_min, only_what_is_connected_to_a_change_is_solved_again) {
  max_min flows = links(4);
  flows.add(0, 0);
  flows.add(1, 0);
  flows.add(2, 2);
  solve(flows);
  flows.add(2, 3);
  ASSERT_TRUE(flows.gather());
  EXPECT_EQ(flows.gathered_inputs().count(), 1U);
  EXPECT_TRUE(flows.gathered_inputs().test(2));
  flows.solve();
  EXPECT_FALSE(flows.gather()) << "nothing else has changed";
  EXPECT_EQ(flows.rate_of(2, 2), one / 2);
  EXPECT_EQ(flows.rate_of(0, 0), one / 2);

  flows.remove(1, 0);
  solve(flows);
  EXPECT_EQ(flows.rate_of(0, 0), one);
}

TEST(max_min, a_limited_output_carries_its_part) {
  max_min flows = links(3);
  flows.add(0, 0);
  flows.add(0, 1);
  flows.limit_output(0, 0.25);
  solve(flows);
  EXPECT_EQ(flows.rate_of(0, 0), one / 4);
  EXPECT_EQ(flows.rate_of(0, 1), one - one / 4);
}

/// The definition itself: no link above its rate, and every flow has a link that is full and on
/// which no flow is faster. "Full" leaves one unit per flow for rounding down.
TEST(max_min, random_flows_fit_their_definition) {
  constexpr unsigned ports = 24;
  base::random_generator random(5);
  std::vector<max_min::rate> capacity;
  for (unsigned port = 0; port < ports; ++port) {
    capacity.push_back(one / (1 + random.below(4)));
  }
  max_min flows(capacity);
  for (unsigned round = 0; round < 200; ++round) {
    for (unsigned change = 0; change < 10; ++change) {
      const auto input = static_cast<unsigned>(random.below(ports));
      const auto output = static_cast<unsigned>(random.below(ports));
      if (flows.contains(input, output)) {
        flows.remove(input, output);
      } else {
        flows.add(input, output);
      }
    }
    solve(flows);
    std::vector<max_min::rate> up(ports);
    std::vector<max_min::rate> down(ports);
    std::vector<max_min::rate> fastest_up(ports);
    std::vector<max_min::rate> fastest_down(ports);
    const auto for_each = [&](auto&& visit) {
      for (unsigned input = 0; input < ports; ++input) {
        flows.outputs_of(input).for_each(
            [&](unsigned output) { visit(input, output, flows.rate_of(input, output)); });
      }
    };
    for_each([&](unsigned input, unsigned output, max_min::rate rate) {
      up[input] += rate;
      down[output] += rate;
      fastest_up[input] = std::max(fastest_up[input], rate);
      fastest_down[output] = std::max(fastest_down[output], rate);
    });
    for (unsigned port = 0; port < ports; ++port) {
      ASSERT_LE(up[port], capacity[port]);
      ASSERT_LE(down[port], capacity[port]);
    }
    for_each([&](unsigned input, unsigned output, max_min::rate rate) {
      const bool by_uplink = up[input] + ports >= capacity[input] && rate == fastest_up[input];
      const bool by_downlink =
          down[output] + ports >= capacity[output] && rate == fastest_down[output];
      // Rounding lets equal flows differ by a unit.
      const bool nearly =
          (up[input] + ports >= capacity[input] && rate + ports >= fastest_up[input]) ||
          (down[output] + ports >= capacity[output] && rate + ports >= fastest_down[output]);
      ASSERT_TRUE(by_uplink || by_downlink || nearly)
          << "flow " << input << " to " << output << " could be faster";
    });
  }
}

/// The part of its line rate that output `o` may use when `asks[i]` are the outputs of input i,
/// which begins `apart` slots after the one before it.
double part_of(const std::vector<std::vector<unsigned>>& asks, unsigned o, unsigned iterations,
               std::uint64_t apart = 0) {
  const auto ports = static_cast<unsigned>(asks.size());
  max_min flows = links(ports);
  flow_contention contention(ports, iterations);
  for (unsigned input = 0; input < ports; ++input) {
    for (const unsigned output : asks[input]) {
      flows.add(input, output);
      contention.ask(input, output, apart * input, false);
    }
  }
  while (flows.gather()) {
    contention.limit(flows);
    flows.solve();
  }
  max_min::rate sum = 0;
  flows.inputs_of(o).for_each([&](unsigned input) { sum += flows.rate_of(input, o); });
  return static_cast<double>(sum) / static_cast<double>(one);
}

TEST(flow_contention, an_all_to_all_loses_one_slot_in_as_many_as_there_are_ranks) {
  for (const unsigned ranks : {3U, 4U, 16U, 64U}) {
    std::vector<std::vector<unsigned>> asks(ranks);
    for (unsigned input = 0; input < ranks; ++input) {
      for (unsigned output = 0; output < ranks; ++output) {
        if (input != output) {
          asks[input].push_back(output);
        }
      }
    }
    const double n = ranks;
    EXPECT_NEAR(part_of(asks, 1, 1), (n - 1) / n, 1e-6) << ranks;
    // A second iteration finds the same part of what the first has left.
    EXPECT_NEAR(part_of(asks, 1, 2), 1 - 1 / (n * n), 1e-6) << ranks;
  }
}

TEST(flow_contention, neighbours_that_begin_together_lock_into_a_part_of_a_round) {
  const auto neighbours = [](unsigned ranks, unsigned count) {
    std::vector<std::vector<unsigned>> asks(ranks);
    for (unsigned input = 0; input < ranks; ++input) {
      for (unsigned distance = 1; distance <= count; ++distance) {
        asks[input].push_back((input + distance) % ranks);
      }
    }
    return asks;
  };
  // Of 64: 44 take a whole round, 40 two thirds of one (42.7 slots), 32 likewise (half a round is
  // not longer than 32), 28 half a round.
  EXPECT_NEAR(part_of(neighbours(64, 44), 3, 1), 44.0 / 64, 1e-6);
  EXPECT_NEAR(part_of(neighbours(64, 40), 3, 1), 40 * 3.0 / 128, 1e-6);
  EXPECT_NEAR(part_of(neighbours(64, 32), 3, 1), 32 * 3.0 / 128, 1e-6);
  EXPECT_NEAR(part_of(neighbours(64, 28), 3, 1), 28.0 / 32, 1e-6);
  // One by one, further apart than a round, they lose a slot per run of holes: 44 of 45.
  EXPECT_NEAR(part_of(neighbours(64, 44), 50, 1, 2), 44.0 / 45, 1e-6);
}

TEST(flow_contention, pointers_over_several_runs_chase_each_other) {
  // 12 of 32 before an output and 12 after it: holes are itself and the 7 opposite, 2 runs. 24 / 26
  // are more than 0.8, 24 / 32 less.
  std::vector<std::vector<unsigned>> asks(32);
  for (unsigned input = 0; input < 32; ++input) {
    for (unsigned distance = 1; distance <= 12; ++distance) {
      asks[input].push_back((input + distance) % 32);
      asks[input].push_back((input + 32 - distance) % 32);
    }
  }
  EXPECT_NEAR(part_of(asks, 5, 1), 0.8, 1e-6);
  // Two more on each side: 28 / 32 is more than that.
  for (unsigned input = 0; input < 32; ++input) {
    for (const unsigned distance : {13U, 14U, 18U, 19U}) {
      asks[input].push_back((input + distance) % 32);
    }
  }
  EXPECT_NEAR(part_of(asks, 5, 1), 28.0 / 32, 1e-6);
}

TEST(flow_contention, nothing_is_lost_where_all_ask_for_all_or_each_for_one) {
  const std::vector<std::vector<unsigned>> all(8, {0, 1, 2, 3, 4, 5, 6, 7});
  EXPECT_NEAR(part_of(all, 3, 1), 1.0, 1e-6);
  const std::vector<std::vector<unsigned>> incast(8, {5});
  EXPECT_NEAR(part_of(incast, 5, 1), 1.0, 1e-6);
  std::vector<std::vector<unsigned>> ring(8);
  for (unsigned input = 0; input < 8; ++input) {
    ring[input] = {(input + 1) % 8};
  }
  EXPECT_NEAR(part_of(ring, 3, 1), 1.0, 1e-6);
}

TEST(flow_contention, scattered_requests_are_matched_as_by_chance) {
  // Each of 64 inputs asks for four outputs, each output is asked by four inputs, 16 apart: four
  // runs of holes for four grants, 1 / (1 + 4 / 4) = 0.5 by rotation. By chance an input is granted
  // by some of its four outputs with 1 - (3/4)^4 = 0.684, and gets one grant in the mean.
  std::vector<std::vector<unsigned>> asks(64);
  for (unsigned input = 0; input < 64; ++input) {
    for (const unsigned distance : {1U, 17U, 33U, 49U}) {
      asks[input].push_back((input + distance) % 64);
    }
  }
  // These form 16 groups of four inputs and four outputs that all ask for all: nothing is lost.
  EXPECT_NEAR(part_of(asks, 0, 1), 1.0, 1e-6);
  // With distances 1, 16, 33 and 50 all are connected.
  for (unsigned input = 0; input < 64; ++input) {
    asks[input] = {(input + 1) % 64, (input + 16) % 64, (input + 33) % 64, (input + 50) % 64};
  }
  EXPECT_NEAR(part_of(asks, 0, 1), 1.0 - 0.75 * 0.75 * 0.75 * 0.75, 1e-6);
}

}  // namespace
}  // namespace sn::fabric
