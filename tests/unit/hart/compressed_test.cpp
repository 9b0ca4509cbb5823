// The C extension, against the encodings that the GNU assembler 2.40 gives for each compressed
// instruction and for the instruction that it abbreviates.
#include "hart/compressed.h"

#include <gtest/gtest.h>

#include <vector>

#include "unit/hart/assembler.h"
#include "unit/hart/machine.h"

namespace sn::hart {
namespace {

using test::machine;
namespace a = test::assembler;

enum class width { rv32, rv64, both };

struct pair {
  width xlen;
  const char* assembly;
  std::uint32_t compressed;
  std::uint32_t full;
};

const std::vector<pair>& pairs() {
  constexpr width rv32 = width::rv32;
  constexpr width rv64 = width::rv64;
  constexpr width both = width::both;
  static const std::vector<pair> table{
      {both, "c.addi4spn a0, sp, 4", 0x0048, 0x0041'0513},
      {both, "c.addi4spn s1, sp, 1020", 0x1fe4, 0x3fc1'0493},
      {both, "c.addi4spn a5, sp, 680", 0x153c, 0x2a81'0793},
      {both, "c.lw a0, 0(a1)", 0x4188, 0x0005'a503},
      {both, "c.lw s0, 124(a5)", 0x5fe0, 0x07c7'a403},
      {both, "c.lw a3, 64(s1)", 0x40b4, 0x0404'a683},
      {both, "c.lw a3, 4(s1)", 0x40d4, 0x0044'a683},
      {rv64, "c.ld a0, 8(a1)", 0x6588, 0x0085'b503},
      {rv64, "c.ld s0, 248(a5)", 0x7fe0, 0x0f87'b403},
      {rv64, "c.ld a4, 128(s1)", 0x60d8, 0x0804'b703},
      {both, "c.sw a0, 0(a1)", 0xc188, 0x00a5'a023},
      {both, "c.sw s0, 124(a5)", 0xdfe0, 0x0687'ae23},
      {both, "c.sw a2, 68(a4)", 0xc370, 0x04c7'2223},
      {rv64, "c.sd a0, 8(a1)", 0xe588, 0x00a5'b423},
      {rv64, "c.sd s0, 248(a5)", 0xffe0, 0x0e87'bc23},
      {rv64, "c.sd a4, 64(a3)", 0xe2b8, 0x04e6'b023},
      {both, "c.nop", 0x0001, 0x0000'0013},
      {both, "c.addi a0, 31", 0x057d, 0x01f5'0513},
      {both, "c.addi t6, -32", 0x1f81, 0xfe0f'8f93},
      {both, "c.addi ra, -1", 0x10fd, 0xfff0'8093},
      {rv64, "c.addiw a0, 31", 0x257d, 0x01f5'051b},
      {rv64, "c.addiw t6, -32", 0x3f81, 0xfe0f'8f9b},
      {rv64, "c.addiw ra, 0", 0x2081, 0x0000'809b},
      {both, "c.li a0, 31", 0x457d, 0x01f0'0513},
      {both, "c.li t6, -32", 0x5f81, 0xfe00'0f93},
      {both, "c.addi16sp sp, 496", 0x617d, 0x1f01'0113},
      {both, "c.addi16sp sp, -512", 0x7101, 0xe001'0113},
      {both, "c.addi16sp sp, 16", 0x6141, 0x0101'0113},
      {both, "c.addi16sp sp, 32", 0x6105, 0x0201'0113},
      {both, "c.addi16sp sp, 64", 0x6121, 0x0401'0113},
      {both, "c.addi16sp sp, -336", 0x714d, 0xeb01'0113},
      {both, "c.lui a0, 1", 0x6505, 0x0000'1537},
      {both, "c.lui t6, 31", 0x6ffd, 0x0001'ffb7},
      {both, "c.lui ra, 0xfffe0", 0x7081, 0xfffe'00b7},
      {both, "c.lui s0, 0xfffff", 0x747d, 0xffff'f437},
      {both, "c.srli a0, 1", 0x8105, 0x0015'5513},
      {both, "c.srli s1, 31", 0x80fd, 0x01f4'd493},
      {rv64, "c.srli a5, 63", 0x93fd, 0x03f7'd793},
      {rv64, "c.srli a5, 32", 0x9381, 0x0207'd793},
      {both, "c.srai a0, 1", 0x8505, 0x4015'5513},
      {both, "c.srai s1, 31", 0x84fd, 0x41f4'd493},
      {rv64, "c.srai a5, 63", 0x97fd, 0x43f7'd793},
      {both, "c.andi a0, 31", 0x897d, 0x01f5'7513},
      {both, "c.andi s0, -32", 0x9801, 0xfe04'7413},
      {both, "c.sub a0, a1", 0x8d0d, 0x40b5'0533},
      {both, "c.sub s0, a5", 0x8c1d, 0x40f4'0433},
      {both, "c.xor a0, a1", 0x8d2d, 0x00b5'4533},
      {both, "c.or a0, a1", 0x8d4d, 0x00b5'6533},
      {both, "c.and a5, s1", 0x8fe5, 0x0097'f7b3},
      {rv64, "c.subw a0, a1", 0x9d0d, 0x40b5'053b},
      {rv64, "c.addw s1, a5", 0x9cbd, 0x00f4'84bb},
      {both, "c.j .+2046", 0xaffd, 0x7fe0'006f},
      {both, "c.j .-2048", 0xb001, 0x801f'f06f},
      {both, "c.j .+4", 0xa011, 0x0040'006f},
      {both, "c.j .+8", 0xa021, 0x0080'006f},
      {both, "c.j .+16", 0xa801, 0x0100'006f},
      {both, "c.j .+32", 0xa005, 0x0200'006f},
      {both, "c.j .+64", 0xa081, 0x0400'006f},
      {both, "c.j .+128", 0xa041, 0x0800'006f},
      {both, "c.j .+256", 0xa201, 0x1000'006f},
      {both, "c.j .+512", 0xa401, 0x2000'006f},
      {both, "c.j .+1024", 0xa101, 0x4000'006f},
      {rv32, "c.jal .+2046", 0x2ffd, 0x7fe0'00ef},
      {rv32, "c.jal .-2048", 0x3001, 0x801f'f0ef},
      {rv32, "c.jal .-2", 0x3ffd, 0xffff'f0ef},
      {both, "c.beqz a0, .+254", 0xcd7d, 0x0e05'0f63},
      {both, "c.beqz s0, .-256", 0xd001, 0xf004'00e3},
      {both, "c.beqz a5, .+2", 0xc389, 0x0007'8163},
      {both, "c.beqz a5, .+4", 0xc391, 0x0007'8263},
      {both, "c.beqz a5, .+8", 0xc781, 0x0007'8463},
      {both, "c.beqz a5, .+16", 0xcb81, 0x0007'8863},
      {both, "c.beqz a5, .+32", 0xc385, 0x0207'8063},
      {both, "c.beqz a5, .+64", 0xc3a1, 0x0407'8063},
      {both, "c.beqz a5, .+128", 0xc3c1, 0x0807'8063},
      {both, "c.bnez a0, .+254", 0xed7d, 0x0e05'1f63},
      {both, "c.bnez s1, .-256", 0xf081, 0xf004'90e3},
      {both, "c.slli a0, 1", 0x0506, 0x0015'1513},
      {both, "c.slli t6, 31", 0x0ffe, 0x01ff'9f93},
      {rv64, "c.slli ra, 63", 0x10fe, 0x03f0'9093},
      {both, "c.lwsp a0, 0(sp)", 0x4502, 0x0001'2503},
      {both, "c.lwsp ra, 252(sp)", 0x50fe, 0x0fc1'2083},
      {both, "c.lwsp t6, 64(sp)", 0x4f86, 0x0401'2f83},
      {both, "c.lwsp t6, 32(sp)", 0x5f82, 0x0201'2f83},
      {rv64, "c.ldsp a0, 8(sp)", 0x6522, 0x0081'3503},
      {rv64, "c.ldsp ra, 504(sp)", 0x70fe, 0x1f81'3083},
      {rv64, "c.ldsp ra, 64(sp)", 0x6086, 0x0401'3083},
      {rv64, "c.ldsp ra, 32(sp)", 0x7082, 0x0201'3083},
      {both, "c.jr ra", 0x8082, 0x0000'8067},
      {both, "c.jr t6", 0x8f82, 0x000f'8067},
      {both, "c.mv a0, t6", 0x857e, 0x01f0'0533},
      {both, "c.ebreak", 0x9002, 0x0010'0073},
      {both, "c.jalr t0", 0x9282, 0x0002'80e7},
      {both, "c.add a0, t6", 0x957e, 0x01f5'0533},
      {both, "c.swsp a0, 0(sp)", 0xc02a, 0x00a1'2023},
      {both, "c.swsp ra, 252(sp)", 0xdf86, 0x0e11'2e23},
      {both, "c.swsp t6, 64(sp)", 0xc0fe, 0x05f1'2023},
      {rv64, "c.sdsp a0, 8(sp)", 0xe42a, 0x00a1'3423},
      {rv64, "c.sdsp ra, 504(sp)", 0xff86, 0x1e11'3c23},
      {rv64, "c.sdsp t6, 64(sp)", 0xe0fe, 0x05f1'3023},
  };
  return table;
}

TEST(compressed, abbreviates_what_the_assembler_says) {
  for (const pair& p : pairs()) {
    if (p.xlen != width::rv32) {
      EXPECT_EQ(expand_compressed(p.compressed, 64), p.full) << "RV64 " << p.assembly;
    }
    if (p.xlen != width::rv64) {
      EXPECT_EQ(expand_compressed(p.compressed, 32), p.full) << "RV32 " << p.assembly;
    }
  }
}

TEST(compressed, reserved_encodings_are_illegal) {
  // In order: all zeros; addi4spn 0; quadrant 0 function 4; lui 0; addi16sp 0; two reserved
  // register operations; lwsp to x0; jr x0.
  for (const std::uint32_t encoding :
       {0x0000U, 0x0004U, 0x8000U, 0x6081U, 0x6101U, 0x9c41U, 0x9c61U, 0x4002U, 0x8002U}) {
    EXPECT_EQ(expand_compressed(encoding, 32), 0U) << std::hex << encoding;
    EXPECT_EQ(expand_compressed(encoding, 64), 0U) << std::hex << encoding;
  }
  // fld, fsd, fldsp and fsdsp, whose D comes with RV64 only.
  for (const std::uint32_t encoding : {0x2000U, 0xa000U, 0x2002U, 0xa002U}) {
    EXPECT_EQ(expand_compressed(encoding, 32), 0U) << std::hex << encoding;
  }
  // addiw to x0; ldsp to x0.
  for (const std::uint32_t encoding : {0x2005U, 0x6002U}) {
    EXPECT_EQ(expand_compressed(encoding, 64), 0U) << std::hex << encoding;
  }
  // flw, fsw, flwsp, fswsp; srli, srai and slli by 32; subw, addw.
  for (const std::uint32_t encoding :
       {0x6000U, 0xe000U, 0x6082U, 0xe002U, 0x9001U, 0x9401U, 0x1082U, 0x9c01U, 0x9c21U}) {
    EXPECT_EQ(expand_compressed(encoding, 32), 0U) << std::hex << encoding;
    EXPECT_NE(expand_compressed(encoding, 64), 0U) << std::hex << encoding;
  }
}

TEST(compressed, advances_by_two_bytes_and_links_behind_itself) {
  machine m(64);
  // c.li a0, 31; c.jalr t0
  m.load(machine::code, {0x9282'457d});
  m.set(5, machine::code + 0x100);
  m.core->run(2);
  EXPECT_EQ(m.get(10), 31U);
  EXPECT_EQ(m.get(1), machine::code + 4);
  EXPECT_EQ(m.core->pc(), machine::code + 0x100);
  machine narrow(32);
  narrow.load(machine::code, {0x3ffd'0001});  // c.nop; c.jal .-2
  narrow.core->run(2);
  EXPECT_EQ(narrow.get(1), machine::code + 4);
  EXPECT_EQ(narrow.core->pc(), machine::code);
}

TEST(compressed, full_instructions_may_begin_at_any_even_address) {
  machine m(64);
  // c.nop; addi x1, x0, 0x123 at an odd multiple of two, across two words.
  const std::uint32_t full = a::li(1, 0x123);
  m.load(machine::code, {0x0001 | full << 16, full >> 16});
  m.core->run(2);
  EXPECT_EQ(m.get(1), 0x123U);
  EXPECT_EQ(m.core->pc(), machine::code + 6);
}

TEST(compressed, an_illegal_one_tells_its_sixteen_bits) {
  machine m(64);
  m.load(machine::code, {0xffff'8002});
  m.core->run(1);
  EXPECT_EQ(m.csr(csr::mcause), 2U);
  EXPECT_EQ(m.csr(csr::mtval), 0x8002U);
}

TEST(compressed, ebreak_traps_at_itself) {
  machine m(64);
  m.load(machine::code, {0x9002'0001});
  m.core->run(2);
  EXPECT_EQ(m.csr(csr::mcause), 3U);
  EXPECT_EQ(m.csr(csr::mepc), machine::code + 2);
}

}  // namespace
}  // namespace sn::hart
