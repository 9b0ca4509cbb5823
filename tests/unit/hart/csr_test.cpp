// Control and status registers: values, fields that exist, rights.
#include <gtest/gtest.h>

#include <vector>

#include "unit/hart/assembler.h"
#include "unit/hart/machine.h"

namespace sn::hart {
namespace {

using test::machine;
namespace a = test::assembler;

class csrs_of_width : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(both_widths, csrs_of_width, testing::Values(32U, 64U));

void expect_illegal(machine& m, std::uint32_t instruction) {
  const auto traps = m.core->traps();
  m.set(3, 0x77);
  m.execute({instruction});
  EXPECT_EQ(m.core->traps(), traps + 1) << std::hex << instruction;
  EXPECT_EQ(m.csr(csr::mcause), 2U);
  EXPECT_EQ(m.csr(csr::mtval), instruction);
  EXPECT_EQ(m.get(3), 0x77U);
}

TEST_P(csrs_of_width, write_set_and_clear_return_the_old_value) {
  machine m(GetParam());
  m.set(1, 0xff00);
  m.set(2, 0x0ff0);
  m.execute({a::csrrw(3, csr::mscratch, 1), a::csrrs(4, csr::mscratch, 2),
             a::csrrc(5, csr::mscratch, 1), a::csrrs(6, csr::mscratch, 0)});
  EXPECT_EQ(m.get(3), 0U);
  EXPECT_EQ(m.get(4), 0xff00U);
  EXPECT_EQ(m.get(5), 0xfff0U);
  EXPECT_EQ(m.get(6), 0x00f0U);
  m.execute({a::csrrwi(3, csr::mscratch, 0x11), a::csrrsi(4, csr::mscratch, 0x0e),
             a::csrrci(5, csr::mscratch, 0x1f), a::csrrs(6, csr::mscratch, 0)});
  EXPECT_EQ(m.get(3), 0xf0U);
  EXPECT_EQ(m.get(4), 0x11U);
  EXPECT_EQ(m.get(5), 0x1fU);
  EXPECT_EQ(m.get(6), 0U);
}

TEST_P(csrs_of_width, swapping_with_itself_works) {
  machine m(GetParam());
  m.set(1, 5);
  m.execute({a::csrrw(0, csr::mscratch, 1), a::li(1, 7), a::csrrw(1, csr::mscratch, 1)});
  EXPECT_EQ(m.get(1), 5U);
  EXPECT_EQ(m.csr(csr::mscratch), 7U);
}

TEST_P(csrs_of_width, identity) {
  machine m(GetParam());
  EXPECT_EQ(m.csr(csr::mhartid), 5U);
  EXPECT_EQ(m.csr(csr::mvendorid), 0U);
  // MXL in the two top bits (1: 32, 2: 64); A, C, I and M are bits 0, 2, 8 and 12.
  EXPECT_EQ(m.csr(csr::misa), GetParam() == 64 ? 0x8000'0000'0000'1105 : 0x4000'1105);
}

TEST_P(csrs_of_width, fields_that_do_not_exist_keep_their_value) {
  machine m(GetParam());
  m.set(1, ~std::uint64_t{0});
  m.execute({a::csrrw(0, csr::mstatus, 1), a::csrrw(0, csr::mie, 1), a::csrrw(0, csr::mip, 1),
             a::csrrw(0, csr::mtvec, 1), a::csrrw(0, csr::mepc, 1), a::csrrw(0, csr::misa, 1)});
  const std::uint64_t ones = GetParam() == 64 ? ~std::uint64_t{0} : 0xffff'ffff;
  EXPECT_EQ(m.csr(csr::mstatus), 0x1888U);  // MPP = 3, MPIE, MIE
  EXPECT_EQ(m.csr(csr::mie), 0x888U);
  EXPECT_EQ(m.csr(csr::mip), 0U);
  EXPECT_EQ(m.csr(csr::mtvec), ones - 2);  // modes 2 and 3 do not exist
  EXPECT_EQ(m.csr(csr::mepc), ones - 1);
  EXPECT_EQ(m.csr(csr::misa) & 0xffff, 0x1105U);
  m.execute({a::csrrw(0, csr::mstatus, 0)});
  EXPECT_EQ(m.csr(csr::mstatus), 0x1800U);  // only machine mode exists
}

TEST_P(csrs_of_width, reading_a_read_only_register_is_legal_and_writing_is_not) {
  machine m(GetParam());
  m.execute({a::csrrs(4, csr::mhartid, 0), a::csrrc(5, csr::cycle, 0), a::csrrsi(6, csr::time, 0)});
  EXPECT_EQ(m.get(4), 5U);
  EXPECT_EQ(m.core->traps(), 0U);
  expect_illegal(m, a::csrrw(3, csr::mhartid, 0));
  expect_illegal(m, a::csrrs(3, csr::mhartid, 1));  // a write even if x1 is 0
  expect_illegal(m, a::csrrwi(3, csr::cycle, 0));
  expect_illegal(m, a::csrrci(3, csr::instret, 1));
}

TEST_P(csrs_of_width, registers_of_absent_modes_and_extensions_do_not_exist) {
  machine m(GetParam());
  // fflags, sstatus, satp, medeleg, mideleg, mcounteren, pmpcfg0, pmpaddr0, dcsr, 0x000.
  for (const unsigned number :
       {0x001U, 0x100U, 0x180U, 0x302U, 0x303U, 0x306U, 0x3a0U, 0x3b0U, 0x7b0U, 0x000U, 0xfffU}) {
    expect_illegal(m, a::csrrs(3, number, 0));
    EXPECT_FALSE(m.core->read_csr(number).has_value());
  }
  if (GetParam() == 64) {
    expect_illegal(m, a::csrrs(3, 0xb80, 0));  // mcycleh
    expect_illegal(m, a::csrrs(3, 0xc82, 0));  // instreth
    expect_illegal(m, a::csrrs(3, csr::mstatush, 0));
  }
}

TEST_P(csrs_of_width, spare_counters_read_as_zero) {
  machine m(GetParam());
  m.set(1, ~std::uint64_t{0});
  m.execute({a::csrrw(0, csr::mhpmcounter3, 1), a::csrrw(0, csr::mhpmevent31, 1)});
  EXPECT_EQ(m.core->traps(), 0U);
  EXPECT_EQ(m.csr(csr::mhpmcounter3), 0U);
  EXPECT_EQ(m.csr(csr::mhpmevent31), 0U);
  EXPECT_EQ(m.csr(csr::hpmcounter31), 0U);
}

TEST_P(csrs_of_width, an_inhibited_counter_stands_still) {
  machine m(GetParam());
  m.execute({a::csrrw(0, csr::minstret, 0), a::csrrw(0, csr::mcycle, 0), a::nop(),
             a::csrrsi(0, csr::mcountinhibit, 4), a::nop(), a::nop(), a::csrrs(3, csr::minstret, 0),
             a::csrrs(4, csr::mcycle, 0), a::csrrci(0, csr::mcountinhibit, 4), a::nop(),
             a::csrrs(5, csr::minstret, 0)});
  // minstret has its 0 at the second instruction, so it is 2 when the fourth begins; that one stops
  // it. It goes on with the ninth, so that 2 more are counted before it is read.
  EXPECT_EQ(m.get(3), 2U);
  EXPECT_EQ(m.get(4), 5U);
  EXPECT_EQ(m.get(5), 4U);
}

TEST_P(csrs_of_width, counters_count_the_instructions_before_the_reading_one) {
  machine m(GetParam());
  m.execute({a::csrrs(1, csr::minstret, 0), a::nop(), a::csrrs(2, csr::minstret, 0),
             a::csrrs(3, csr::mcycle, 0), a::csrrs(4, csr::instret, 0)});
  EXPECT_EQ(m.get(1), 0U);
  EXPECT_EQ(m.get(2), 2U);
  EXPECT_EQ(m.get(3), 3U);
  EXPECT_EQ(m.get(4), 4U);
  EXPECT_EQ(m.csr(csr::minstret), 5U);
}

TEST_P(csrs_of_width, a_written_counter_goes_on_from_the_written_value) {
  machine m(GetParam());
  m.set(1, 1000);
  m.execute({a::nop(), a::csrrw(0, csr::minstret, 1), a::csrrs(2, csr::minstret, 0),
             a::csrrw(0, csr::mcycle, 1), a::nop(), a::csrrs(3, csr::mcycle, 0)});
  EXPECT_EQ(m.get(2), 1000U);
  EXPECT_EQ(m.get(3), 1001U);
}

TEST_P(csrs_of_width, an_instruction_that_traps_takes_a_cycle_but_does_not_retire) {
  machine m(GetParam());
  m.load(machine::vector, {a::csrrs(1, csr::mcycle, 0), a::csrrs(2, csr::minstret, 0)});
  m.load(machine::code, {a::nop(), a::ecall});
  m.core->run(4);
  EXPECT_EQ(m.get(1), 2U);
  EXPECT_EQ(m.get(2), 2U);  // nop and the reading of mcycle
  EXPECT_EQ(m.core->instructions(), 3U);
}

TEST(csrs, rv32_has_upper_halves) {
  machine m(32);
  m.set(1, 0x12);
  m.execute({a::csrrw(0, 0xb80, 1), a::csrrs(2, 0xc80, 0), a::csrrw(0, 0xb82, 1),
             a::csrrs(3, 0xb82, 0), a::csrrs(4, csr::mstatush, 0)});
  EXPECT_EQ(m.get(2), 0x12U);
  EXPECT_EQ(m.get(3), 0x12U);
  EXPECT_EQ(m.get(4), 0U);
  m.memory.time_value = 0x1234'5678'9abc'def0;
  m.execute({a::csrrs(2, csr::time, 0), a::csrrs(3, 0xc81, 0)});
  EXPECT_EQ(m.get(2), 0x9abc'def0U);
  EXPECT_EQ(m.get(3), 0x1234'5678U);
}

TEST(csrs, a_write_of_either_half_of_a_counter_of_rv32_takes_the_place_of_its_step) {
  for (const unsigned number : {csr::minstret, csr::mcycle}) {
    machine m(32);
    m.set(1, 0xffff'ffff);
    m.execute({a::csrrw(0, number, 1), a::csrrw(0, number + csr::high_half, 1),
               a::csrrs(2, number + csr::high_half, 0), a::csrrs(3, number, 0),
               a::csrrs(4, number + csr::high_half, 0)});
    // 2^64 - 1 when the third instruction begins, then 0, then 1.
    EXPECT_EQ(m.get(2), 0xffff'ffffU);
    EXPECT_EQ(m.get(3), 0U);
    EXPECT_EQ(m.get(4), 0U);
  }
}

TEST(csrs, time_comes_from_the_bus) {
  machine m(64);
  m.memory.time_value = 0x1234'5678'9abc'def0;
  m.execute({a::csrrs(2, csr::time, 0)});
  EXPECT_EQ(m.get(2), 0x1234'5678'9abc'def0U);
}

}  // namespace
}  // namespace sn::hart
