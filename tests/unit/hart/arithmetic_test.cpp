// Every computing instruction on operands whose results were worked out by hand.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/hart/assembler.h"
#include "unit/hart/machine.h"

namespace sn::hart {
namespace {

using test::machine;
namespace a = test::assembler;

/// One instruction with rd = x3, rs1 = x1 and rs2 = x2.
struct vector {
  const char* name;
  std::uint32_t encoding;
  std::uint64_t rs1;
  std::uint64_t rs2;
  std::uint64_t expected;
};

constexpr std::uint32_t op(std::uint32_t funct7, std::uint32_t funct3) {
  return a::r_type(funct7, 2, 1, funct3, 3, 0x33);
}
constexpr std::uint32_t op_32(std::uint32_t funct7, std::uint32_t funct3) {
  return a::r_type(funct7, 2, 1, funct3, 3, 0x3b);
}
constexpr std::uint32_t op_imm(std::uint32_t funct3, int immediate) {
  return a::i_type(immediate, 1, funct3, 3, 0x13);
}
constexpr std::uint32_t op_imm_32(std::uint32_t funct3, int immediate) {
  return a::i_type(immediate, 1, funct3, 3, 0x1b);
}

constexpr std::uint64_t min_64 = 0x8000'0000'0000'0000;
constexpr std::uint64_t max_64 = 0x7fff'ffff'ffff'ffff;
constexpr std::uint64_t minus_1 = 0xffff'ffff'ffff'ffff;

const std::vector<vector> vectors_64{
    {"add wraps", op(0, 0), max_64, 1, min_64},
    {"add", op(0, 0), minus_1, 1, 0},
    {"sub", op(0x20, 0), 5, 7, minus_1 - 1},
    {"sub wraps", op(0x20, 0), min_64, 1, max_64},
    {"sll", op(0, 1), 1, 63, min_64},
    {"sll uses six bits", op(0, 1), 3, 64 + 4, 0x30},
    {"slt negative", op(0, 2), minus_1, 0, 1},
    {"slt equal", op(0, 2), 4, 4, 0},
    {"slt extremes", op(0, 2), max_64, min_64, 0},
    {"sltu", op(0, 3), minus_1, 0, 0},
    {"sltu", op(0, 3), 0, minus_1, 1},
    {"xor", op(0, 4), 0xff00'ff00, 0x0ff0'0ff0, 0xf0f0'f0f0},
    {"srl", op(0, 5), min_64, 63, 1},
    {"srl uses six bits", op(0, 5), min_64, 64, min_64},
    {"sra", op(0x20, 5), min_64, 63, minus_1},
    {"sra positive", op(0x20, 5), max_64, 62, 1},
    {"or", op(0, 6), 0xf0, 0x0f, 0xff},
    {"and", op(0, 7), 0xff0, 0x0ff, 0x0f0},
    {"mul", op(1, 0), 0x1'0000'0001, 0x1'0000'0001, 0x2'0000'0001},
    {"mul negative", op(1, 0), minus_1, 7, minus_1 - 6},
    // (-1) * (-1) = 1; (-2^63)^2 = 2^126; (-1) * 2^63-1 has all ones above.
    {"mulh", op(1, 1), minus_1, minus_1, 0},
    {"mulh extremes", op(1, 1), min_64, min_64, 0x4000'0000'0000'0000},
    {"mulh negative", op(1, 1), minus_1, max_64, minus_1},
    // -1 * (2^64 - 1) = -2^64 + 1: upper half -1.
    {"mulhsu", op(1, 2), minus_1, minus_1, minus_1},
    // -2^63 * (2^64 - 1) = -2^127 + 2^63: upper half -2^63, lower 2^63.
    {"mulhsu extremes", op(1, 2), min_64, minus_1, min_64},
    {"mulhsu positive", op(1, 2), max_64, minus_1, max_64 - 1},
    // (2^64 - 1)^2 = 2^128 - 2^65 + 1.
    {"mulhu", op(1, 3), minus_1, minus_1, minus_1 - 1},
    {"mulhu", op(1, 3), min_64, 2, 1},
    {"div truncates", op(1, 4), minus_1 - 6, 2, minus_1 - 2},
    {"div by zero", op(1, 4), 5, 0, minus_1},
    {"div overflow", op(1, 4), min_64, minus_1, min_64},
    {"divu", op(1, 5), minus_1, 2, max_64},
    {"divu by zero", op(1, 5), 5, 0, minus_1},
    {"rem has the sign of the dividend", op(1, 6), minus_1 - 6, 2, minus_1},
    {"rem of a positive by a negative", op(1, 6), 7, minus_1 - 1, 1},
    {"rem by zero", op(1, 6), minus_1 - 4, 0, minus_1 - 4},
    {"rem overflow", op(1, 6), min_64, minus_1, 0},
    {"remu", op(1, 7), minus_1, 10, 5},  // 2^64 - 1 = 18446744073709551615
    {"remu by zero", op(1, 7), 9, 0, 9},
    {"addi", op_imm(0, -2048), 2048, 0, 0},
    {"addi maximum", op_imm(0, 2047), 1, 0, 2048},
    {"slti", op_imm(2, -1), minus_1 - 1, 0, 1},
    {"sltiu extends the sign first", op_imm(3, -1), 5, 0, 1},
    {"sltiu 1 is seqz", op_imm(3, 1), 0, 0, 1},
    {"xori -1 is not", op_imm(4, -1), 0x0123'4567'89ab'cdef, 0, 0xfedc'ba98'7654'3210},
    {"ori", op_imm(6, -256), 0x12, 0, minus_1 - 0xed},
    {"andi", op_imm(7, -256), 0x1234, 0, 0x1200},
    {"slli", op_imm(1, 63), 1, 0, min_64},
    {"srli", op_imm(5, 63), min_64, 0, 1},
    {"srai", op_imm(5, 0x400 | 63), min_64, 0, minus_1},
    {"srai by 32", op_imm(5, 0x400 | 32), 0x8765'4321'0000'0000, 0, 0xffff'ffff'8765'4321},
    {"addw extends the sign", op_32(0, 0), 0x7fff'ffff, 1, 0xffff'ffff'8000'0000},
    {"addw ignores upper halves", op_32(0, 0), 0xabcd'0000'0001, 0x1234'0000'0002, 3},
    {"subw", op_32(0x20, 0), 0, 1, minus_1},
    {"sllw", op_32(0, 1), 1, 31, 0xffff'ffff'8000'0000},
    {"sllw uses five bits", op_32(0, 1), 1, 33, 2},
    {"srlw", op_32(0, 5), 0xffff'ffff'8000'0000, 31, 1},
    {"srlw by 0 extends the sign", op_32(0, 5), 0x8000'0000, 0, 0xffff'ffff'8000'0000},
    {"sraw", op_32(0x20, 5), 0x8000'0000, 31, minus_1},
    {"sraw ignores the upper half", op_32(0x20, 5), 0xffff'ffff'4000'0000, 30, 1},
    {"addiw", op_imm_32(0, -1), 0, 0, minus_1},
    {"addiw 0 is sext.w", op_imm_32(0, 0), 0x1'8000'0000, 0, 0xffff'ffff'8000'0000},
    {"slliw", op_imm_32(1, 31), 3, 0, 0xffff'ffff'8000'0000},
    {"srliw", op_imm_32(5, 4), 0xffff'ffff'f000'0000, 0, 0x0f00'0000},
    {"sraiw", op_imm_32(5, 0x400 | 4), 0x8000'0000, 0, 0xffff'ffff'f800'0000},
    {"mulw", op_32(1, 0), 0x10000, 0x8000, 0xffff'ffff'8000'0000},
    {"mulw drops the rest", op_32(1, 0), 0x1'0000'0003, 5, 15},
    {"divw by zero", op_32(1, 4), 1, 0x1'0000'0000, minus_1},
    {"divw overflow", op_32(1, 4), 0x8000'0000, 0xffff'ffff, 0xffff'ffff'8000'0000},
    {"divw", op_32(1, 4), 0xffff'fff9, 2, minus_1 - 2},
    {"divuw", op_32(1, 5), 0xffff'ffff, 1, minus_1},
    {"divuw by zero", op_32(1, 5), 7, 0, minus_1},
    {"divuw halves", op_32(1, 5), 0x8000'0000, 2, 0x4000'0000},
    {"remw", op_32(1, 6), 0xffff'fff9, 2, minus_1},
    {"remw by zero extends the sign", op_32(1, 6), 0x8000'0001, 0, 0xffff'ffff'8000'0001},
    {"remw overflow", op_32(1, 6), 0x8000'0000, 0xffff'ffff, 0},
    {"remuw", op_32(1, 7), 0xffff'ffff, 16, 15},
    {"remuw by zero extends the sign", op_32(1, 7), 0x8000'0001, 0, 0xffff'ffff'8000'0001},
    {"lui extends the sign", a::lui(3, 0x8'0000), 0, 0, 0xffff'ffff'8000'0000},
    {"auipc", a::auipc(3, 0x1), 0, 0, 0x8000'1000},
    {"auipc backwards", a::auipc(3, 0xf'ffff), 0, 0, 0x7fff'f000},
};

const std::vector<vector> vectors_32{
    {"add wraps", op(0, 0), 0x7fff'ffff, 1, 0x8000'0000},
    {"sub", op(0x20, 0), 0, 1, 0xffff'ffff},
    {"sll uses five bits", op(0, 1), 1, 32 + 31, 0x8000'0000},
    {"slt", op(0, 2), 0x8000'0000, 0x7fff'ffff, 1},
    {"sltu", op(0, 3), 0x8000'0000, 0x7fff'ffff, 0},
    {"srl uses five bits", op(0, 5), 0x8000'0000, 32, 0x8000'0000},
    {"srl", op(0, 5), 0x8000'0000, 31, 1},
    {"sra", op(0x20, 5), 0x8000'0000, 31, 0xffff'ffff},
    {"xor", op(0, 4), 0xffff'0000, 0x00ff'ff00, 0xff00'ff00},
    {"or", op(0, 6), 0xf0, 0x0f, 0xff},
    {"and", op(0, 7), 0xff0, 0x0ff, 0x0f0},
    {"mul", op(1, 0), 0x1'0001, 0x1'0001, 0x2'0001},
    {"mulh", op(1, 1), 0x8000'0000, 0x8000'0000, 0x4000'0000},
    {"mulh negative", op(1, 1), 0xffff'ffff, 0x7fff'ffff, 0xffff'ffff},
    {"mulhsu", op(1, 2), 0xffff'ffff, 0xffff'ffff, 0xffff'ffff},
    {"mulhsu positive", op(1, 2), 0x7fff'ffff, 0xffff'ffff, 0x7fff'fffe},
    {"mulhu", op(1, 3), 0xffff'ffff, 0xffff'ffff, 0xffff'fffe},
    {"div", op(1, 4), 0xffff'fff9, 2, 0xffff'fffd},
    {"div by zero", op(1, 4), 5, 0, 0xffff'ffff},
    {"div overflow", op(1, 4), 0x8000'0000, 0xffff'ffff, 0x8000'0000},
    {"divu", op(1, 5), 0xffff'ffff, 2, 0x7fff'ffff},
    {"divu by zero", op(1, 5), 5, 0, 0xffff'ffff},
    {"rem", op(1, 6), 0xffff'fff9, 2, 0xffff'ffff},
    {"rem by zero", op(1, 6), 0xffff'fff9, 0, 0xffff'fff9},
    {"rem overflow", op(1, 6), 0x8000'0000, 0xffff'ffff, 0},
    {"remu", op(1, 7), 0xffff'ffff, 16, 15},
    {"remu by zero", op(1, 7), 9, 0, 9},
    {"addi", op_imm(0, -1), 0, 0, 0xffff'ffff},
    {"slti", op_imm(2, -1), 0xffff'fffe, 0, 1},
    {"sltiu", op_imm(3, -1), 0xffff'fffe, 0, 1},
    {"xori", op_imm(4, -1), 0x0123'4567, 0, 0xfedc'ba98},
    {"ori", op_imm(6, -256), 0x12, 0, 0xffff'ff12},
    {"andi", op_imm(7, -256), 0x1234, 0, 0x1200},
    {"slli", op_imm(1, 31), 3, 0, 0x8000'0000},
    {"srli", op_imm(5, 31), 0x8000'0000, 0, 1},
    {"srai", op_imm(5, 0x400 | 31), 0x8000'0000, 0, 0xffff'ffff},
    {"lui", a::lui(3, 0x8'0000), 0, 0, 0x8000'0000},
    {"auipc wraps", a::auipc(3, 0x8'0000), 0, 0, 0},
};

void check(unsigned xlen, const std::vector<vector>& vectors) {
  machine m(xlen);
  for (const vector& v : vectors) {
    m.set(1, v.rs1);
    m.set(2, v.rs2);
    m.set(3, 0x5a5a);
    m.execute({v.encoding});
    EXPECT_EQ(m.get(3), v.expected) << v.name << std::hex << ": " << v.rs1 << ", " << v.rs2;
    EXPECT_EQ(m.core->pc(), machine::code + 4) << v.name;
    EXPECT_EQ(m.get(1), v.rs1) << v.name;
    EXPECT_EQ(m.get(2), v.rs2) << v.name;
  }
  EXPECT_EQ(m.core->traps(), 0U);
}

TEST(arithmetic, of_64_bits) {
  check(64, vectors_64);
}
TEST(arithmetic, of_32_bits) {
  check(32, vectors_32);
}

TEST(arithmetic, x0_stays_zero) {
  machine m(64);
  m.set(1, 7);
  m.execute({a::addi(0, 1, 1), a::lui(0, 1), a::add(2, 0, 1)});
  EXPECT_EQ(m.get(0), 0U);
  EXPECT_EQ(m.get(2), 7U);
}

TEST(arithmetic, destination_may_be_a_source) {
  machine m(64);
  m.set(1, 7);
  m.execute({a::add(1, 1, 1), a::add(1, 1, 1)});
  EXPECT_EQ(m.get(1), 28U);
}

}  // namespace
}  // namespace sn::hart
