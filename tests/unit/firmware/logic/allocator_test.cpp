#include <gtest/gtest.h>

#include <array>

#include "base/random.h"

extern "C" {
#include "pool/allocator.h"
}

namespace {

/// Four devices of 1 GiB: 4 granules each.
class allocator : public testing::Test {
 protected:
  void SetUp() override {
    present_.fill(true);
    init();
  }
  void init() { pool_allocator_init(&pool_, 4, 16, 1024, present_.data()); }
  const pool_allocation& at(int decoder) const { return pool_.allocation[decoder]; }

  std::array<bool, POOL_DEVICES> present_{};
  pool_allocator pool_{};
};

TEST_F(allocator, starts_with_everything_free) {
  EXPECT_EQ(pool_total_mib(&pool_), 4096U);
  EXPECT_EQ(pool_free_mib(&pool_), 4096U);
}

TEST_F(allocator, gives_the_first_fit) {
  const int a = pool_allocate(&pool_, 0, 512, 1);
  const int b = pool_allocate(&pool_, 0, 512, 1);
  const int c = pool_allocate(&pool_, 0, 256, 1);
  EXPECT_EQ(at(a).first_device, 0U);
  EXPECT_EQ(at(a).first_granule, 0U);
  EXPECT_EQ(at(b).first_device, 0U);
  EXPECT_EQ(at(b).first_granule, 2U);
  EXPECT_EQ(at(c).first_device, 1U);  // device 0 is full
}

TEST_F(allocator, reuses_a_hole_that_is_large_enough) {
  const int hole = pool_allocate(&pool_, 0, 256, 1);
  pool_allocate(&pool_, 0, 256, 1);
  pool_release(&pool_, static_cast<unsigned>(hole));
  const int large = pool_allocate(&pool_, 0, 512, 1);
  EXPECT_EQ(at(large).first_granule, 2U);  // the hole of one granule is too small
  const int small = pool_allocate(&pool_, 0, 256, 1);
  EXPECT_EQ(at(small).first_granule, 0U);
}

TEST_F(allocator, interleaves_over_the_same_addresses_of_neighbours) {
  pool_allocate(&pool_, 0, 256, 1);                    // device 0, granule 0
  const int wide = pool_allocate(&pool_, 0, 1024, 4);  // a granule of each device
  EXPECT_EQ(at(wide).first_device, 0U);
  EXPECT_EQ(at(wide).first_granule, 1U);  // granule 0 is free on three devices only
  const int pair = pool_allocate(&pool_, 0, 512, 2);
  EXPECT_EQ(at(pair).first_device, 0U);
  EXPECT_EQ(at(pair).first_granule, 2U);
}

TEST_F(allocator, gives_no_more_than_there_is) {
  EXPECT_LT(pool_allocate(&pool_, 0, 1280, 1), 0);  // larger than a device
  EXPECT_LT(pool_allocate(&pool_, 0, 2048, 8), 0);  // more ways than devices
  EXPECT_GE(pool_allocate(&pool_, 0, 4096, 4), 0);
  EXPECT_EQ(pool_free_mib(&pool_), 0U);
  EXPECT_LT(pool_allocate(&pool_, 0, 256, 1), 0);
}

TEST_F(allocator, gives_no_more_ranges_than_it_has_decoders) {
  pool_allocator_init(&pool_, 4, 2, 1024, present_.data());
  EXPECT_EQ(pool_allocate(&pool_, 0, 256, 1), 0);
  EXPECT_EQ(pool_allocate(&pool_, 0, 256, 1), 1);
  EXPECT_LT(pool_allocate(&pool_, 0, 256, 1), 0);
  pool_release(&pool_, 0);
  EXPECT_EQ(pool_allocate(&pool_, 0, 256, 1), 0);
}

TEST_F(allocator, does_without_devices_that_are_absent) {
  present_[1] = false;
  init();
  EXPECT_EQ(pool_total_mib(&pool_), 3072U);
  const int pair = pool_allocate(&pool_, 0, 512, 2);
  EXPECT_EQ(at(pair).first_device, 2U);  // the only two neighbours
  EXPECT_LT(pool_allocate(&pool_, 0, 768, 3), 0);
}

TEST_F(allocator, remembers_the_owner) {
  EXPECT_EQ(at(pool_allocate(&pool_, 5, 256, 1)).channel, 5U);
}

TEST(pool_ways, are_those_of_hdm_decoders) {
  for (std::uint32_t ways = 0; ways < 40; ++ways) {
    const bool legal = ways == 1 || ways == 2 || ways == 3 || ways == 4 || ways == 6 || ways == 8 ||
                       ways == 12 || ways == 16;
    EXPECT_EQ(pool_ways_legal(ways), legal) << ways;
  }
}

// Against a map of every granule, through a long random history.
TEST_F(allocator, never_gives_a_granule_twice) {
  constexpr std::array<unsigned, 3> widths{1, 2, 4};
  sn::base::random_generator random(7);
  for (int step = 0; step < 5000; ++step) {
    const unsigned ways = widths.at(random.below(widths.size()));
    const auto granules_each = static_cast<std::uint32_t>(1 + random.below(3));
    if (random.below(3) != 0) {
      pool_allocate(&pool_, 0, 256 * ways * granules_each, ways);
    } else {
      pool_release(&pool_, static_cast<unsigned>(random.below(16)));
    }
    std::array<std::array<int, 4>, 4> used{};
    std::uint32_t granules = 0;
    for (const auto& each : pool_.allocation) {
      for (unsigned d = 0; each.used && d < each.ways; ++d) {
        for (unsigned g = 0; g < each.granules; ++g) {
          ++granules;
          ASSERT_EQ(++used.at(each.first_device + d).at(each.first_granule + g), 1);
        }
      }
    }
    ASSERT_EQ(pool_free_mib(&pool_), 4096 - 256 * granules);
  }
}

}  // namespace
