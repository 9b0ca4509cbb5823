// Interleave maps and which mappings are legal.
#include "pool/hdm_mapping.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <tuple>

namespace sn::pool::test {

namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20U;
constexpr base::bytes one_gib{std::uint64_t{1} << 30U};

hdm_mapping mapping_of(unsigned ways, std::uint64_t granularity) {
  hdm_mapping m;
  m.base = 1024 * mib;
  m.size = 256 * mib * ways;
  m.device_address = 512 * mib;
  m.ways = ways;
  m.granularity = granularity;
  m.first_device = 2;
  m.pod = 1;
  return m;
}

}  // namespace

TEST(hdm_mapping, one_way_is_a_straight_line) {
  const auto m = mapping_of(1, 256);
  const auto place = m.locate(m.base + 12345);
  EXPECT_EQ(place.device, 2U);
  EXPECT_EQ(place.address, 512 * mib + 12345);
}

TEST(hdm_mapping, three_ways_by_hand) {
  const auto m = mapping_of(3, 256);
  // Pieces of 256 bytes: 0 1 2 | 3 4 5 | ... on devices 2 3 4.
  struct expectation {
    std::uint64_t offset;
    unsigned device;
    std::uint64_t address;
  };
  const expectation table[] = {
      {0, 2, 0},
      {255, 2, 255},
      {256, 3, 0},
      {512, 4, 0},
      {768, 2, 256},
      {1024 + 7, 3, 263},
      {76800, 2, 25600},                  // piece 300
      {77313, 4, 25601},                  // the second byte of piece 302
      {768 * mib - 1, 4, 256 * mib - 1},  // the last byte of the range
  };
  for (const auto& row : table) {
    const auto place = m.locate(m.base + row.offset);
    EXPECT_EQ(place.device, row.device) << row.offset;
    EXPECT_EQ(place.address, 512 * mib + row.address) << row.offset;
  }
}

TEST(hdm_mapping, every_way_count_uses_every_place_exactly_once) {
  for (const unsigned ways : {1U, 2U, 3U, 4U, 6U, 8U, 12U, 16U}) {
    for (const std::uint64_t granularity : {256U, 16384U}) {
      const auto m = mapping_of(ways, granularity);
      std::set<std::tuple<unsigned, std::uint64_t>> places;
      const std::uint64_t rounds = 5;
      for (std::uint64_t offset = 0; offset < granularity * ways * rounds; offset += 128) {
        const auto place = m.locate(m.base + offset);
        EXPECT_GE(place.device, 2U);
        EXPECT_LT(place.device, 2U + ways);
        EXPECT_GE(place.address, m.device_address);
        EXPECT_LT(place.address, m.device_address + granularity * rounds);
        places.emplace(place.device, place.address);
      }
      EXPECT_EQ(places.size(), granularity * ways * rounds / 128);
    }
  }
}

TEST(hdm_mapping, a_range_contains_what_lies_wholly_in_it) {
  const auto m = mapping_of(1, 256);
  EXPECT_TRUE(m.contains(m.base, m.size));
  EXPECT_FALSE(m.contains(m.base, m.size + 1));
  EXPECT_FALSE(m.contains(m.base - 1, 1));
  EXPECT_TRUE(m.contains(m.base + m.size - 1, 1));
  EXPECT_FALSE(m.contains(m.base + m.size, 1));
  EXPECT_FALSE(m.contains(std::numeric_limits<std::uint64_t>::max(), 2));
}

TEST(hdm_legality, each_rule_is_checked) {
  const auto good = mapping_of(3, 256);
  EXPECT_TRUE(is_legal(good, 5, one_gib, {}));
  EXPECT_FALSE(is_legal(good, 4, one_gib, {}));  // devices 2 to 4, of 0 to 3
  auto m = good;
  m.ways = 5;
  m.size = 1280 * mib;
  EXPECT_FALSE(is_legal(m, 32, one_gib, {}));
  m = good;
  m.ways = 0;
  EXPECT_FALSE(is_legal(m, 32, one_gib, {}));
  m = good;
  m.granularity = 32768;
  EXPECT_FALSE(is_legal(m, 32, one_gib, {}));
  m = good;
  m.base += 128 * mib;
  EXPECT_FALSE(is_legal(m, 32, one_gib, {}));
  m = good;
  m.size = 512 * mib;  // not a multiple of 3 * 256 MiB
  EXPECT_FALSE(is_legal(m, 32, one_gib, {}));
  m = good;
  m.size = 0;
  EXPECT_FALSE(is_legal(m, 32, one_gib, {}));
  m = good;
  m.base = std::uint64_t{0} - 256 * mib;
  EXPECT_FALSE(is_legal(m, 32, one_gib, {}));
  m = good;
  m.device_address = 768 * mib;  // 256 MiB fit exactly
  EXPECT_TRUE(is_legal(m, 32, one_gib, {}));
  m.device_address += 1;
  EXPECT_FALSE(is_legal(m, 32, one_gib, {}));
}

TEST(hdm_legality, ranges_share_neither_addresses_nor_memory) {
  const auto first = mapping_of(2, 256);  // 1024 to 1536 MiB; devices 2, 3 at 512 to 768 MiB
  auto second = first;
  second.first_device = 8;
  EXPECT_FALSE(is_legal(second, 16, one_gib, {first}));  // same addresses
  second.base = 1280 * mib;
  EXPECT_FALSE(is_legal(second, 16, one_gib, {first}));  // they overlap in part
  second.base = 1536 * mib;
  EXPECT_TRUE(is_legal(second, 16, one_gib, {first}));
  second.first_device = 3;
  EXPECT_FALSE(is_legal(second, 16, one_gib, {first}));  // device 3 at the same place
  second.device_address = 768 * mib;
  EXPECT_TRUE(is_legal(second, 16, one_gib, {first}));
}

}  // namespace sn::pool::test
