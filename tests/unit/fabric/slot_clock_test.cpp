#include "fabric/slot_clock.h"

#include <gtest/gtest.h>

namespace sn::fabric {
namespace {

using base::picoseconds;

TEST(slot_clock, a_cell_of_640_bytes_at_112_gigabytes_per_second_takes_40_over_7_nanoseconds) {
  const slot_clock clock(base::bytes(640), base::bytes_per_second(112'000'000'000));
  EXPECT_EQ(clock.start_of(0).value, 0U);
  EXPECT_EQ(clock.start_of(1).value, 5715U);  // 5714.29 rounded up
  EXPECT_EQ(clock.start_of(7).value, 40'000U);
  EXPECT_EQ(clock.start_of(7'000'000'000).value, 40'000'000'000'000U) << "no error adds up";
}

TEST(slot_clock, finds_the_first_slot_that_does_not_begin_earlier) {
  const slot_clock clock(base::bytes(640), base::bytes_per_second(112'000'000'000));
  EXPECT_EQ(clock.first_from(picoseconds(0)), 0U);
  EXPECT_EQ(clock.first_from(picoseconds(1)), 1U);
  EXPECT_EQ(clock.first_from(picoseconds(5715)), 1U);
  EXPECT_EQ(clock.first_from(picoseconds(5716)), 2U);
  for (std::uint64_t slot = 0; slot < 100; ++slot) {
    EXPECT_EQ(clock.first_from(clock.start_of(slot)), slot);
    EXPECT_EQ(clock.first_from(picoseconds(clock.start_of(slot).value + 1)), slot + 1);
  }
}

TEST(slot_clock, counts_whole_slots_that_fit_and_that_cover) {
  const slot_clock clock(base::bytes(640), base::bytes_per_second(100'000'000'000));  // 6400 ps
  EXPECT_EQ(clock.slots_within(picoseconds(6399)), 0U);
  EXPECT_EQ(clock.slots_within(picoseconds(6400)), 1U);
  EXPECT_EQ(clock.slots_to_cover(picoseconds(6400)), 1U);
  EXPECT_EQ(clock.slots_to_cover(picoseconds(6401)), 2U);
}

}  // namespace
}  // namespace sn::fabric
