#include "fabric/spray.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace sn::fabric {
namespace {

TEST(spray, a_region_always_takes_the_same_plane) {
  // Mask 0b1010'0110 has planes 1, 2, 5, 7: region 6 takes plane number 6 mod 4 = 2, that is 5.
  const std::uint16_t mask = 0b1010'0110;
  const auto whole = spread(1536, 256, mask);
  EXPECT_EQ(whole.used, 1U << 5U);
  EXPECT_EQ(whole.share[5].bytes, 256U);
  const auto part = spread(1536 + 17, 3, mask);
  EXPECT_EQ(part.used, 1U << 5U);
  EXPECT_EQ(part.share[5].bytes, 3U);
  EXPECT_EQ(part.share[5].regions, 1U);
}

TEST(spray, closed_form_agrees_with_walking_byte_by_byte) {
  base::random_generator random(1);
  for (int round = 0; round < 500; ++round) {
    const std::uint64_t address = random.below(100'000);
    const std::uint64_t length = 1 + random.below(20'000);
    const auto mask = static_cast<std::uint16_t>(1 + random.below(0xffff));
    std::array<plane_share, plane_limit> expected{};
    std::uint64_t previous = ~std::uint64_t{0};
    for (std::uint64_t byte = address; byte < address + length; ++byte) {
      const std::uint64_t region = byte / 256;
      unsigned nth =
          static_cast<unsigned>(region % static_cast<unsigned>(__builtin_popcount(mask)));
      unsigned plane = 0;
      while (((mask >> plane) & 1U) == 0 || nth-- != 0) {
        ++plane;
      }
      ++expected[plane].bytes;
      expected[plane].regions += region != previous ? 1 : 0;
      previous = region;
    }
    const auto result = spread(address, length, mask);
    for (unsigned plane = 0; plane < plane_limit; ++plane) {
      EXPECT_EQ(result.share[plane].bytes, expected[plane].bytes);
      EXPECT_EQ(result.share[plane].regions, expected[plane].regions);
      EXPECT_EQ((result.used >> plane) & 1U, expected[plane].bytes != 0 ? 1U : 0U);
    }
  }
}

}  // namespace
}  // namespace sn::fabric
