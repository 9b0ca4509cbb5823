#include "base/port_set.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.h"

namespace sn::base {
namespace {

port_set of(const std::vector<unsigned>& ports) {
  port_set set;
  for (const unsigned port : ports) {
    set.set(port);
  }
  return set;
}

TEST(port_set, first_has_exactly_the_first_ports) {
  for (unsigned count = 0; count <= 128; ++count) {
    const port_set set = port_set::first(count);
    EXPECT_EQ(set.count(), count);
    for (unsigned port = 0; port < 128; ++port) {
      ASSERT_EQ(set.test(port), port < count) << "first(" << count << "), port " << port;
    }
  }
}

TEST(port_set, set_and_reset_touch_one_port) {
  for (const unsigned port : {0U, 1U, 63U, 64U, 127U}) {
    port_set set;
    EXPECT_TRUE(set.none());
    set.set(port);
    EXPECT_TRUE(set.any());
    EXPECT_TRUE(set.test(port));
    EXPECT_EQ(set.count(), 1U);
    set.reset(port);
    EXPECT_TRUE(set.none());
  }
}

TEST(port_set, next_from_goes_round_over_both_words) {
  const port_set set = of({3, 70, 127});
  EXPECT_EQ(set.next_from(0), 3U);
  EXPECT_EQ(set.next_from(3), 3U);
  EXPECT_EQ(set.next_from(4), 70U);
  EXPECT_EQ(set.next_from(64), 70U);
  EXPECT_EQ(set.next_from(71), 127U);
  EXPECT_EQ(of({3}).next_from(4), 3U) << "round through the other word into its own";
  EXPECT_EQ(of({70}).next_from(71), 70U);
  EXPECT_EQ(of({3, 5}).next_from(127), 3U);
}

TEST(port_set, next_from_equals_a_search_port_by_port) {
  random_generator random(5);
  for (int round = 0; round < 2'000; ++round) {
    port_set set;
    const std::uint64_t members = 1 + random.below(6);
    for (std::uint64_t i = 0; i < members; ++i) {
      set.set(static_cast<unsigned>(random.below(128)));
    }
    const auto start = static_cast<unsigned>(random.below(128));
    unsigned expected = start;
    while (!set.test(expected)) {
      expected = (expected + 1) % 128;
    }
    ASSERT_EQ(set.next_from(start), expected) << "from " << start;
  }
}

TEST(port_set, algebra_is_that_of_sets) {
  const port_set a = of({1, 64, 100});
  const port_set b = of({1, 65, 100});
  EXPECT_EQ(a & b, of({1, 100}));
  EXPECT_EQ(a | b, of({1, 64, 65, 100}));
  EXPECT_EQ(~a & port_set::first(3), of({0, 2}));
  EXPECT_EQ((~a).count(), 125U);
  EXPECT_NE(a, b);
  EXPECT_NE(of({1}), of({65})) << "both words count";
}

}  // namespace
}  // namespace sn::base
