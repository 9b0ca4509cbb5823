#include <gtest/gtest.h>

#include <array>
#include <vector>

extern "C" {
#include "lib/bitmap.h"
}

namespace {

std::vector<unsigned> members(const std::uint32_t* words, unsigned bits) {
  std::vector<unsigned> found;
  for (unsigned bit = bitmap_next(words, bits, 0); bit < bits;
       bit = bitmap_next(words, bits, bit + 1)) {
    found.push_back(bit);
  }
  return found;
}

TEST(bitmap, walks_its_members_across_words) {
  std::array<std::uint32_t, 4> words{};
  for (const unsigned bit : {0U, 31U, 32U, 95U, 127U}) {
    bitmap_set(words.data(), bit);
  }
  EXPECT_EQ(members(words.data(), 128), (std::vector<unsigned>{0, 31, 32, 95, 127}));
  EXPECT_EQ(bitmap_count(words.data(), 128), 5U);
}

TEST(bitmap, forgets_what_is_cleared) {
  std::array<std::uint32_t, 2> words{0xffffffff, 0xffffffff};
  for (unsigned bit = 0; bit < 64; ++bit) {
    if (bit != 40) {
      bitmap_clear(words.data(), bit);
    }
  }
  EXPECT_EQ(members(words.data(), 64), std::vector<unsigned>{40});
  EXPECT_TRUE(bitmap_test(words.data(), 40));
  EXPECT_FALSE(bitmap_test(words.data(), 39));
}

TEST(bitmap, an_empty_set_has_no_next_member) {
  const std::array<std::uint32_t, 4> words{};
  EXPECT_EQ(bitmap_next(words.data(), 128, 0), 128U);
}

TEST(bitmap, ends_at_its_size_even_within_a_word) {
  const std::array<std::uint32_t, 1> words{1U << 20};
  EXPECT_EQ(bitmap_next(words.data(), 20, 0), 20U);
  EXPECT_EQ(bitmap_next(words.data(), 21, 0), 20U);
}

TEST(bitmap, counts_the_ones_of_a_word) {
  EXPECT_EQ(bits_count(0), 0U);
  EXPECT_EQ(bits_count(0x80000001), 2U);
  EXPECT_EQ(bits_count(0xffffffff), 32U);
}

}  // namespace
