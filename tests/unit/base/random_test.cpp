#include "base/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <vector>

namespace sn::base {
namespace {

using testing::ElementsAre;

std::vector<std::uint64_t> draw(random_generator& generator, int count) {
  std::vector<std::uint64_t> values(static_cast<std::size_t>(count));
  for (auto& value : values) {
    value = generator.next();
  }
  return values;
}

// The authors' xoshiro256** from the state {1, 2, 3, 4}, as other implementations publish it.
TEST(random_generator, is_xoshiro256_starstar) {
  random_generator generator(0);
  generator.restore({1, 2, 3, 4});
  EXPECT_THAT(draw(generator, 10),
              ElementsAre(11520U, 0U, 1509978240U, 1215971899390074240U, 1216172134540287360U,
                          607988272756665600U, 16172922978634559625U, 8476171486693032832U,
                          10595114339597558777U, 2904607092377533576U));
}

// Values of an implementation in Python, written from the definitions of SplitMix64 and xoshiro:
// the state is four outputs of SplitMix64 started at seed XOR (first output of SplitMix64 at
// stream).
TEST(random_generator, is_seeded_through_splitmix64) {
  EXPECT_EQ(random_generator(0).save(),
            (random_generator::state{0xa706dd2f4d197e6f, 0xb382a305f4414f5e, 0x631a9154fbabf717,
                                     0xa80aba8c86640906}));
  EXPECT_EQ(random_generator(42, 1).save(),
            (random_generator::state{0x7eb3b394ac9efc29, 0xa992255a56fd15f3, 0xd95f51ac595924f4,
                                     0x4cd3ea088d11373f}));
  random_generator generator(42);
  EXPECT_THAT(draw(generator, 4), ElementsAre(0x1ff785474f113b15U, 0x4b7867ceff5d8325U,
                                              0x90ca7a95a9909966U, 0x9c9ea6a358c5008fU));
  random_generator other(0xffff'ffff'ffff'ffff, 7);
  EXPECT_THAT(draw(other, 2), ElementsAre(0xacbcf3c47e82887dU, 0xc9182a4741f2acc0U));
}

TEST(random_generator, stays_in_step_over_a_million_draws) {
  random_generator generator(7);
  for (int i = 0; i < 1'000'000; ++i) {
    generator.next();
  }
  EXPECT_EQ(generator.next(), 0x4dac3cfb3aa382bfU);  // Python, as above
}

TEST(random_generator, below_takes_the_remainder) {
  random_generator generator(42);
  std::vector<std::uint64_t> digits(12);
  for (auto& digit : digits) {
    digit = generator.below(10);
  }
  EXPECT_THAT(digits, ElementsAre(3, 5, 0, 1, 0, 7, 1, 7, 4, 1, 3, 4));  // Python, as above
}

// For the bound 3 x 2^62 the lowest quarter of the draws is rejected: of the raw draws at seed 42
// that is the first (0x1ff7...) and the sixth (0x06eb...).
TEST(random_generator, below_rejects_draws_that_would_bias) {
  random_generator generator(42);
  const std::uint64_t bound = std::uint64_t{3} << 62U;
  std::vector<std::uint64_t> values(5);
  for (auto& value : values) {
    value = generator.below(bound);
  }
  EXPECT_THAT(values, ElementsAre(0x4b7867ceff5d8325U, 0x90ca7a95a9909966U, 0x9c9ea6a358c5008fU,
                                  0x791ff8c94e02e190U, 0xc20f82bfdccda1af - bound));
}

// 53 bits: the first draw, 0x1ff785474f113b15, gives (0x1ff785474f113b15 >> 11) / 2^53.
TEST(random_generator, uniform_takes_the_upper_53_bits) {
  random_generator generator(42);
  EXPECT_EQ(generator.uniform(), 0x1.ff785474f1138p-4);
  EXPECT_EQ(generator.uniform(), 0x1.2de19f3bfd760p-2);
  EXPECT_EQ(generator.uniform(), 0x1.2194f52b53213p-1);
}

TEST(random_generator, below_is_even) {
  // 60,000 draws of 6: each 10,000 expected, standard deviation sqrt(60,000 x 1/6 x 5/6) = 91.3;
  // five of them are 456.
  random_generator generator(1);
  std::array<int, 6> count{};
  for (int i = 0; i < 60'000; ++i) {
    ++count[generator.below(6)];
  }
  for (const int n : count) {
    EXPECT_NEAR(n, 10'000, 456);
  }
}

TEST(random_generator, chance_respects_its_limits) {
  random_generator generator(1);
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_FALSE(generator.chance(0.0));
    EXPECT_TRUE(generator.chance(1.0));
  }
}

TEST(random_generator, a_saved_state_continues_where_it_was) {
  random_generator generator(42);
  draw(generator, 5);
  const auto saved = generator.save();
  const auto expected = draw(generator, 5);
  random_generator other(0);
  other.restore(saved);
  EXPECT_EQ(draw(other, 5), expected);
}

TEST(random_generator, streams_of_one_seed_differ) {
  std::set<std::uint64_t> first;
  for (std::uint64_t stream = 0; stream < 1'000; ++stream) {
    first.insert(random_generator(42, stream).next());
  }
  EXPECT_EQ(first.size(), 1'000U);
}

}  // namespace
}  // namespace sn::base
