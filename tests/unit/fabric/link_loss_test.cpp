// Links of a plane that go down, by themselves or not, and links that come up narrower.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <vector>

#include "base/random.h"
#include "fabric/flow_plane.h"
#include "fabric/plane.h"

namespace sn::fabric {
namespace {

constexpr std::uint64_t forever = ~std::uint64_t{0};
constexpr std::uint64_t payload = 595;

/// 8 ports; a cell is arbitrated 3 slots after it is sent.
plane_parameters small_plane() {
  plane_parameters parameters;
  parameters.ports = 8;
  parameters.slots_per_cell.assign(8, 1);
  parameters.voq_depth_cells = 5;
  parameters.uplink_slots = 3;
  parameters.credit_slots = 2;
  return parameters;
}

struct bench {
  explicit bench(const plane_parameters& parameters)
      : scheduler(arbiter::make_scheduler(arbiter::kind::model, parameters.ports, 1)),
        model(parameters, *scheduler) {}

  void send(std::uint64_t slot, unsigned from, unsigned to, std::uint64_t cells,
            std::uint32_t burst) {
    plane_injection share;
    share.slot = slot;
    share.burst = burst;
    share.input = static_cast<base::port_id>(from);
    share.output = static_cast<base::port_id>(to);
    share.bytes = cells * payload;
    model.inject(share);
  }
  /// 200 shares among the first `ports` ports, the same every time.
  void send_at_random(unsigned ports) {
    base::random_generator random(5);
    for (std::uint32_t burst = 0; burst < 200; ++burst) {
      const auto from = static_cast<unsigned>(random.below(ports));
      send(burst, from, static_cast<unsigned>((from + 1 + random.below(ports - 1)) % ports),
           1 + random.below(30), burst);
    }
  }
  void finish() {
    model.run(forever, done);
    EXPECT_TRUE(model.idle());
    model.audit();
  }

