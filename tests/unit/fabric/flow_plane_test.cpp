#include "fabric/flow_plane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/random.h"

namespace sn::fabric {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t ever = std::numeric_limits<std::uint64_t>::max();

flow_plane_parameters ports(unsigned count) {
  flow_plane_parameters parameters;
  parameters.slots_per_cell.assign(count, 1);
  return parameters;
}

/// The slot in which each burst has crossed, by number of the burst.
std::vector<std::uint64_t> slots_of(flow_plane& plane, std::size_t bursts) {
  std::vector<plane_completion> done;
  plane.run(ever, done);
  std::vector<std::uint64_t> result(bursts);
  for (const plane_completion& one : done) {
    result.at(one.burst) = one.slot;
  }
  EXPECT_EQ(done.size(), bursts);
  EXPECT_TRUE(plane.idle());
  plane.audit();
  return result;
}

TEST(flow_plane, a_lone_share_takes_a_slot_per_cell) {
  flow_plane plane(ports(4));
  plane.inject({7, 0, 1, 2, 10});
  EXPECT_THAT(slots_of(plane, 1), ElementsAre(17U));
}

TEST(flow_plane, a_slow_port_takes_its_slots_per_cell_either_way) {
  auto parameters = ports(3);
  parameters.slots_per_cell[1] = 4;
  flow_plane plane(parameters);
  plane.inject({0, 0, 0, 1, 5});
  plane.inject({0, 1, 1, 2, 3});
  EXPECT_THAT(slots_of(plane, 2), ElementsAre(20U, 12U));
}

TEST(flow_plane, shares_of_a_pair_go_one_after_the_other) {
  flow_plane plane(ports(4));
  plane.inject({0, 0, 1, 2, 10});
  plane.inject({0, 1, 1, 2, 5});
  plane.inject({3, 2, 1, 2, 1});
  EXPECT_THAT(slots_of(plane, 3), ElementsAre(10U, 15U, 16U));
}

TEST(flow_plane, two_sources_share_an_output_and_the_longer_gets_the_rest) {
  // Half the rate each until 10 cells of each have gone in slot 20; the other 20 cells take 20.
  flow_plane plane(ports(4));
  plane.inject({0, 0, 0, 3, 10});
  plane.inject({0, 1, 1, 3, 30});
  EXPECT_THAT(slots_of(plane, 2), ElementsAre(20U, 40U));
}

TEST(flow_plane, a_late_flow_takes_its_half_from_when_it_comes) {
  // 10 of 25 cells have gone when the second comes. 15 each at half rate: both end in slot 40.
  flow_plane plane(ports(4));
  plane.inject({0, 0, 0, 3, 25});
  plane.inject({10, 1, 1, 3, 15});
  EXPECT_THAT(slots_of(plane, 2), ElementsAre(40U, 40U));
}

TEST(flow_plane, single_cells_leave_a_source_in_the_order_of_its_round_robin) {
  flow_plane plane(ports(5));
  plane.inject({0, 0, 0, 3, 1});
  plane.inject({0, 1, 0, 1, 1});
  plane.inject({0, 2, 0, 4, 1});
  EXPECT_THAT(slots_of(plane, 3), ElementsAre(2U, 1U, 3U));
  // The last went to output 4: the next round begins at 5, that is at 0.
  plane.inject({10, 0, 0, 4, 1});
  plane.inject({10, 1, 0, 2, 1});
  EXPECT_THAT(slots_of(plane, 2), ElementsAre(12U, 11U));
}

TEST(flow_plane, single_cells_cross_to_one_output_one_after_the_other) {
  flow_plane plane(ports(5));
  for (std::uint32_t input = 0; input < 4; ++input) {
    plane.inject({0, input, static_cast<base::port_id>(input), 4, 1});
  }
  EXPECT_THAT(slots_of(plane, 4), ElementsAre(1U, 2U, 3U, 4U));
}

TEST(flow_plane, an_all_to_all_takes_as_many_slots_as_iSLIP_with_one_iteration) {
  // Four ranks with 300 cells for each of three others: the rotation of 4 takes 4 x 300 slots
  // where the links could do it in 3 x 300. A flow may begin a 16th of its length, 18 slots, late.
  flow_plane plane(ports(4));
  std::uint32_t burst = 0;
  for (base::port_id input = 0; input < 4; ++input) {
    for (base::port_id output = 0; output < 4; ++output) {
      if (input != output) {
        plane.inject({0, burst++, input, output, 300});
      }
    }
  }
  const auto slots = slots_of(plane, 12);
  EXPECT_GE(*std::max_element(slots.begin(), slots.end()), 1200U - 1U);
  EXPECT_LE(*std::max_element(slots.begin(), slots.end()), 1200U + 3U + 18U);
}

/// 3 sources send 300 cells to each of the two others; of source i those to its successor come in
/// slot 0 and the others in `second[i]`. The slot in which the last has crossed.
std::uint64_t slots_of_three(const std::array<std::uint64_t, 3>& second) {
  flow_plane plane(ports(4));
  for (std::uint16_t i = 0; i < 3; ++i) {
    plane.inject({0, i, i, static_cast<std::uint16_t>((i + 1) % 3), 300});
  }
  std::array<std::uint16_t, 3> order{0, 1, 2};
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return second[a] < second[b]; });
  for (const std::uint16_t i : order) {
    plane.inject({second[i], 3U + i, i, static_cast<std::uint16_t>((i + 2) % 3), 300});
  }
  const auto slots = slots_of(plane, 6);
  return *std::max_element(slots.begin(), slots.end());
}

