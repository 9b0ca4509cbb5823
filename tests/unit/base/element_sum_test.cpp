#include "base/element_sum.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

namespace sn::base {
namespace {

// IEEE 754 binary16 by hand: 1 sign, 5 exponent (bias 15), 10 fraction.
TEST(element_sum, float16_is_rounded_to_the_nearest_ties_to_even) {
  EXPECT_EQ(to_float16(0.0F), 0x0000);
  EXPECT_EQ(to_float16(-0.0F), 0x8000);
  EXPECT_EQ(to_float16(1.0F), 0x3c00);
  EXPECT_EQ(to_float16(-2.5F), 0xc100);
  EXPECT_EQ(to_float16(65504.0F), 0x7bff) << "the largest";
  EXPECT_EQ(to_float16(65519.0F), 0x7bff);
  EXPECT_EQ(to_float16(65520.0F), 0x7c00) << "a tie with 65536 goes to the even: infinity";
  EXPECT_EQ(to_float16(1.0F + 0x1p-11F), 0x3c00) << "a tie goes to the even";
  EXPECT_EQ(to_float16(1.0F + 3 * 0x1p-11F), 0x3c02);
  EXPECT_EQ(to_float16(0x1p-14F), 0x0400) << "the smallest normal";
  EXPECT_EQ(to_float16(0x1p-24F), 0x0001) << "the smallest";
  EXPECT_EQ(to_float16(0x1p-25F), 0x0000) << "a tie with 0";
  EXPECT_EQ(to_float16(0x1.8p-25F), 0x0001);
  EXPECT_EQ(to_float16(0x1.ffcp-15F), 0x0400) << "rounds up to the smallest normal";
  EXPECT_EQ(to_float16(std::numeric_limits<float>::infinity()), 0x7c00);
}

TEST(element_sum, every_float16_goes_to_float_and_back) {
  for (unsigned bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = from_float16(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(from_float16(to_float16(value))));
    } else {
      ASSERT_EQ(to_float16(value), half) << std::hex << bits;
    }
  }
}

TEST(element_sum, bfloat16_is_the_upper_half_of_a_float_rounded) {
  EXPECT_EQ(to_bfloat16(1.0F), 0x3f80);
  EXPECT_EQ(to_bfloat16(1.0F + 0x1p-8F), 0x3f80) << "a tie goes to the even";
  EXPECT_EQ(to_bfloat16(1.0F + 3 * 0x1p-8F), 0x3f82);
  EXPECT_EQ(to_bfloat16(std::numeric_limits<float>::max()), 0x7f80) << "rounds to infinity";
  EXPECT_TRUE(std::isnan(from_bfloat16(to_bfloat16(std::numeric_limits<float>::quiet_NaN()))));
  EXPECT_EQ(from_bfloat16(0xc020), -2.5F);
}

TEST(element_sum, adds_each_format) {
  std::array<float, 2> floats{1.5F, -2.0F};
  const std::array<float, 2> more{0.25F, 2.0F};
  add_elements(element::float32, floats.data(), more.data(), sizeof(floats));
  EXPECT_EQ(floats, (std::array<float, 2>{1.75F, 0.0F}));

  std::array<std::uint32_t, 2> whole{0xffff'ffff, 5};
  const std::array<std::uint32_t, 2> other{3, 0xffff'fffe};
  add_elements(element::int32, whole.data(), other.data(), sizeof(whole));
  EXPECT_EQ(whole, (std::array<std::uint32_t, 2>{2, 3})) << "integers wrap around";

  // 2048 + 1 is 2049, which binary16 does not have: a tie, to the even 2048.
  std::array<std::uint16_t, 2> halves{to_float16(2048.0F), to_float16(0.5F)};
  const std::array<std::uint16_t, 2> small{to_float16(1.0F), to_float16(0.25F)};
  add_elements(element::float16, halves.data(), small.data(), sizeof(halves));
  EXPECT_EQ(from_float16(halves[0]), 2048.0F);
  EXPECT_EQ(from_float16(halves[1]), 0.75F);

  std::array<std::uint16_t, 1> brains{to_bfloat16(256.0F)};
  const std::array<std::uint16_t, 1> one{to_bfloat16(1.0F)};
  add_elements(element::bfloat16, brains.data(), one.data(), sizeof(brains));
  EXPECT_EQ(from_bfloat16(brains[0]), 256.0F) << "8 bits of precision";
}

}  // namespace
}  // namespace sn::base
