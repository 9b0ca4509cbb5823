#include "workload/expert_traffic.h"

#include <gtest/gtest.h>

namespace sn::workload {
namespace {

/// Two ranks with two requests each, four experts (0, 1 on rank 0; 2, 3 on rank 1), two per token.
scenario two_ranks() {
  scenario run;
  run.ranks = 2;
  run.batch = 2;
  run.shape.router = {4, 2, 1, 1};
  run.routing.one_copy_per_destination = true;
  return run;
}

// Rank 0 holds the tokens {0, 1} and {1, 2}; rank 1 the tokens {3, 2} and {3, 0}.
const layer_routing routing{2, {0, 1, 1, 2, 3, 2, 3, 0}};

TEST(expert_traffic, a_token_travels_once_per_destination) {
  const expert_traffic traffic(two_ranks(), routing);
  EXPECT_EQ(traffic.copies(0, 0, 0), 2U);  // both tokens have an expert at home
  EXPECT_EQ(traffic.copies(0, 0, 1), 1U);  // the second needs expert 2
  EXPECT_EQ(traffic.copies(0, 1, 0), 1U);  // the second needs expert 0
  EXPECT_EQ(traffic.copies(0, 1, 1), 2U);
  EXPECT_EQ(traffic.copies_sent(0, 0), 3U);
  EXPECT_EQ(traffic.copies_received(0, 1), 3U);
}

TEST(expert_traffic, or_once_per_expert_when_asked) {
  scenario run = two_ranks();
  run.routing.one_copy_per_destination = false;
  const expert_traffic traffic(run, routing);
  EXPECT_EQ(traffic.copies(0, 0, 0), 3U);
  EXPECT_EQ(traffic.copies(0, 0, 1), 1U);
  EXPECT_EQ(traffic.copies(0, 1, 0), 1U);
  EXPECT_EQ(traffic.copies(0, 1, 1), 3U);
}

TEST(expert_traffic, counts_the_work_of_each_rank) {
  const expert_traffic traffic(two_ranks(), routing);
  EXPECT_EQ(traffic.tokens_computed(0, 0), 4U);  // experts 0, 1, 1, 0
  EXPECT_EQ(traffic.tokens_computed(0, 1), 4U);  // experts 2, 3, 2, 3
  EXPECT_EQ(traffic.experts_used(0, 0), 2U);
}

TEST(expert_traffic, splits_micro_batches_by_the_place_in_the_rank) {
  scenario run = two_ranks();
  run.micro_batches = 2;
  const expert_traffic traffic(run, routing);
  // The first halves are the tokens {0, 1} of rank 0 and {3, 2} of rank 1: all stay at home.
  EXPECT_EQ(traffic.copies(0, 0, 1), 0U);
  EXPECT_EQ(traffic.copies(0, 1, 0), 0U);
  EXPECT_EQ(traffic.copies(1, 0, 1), 1U);
  EXPECT_EQ(traffic.copies(1, 1, 0), 1U);
  EXPECT_EQ(traffic.tokens_computed(1, 0), 2U);  // expert 1 for rank 0, expert 0 for rank 1
  EXPECT_EQ(traffic.experts_used(1, 1), 2U);
}

TEST(imbalance, compares_the_busiest_rank_with_the_mean) {
  const scenario run = two_ranks();
  // Rank 0 computes 6 of 8.
  const layer_routing uneven{2, {0, 1, 1, 2, 0, 1, 3, 0}};
  const auto layer = imbalance_of(run, expert_traffic(run, uneven), 7);
  EXPECT_EQ(layer.layer, 7U);
  EXPECT_EQ(layer.max_tokens, 6U);
  EXPECT_DOUBLE_EQ(layer.mean_tokens, 4.0);
  EXPECT_DOUBLE_EQ(layer.max_over_mean(), 1.5);
}

}  // namespace
}  // namespace sn::workload