TEST(flow_plane, an_exchange_that_comes_in_waves_loses_nothing) {
  // Each output has 600 cells to take. Waves rotate all pointers in step; otherwise two of three
  // slots are used while both flow, which is what iSLIP does when they do not fit.
  EXPECT_NEAR(static_cast<double>(slots_of_three({50, 50, 50})), 600, 3);
  EXPECT_GT(slots_of_three({50, 53, 57}), 750U);
  EXPECT_GT(slots_of_three({0, 0, 0}), 850U);
}

TEST(flow_plane, statistics_add_up_and_no_link_is_above_its_rate) {
  auto parameters = ports(16);
  parameters.slots_per_cell[3] = 2;
  parameters.bin_slots = 64;
  flow_plane plane(parameters);
  base::random_generator random(9);
  std::vector<plane_completion> done;
  std::uint64_t cells = 0;
  std::uint64_t slot = 0;
  constexpr std::uint32_t bursts = 3000;
  for (std::uint32_t burst = 0; burst < bursts; ++burst) {
    flow_injection share;
    share.slot = slot;
    share.burst = burst;
    share.input = static_cast<base::port_id>(random.below(16));
    share.output = static_cast<base::port_id>(random.below(16));
    share.cells = static_cast<std::uint32_t>(1 + random.below(40));
    cells += share.cells;
    plane.inject(share);
    if (random.chance(0.2)) {
      slot += random.below(30);
      plane.run(slot, done);
      plane.audit();
    }
  }
  plane.run(ever, done);
  plane.audit();
  EXPECT_TRUE(plane.idle());
  EXPECT_EQ(done.size(), bursts);
  const plane_statistics statistics = plane.statistics();
  EXPECT_EQ(statistics.cells, cells);
  std::uint64_t up = 0;
  std::uint64_t in_bins = 0;
  for (unsigned port = 0; port < 16; ++port) {
    up += statistics.uplinks[port].cells;
    EXPECT_LE(statistics.uplinks[port].busy_slots, statistics.slots);
    EXPECT_LE(statistics.downlinks[port].busy_slots, statistics.slots);
  }
  for (const std::uint32_t in_bin : statistics.cells_per_bin) {
    EXPECT_LE(in_bin, 64U * 16U);
    in_bins += in_bin;
  }
  EXPECT_EQ(up, cells);
  // A flow ends with a whole slot, of which the last part may be empty; bins round down.
  EXPECT_NEAR(static_cast<double>(in_bins), static_cast<double>(cells),
              0.02 * static_cast<double>(cells));
}

TEST(flow_plane_aborts, on_shares_that_cannot_be) {
  flow_plane plane(ports(4));
  EXPECT_DEATH(plane.inject({0, 0, 4, 0, 1}), "a port that the plane does not have");
  EXPECT_DEATH(plane.inject({0, 0, 1, 0, 0}), "carries nothing");
  plane.inject({5, 0, 1, 0, 1});
  EXPECT_DEATH(plane.inject({4, 0, 2, 0, 1}), "out of order");
}

}  // namespace
}  // namespace sn::fabric
