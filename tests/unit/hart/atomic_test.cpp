// LR/SC and the AMOs.
#include <gtest/gtest.h>

#include <vector>

#include "unit/hart/assembler.h"
#include "unit/hart/machine.h"

namespace sn::hart {
namespace {

using test::board;
using test::machine;
namespace a = test::assembler;

class atomic_of_width : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(both_widths, atomic_of_width, testing::Values(32U, 64U));

constexpr std::uint32_t word = 2;
constexpr std::uint32_t doubleword = 3;

struct vector {
  const char* name;
  std::uint32_t funct5;
  std::uint64_t memory;
  std::uint64_t operand;
  std::uint64_t stored;
};

// Words, the upper half of the operand being noise.
const std::vector<vector> words{
    {"amoadd", 0x00, 0x7fff'ffff, 0xabc'0000'0001, 0x8000'0000},
    {"amoswap", 0x01, 0x1234'5678, 0xabc'8765'4321, 0x8765'4321},
    {"amoxor", 0x04, 0xff00'ff00, 0xabc'0ff0'0ff0, 0xf0f0'f0f0},
    {"amoor", 0x08, 0xf000'0000, 0xabc'0000'000f, 0xf000'000f},
    {"amoand", 0x0c, 0xff00'ff00, 0xabc'0ff0'0ff0, 0x0f00'0f00},
    {"amomin", 0x10, 0x8000'0000, 0xabc'0000'0001, 0x8000'0000},
    {"amomin of the operand", 0x10, 1, 0xabc'ffff'ffff, 0xffff'ffff},
    {"amomax", 0x14, 0x8000'0000, 0xabc'0000'0001, 1},
    {"amominu", 0x18, 0x8000'0000, 0xabc'0000'0001, 1},
    {"amomaxu", 0x1c, 0x8000'0000, 0xabc'0000'0001, 0x8000'0000},
};

TEST_P(atomic_of_width, amo_words_return_the_old_value_extended_and_store_the_result) {
  machine m(GetParam());
  for (const vector& v : words) {
    m.poke<std::uint64_t>(machine::data, 0x5555'5555'0000'0000 | v.memory);
    m.set(1, machine::data);
    m.set(2, v.operand);
    m.execute({a::atomic(v.funct5, word, 3, 2, 1)});
    const auto old = static_cast<std::uint64_t>(static_cast<std::int32_t>(v.memory));
    EXPECT_EQ(m.get(3), GetParam() == 64 ? old : old & 0xffff'ffff) << v.name;
    EXPECT_EQ(m.peek<std::uint64_t>(machine::data), 0x5555'5555'0000'0000 | v.stored) << v.name;
  }
}

TEST(atomic, amo_doublewords) {
  const std::uint64_t min = 0x8000'0000'0000'0000;
  const std::vector<vector> vectors{
      {"amoadd", 0x00, 0xffff'ffff, 1, 0x1'0000'0000},
      {"amoswap", 0x01, 1, min, min},
      {"amoxor", 0x04, min | 1, min, 1},
      {"amoor", 0x08, min, 1, min | 1},
      {"amoand", 0x0c, min | 1, min, min},
      {"amomin", 0x10, min, 1, min},
      {"amomax", 0x14, min, 1, 1},
      {"amominu", 0x18, min, 1, 1},
      {"amomaxu", 0x1c, min, 1, min},
  };
  machine m(64);
  for (const vector& v : vectors) {
    m.poke(machine::data, v.memory);
    m.set(1, machine::data);
    m.set(2, v.operand);
    m.execute({a::atomic(v.funct5, doubleword, 3, 2, 1)});
    EXPECT_EQ(m.get(3), v.memory) << v.name;
    EXPECT_EQ(m.peek<std::uint64_t>(machine::data), v.stored) << v.name;
  }
}

TEST_P(atomic_of_width, destination_may_be_the_address_or_the_operand) {
  machine m(GetParam());
  m.poke<std::uint32_t>(machine::data, 10);
  m.set(1, machine::data);
  m.set(2, 5);
  m.execute({a::atomic(0, word, 2, 2, 1), a::atomic(0, word, 1, 2, 1)});
  EXPECT_EQ(m.get(2), 10U);
  EXPECT_EQ(m.get(1), 15U);
  EXPECT_EQ(m.peek<std::uint32_t>(machine::data), 25U);
}

TEST_P(atomic_of_width, sc_succeeds_after_lr_once) {
  machine m(GetParam());
  m.poke<std::uint32_t>(machine::data, 0x8000'0001);
  m.set(1, machine::data);
  m.set(2, 42);
  m.execute({a::lr(word, 3, 1), a::sc(word, 4, 2, 1), a::sc(word, 5, 0, 1)});
  EXPECT_EQ(m.get(3), GetParam() == 64 ? 0xffff'ffff'8000'0001 : 0x8000'0001);
  EXPECT_EQ(m.get(4), 0U);
  EXPECT_EQ(m.get(5), 1U);
  EXPECT_EQ(m.peek<std::uint32_t>(machine::data), 42U);
}

TEST_P(atomic_of_width, sc_fails_without_lr_at_another_address_and_after_a_change) {
  machine m(GetParam());
  m.poke<std::uint32_t>(machine::data, 1);
  m.poke<std::uint32_t>(machine::data + 8, 2);
  m.set(1, machine::data);
  m.set(2, machine::data + 8);
  m.set(6, 99);
  m.execute({a::sc(word, 3, 6, 1)});
  EXPECT_EQ(m.get(3), 1U);
  m.execute({a::lr(word, 7, 1), a::sc(word, 4, 6, 2)});
  EXPECT_EQ(m.get(4), 1U);
  m.execute({a::lr(word, 7, 1)});
  m.poke<std::uint32_t>(machine::data, 3);  // another hart
  m.execute({a::sc(word, 5, 6, 1)});
  EXPECT_EQ(m.get(5), 1U);
  EXPECT_EQ(m.peek<std::uint32_t>(machine::data), 3U);
  EXPECT_EQ(m.peek<std::uint32_t>(machine::data + 8), 2U);
}

TEST(atomic, lr_and_sc_of_doublewords) {
  machine m(64);
  m.poke<std::uint64_t>(machine::data, 0x1234'5678'9abc'def0);
  m.set(1, machine::data);
  m.set(2, 0xfedc'ba98'7654'3210);
  m.execute({a::lr(doubleword, 3, 1), a::sc(doubleword, 4, 2, 1)});
  EXPECT_EQ(m.get(3), 0x1234'5678'9abc'def0U);
  EXPECT_EQ(m.get(4), 0U);
  EXPECT_EQ(m.peek<std::uint64_t>(machine::data), 0xfedc'ba98'7654'3210U);
}

TEST_P(atomic_of_width, misaligned_and_unreachable_addresses_trap) {
  machine m(GetParam());
  const auto expect = [&](std::uint32_t instruction, std::uint64_t address, unsigned cause) {
    m.set(1, address);
    m.execute({instruction});
    EXPECT_EQ(m.core->pc(), machine::vector);
    EXPECT_EQ(m.csr(csr::mcause), cause) << std::hex << address;
    EXPECT_EQ(m.csr(csr::mtval), address);
  };
  expect(a::lr(word, 3, 1), machine::data + 2, 4);
  expect(a::sc(word, 3, 2, 1), machine::data + 2, 6);
  expect(a::atomic(0, word, 3, 2, 1), machine::data + 1, 6);
  expect(a::lr(word, 3, 1), 0x4000'0000, 5);
  expect(a::atomic(0, word, 3, 2, 1), 0x4000'0000, 7);
  expect(a::atomic(0, word, 3, 2, 1), board::device_base, 7);
  expect(a::atomic(0, word, 3, 2, 1), board::rom_base, 7);
  EXPECT_TRUE(m.memory.accesses.empty());
}

}  // namespace
}  // namespace sn::hart
