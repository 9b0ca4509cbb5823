#include "fabric/plane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "base/random.h"
#include "greedy_scheduler.h"

namespace sn::fabric {
namespace {

constexpr std::uint64_t forever = ~std::uint64_t{0};
constexpr std::uint64_t payload = 595;

/// 8 ports, cells arbitrated 3 slots after they are sent, credits back 2 slots after the grant: the
/// round trip of a VOQ credit is 5 slots.
plane_parameters small_plane() {
  plane_parameters parameters;
  parameters.ports = 8;
  parameters.slots_per_cell.assign(8, 1);
  parameters.voq_depth_cells = 5;
  parameters.uplink_slots = 3;
  parameters.credit_slots = 2;
  parameters.bin_slots = 10;
  return parameters;
}

/// A plane with an arbiter of its own.
struct bench {
  explicit bench(const plane_parameters& parameters, arbiter::kind kind = arbiter::kind::model)
      : scheduler(arbiter::make_scheduler(kind, parameters.ports, 1)),
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

  /// Runs until nothing is left to do and gives the slot of completion of burst `burst`.
  std::uint64_t completion_of(std::uint32_t burst) {
    model.run(forever, done);
    EXPECT_TRUE(model.idle());
    model.audit();
    for (const auto& completion : done) {
      if (completion.burst == burst) {
        return completion.slot;
      }
    }
    ADD_FAILURE() << "burst " << burst << " never arrived";
    return 0;
  }

