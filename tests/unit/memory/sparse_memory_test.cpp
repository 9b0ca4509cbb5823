#include "memory/sparse_memory.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"

using sn::base::bytes;
using sn::memory::sparse_memory;

namespace {

constexpr std::uint64_t tebibyte = std::uint64_t{1} << 40U;

}  // namespace

TEST(sparse_memory, unwritten_memory_reads_as_zero_and_allocates_nothing) {
  const sparse_memory memory{bytes(tebibyte)};
  std::uint64_t word = 1;
  ASSERT_TRUE(memory.read(tebibyte - 8, &word, 8));
  EXPECT_EQ(word, 0U);
  EXPECT_TRUE(memory.untouched());
}

TEST(sparse_memory, data_may_cross_pages) {
  sparse_memory memory{bytes(tebibyte)};
  std::vector<std::uint8_t> data(3 * sparse_memory::page_size);
  for (std::size_t i = 0; i < data.size(); ++i) {
    data[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  }
  const std::uint64_t address = 5 * sparse_memory::page_size - 17;
  ASSERT_TRUE(memory.write(address, data.data(), data.size()));
  std::vector<std::uint8_t> back(data.size());
  ASSERT_TRUE(memory.read(address, back.data(), back.size()));
  EXPECT_EQ(back, data);
  std::uint8_t before = 1;
  ASSERT_TRUE(memory.read(address - 1, &before, 1));
  EXPECT_EQ(before, 0U);
}

TEST(sparse_memory, accesses_beyond_the_capacity_are_refused_without_effect) {
  sparse_memory memory{bytes(100)};
  const std::uint64_t word = ~std::uint64_t{0};
  EXPECT_TRUE(memory.write(92, &word, 8));
  EXPECT_FALSE(memory.write(93, &word, 8));
  EXPECT_FALSE(memory.write(std::numeric_limits<std::uint64_t>::max() - 3, &word, 8));
  std::uint8_t last = 0;
  EXPECT_FALSE(memory.read(100, &last, 1));
  EXPECT_TRUE(memory.read(99, &last, 1));
  EXPECT_EQ(last, 0xff);
  EXPECT_TRUE(memory.read(100, &last, 0));
}

TEST(sparse_memory, a_snapshot_brings_back_exactly_what_was) {
  sparse_memory memory{bytes(tebibyte)};
  const std::uint32_t first = 0x1234'5678;
  memory.write(0x9'0000, &first, 4);
  memory.write(0x1000, &first, 4);
  sn::base::snapshot_writer to;
  to.section("memory");
  memory.save(to);
  const auto content = to.finish();
  const std::uint32_t other = 0;
  memory.write(0x1000, &other, 4);
  memory.write(0x77'0000, &first, 4);
  sn::base::snapshot_reader from("state", content.data(), content.size());
  from.section("memory");
  memory.restore(from);
  from.end();
  std::uint32_t value = 0;
  memory.read(0x1000, &value, 4);
  EXPECT_EQ(value, first);
  memory.read(0x77'0000, &value, 4);
  EXPECT_EQ(value, 0U);
  // A smaller memory has no such page.
  sparse_memory small{bytes(0x2000)};
  sn::base::snapshot_reader again("state", content.data(), content.size());
  again.section("memory");
  EXPECT_THROW(small.restore(again), sn::base::configuration_error);
}
