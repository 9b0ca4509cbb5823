#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "class_plane_bench.h"

namespace sn::fabric {
namespace {

base::port_set ports_of(const std::vector<unsigned>& list) {
  base::port_set set;
  for (const unsigned port : list) {
    set.set(port);
  }
  return set;
}

plane_injection multicast(const plane& model, std::uint64_t slot, unsigned from, unsigned group,
                          std::uint64_t cells) {
  return class_plane_bench::share(slot, from, model.multicast_column(group), 0, cells, 999'999);
}

TEST(plane_groups, a_reduction_runs_at_line_rate_whatever_its_members) {
  // 100 cells of each member arrive from slot 3 on, and each slot one result is made. The arbiter
  // gives the input its turn for the next slot: results leave in slots 4 to 103, to all members.
  class_plane_bench it(plane_with_classes(4, 1));
  it.model.set_members(0, ports_of({1, 2, 4, 7}));
  for (const unsigned member : {1U, 2U, 4U, 7U}) {
    it.contribute(0, member, 0, 100, member);
  }
  const auto done = it.run();
  ASSERT_EQ(done.size(), 4U);
  for (const unsigned member : {1U, 2U, 4U, 7U}) {
    EXPECT_EQ(done.at(member), 101U) << "the result at port " << member;
  }
  const plane_statistics& seen = it.model.statistics();
  EXPECT_EQ(seen.cells_reduced, 400U);
  EXPECT_EQ(seen.cells_copied, 400U);
  EXPECT_EQ(seen.uplinks[1].cells, 100U);
  EXPECT_EQ(seen.downlinks[7].cells, 100U);
  EXPECT_EQ(seen.downlinks[0].cells, 0U);
}

TEST(plane_groups, a_reduction_waits_for_its_last_member_with_a_bounded_buffer) {
  // Port 5 comes 1000 slots late. The others fill their VOQs of 5 cells and stop; nothing is lost,
  // and then all goes at line rate: results leave in slots 1004 to 1103.
  class_plane_bench it(plane_with_classes(1, 2));
  it.model.set_members(1, ports_of({0, 3, 5}));
  it.contribute(0, 0, 1, 100, 10);
  it.contribute(0, 3, 1, 100, 13);
  it.contribute(1000, 5, 1, 100, 15);
  std::vector<plane_completion> done;
  it.model.run(900, done);
  it.model.audit();
  EXPECT_TRUE(done.empty());
  EXPECT_EQ(it.model.statistics().max_voq_cells, 5U);
  const auto rest = it.run();
  EXPECT_EQ(rest.at(10), 1101U);
  EXPECT_EQ(rest.at(15), 1101U);
}

TEST(plane_groups, a_full_buffer_of_results_stops_the_reduction) {
  // Member 6 takes a cell every 8 slots, so 2 results wait in the buffer and contributions in their
  // VOQs. Result c leaves to 6 in slot 4 + 8 c.
  plane_parameters parameters = plane_with_classes(1, 1);
  parameters.slots_per_cell[6] = 8;
  parameters.reduction_buffer_cells = 2;
  class_plane_bench it(parameters);
  it.model.set_members(0, ports_of({0, 6}));
  it.contribute(0, 0, 0, 20, 1);
  it.contribute(0, 6, 0, 20, 2);
  const auto done = it.run();
  // A cell from port 6 takes 8 slots to come, and may be arbitrated 7 slots later for that.
  EXPECT_EQ(done.at(2), 4U + 7 + 19 * 8 + 8 - 3);
}

TEST(plane_groups, a_multicast_reaches_all_members_at_the_rate_of_one) {
  // Cells arrive from slot 3 on, and have the turn from slot 4 on.
  class_plane_bench it(plane_with_classes(1, 1));
  it.model.inject_multicast(multicast(it.model, 0, 2, 0, 100), {{0, 10}, {3, 13}, {7, 17}});
  const auto done = it.run();
  ASSERT_EQ(done.size(), 3U);
  EXPECT_EQ(done.at(10), 101U);
  EXPECT_EQ(done.at(17), 101U);
  EXPECT_EQ(it.model.statistics().cells_multicast, 100U);
  EXPECT_EQ(it.model.statistics().cells, 300U);
}

TEST(plane_groups, two_groups_take_turns_since_one_input_multicasts_at_a_time) {
  // Turns alternate between inputs 0 and 4: 100 results each in 200 slots, from slot 4 on.
  class_plane_bench it(plane_with_classes(1, 2));
  it.model.set_members(0, ports_of({0, 1}));
  it.model.set_members(1, ports_of({4, 5}));
  for (const unsigned member : {0U, 1U, 4U, 5U}) {
    it.contribute(0, member, member / 4, 100, member);
  }
  const auto done = it.run();
  EXPECT_EQ(std::max(done.at(1), done.at(5)), 4U + 199 + 1 - 3);
  EXPECT_EQ(std::min(done.at(1), done.at(5)), 4U + 198 + 1 - 3);
}

TEST(plane_groups, results_of_one_group_keep_the_order_of_its_contributions) {
  class_plane_bench it(plane_with_classes(1, 1));
  it.model.set_members(0, ports_of({0, 1}));
  for (std::uint32_t k = 0; k < 5; ++k) {
    it.contribute(10 * k, 0, 0, 1 + k, 2 * k);
    it.contribute(10 * k + 3, 1, 0, 1 + k, 2 * k + 1);
  }
  const auto done = it.run();
  for (std::uint32_t k = 1; k < 5; ++k) {
    EXPECT_LT(done.at(2 * k - 2), done.at(2 * k));
    EXPECT_EQ(done.at(2 * k), done.at(2 * k + 1));
  }
}

/// Everything at once, on ports of different widths: unicasts, reductions of two groups and
/// multicasts.
void load(class_plane_bench& it, unsigned classes, std::uint64_t seed) {
  it.model.set_members(0, ports_of({0, 2, 5, 7}));
  it.model.set_members(1, ports_of({1, 2, 6}));
  base::random_generator random(seed);
  std::uint64_t slot = 0;
  std::uint32_t burst = 0;
  for (unsigned k = 0; k < 600; ++k) {
    slot += random.below(60);
    const std::uint64_t cells = 1 + random.below(12);
    switch (random.below(4)) {
      case 0:
        for (const unsigned member : {0U, 2U, 5U, 7U}) {
          it.contribute(slot, member, 0, cells, burst++);
        }
        break;
      case 1:
        for (const unsigned member : {6U, 1U, 2U}) {
          it.contribute(slot, member, 1, cells, burst++);
        }
        break;
      case 2:
        it.model.inject_multicast(
            multicast(it.model, slot, static_cast<unsigned>(random.below(8)), 1, cells),
            {{1, burst}, {3, burst + 1}, {4, burst + 2}});
        burst += 3;
        break;
      default:
        it.send(slot, static_cast<unsigned>(random.below(8)),
                static_cast<unsigned>(random.below(8)),
                static_cast<unsigned>(random.below(classes)), cells, burst++);
    }
  }
}

plane_parameters mixed_plane() {
  plane_parameters parameters = plane_with_classes(4, 2);
  parameters.slots_per_cell[7] = 4;
  parameters.receive_buffer_cells = 12;
  parameters.receive_credit_slots = 9;
  parameters.reduction_buffer_cells = 3;
  parameters.cell_error = 0.01;
  parameters.replay_slots = 6;
  return parameters;
}

TEST(plane_groups, mixed_traffic_is_conserved_and_every_audit_on_the_way_holds) {
  class_plane_bench it(mixed_plane());
  load(it, 4, 3);
  std::vector<plane_completion> done;
  for (std::uint64_t until = 1; !it.model.idle(); until += 61) {
    it.model.run(until, done);
    it.model.audit();
  }
  std::vector<std::uint32_t> bursts;
  for (const auto& one : done) {
    bursts.push_back(one.burst);
  }
  std::sort(bursts.begin(), bursts.end());
  EXPECT_TRUE(std::adjacent_find(bursts.begin(), bursts.end()) == bursts.end());
  EXPECT_EQ(bursts.back() + 1, bursts.size()) << "all arrived";
}

TEST(plane_groups, the_twin_and_the_rtl_give_the_same_completions) {
  class_plane_bench twin(mixed_plane(), arbiter::kind::model);
  class_plane_bench both(mixed_plane(), arbiter::kind::lockstep);
  load(twin, 4, 8);
  load(both, 4, 8);
  EXPECT_EQ(twin.run(), both.run());
}

TEST(plane_groups, a_plane_that_is_lost_names_every_burst_that_is_not_complete_once) {
  for (const std::uint64_t end : {1U, 50U, 700U, 4000U}) {
    class_plane_bench it(mixed_plane());
    load(it, 4, 5);
    std::vector<plane_completion> done;
    it.model.run(end, done);
    std::vector<std::uint32_t> bursts;
    it.model.lose(bursts);
    it.model.audit();
    EXPECT_TRUE(it.model.idle());
    for (const auto& one : done) {
      bursts.push_back(one.burst);
    }
    std::sort(bursts.begin(), bursts.end());
    EXPECT_TRUE(std::adjacent_find(bursts.begin(), bursts.end()) == bursts.end());
    EXPECT_EQ(bursts.back() + 1, bursts.size());
  }
}

TEST(plane_groups, a_link_that_is_lost_takes_what_groups_have_under_way_and_leaves_the_rest) {
  for (const std::uint64_t end : {1U, 50U, 700U, 4000U}) {
    class_plane_bench it(mixed_plane());
    load(it, 4, 5);
    std::vector<plane_completion> done;
    it.model.run(end, done);
    std::vector<std::uint32_t> bursts;
    it.model.lose_link(3, bursts);
    it.model.audit();
    const std::size_t lost = bursts.size();
    const std::size_t crossed = done.size();
    it.model.run(~std::uint64_t{0}, done);
    it.model.audit();
    EXPECT_TRUE(it.model.idle());
    EXPECT_GT(lost, 0U);
    EXPECT_GT(done.size(), crossed) << "the other links go on";
    for (const auto& one : done) {
      bursts.push_back(one.burst);
    }
    std::sort(bursts.begin(), bursts.end());
    EXPECT_TRUE(std::adjacent_find(bursts.begin(), bursts.end()) == bursts.end());
    EXPECT_EQ(bursts.back() + 1, bursts.size());
  }
}

}  // namespace
}  // namespace sn::fabric
