// Decoders through their registers: commit, lock, release, error.
#include "pool/decoder_bank.h"

#include <gtest/gtest.h>

#include <iterator>

#include "registers/generated/cpp/pool.h"

namespace sn::pool::test {

namespace block = registers::pool;

namespace {

constexpr std::uint32_t unit = 256U << 20U;
constexpr std::uint32_t commit = 1;
constexpr std::uint32_t committed = 2;
constexpr std::uint32_t error = 4;

/// Four decoders before 6 devices of 1 GiB.
struct bank_bench {
  base::register_file registers{block::table, std::size(block::table), block::block_size};
  decoder_bank bank{registers, 4, 6, base::bytes(std::uint64_t{1} << 30U)};

  void write(std::uint32_t offset, unsigned decoder, std::uint32_t value) {
    EXPECT_EQ(registers.write(offset + decoder * 0x40, value), base::register_status::ok);
  }
  std::uint32_t read(std::uint32_t offset, unsigned decoder) {
    std::uint32_t value = 0;
    EXPECT_EQ(registers.read(offset + decoder * 0x40, value), base::register_status::ok);
    return value;
  }
  void state(unsigned decoder, std::uint64_t base, std::uint32_t size, std::uint32_t interleave) {
    write(block::decoder_base_low, decoder, static_cast<std::uint32_t>(base));
    write(block::decoder_base_high, decoder, static_cast<std::uint32_t>(base >> 32U));
    write(block::decoder_size_low, decoder, size);
    write(block::decoder_interleave, decoder, interleave);
    write(block::decoder_owner, decoder, 5);
  }
};

}  // namespace

TEST(decoder_bank, a_legal_mapping_is_in_force_once_committed) {
  bank_bench bench;
  bench.state(1, 0x10'0000'0000, 3 * unit, 3U | 2U << 8U | 1U << 16U);
  EXPECT_EQ(bench.bank.find(0x10'0000'0000, 1), nullptr);
  bench.write(block::decoder_control, 1, commit);
  EXPECT_EQ(bench.read(block::decoder_control, 1), commit | committed);
  const auto* mapping = bench.bank.find(0x10'0000'0000, 64);
  ASSERT_NE(mapping, nullptr);
  EXPECT_EQ(mapping->ways, 3U);
  EXPECT_EQ(mapping->granularity, 1024U);
  EXPECT_EQ(mapping->first_device, 1U);
  EXPECT_EQ(mapping->pod, 5U);
  EXPECT_EQ(bench.bank.mapped().value, 3ULL * unit);
}

TEST(decoder_bank, a_committed_decoder_is_locked) {
  bank_bench bench;
  bench.state(0, 0, unit, 1);
  bench.write(block::decoder_control, 0, commit);
  bench.state(0, unit, 2 * unit, 2U | 3U << 8U);
  bench.write(block::decoder_owner, 0, 9);
  EXPECT_EQ(bench.read(block::decoder_base_low, 0), 0U);
  EXPECT_EQ(bench.read(block::decoder_size_low, 0), unit);
  EXPECT_EQ(bench.read(block::decoder_interleave, 0), 1U);
  EXPECT_EQ(bench.read(block::decoder_owner, 0), 5U);
  bench.write(block::decoder_control, 0, commit);  // once more changes nothing
  EXPECT_EQ(bench.read(block::decoder_control, 0), commit | committed);
  bench.write(block::decoder_control, 0, 0);
  EXPECT_EQ(bench.read(block::decoder_control, 0), 0U);
  EXPECT_EQ(bench.bank.find(0, 1), nullptr);
  bench.write(block::decoder_owner, 0, 9);
  EXPECT_EQ(bench.read(block::decoder_owner, 0), 9U);
}

TEST(decoder_bank, an_illegal_mapping_is_an_error_until_it_is_taken_back) {
  bank_bench bench;
  bench.state(0, 0, unit, 1);
  bench.write(block::decoder_control, 0, commit);
  bench.state(2, 0, unit, 1U | 1U << 16U);  // the addresses of decoder 0
  bench.write(block::decoder_control, 2, commit);
  EXPECT_EQ(bench.read(block::decoder_control, 2), commit | error);
  bench.write(block::decoder_base_low, 2, unit);  // not locked
  EXPECT_EQ(bench.read(block::decoder_base_low, 2), unit);
  bench.write(block::decoder_control, 2, 0);
  EXPECT_EQ(bench.read(block::decoder_control, 2), 0U);
  bench.write(block::decoder_control, 2, commit);
  EXPECT_EQ(bench.read(block::decoder_control, 2), commit | committed);
}

TEST(decoder_bank, decoders_that_the_pool_does_not_have_cannot_commit) {
  bank_bench bench;
  bench.state(4, 0, unit, 1);
  bench.write(block::decoder_control, 4, commit);
  EXPECT_EQ(bench.read(block::decoder_control, 4), commit | error);
}

}  // namespace sn::pool::test
