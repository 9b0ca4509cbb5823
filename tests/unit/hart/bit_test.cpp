// Zba, Zbb and Zbs. Encodings and results are from the tables of the bit-manipulation specification
// 1.0.0, worked out by hand.
#include <gtest/gtest.h>

#include "assembler.h"
#include "machine.h"

namespace sn::hart::test {
namespace {

using assembler::i_type;
using assembler::r_type;

configuration with_bits(unsigned xlen, bool present) {
  configuration wanted{xlen, 0, machine::code, {}};
  wanted.with.zba = wanted.with.zbb = wanted.with.zbs = present;
  return wanted;
}

constexpr std::uint64_t ones = ~std::uint64_t{0};

struct row {
  const char* name;
  std::uint32_t instruction;  ///< x3 from x1 and x2
  std::uint64_t x1;
  std::uint64_t x2;
  std::uint64_t result;
};

std::vector<row> rows_of_64() {
  const auto op = [](std::uint32_t funct7, std::uint32_t funct3) {
    return r_type(funct7, 2, 1, funct3, 3, 0x33);
  };
  const auto op_32 = [](std::uint32_t funct7, std::uint32_t funct3) {
    return r_type(funct7, 2, 1, funct3, 3, 0x3b);
  };
  const auto imm = [](int immediate, std::uint32_t funct3) {
    return i_type(immediate, 1, funct3, 3, 0x13);
  };
  const auto imm_32 = [](int immediate, std::uint32_t funct3) {
    return i_type(immediate, 1, funct3, 3, 0x1b);
  };
  return {
      {"sh1add", op(0x10, 2), 3, 100, 106},
      {"sh2add", op(0x10, 4), 3, 100, 112},
      {"sh3add", op(0x10, 6), ones, 100, 92},
      {"add.uw", op_32(0x04, 0), 0xffff'ffff'0000'0005, 7, 12},
      {"sh1add.uw", op_32(0x10, 2), 0xffff'ffff'8000'0000, 1, 0x1'0000'0001},
      {"sh2add.uw", op_32(0x10, 4), 0xffff'ffff'8000'0000, 1, 0x2'0000'0001},
      {"sh3add.uw", op_32(0x10, 6), 0xffff'ffff'8000'0000, 1, 0x4'0000'0001},
      {"slli.uw", imm_32(0x080 | 36, 1), ones, 0, 0xffff'fff0'0000'0000},
      {"andn", op(0x20, 7), 0xff, 0x0f, 0xf0},
      {"orn", op(0x20, 6), 0x1, ones - 2, 0x3},
      {"xnor", op(0x20, 4), 0xf0, 0x0f, ~std::uint64_t{0xff}},
      {"clz", imm(0x600, 1), 1, 0, 63},
      {"clz of 0", imm(0x600, 1), 0, 0, 64},
      {"ctz", imm(0x601, 1), 0x8000, 0, 15},
      {"ctz of 0", imm(0x601, 1), 0, 0, 64},
      {"cpop", imm(0x602, 1), 0x8000'0000'0000'0101, 0, 3},
      {"clzw", imm_32(0x600, 1), 0xffff'ffff'0000'0001, 0, 31},
      {"clzw of 0", imm_32(0x600, 1), 0xffff'ffff'0000'0000, 0, 32},
      {"ctzw", imm_32(0x601, 1), 0xffff'ffff'0000'0000, 0, 32},
      {"cpopw", imm_32(0x602, 1), ones, 0, 32},
      {"max", op(0x05, 6), ones, 1, 1},
      {"maxu", op(0x05, 7), ones, 1, ones},
      {"min", op(0x05, 4), ones, 1, ones},
      {"minu", op(0x05, 5), ones, 1, 1},
      {"sext.b", imm(0x604, 1), 0x1280, 0, ones - 0x7f},
      {"sext.h", imm(0x605, 1), 0x1'8000, 0, ones - 0x7fff},
      {"zext.h", r_type(0x04, 0, 1, 4, 3, 0x3b), ones, 0, 0xffff},
      {"rol", op(0x30, 1), 0x8000'0000'0000'0001, 4, 0x18},
      {"rol by 0", op(0x30, 1), 0x8000'0000'0000'0001, 64, 0x8000'0000'0000'0001},
      {"ror", op(0x30, 5), 0x18, 4, 0x8000'0000'0000'0001},
      {"rori", imm(0x600 | 60, 5), 0x8000'0000'0000'0001, 0, 0x18},
      {"rolw", op_32(0x30, 1), 0x8000'0001, 4, 0x18},
      {"rorw", op_32(0x30, 5), 0x18, 4, 0xffff'ffff'8000'0001},
      {"roriw", imm_32(0x600 | 28, 5), 0x8000'0001, 0, 0x18},
      {"orc.b", imm(0x287, 5), 0x0100'0080'0000'0200, 0, 0xff00'00ff'0000'ff00},
      {"rev8", imm(0x6b8, 5), 0x0123'4567'89ab'cdef, 0, 0xefcd'ab89'6745'2301},
      {"bclr", op(0x24, 1), ones, 64 + 3, ones - 8},
      {"bext", op(0x24, 5), 0x8, 3, 1},
      {"binv", op(0x34, 1), 0x8, 3, 0},
      {"bset", op(0x14, 1), 0, 63, std::uint64_t{1} << 63},
      {"bclri", imm(0x480 | 63, 1), ones, 0, ones >> 1},
      {"bexti", imm(0x480 | 63, 5), ones, 0, 1},
      {"binvi", imm(0x680 | 40, 1), 0, 0, std::uint64_t{1} << 40},
      {"bseti", imm(0x280 | 40, 1), 0, 0, std::uint64_t{1} << 40},
  };
}

TEST(bit_manipulation, results_of_rv64) {
  for (const row& each : rows_of_64()) {
    machine m(with_bits(64, true));
    m.set(1, each.x1);
    m.set(2, each.x2);
    m.execute({each.instruction});
    EXPECT_EQ(m.core->traps(), 0U) << each.name;
    EXPECT_EQ(m.get(3), each.result) << each.name;
  }
}

TEST(bit_manipulation, all_are_illegal_without_the_extensions) {
  for (const row& each : rows_of_64()) {
    machine m(with_bits(64, false));
    m.execute({each.instruction});
    EXPECT_EQ(m.csr(csr::mcause), 2U) << each.name;
    EXPECT_EQ(m.csr(csr::mtval), each.instruction) << each.name;
  }
}

TEST(bit_manipulation, results_of_rv32) {
  const std::vector<row> rows{
      {"clz", i_type(0x600, 1, 1, 3, 0x13), 1, 0, 31},
      {"clz of 0", i_type(0x600, 1, 1, 3, 0x13), 0, 0, 32},
      {"ctz of 0", i_type(0x601, 1, 1, 3, 0x13), 0, 0, 32},
      {"zext.h", r_type(0x04, 0, 1, 4, 3, 0x33), 0xffff'ffff, 0, 0xffff},
      {"rev8", i_type(0x698, 1, 5, 3, 0x13), 0x0123'4567, 0, 0x6745'2301},
      {"rol", r_type(0x30, 2, 1, 1, 3, 0x33), 0x8000'0001, 4, 0x18},
      {"ror", r_type(0x30, 2, 1, 5, 3, 0x33), 0x18, 4, 0x8000'0001},
      {"orc.b", i_type(0x287, 1, 5, 3, 0x13), 0x0100'0080, 0, 0xff00'00ff},
      {"bset", r_type(0x14, 2, 1, 1, 3, 0x33), 0, 32 + 5, 0x20},
      {"sext.b", i_type(0x604, 1, 1, 3, 0x13), 0x80, 0, 0xffff'ff80},
      {"sh1add", r_type(0x10, 2, 1, 2, 3, 0x33), 0x8000'0000, 5, 5},
  };
  for (const row& each : rows) {
    machine m(with_bits(32, true));
    m.set(1, each.x1);
    m.set(2, each.x2);
    m.execute({each.instruction});
    EXPECT_EQ(m.core->traps(), 0U) << each.name;
    EXPECT_EQ(m.get(3), each.result) << each.name;
  }
  // What RV64 has only: shift amounts of 6 bits, word forms and its own rev8.
  for (const std::uint32_t each :
       {i_type(0x600 | 32, 1, 5, 3, 0x13), i_type(0x480 | 32, 1, 1, 3, 0x13),
        r_type(0x04, 2, 1, 0, 3, 0x3b), i_type(0x6b8, 1, 5, 3, 0x13)}) {
    machine m(with_bits(32, true));
    m.execute({each});
    EXPECT_EQ(m.csr(csr::mcause), 2U) << std::hex << each;
  }
}

}  // namespace
}  // namespace sn::hart::test
