#include "workload/routing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "base/random.h"

namespace sn::workload {
namespace {

constexpr router_shape deepseek{256, 8, 8, 4};

/// The choices of one token by the rule as it is written: sort everything. `v_over_popularity` by
/// expert.
std::vector<std::uint16_t> choose_by_sorting(const router_shape& router,
                                             const std::vector<std::uint64_t>& v_over_popularity) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> groups;
  const std::uint32_t size = router.experts_per_group();
  for (std::uint32_t group = 0; group < router.groups; ++group) {
    std::vector<std::uint64_t> members(v_over_popularity.begin() + group * size,
                                       v_over_popularity.begin() + (group + 1) * size);
    std::sort(members.begin(), members.end());
    groups.emplace_back(members[0] + members[1], group);
  }
  std::sort(groups.begin(), groups.end());
  std::vector<std::pair<std::uint64_t, std::uint32_t>> candidates;
  for (std::uint32_t i = 0; i < router.groups_per_token; ++i) {
    for (std::uint32_t j = 0; j < size; ++j) {
      const std::uint32_t expert = groups[i].second * size + j;
      candidates.emplace_back(v_over_popularity[expert], expert);
    }
  }
  std::sort(candidates.begin(), candidates.end());
  std::vector<std::uint16_t> chosen;
  for (std::uint32_t i = 0; i < router.per_token; ++i) {
    chosen.push_back(static_cast<std::uint16_t>(candidates[i].second));
  }
  return chosen;
}

TEST(routing, chooses_what_sorting_all_affinities_chooses) {
  constexpr std::uint64_t seed = 11;
  constexpr std::uint64_t stream = 5;
  constexpr std::uint32_t layer = 9;
  constexpr double skew = 3.0;
  const auto routing = route_layer(deepseek, skew, 2'000, seed, stream, layer);

  // Draws as documented: streams 2 x layer and 2 x layer + 1 of the scenario's stream; two
  // affinities per 64 bits; consecutive draws go to consecutive groups.
  base::random_generator popularity(seed, (stream << 32U) + 2 * layer);
  base::random_generator affinity(seed, (stream << 32U) + 2 * layer + 1);
  std::vector<double> popularity_of(256);
  for (std::uint32_t draw = 0; draw < 256; ++draw) {
    const double x = popularity.uniform();
    popularity_of[draw % 8 * 32 + draw / 8] = 1.0 + skew * (x * x * x);
  }
  for (std::size_t token = 0; token < routing.tokens(); ++token) {
    std::vector<std::uint64_t> v_over_popularity(256);
    for (std::uint32_t draw = 0; draw < 256; draw += 2) {
      const std::uint64_t bits = affinity.next();
      const std::uint64_t halves[] = {bits & 0xffff'ffffU, bits >> 32U};
      for (std::uint32_t i = 0; i < 2; ++i) {
        const std::uint32_t expert = (draw + i) % 8 * 32 + (draw + i) / 8;
        const auto inverse = static_cast<std::uint64_t>(65'536.0 / popularity_of[expert]);
        // 31 bits of v / popularity, of which the lowest 8 give way to the number of the expert.
        v_over_popularity[expert] = (halves[i] * inverse) >> 25U;
      }
    }
    const auto expected = choose_by_sorting(deepseek, v_over_popularity);
    const std::vector<std::uint16_t> got(routing.of(token), routing.of(token) + 8);
    // Ties may be broken either way: compare what was chosen by its affinity.
    for (std::size_t i = 0; i < 8; ++i) {
      ASSERT_EQ(v_over_popularity[got[i]], v_over_popularity[expected[i]]) << "token " << token;
    }
  }
}

TEST(routing, gives_each_token_eight_different_experts_from_at_most_four_groups) {
  const auto routing = route_layer(deepseek, 0.5, 5'000, 1, 0, 3);
  ASSERT_EQ(routing.tokens(), 5'000U);
  for (std::size_t token = 0; token < routing.tokens(); ++token) {
    std::set<std::uint16_t> experts(routing.of(token), routing.of(token) + 8);
    std::set<std::uint32_t> groups;
    for (const auto expert : experts) {
      ASSERT_LT(expert, 256);
      groups.insert(expert / 32U);
    }
    ASSERT_EQ(experts.size(), 8U);
    ASSERT_LE(groups.size(), 4U);
  }
}

std::vector<std::uint64_t> loads(const layer_routing& routing) {
  std::vector<std::uint64_t> count(256);
  for (const auto expert : routing.experts) {
    ++count[expert];
  }
  return count;
}

TEST(routing, without_skew_all_experts_are_alike) {
  // 64,000 tokens x 8 / 256 = 2,000 per expert. Choices of one token exclude each other, so a count
  // spreads by less than sqrt(2,000) = 45: 250 is more than 5 of that, over 256 experts.
  const auto count = loads(route_layer(deepseek, 0.0, 64'000, 7, 0, 3));
  EXPECT_LT(*std::max_element(count.begin(), count.end()), 2'250U);
  EXPECT_GT(*std::min_element(count.begin(), count.end()), 1'750U);
}

TEST(routing, skew_makes_the_hottest_expert_about_1_plus_skew_times_as_popular_as_the_coldest) {
  // Popularities 1 + 4 x^3: among 256 experts the extremes are near 5 and 1. Without groups the
  // choice is nearly proportional; being chosen once at most per token saturates it a little.
  constexpr router_shape ungrouped{256, 8, 1, 1};
  const auto count = loads(route_layer(ungrouped, 4.0, 64'000, 7, 0, 3));
  const double ratio = static_cast<double>(*std::max_element(count.begin(), count.end())) /
                       static_cast<double>(*std::min_element(count.begin(), count.end()));
  EXPECT_GT(ratio, 4.2);
  EXPECT_LT(ratio, 6.0);
}

TEST(routing, depends_on_seed_stream_and_layer_and_on_nothing_else) {
  const auto routing = route_layer(deepseek, 1.0, 100, 1, 2, 3);
  EXPECT_EQ(routing.experts, route_layer(deepseek, 1.0, 100, 1, 2, 3).experts);
  EXPECT_NE(routing.experts, route_layer(deepseek, 1.0, 100, 2, 2, 3).experts);
  EXPECT_NE(routing.experts, route_layer(deepseek, 1.0, 100, 1, 3, 3).experts);
  EXPECT_NE(routing.experts, route_layer(deepseek, 1.0, 100, 1, 2, 4).experts);
}

TEST(routing, first_tokens_choose_alike_in_a_larger_batch) {
  const auto small = route_layer(deepseek, 1.0, 10, 1, 0, 3);
  const auto large = route_layer(deepseek, 1.0, 1'000, 1, 0, 3);
  EXPECT_TRUE(std::equal(small.experts.begin(), small.experts.end(), large.experts.begin()));
}

TEST(routing, works_with_few_experts_and_one_per_group) {
  constexpr router_shape odd{5, 3, 5, 4};
  const auto routing = route_layer(odd, 0.0, 50, 1, 0, 0);
  for (std::size_t token = 0; token < routing.tokens(); ++token) {
    std::set<std::uint16_t> experts(routing.of(token), routing.of(token) + 3);
    ASSERT_EQ(experts.size(), 3U);
    ASSERT_LT(*experts.rbegin(), 5);
  }
}

}  // namespace
}  // namespace sn::workload
