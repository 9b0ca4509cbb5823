// Floating-point instructions: operands, boxing, rounding mode, status and legality. Encodings are
// from the tables of the unprivileged specification.
#include <gtest/gtest.h>

#include "assembler.h"
#include "machine.h"

namespace sn::hart::test {
namespace {

using assembler::csrrs;
using assembler::i_type;
using assembler::r_type;
using assembler::word;

/// A hart with F and D whose FS is `status`.
class float_machine : public machine {
 public:
  explicit float_machine(std::uint64_t status = csr::mstatus_fs) : machine(wanted()) {
    core->write_csr(csr::mstatus, status);
  }
  void set_float(unsigned index, std::uint64_t value) {
    hart_state state = core->save();
    state.f.at(index) = value;
    core->restore(state);
  }
  std::uint64_t get_float(unsigned index) const { return core->save().f.at(index); }

 private:
  static configuration wanted() {
    configuration result{64, 0, code, {}};
    result.with.f = result.with.d = true;
    return result;
  }
};

constexpr word single = 0;
constexpr word twice = 1;
constexpr word dynamic = 7;

constexpr word op(word funct5, word format, word rd, word rs1, word rs2, word mode = dynamic) {
  return r_type(funct5 << 2 | format, rs2, rs1, mode, rd, 0x53);
}
constexpr word fused(word opcode, word format, word rd, word rs1, word rs2, word rs3) {
  return rs3 << 27 | format << 25 | rs2 << 20 | rs1 << 15 | dynamic << 12 | rd << 7 | opcode;
}

constexpr std::uint64_t box = 0xffff'ffff'0000'0000;
constexpr std::uint64_t single_nan = box | 0x7fc0'0000;
constexpr std::uint64_t f1 = box | 0x3f80'0000;
constexpr std::uint64_t f2 = box | 0x4000'0000;
constexpr std::uint64_t f3 = box | 0x4040'0000;
constexpr std::uint64_t f5 = box | 0x40a0'0000;
constexpr std::uint64_t f7 = box | 0x40e0'0000;
constexpr std::uint64_t negative = 0x8000'0000;
constexpr std::uint64_t d1 = 0x3ff0'0000'0000'0000;
constexpr std::uint64_t d3 = 0x4008'0000'0000'0000;

TEST(float_instructions, the_fused_four_differ_in_their_signs) {
  float_machine m;
  m.set_float(1, f2);
  m.set_float(2, f3);
  m.set_float(3, f1);
  m.execute({fused(0x43, single, 4, 1, 2, 3), fused(0x47, single, 5, 1, 2, 3),
             fused(0x4b, single, 6, 1, 2, 3), fused(0x4f, single, 7, 1, 2, 3)});
  EXPECT_EQ(m.get_float(4), f7);             // 2 * 3 + 1
  EXPECT_EQ(m.get_float(5), f5);             // 2 * 3 - 1
  EXPECT_EQ(m.get_float(6), f5 | negative);  // -(2 * 3) + 1
  EXPECT_EQ(m.get_float(7), f7 | negative);  // -(2 * 3) - 1
}

TEST(float_instructions, single_values_are_boxed_and_unboxed_ones_are_nan) {
  float_machine m;
  m.set_float(1, f1);
  m.set_float(2, 0x4000'0000);  // 2 without its box
  m.execute({op(0x00, single, 3, 1, 1), op(0x00, single, 4, 1, 2)});
  EXPECT_EQ(m.get_float(3), f2);
  EXPECT_EQ(m.get_float(4), single_nan);
}

TEST(float_instructions, loads_and_stores_move_bits) {
  float_machine m;
  m.set(2, machine::data);
  m.poke<std::uint64_t>(machine::data, 0x1122'3344'4080'0000);
  m.execute({i_type(0, 2, 2, 1, 0x07), i_type(0, 2, 3, 0, 0x07),
             assembler::s_type(8, 1, 2, 2) | 0x04, assembler::s_type(16, 0, 2, 3) | 0x04});
  EXPECT_EQ(m.get_float(1), box | 0x4080'0000);
  EXPECT_EQ(m.get_float(0), 0x1122'3344'4080'0000U);
  EXPECT_EQ(m.peek<std::uint64_t>(machine::data + 8), 0x4080'0000U);
  EXPECT_EQ(m.peek<std::uint64_t>(machine::data + 16), 0x1122'3344'4080'0000U);
}

TEST(float_instructions, compressed_loads_and_stores_of_doubles) {
  float_machine m;
  m.set(8, machine::data);
  m.set(2, machine::data + 0x40);
  m.poke<std::uint64_t>(machine::data + 8, d1);
  m.poke<std::uint64_t>(machine::data + 0x48, d3);
  // c.fld f9, 8(x8); c.fsd f9, 16(x8); c.fldsp f1, 8(sp); c.fsdsp f1, 16(sp)
  m.poke<std::uint16_t>(machine::code, 0x2404);
  m.poke<std::uint16_t>(machine::code + 2, 0xa804);
  m.poke<std::uint16_t>(machine::code + 4, 0x20a2);
  m.poke<std::uint16_t>(machine::code + 6, 0xa806);
  m.core->forget_code();
  m.core->set_pc(machine::code);
  m.core->run(4);
  EXPECT_EQ(m.core->traps(), 0U);
  EXPECT_EQ(m.peek<std::uint64_t>(machine::data + 16), d1);
  EXPECT_EQ(m.peek<std::uint64_t>(machine::data + 0x50), d3);
}

TEST(float_instructions, flags_stay_until_they_are_cleared) {
  float_machine m;
  m.set_float(1, d1);
  m.set_float(2, d3);
  m.execute({op(0x03, twice, 4, 1, 2), op(0x00, twice, 5, 1, 1), csrrs(3, csr::fflags, 0)});
  EXPECT_EQ(m.get(3), 1U);  // 1/3 is inexact
  EXPECT_EQ(m.get_float(4), 0x3fd5'5555'5555'5555U);
  // Rounded up by frm = 3, then by the instruction's own mode 2 (down).
  m.core->write_csr(csr::frm, 3);
  m.execute({op(0x03, twice, 4, 1, 2), op(0x03, twice, 5, 1, 2, 2)});
  EXPECT_EQ(m.get_float(4), 0x3fd5'5555'5555'5556U);
  EXPECT_EQ(m.get_float(5), 0x3fd5'5555'5555'5555U);
}

TEST(float_instructions, a_rounding_mode_that_does_not_exist_is_illegal) {
  for (const word mode : {5U, 6U}) {
    float_machine m;
    m.execute({op(0x00, single, 1, 1, 1, mode)});
    EXPECT_EQ(m.csr(csr::mcause), 2U);
    EXPECT_EQ(m.csr(csr::mtval), op(0x00, single, 1, 1, 1, mode));
  }
  float_machine m;
  m.core->write_csr(csr::frm, 5);
  m.execute({op(0x00, single, 1, 1, 1)});
  EXPECT_EQ(m.csr(csr::mcause), 2U);
}

TEST(float_instructions, moves_and_sign_injection) {
  float_machine m;
  m.set(1, 0x1234'5678'bf80'0000);
  m.execute({op(0x1e, single, 1, 1, 0, 0), op(0x1c, single, 5, 1, 0, 0),
             op(0x04, single, 2, 1, 1, 1), op(0x04, single, 3, 1, 1, 2),
             op(0x1e, twice, 4, 1, 0, 0), op(0x1c, twice, 6, 4, 0, 0)});
  EXPECT_EQ(m.get_float(1), f1 | negative);
  EXPECT_EQ(m.get(5), 0xffff'ffff'bf80'0000U);
  EXPECT_EQ(m.get_float(2), f1);
  EXPECT_EQ(m.get_float(3), f1);
  EXPECT_EQ(m.get(6), 0x1234'5678'bf80'0000U);
}

TEST(float_instructions, conversions_between_integers_and_formats) {
  float_machine m;
  m.set(1, 0xffff'ffff'ffff'fffe);  // -2; as an unsigned word 2^32 - 2
  m.set_float(1, f3);
  m.execute({op(0x1a, twice, 2, 1, 0), op(0x1a, twice, 3, 1, 1), op(0x08, twice, 4, 1, 0),
             op(0x08, single, 5, 4, 1), op(0x18, single, 6, 1, 2), op(0x1a, single, 6, 1, 2)});
  EXPECT_EQ(m.get_float(2), 0xc000'0000'0000'0000U);
  EXPECT_EQ(m.get_float(3), 0x41ef'ffff'ffc0'0000U);
  EXPECT_EQ(m.get_float(4), d3);
  EXPECT_EQ(m.get_float(5), f3);
  EXPECT_EQ(m.get(6), 3U);
  EXPECT_EQ(m.get_float(6), f2 | negative);
}

TEST(float_instructions, switched_off_they_are_illegal_and_tell_their_encoding) {
  for (const word each : {op(0x00, single, 1, 1, 1), i_type(0, 2, 2, 1, 0x07),
                          assembler::s_type(8, 1, 2, 3) | 0x04, csrrs(3, csr::fcsr, 0)}) {
    float_machine m(0);
    m.execute({each});
    EXPECT_EQ(m.csr(csr::mcause), 2U) << std::hex << each;
    EXPECT_EQ(m.csr(csr::mtval), each);
  }
}

TEST(float_instructions, writing_a_register_makes_the_state_dirty) {
  float_machine m(1U << 13);
  EXPECT_EQ(m.csr(csr::mstatus) & csr::mstatus_fs, 1U << 13);
  m.execute({op(0x14, single, 3, 1, 2, 2)});  // FEQ writes no register of ours, raises no flag
  EXPECT_EQ(m.csr(csr::mstatus) & csr::mstatus_fs, 1U << 13);
  m.execute({op(0x00, twice, 1, 1, 1)});
  EXPECT_EQ(m.csr(csr::mstatus) & csr::mstatus_fs, csr::mstatus_fs);
  EXPECT_EQ(m.csr(csr::mstatus) >> 63, 1U);
}

TEST(float_instructions, without_the_extension_everything_is_illegal) {
  for (const word each : {op(0x00, single, 1, 1, 1), i_type(0, 2, 2, 1, 0x07),
                          fused(0x43, twice, 1, 2, 3, 4), csrrs(3, csr::fcsr, 0)}) {
    machine m(64);
    m.execute({each});
    EXPECT_EQ(m.csr(csr::mcause), 2U) << std::hex << each;
  }
}

}  // namespace
}  // namespace sn::hart::test
