#include "estimate/observations.h"

#include <gtest/gtest.h>

namespace sn::estimate {
namespace {

using base::picoseconds;
using workload::operation_kind;
using workload::phase;

workload::operation operation(operation_kind kind, phase part, std::uint32_t tag = 0) {
  workload::operation result;
  result.kind = kind;
  result.part = part;
  result.transfer.tag = tag;
  result.wait.tag = tag;
  return result;
}

interval from_to(std::uint64_t begin, std::uint64_t end) {
  return {picoseconds(begin), picoseconds(end)};
}

/// Two ranks: a computation, a dispatch and its wait.
workload::program two_ranks() {
  workload::program program;
  program.ranks.resize(2);
  for (auto& rank : program.ranks) {
    rank.queues.resize(1);
    rank.queues[0].operations = {operation(operation_kind::compute, phase::attention),
                                 operation(operation_kind::transfer, phase::dispatch, 5),
                                 operation(operation_kind::wait, phase::dispatch, 5)};
  }
  return program;
}

observations of_two_ranks() {
  observations seen = observations::shaped_as(two_ranks());
  seen.start = picoseconds(1000);
  seen.operations[0][0] = {from_to(1100, 1200), from_to(1200, 1900), from_to(1200, 1500)};
  seen.operations[1][0] = {from_to(1100, 1400), from_to(1400, 1600), from_to(1400, 2000)};
  return seen;
}

TEST(observations, the_step_lasts_from_the_start_to_the_last_end) {
  EXPECT_EQ(step_time(of_two_ranks()), picoseconds(2000 - 1000));
}

TEST(observations, an_exchange_of_a_rank_ends_with_its_own_messages_and_its_arrivals) {
  // Rank 0: 1200 to max(1900, 1500), rank 1: 1400 to max(1600, 2000): 700 and 600.
  EXPECT_DOUBLE_EQ(mean_exchange_time(two_ranks(), of_two_ranks(), phase::dispatch), 650.0);
}

TEST(observations, the_span_of_an_exchange_counts_the_skew_between_ranks) {
  EXPECT_DOUBLE_EQ(mean_exchange_span(two_ranks(), of_two_ranks(), phase::dispatch), 800.0);
}

TEST(observations, a_phase_without_exchanges_has_none) {
  EXPECT_DOUBLE_EQ(mean_exchange_time(two_ranks(), of_two_ranks(), phase::combine), 0.0);
  EXPECT_DOUBLE_EQ(mean_exchange_span(two_ranks(), of_two_ranks(), phase::combine), 0.0);
}

TEST(observations, the_breakdown_is_the_mean_over_ranks_and_leaves_transfers_out) {
  const auto phases = phase_breakdown(two_ranks(), of_two_ranks());
  ASSERT_EQ(phases.size(), 2U);
  EXPECT_EQ(phases[0].part, phase::attention);
  EXPECT_DOUBLE_EQ(phases[0].compute_ps, (100.0 + 300.0) / 2);
  EXPECT_DOUBLE_EQ(phases[0].wait_ps, 0.0);
  EXPECT_EQ(phases[1].part, phase::dispatch);
  EXPECT_DOUBLE_EQ(phases[1].compute_ps, 0.0);
  EXPECT_DOUBLE_EQ(phases[1].wait_ps, (300.0 + 600.0) / 2);
}

TEST(observations_death, a_wait_without_its_transfer_is_a_broken_program) {
  workload::program program = two_ranks();
  program.ranks[0].queues[0].operations.erase(program.ranks[0].queues[0].operations.begin() + 1);
  const observations seen = observations::shaped_as(program);
  EXPECT_DEATH(mean_exchange_time(program, seen, phase::dispatch), "takes no part");
}

}  // namespace
}  // namespace sn::estimate