  /// Burst and slot of everything that has completed in the end.
  std::vector<std::uint64_t> completions() {
    finish();
    std::vector<std::uint64_t> slots;
    for (const plane_completion& share : done) {
      slots.push_back(share.burst * std::uint64_t{100'000} + share.slot);
    }
    return slots;
  }

  std::unique_ptr<arbiter::scheduler> scheduler;
  plane model;
  std::vector<plane_completion> done;
  std::vector<std::uint32_t> lost;
};

TEST(link_loss, takes_what_has_not_crossed_that_link_and_nothing_else_at_any_moment) {
  for (std::uint64_t slot = 0; slot < 120; slot += 7) {
    bench it(small_plane());
    base::random_generator random(slot);
    std::map<std::uint32_t, bool> uses_port_3;
    for (std::uint32_t burst = 0; burst < 150; ++burst) {
      const auto from = static_cast<unsigned>(random.below(8));
      const auto to = static_cast<unsigned>((from + 1 + random.below(7)) % 8);
      uses_port_3[burst] = from == 3 || to == 3;
      it.send(burst, from, to, 1 + random.below(12), burst);
    }
    it.model.run(slot, it.done);
    const std::size_t crossed = it.done.size();
    it.model.lose_link(3, it.lost);
    it.model.audit();
    it.finish();
    // Each burst has crossed or is lost, once; only those of the link are lost, and all of these.
    std::map<std::uint32_t, int> seen;
    for (std::size_t i = 0; i < it.done.size(); ++i) {
      ++seen[it.done[i].burst];
      EXPECT_FALSE(it.done[i].lost);
      EXPECT_FALSE(i >= crossed && uses_port_3[it.done[i].burst]) << "crossed a dead link";
    }
    for (const std::uint32_t burst : it.lost) {
      ++seen[burst];
      EXPECT_TRUE(uses_port_3[burst]);
    }
    EXPECT_EQ(seen.size(), 150U);
    for (const auto& [burst, times] : seen) {
      EXPECT_EQ(times, 1) << "burst " << burst;
    }
    EXPECT_FALSE(it.lost.empty());
    // The link may carry again, and nothing of what was lost is left.
    it.send(2'000, 3, 4, 20, 1'000);
    it.finish();
    EXPECT_EQ(it.done.back().burst, 1'000U);
    EXPECT_EQ(it.done.back().slot, 2'020U);
  }
}

TEST(link_loss, a_link_whose_replays_bring_nothing_goes_down) {
  plane_parameters parameters = small_plane();
  parameters.cell_error = 1.0;
  parameters.replay_slots = 10;
  bench it(parameters);
  it.send(100, 1, 2, 5, 7);
  it.finish();
  // Hit in slot 100 and after each of 16 replays of 10 slots; the 17th hit is one too many.
  ASSERT_EQ(it.done.size(), 1U);
  EXPECT_TRUE(it.done[0].lost);
  EXPECT_EQ(it.done[0].burst, 7U);
  EXPECT_EQ(it.done[0].slot, 260U);
  EXPECT_EQ(it.model.take_failure(), base::port_id{1});
  EXPECT_FALSE(it.model.take_failure().has_value());
  EXPECT_EQ(it.model.statistics().cells_lost, 5U);
  // What comes for a dead link is lost at once.
  it.send(400, 1, 2, 5, 8);
  it.send(400, 3, 1, 5, 9);
  it.finish();
  ASSERT_EQ(it.done.size(), 3U);
  EXPECT_TRUE(it.done[1].lost && it.done[2].lost);
  EXPECT_EQ(it.done[2].slot, 400U);
  EXPECT_EQ(it.model.statistics().cells_lost, 5U) << "they never were the plane's";
}

TEST(link_loss, above_the_survivable_error_rate_every_share_ends_once) {
  // Cells are hit with 60 %: 17 times in a row with 1.7e-4, so of some 10,000 cells on two links
  // each a few links go down.
  plane_parameters parameters = small_plane();
  parameters.cell_error = 0.6;
  parameters.replay_slots = 10;
  bench it(parameters);
  for (std::uint32_t burst = 0; burst < 500; ++burst) {
    it.send(0, burst % 8, (burst + 1 + burst / 8 % 7) % 8, 20, burst);
  }
  it.finish();
  unsigned lost = 0;
  unsigned failures = 0;
  for (const plane_completion& share : it.done) {
    lost += share.lost ? 1 : 0;
  }
  while (it.model.take_failure()) {
    ++failures;
  }
  EXPECT_EQ(it.done.size(), 500U);
  EXPECT_GT(failures, 0U);
  EXPECT_GT(lost, 0U);
  EXPECT_LT(lost, 500U);
}

TEST(link_loss, a_link_that_comes_up_narrower_is_as_one_that_was_built_so) {
  for (const unsigned width : {2U, 4U, 16U}) {
    plane_parameters narrow = small_plane();
    narrow.slots_per_cell[7] = static_cast<std::uint8_t>(width);
    bench built(narrow);
    bench restored(small_plane());
    restored.model.restore_link(7, width);
    built.send_at_random(8);
    restored.send_at_random(8);
    EXPECT_EQ(built.completions(), restored.completions()) << "width " << width;
  }
}

TEST(link_loss, a_link_that_changes_its_width_disturbs_no_other) {
  const auto run = [](unsigned narrower) {
    bench it(small_plane());
    it.send_at_random(7);
    it.model.run(150, it.done);  // in the midst of it
    it.model.restore_link(7, narrower);
    return it.completions();
  };
  const auto undisturbed = run(1);
  EXPECT_EQ(undisturbed.size(), 200U);
  EXPECT_EQ(run(8), undisturbed);
  EXPECT_EQ(run(200), undisturbed);
}

TEST(flow_loss, takes_what_has_not_crossed_and_leaves_the_rest_its_rates) {
  flow_plane_parameters parameters;
  parameters.slots_per_cell.assign(8, 1);
  flow_plane fluid(parameters);
  const auto send = [&](std::uint64_t slot, unsigned from, unsigned to, std::uint32_t cells,
                        std::uint32_t burst) {
    fluid.inject(
        {slot, burst, static_cast<base::port_id>(from), static_cast<base::port_id>(to), cells});
  };
  // 0 and 1 share output 2; 3 sends to 1 as well; 4 to 5 has nothing to do with any.
  send(0, 0, 2, 1'000, 1);
  send(0, 1, 2, 1'000, 2);
  send(0, 3, 1, 1'000, 3);
  send(0, 4, 5, 1'000, 4);
  send(100, 1, 6, 10, 5);
  std::vector<plane_completion> done;
  std::vector<std::uint32_t> lost;
  fluid.run(100, done);
  fluid.lose_link(100, 1, lost);
  EXPECT_THAT(lost, testing::UnorderedElementsAre(2U, 3U, 5U));
  fluid.run(forever, done);
  EXPECT_TRUE(fluid.idle());
  fluid.audit();
  // 0 had half of the output until slot 100, 50 cells, and all of it from then on.
  std::map<std::uint32_t, std::uint64_t> when;
  for (const plane_completion& share : done) {
    when[share.burst] = share.slot;
  }
  EXPECT_EQ(when.size(), 2U);
  EXPECT_NEAR(static_cast<double>(when[1]), 1'050.0, 2.0);
  EXPECT_EQ(when[4], 1'000U);

  // At half its lanes a link moves half as much.
  fluid.restore_link(5'000, 1, 2);
  done.clear();
  send(5'000, 1, 2, 100, 6);
  send(5'000, 4, 5, 100, 7);
  fluid.run(forever, done);
  fluid.audit();
  ASSERT_EQ(done.size(), 2U);
  EXPECT_EQ(done[0].burst, 7U);
  EXPECT_EQ(done[0].slot, 5'100U);
  EXPECT_EQ(done[1].slot, 5'200U);

  fluid.lose(6'000, lost);
  EXPECT_TRUE(fluid.idle());
}

}  // namespace
}  // namespace sn::fabric
