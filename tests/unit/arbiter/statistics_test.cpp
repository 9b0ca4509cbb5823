#include <gtest/gtest.h>

#include "arbiter/fairness.h"
#include "arbiter/latency_histogram.h"

namespace sn::arbiter {
namespace {

TEST(jain_index, is_1_for_equal_shares_and_1_over_n_when_one_has_all) {
  EXPECT_DOUBLE_EQ(jain_index({5, 5, 5}), 1.0);
  EXPECT_DOUBLE_EQ(jain_index({0, 9, 0, 0}), 0.25);
  EXPECT_DOUBLE_EQ(jain_index({3, 1}), 0.8);  // 4^2 / (2 * 10)
}

TEST(latency_histogram, counts_every_cell) {
  latency_histogram latency;
  for (const std::uint64_t slots : {1U, 1U, 2U, 1000U}) {
    latency.add(slots);
  }
  EXPECT_EQ(latency.total(), 4U);
  EXPECT_DOUBLE_EQ(latency.mean(), 251.0);
}

// Nearest rank of p percent in n cells: the cell number ceil(n * p / 100), counted from 1.
TEST(latency_histogram, percentiles_are_the_nearest_rank) {
  latency_histogram latency;
  for (std::uint64_t slots = 1; slots <= 10; ++slots) {
    latency.add(slots);
  }
  EXPECT_EQ(latency.percentile(1), 1U);
  EXPECT_EQ(latency.percentile(50), 5U);
  EXPECT_EQ(latency.percentile(51), 6U);
  EXPECT_EQ(latency.percentile(99), 10U);
  EXPECT_EQ(latency.percentile(100), 10U);
}

TEST(latency_histogram, percentiles_of_one_cell_are_that_cell) {
  latency_histogram latency;
  latency.add(7);
  EXPECT_EQ(latency.percentile(50), 7U);
  EXPECT_EQ(latency.percentile(99), 7U);
}

}  // namespace
}  // namespace sn::arbiter