  std::unique_ptr<arbiter::scheduler> scheduler;
  plane model;
  std::vector<plane_completion> done;
};

TEST(plane, a_lone_share_takes_one_slot_per_cell) {
  // n cells are sent in slots s to s + n - 1. The completion's slot is that after the last: the
  // path latency counts from there.
  for (const std::uint64_t cells : {1U, 2U, 7U, 100U}) {
    bench it(small_plane());
    it.send(40, 1, 2, cells, 9);
    EXPECT_EQ(it.completion_of(9), 40 + cells) << cells << " cells";
    EXPECT_EQ(it.model.statistics().cells, cells);
    EXPECT_EQ(it.model.statistics().queued_cell_slots, 0U) << "nothing to wait for";
  }
}

TEST(plane, a_part_of_a_cell_takes_a_whole_cell) {
  bench it(small_plane());
  plane_injection share;
  share.input = 0;
  share.output = 3;
  share.bytes = 2 * payload + 1;
  it.model.inject(share);
  EXPECT_EQ(it.completion_of(0), 3U);
  EXPECT_EQ(it.model.statistics().uplinks[0].cells, 3U);
  EXPECT_EQ(it.model.statistics().uplinks[0].bytes, 2 * payload + 1);
  EXPECT_EQ(it.model.statistics().downlinks[3].bytes, 2 * payload + 1);
}

TEST(plane, a_voq_shorter_than_the_credit_round_trip_limits_a_flow_to_depth_per_round_trip) {
  // A cell sent in slot s is granted in s + 3 and its credit is usable in s + 5. With depth d < 5,
  // d cells leave in slots 0 to d - 1 of every 5 slots: cell c leaves in slot 5 (c div d) + c mod
  // d.
  for (const unsigned depth : {1U, 2U, 3U, 4U}) {
    plane_parameters parameters = small_plane();
    parameters.voq_depth_cells = static_cast<std::uint16_t>(depth);
    bench it(parameters);
    const std::uint64_t cells = 1000;
    it.send(0, 0, 1, cells, 1);
    const std::uint64_t last = cells - 1;
    EXPECT_EQ(it.completion_of(1), 5 * (last / depth) + last % depth + 1) << "depth " << depth;
  }
}

TEST(plane, incast_is_shared_to_the_cell_and_the_output_never_rests) {
  // 7 inputs send 100 cells each to output 0: 700 cells at one per slot from the first arbitration
  // in slot 3 on; the last crosses in slot 702 and completes at 702 + 1 - 3 = 700.
  bench it(small_plane());
  for (unsigned input = 1; input < 8; ++input) {
    it.send(0, input, 0, 100, input);
  }
  it.completion_of(1);
  ASSERT_EQ(it.done.size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ(it.done[i].slot, 694U + i) << "round robin ends all within one round";
  }
  EXPECT_EQ(it.model.statistics().max_voq_cells, 5U);
}

TEST(plane, shares_of_one_input_and_output_arrive_in_order_and_others_pass) {
  bench it(small_plane());
  it.send(0, 0, 1, 10, 1);
  it.send(0, 0, 1, 1, 2);
  it.send(0, 0, 2, 1, 3);
  it.completion_of(1);
  std::vector<std::uint32_t> order;
  for (const auto& completion : it.done) {
    order.push_back(completion.burst);
  }
  EXPECT_THAT(order, testing::ElementsAre(3U, 1U, 2U));
}

TEST(plane, slow_ports_take_their_slots_per_cell) {
  // Port 6 is 4 times slower. From it: a cell leaves every 4 slots, n cells need 4n. To it: the
  // same.
  plane_parameters parameters = small_plane();
  parameters.slots_per_cell[6] = 4;
  parameters.slots_per_cell[7] = 4;
  parameters.voq_depth_cells = 16;
  {
    bench from_slow(parameters);
    from_slow.send(0, 6, 0, 25, 1);
    EXPECT_EQ(from_slow.completion_of(1), 100U);
    EXPECT_EQ(from_slow.model.statistics().uplinks[6].busy_slots, 100U);
  }
  {
    bench to_slow(parameters);
    to_slow.send(0, 0, 6, 25, 1);
    EXPECT_EQ(to_slow.completion_of(1), 100U);
    EXPECT_EQ(to_slow.model.statistics().downlinks[6].busy_slots, 100U);
  }
  {
    bench slow_to_slow(parameters);
    slow_to_slow.send(0, 6, 7, 25, 1);
    EXPECT_EQ(slow_to_slow.completion_of(1), 100U) << "cut through: not 25 x 4 + 4";
  }
}

TEST(plane, a_slow_destination_does_not_hold_up_others_while_voqs_have_room) {
  plane_parameters parameters = small_plane();
  parameters.slots_per_cell[6] = 8;
  bench it(parameters);
  it.send(0, 0, 6, 50, 1);
  it.send(0, 0, 1, 50, 2);
  it.model.run(forever, it.done);
  it.model.audit();
  ASSERT_EQ(it.done.size(), 2U);
  EXPECT_EQ(it.done[0].burst, 2U);
  // 50 cells of its own, and in between what the other flow has credits for: 5, and one more each
  // time that port 6 takes a cell, in slots 4, 12, 20, ..., 60: 8.
  EXPECT_LE(it.done[0].slot, 50U + 5 + 8);
  // The round robin sends to 1 in slot 0 and to 6 in slot 1; then a cell every 8 slots.
  EXPECT_EQ(it.done[1].slot, 1U + 50 * 8);
}

TEST(plane, a_receive_buffer_shorter_than_its_round_trip_limits_the_output) {
  // 2 places, free again 8 slots after the grant: 2 cells per 8 slots.
  plane_parameters parameters = small_plane();
  parameters.voq_depth_cells = 64;
  parameters.receive_buffer_cells = 2;
  parameters.receive_credit_slots = 8;
  bench it(parameters);
  it.send(0, 0, 1, 100, 1);
  // Cell c is granted in slot 3 + 8 (c div 2) + c mod 2: the last, 99, in 3 + 392 + 1.
  EXPECT_EQ(it.completion_of(1), 392U + 1 + 1);
}

TEST(plane, all_to_all_of_64_ports_runs_within_5_percent_of_line_rate) {
  // 64 inputs send 40 cells to each of the other 63: no port can take less than 2520 slots.
  plane_parameters parameters;
  parameters.ports = 64;
  parameters.slots_per_cell.assign(64, 1);
  parameters.voq_depth_cells = 64;
  parameters.uplink_slots = 12;
  parameters.credit_slots = 12;
  bench it(parameters);
  for (unsigned round = 1; round < 64; ++round) {
    for (unsigned input = 0; input < 64; ++input) {
      it.send(0, input, (input + round) % 64, 40, input);
    }
  }
  it.model.run(forever, it.done);
  it.model.audit();
  ASSERT_EQ(it.done.size(), 64U * 63);
  const std::uint64_t bound = 2520;
  EXPECT_GE(it.done.back().slot, bound);
  EXPECT_LE(it.done.back().slot, bound * 105 / 100);
  EXPECT_EQ(it.model.statistics().cells, 64 * bound);
}

TEST(plane, idle_stretches_cost_no_slots) {
  bench it(small_plane());
  it.send(0, 0, 1, 1, 1);
  it.send(1'000'000'000, 0, 1, 1, 2);
  EXPECT_EQ(it.completion_of(2), 1'000'000'001U);
  // Each cell: sent in slot 0, granted in 3, its credit home in 5: six slots.
  EXPECT_EQ(it.model.statistics().slots, 12U);
}

TEST(plane, counts_cells_over_time_in_bins) {
  bench it(small_plane());  // bins of 10 slots; crossings in slots 3 to 27
  it.send(0, 0, 1, 25, 1);
  it.completion_of(1);
  EXPECT_THAT(it.model.statistics().cells_per_bin, testing::ElementsAre(7U, 10U, 8U));
}

TEST(plane, mean_wait_is_that_of_a_queue_worked_out_by_hand) {
  // Two inputs send one cell each to output 0 in the same slot: one crosses at once, the other
  // waits for one slot: mean 0.5.
  bench it(small_plane());
  it.send(0, 1, 0, 1, 1);
  it.send(0, 2, 0, 1, 2);
  it.completion_of(1);
  EXPECT_DOUBLE_EQ(it.model.statistics().mean_wait_slots(), 0.5);
}

/// Random traffic, the same for every call: 3000 shares over all pairs, some ports slow.
std::vector<plane_injection> random_traffic(unsigned ports, std::uint64_t seed) {
  base::random_generator random(seed);
  std::vector<plane_injection> shares;
  std::uint64_t slot = 0;
  for (std::uint32_t burst = 0; burst < 3000; ++burst) {
    slot += random.below(6) * random.below(6);
    plane_injection share;
    share.slot = slot;
    share.burst = burst;
    share.input = static_cast<base::port_id>(random.below(ports));
    share.output = static_cast<base::port_id>(random.below(ports));
    share.bytes = 1 + random.below(20'000);
    shares.push_back(share);
  }
  return shares;
}

plane_parameters uneven_plane(unsigned ports) {
  plane_parameters parameters;
  parameters.ports = ports;
  parameters.slots_per_cell.assign(ports, 1);
  parameters.slots_per_cell[ports - 1] = 8;
  parameters.slots_per_cell[ports - 2] = 3;
  parameters.voq_depth_cells = 7;
  parameters.uplink_slots = 5;
  parameters.credit_slots = 4;
  parameters.receive_buffer_cells = 20;
  parameters.receive_credit_slots = 11;
  return parameters;
}

bool operator_equal(const std::vector<plane_completion>& a,
                    const std::vector<plane_completion>& b) {
  if (a.size() != b.size()) {
    return false;
  }
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].burst != b[i].burst || a[i].slot != b[i].slot) {
      return false;
    }
  }
  return true;
}

TEST(plane, random_traffic_is_conserved_and_every_audit_on_the_way_holds) {
  bench it(uneven_plane(16));
  for (const auto& share : random_traffic(16, 7)) {
    it.model.inject(share);
  }
  for (std::uint64_t until = 1; !it.model.idle(); until += 97) {
    it.model.run(until, it.done);
    it.model.audit();
  }
  EXPECT_EQ(it.done.size(), 3000U);
  std::vector<bool> seen(3000);
  for (const auto& completion : it.done) {
    EXPECT_FALSE(seen[completion.burst]) << "burst " << completion.burst << " arrived twice";
    seen[completion.burst] = true;
  }
}

TEST(plane, the_twin_and_the_rtl_give_the_same_completions) {
  bench twin(uneven_plane(16), arbiter::kind::model);
  bench rtl(uneven_plane(16), arbiter::kind::rtl);
  for (const auto& share : random_traffic(16, 11)) {
    twin.model.inject(share);
    rtl.model.inject(share);
  }
  twin.model.run(forever, twin.done);
  rtl.model.run(forever, rtl.done);
  EXPECT_EQ(twin.done.size(), 3000U);
  EXPECT_TRUE(operator_equal(twin.done, rtl.done));
  EXPECT_EQ(twin.model.statistics().queued_cell_slots, rtl.model.statistics().queued_cell_slots);
  EXPECT_EQ(twin.model.statistics().cells_per_bin, rtl.model.statistics().cells_per_bin);
}

TEST(plane, batches_of_any_size_give_the_same_completions) {
  std::vector<plane_completion> expected;
  for (const std::uint64_t batch : {1'000'000'000U, 1U, 2U, 33U}) {
    bench it(uneven_plane(16));
    const auto traffic = random_traffic(16, 5);
    std::size_t next = 0;
    for (std::uint64_t until = batch; next < traffic.size() || !it.model.idle(); until += batch) {
      while (next < traffic.size() && traffic[next].slot < until) {
        it.model.inject(traffic[next++]);
      }
      it.model.run(until, it.done);
    }
    if (expected.empty()) {
      expected = it.done;
    }
    EXPECT_EQ(it.done.size(), 3000U);
    EXPECT_TRUE(operator_equal(it.done, expected)) << "batches of " << batch;
  }
}

TEST(plane, a_restored_plane_goes_on_as_if_never_stopped) {
  greedy_scheduler scheduler(16);
  plane whole(uneven_plane(16), scheduler);
  plane first(uneven_plane(16), scheduler);
  for (const auto& share : random_traffic(16, 3)) {
    whole.inject(share);
    first.inject(share);
  }
  std::vector<plane_completion> expected;
  whole.run(forever, expected);

  std::vector<plane_completion> done;
  first.run(5000, done);
  ASSERT_FALSE(first.idle());
  ASSERT_FALSE(done.empty());
  const plane_state saved = first.save();
  plane second(uneven_plane(16), scheduler);
  second.restore(saved);
  second.run(forever, done);
  second.audit();
  EXPECT_TRUE(operator_equal(done, expected));
  EXPECT_EQ(second.statistics().queued_cell_slots, whole.statistics().queued_cell_slots);
}

/// Breaks one rule of a scheduler.
class wrong_scheduler : public greedy_scheduler {
 public:
  enum class wrong { unrequested, unready, twice };
  wrong_scheduler(unsigned ports, wrong how) : greedy_scheduler(ports), how_(how) {}
  void arbitrate(const arbiter::slot_request& request, arbiter::slot_grant& grant) override {
    greedy_scheduler::arbitrate(request, grant);
    if (how_ == wrong::unrequested) {
      grant.granted.set(5);
      grant.input_for_output[5] = 7;
    } else if (how_ == wrong::unready) {
      grant.granted.set(6);
      grant.input_for_output[6] = 0;
    } else if (grant.granted.test(1) &&
               request.inputs_for_output[2].test(grant.input_for_output[1])) {
      grant.granted.set(2);
      grant.input_for_output[2] = grant.input_for_output[1];
    }
  }

 private:
  wrong how_;
};

void run_with(wrong_scheduler::wrong how) {
  wrong_scheduler scheduler(8, how);
  plane_parameters parameters = small_plane();
  parameters.slots_per_cell[6] = 8;
  plane model(parameters, scheduler);
  for (const unsigned input : {0U, 3U}) {
    for (const unsigned output : {1U, 2U, 6U}) {
      plane_injection share;
      share.input = static_cast<base::port_id>(input);
      share.output = static_cast<base::port_id>(output);
      share.bytes = 100 * payload;
      model.inject(share);
    }
  }
  std::vector<plane_completion> done;
  model.run(forever, done);
}

TEST(plane_audit, a_grant_that_was_not_requested_stops_the_run) {
  EXPECT_DEATH(run_with(wrong_scheduler::wrong::unrequested), "granted what was not requested");
}

TEST(plane_audit, a_grant_to_an_output_that_is_not_ready_stops_the_run) {
  EXPECT_DEATH(run_with(wrong_scheduler::wrong::unready),
               "granted an output that is not ready|granted what was not requested");
}

TEST(plane_audit, an_input_matched_twice_stops_the_run) {
  EXPECT_DEATH(run_with(wrong_scheduler::wrong::twice), "matched an input twice");
}

/// A plane in the middle of its work with one thing changed behind its back.
void audit_after(void (*tamper)(plane_state&)) {
  bench it(small_plane());
  it.send(0, 0, 1, 100, 1);
  it.model.run(50, it.done);
  it.model.audit();
  plane_state state = it.model.save();
  tamper(state);
  it.model.restore(state);
  it.model.audit();
}

TEST(plane_audit, finds_leaked_credits_lost_cells_and_links_above_their_rate) {
  EXPECT_DEATH(audit_after([](plane_state& state) { --state.flows[2].credits; }),
               "credits of VOQs have leaked");
  EXPECT_DEATH(audit_after([](plane_state& state) { --state.statistics.uplinks[0].cells; }),
               "lost or made before");
  EXPECT_DEATH(audit_after([](plane_state& state) { state.statistics.slots = 20; }),
               "an uplink carried more than its line rate");
  EXPECT_DEATH(audit_after([](plane_state& state) { ++state.statistics.downlinks[1].cells; }),
               "cells that crossed");
}

TEST(plane, replays_cost_what_go_back_n_costs) {
  // One flow over two links that err alike, with room between them for both to be busy: N cells
  // take N ((1 - p) + p W) / (1 - p) slots.
  constexpr std::uint64_t loop = 25;
  constexpr std::uint64_t cells = 200'000;
  for (const double error : {5e-4, 2e-3, 1e-2, 5e-2, 0.2}) {
    plane_parameters parameters = small_plane();
    parameters.voq_depth_cells = 5'000;
    parameters.cell_error = error;
    parameters.replay_slots = loop;
    bench test(parameters);
    test.send(0, 1, 2, cells, 7);
    const double slots = static_cast<double>(test.completion_of(7));
    const double by_hand = cells * ((1 - error) + error * loop) / (1 - error);
    EXPECT_NEAR(slots, by_hand, 0.02 * by_hand) << error;
    // Each hit sends the loop again, since there is always more to send; there are two links.
    // Three standard deviations of their number, and what the ends of the flow leave out.
    const double hits = 2 * cells * error / (1 - error);
    EXPECT_NEAR(static_cast<double>(test.model.statistics().cells_replayed), hits * loop,
                (3 / std::sqrt(hits) + 0.02) * hits * loop)
        << error;
    EXPECT_FALSE(test.model.take_failure().has_value()) << error;
  }
}

TEST(plane, links_that_err_lose_nothing_and_do_the_same_for_the_same_seed) {
  const auto slots_with = [](std::uint64_t seed) {
    plane_parameters parameters = small_plane();
    parameters.cell_error = 0.05;
    parameters.replay_slots = 12;
    parameters.error_seed = seed;
    bench test(parameters);
    std::uint32_t burst = 0;
    for (unsigned from = 0; from < 8; ++from) {
      for (unsigned to = 0; to < 8; ++to) {
        test.send(0, from, to, 1 + (from * 5 + to) % 40, burst++);
      }
    }
    test.model.run(forever, test.done);
    EXPECT_TRUE(test.model.idle());
    test.model.audit();  // cells, bytes, credits
    EXPECT_EQ(test.done.size(), 64U);
    return test.model.statistics().slots;
  };
  EXPECT_EQ(slots_with(3), slots_with(3));
  EXPECT_NE(slots_with(3), slots_with(4));
}

TEST(plane, links_without_errors_draw_nothing) {
  plane_parameters parameters = small_plane();
  parameters.replay_slots = 500;
  bench plain(small_plane());
  bench same(parameters);
  plain.send(0, 1, 2, 50, 1);
  same.send(0, 1, 2, 50, 1);
  EXPECT_EQ(plain.completion_of(1), same.completion_of(1));
  EXPECT_EQ(same.model.statistics().cells_replayed, 0U);
}

}  // namespace
}  // namespace sn::fabric
