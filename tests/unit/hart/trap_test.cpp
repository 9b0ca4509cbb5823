// Exceptions, interrupts, MRET and WFI.
#include <gtest/gtest.h>

#include <vector>

#include "unit/hart/assembler.h"
#include "unit/hart/machine.h"

namespace sn::hart {
namespace {

using test::board;
using test::machine;
namespace a = test::assembler;

class trap_of_width : public testing::TestWithParam<unsigned> {
 protected:
  std::uint64_t interrupt_bit() const { return std::uint64_t{1} << (GetParam() - 1); }
};
INSTANTIATE_TEST_SUITE_P(both_widths, trap_of_width, testing::Values(32U, 64U));

constexpr std::uint64_t mie = 0x8;
constexpr std::uint64_t mpie = 0x80;
constexpr std::uint64_t mpp = 0x1800;

TEST_P(trap_of_width, ecall_and_ebreak) {
  machine m(GetParam());
  m.core->write_csr(csr::mtval, 0x55);
  m.load(machine::code, {a::nop(), a::ecall});
  m.core->run(2);
  EXPECT_EQ(m.core->pc(), machine::vector);
  EXPECT_EQ(m.csr(csr::mcause), 11U);
  EXPECT_EQ(m.csr(csr::mepc), machine::code + 4);
  EXPECT_EQ(m.csr(csr::mtval), 0U);
  m.execute({a::ebreak});
  EXPECT_EQ(m.csr(csr::mcause), 3U);
  EXPECT_EQ(m.csr(csr::mtval), machine::code);
}

TEST_P(trap_of_width, entry_and_return_move_the_interrupt_enable) {
  machine m(GetParam());
  m.core->write_csr(csr::mstatus, mie);
  m.load(machine::vector, {a::mret});
  m.load(machine::code, {a::ecall});
  m.core->run(1);
  EXPECT_EQ(m.csr(csr::mstatus), mpp | mpie);
  m.core->write_csr(csr::mepc, machine::code + 0x40);
  m.core->run(1);
  EXPECT_EQ(m.csr(csr::mstatus), mpp | mpie | mie);
  EXPECT_EQ(m.core->pc(), machine::code + 0x40);
  m.core->write_csr(csr::mstatus, 0);
  m.execute({a::ecall});
  EXPECT_EQ(m.csr(csr::mstatus), mpp);
}

TEST_P(trap_of_width, illegal_encodings_tell_themselves) {
  machine m(GetParam());
  const std::vector<std::uint32_t> illegal{
      0xffff'ffff,
      0x0000'0007 | 2 << 12,            // flw: no F
      0x0000'0053,                      // fadd.s
      a::b_type(8, 0, 0, 2),            // branches 2 and 3 do not exist
      a::i_type(0, 1, 7, 3, 0x03),      // load 7
      a::s_type(0, 1, 1, 4),            // store 4
      a::i_type(0x800, 1, 1, 3, 0x13),  // slli with a funct7
      a::i_type(0x200, 1, 5, 3, 0x13),  // srli with a wrong funct7
      a::r_type(0x21, 1, 1, 0, 3, 0x33),
      a::r_type(0x20, 1, 1, 1, 3, 0x33),
      a::r_type(0x02, 1, 1, 0, 3, 0x33),
      a::i_type(0, 1, 1, 3, 0x67),  // jalr with funct3 1
      a::i_type(0, 1, 2, 3, 0x0f),  // misc-mem 2
      a::i_type(0, 1, 4, 3, 0x73),  // system 4
      0x1020'0073,                  // sret
      0x0020'0073,                  // uret
      0x1200'0073,                  // sfence.vma
      0x3020'00f3,                  // mret with rd
      a::atomic(0x05, 2, 3, 2, 1),
      a::atomic(0x02, 2, 3, 2, 1),  // lr with rs2
      a::atomic(0x00, 0, 3, 2, 1),  // amo of bytes
      0x0000'006b,                  // custom
      0x0000'001f,                  // 48 bits long
  };
  for (const std::uint32_t encoding : illegal) {
    m.execute({encoding});
    EXPECT_EQ(m.csr(csr::mcause), 2U) << std::hex << encoding;
    EXPECT_EQ(m.csr(csr::mtval), encoding);
    EXPECT_EQ(m.csr(csr::mepc), machine::code);
    EXPECT_EQ(m.core->pc(), machine::vector);
    m.core->write_csr(csr::mcause, 0);
  }
}

TEST(trap, instructions_of_rv64_are_illegal_in_rv32) {
  machine m(32);
  const std::vector<std::uint32_t> illegal{
      a::ld(3, 1, 0),
      a::lwu(3, 1, 0),
      a::sd(3, 1, 0),
      a::i_type(0, 1, 0, 3, 0x1b),
      a::r_type(0, 1, 1, 0, 3, 0x3b),
      a::i_type(32, 1, 1, 3, 0x13),  // slli by 32
      a::i_type(0x420, 1, 5, 3, 0x13),
      a::lr(3, 3, 1),
      a::atomic(0, 3, 3, 2, 1),
  };
  for (const std::uint32_t encoding : illegal) {
    m.execute({encoding});
    EXPECT_EQ(m.csr(csr::mcause), 2U) << std::hex << encoding;
    EXPECT_EQ(m.csr(csr::mtval), encoding);
    m.core->write_csr(csr::mcause, 0);
  }
}

TEST_P(trap_of_width, zero_is_an_illegal_instruction_of_two_bytes) {
  machine m(GetParam());
  m.execute({0x1234'0000});
  EXPECT_EQ(m.csr(csr::mcause), 2U);
  EXPECT_EQ(m.csr(csr::mtval), 0U);
}

TEST_P(trap_of_width, fetching_outside_of_memory_faults_at_the_target) {
  machine m(GetParam());
  m.set(1, 0x4000'0000);
  m.load(machine::code, {a::jalr(2, 1, 0)});
  m.core->run(2);
  EXPECT_EQ(m.core->pc(), machine::vector);
  EXPECT_EQ(m.csr(csr::mcause), 1U);
  EXPECT_EQ(m.csr(csr::mepc), 0x4000'0000U);
  EXPECT_EQ(m.csr(csr::mtval), 0x4000'0000U);
  EXPECT_EQ(m.get(2), machine::code + 4);
}

TEST_P(trap_of_width, running_off_the_end_of_ram_faults_there) {
  machine m(GetParam());
  const std::uint64_t end = board::ram_base + board::ram_size;
  m.load(end - 8, {a::addi(1, 1, 1), a::addi(1, 1, 1)});
  m.core->set_pc(end - 8);
  EXPECT_EQ(m.core->run(3).executed, 3U);
  EXPECT_EQ(m.get(1), 2U);
  EXPECT_EQ(m.csr(csr::mepc), end);
  EXPECT_EQ(m.csr(csr::mcause), 1U);
  EXPECT_EQ(m.core->instructions(), 2U);
}

TEST_P(trap_of_width, an_instruction_half_in_ram_faults_at_its_missing_half) {
  machine m(GetParam());
  const std::uint64_t end = board::ram_base + board::ram_size;
  m.poke<std::uint16_t>(end - 2, 0x0013);  // the lower half of a nop
  m.core->set_pc(end - 2);
  m.core->run(1);
  EXPECT_EQ(m.csr(csr::mcause), 1U);
  EXPECT_EQ(m.csr(csr::mepc), end - 2);
  EXPECT_EQ(m.csr(csr::mtval), end);
}

TEST_P(trap_of_width, an_endless_trap_loop_uses_up_its_budget) {
  machine m(GetParam());
  m.core->write_csr(csr::mtvec, 0x4000'0000);
  m.core->set_pc(0);
  EXPECT_EQ(m.core->run(1000).executed, 1000U);
  EXPECT_EQ(m.core->traps(), 1000U);
  EXPECT_EQ(m.core->instructions(), 0U);
}

TEST_P(trap_of_width, an_exhausted_budget_takes_no_interrupt) {
  machine m(GetParam());
  m.core->write_csr(csr::mie, 0x888);
  m.core->write_csr(csr::mstatus, mie);
  m.core->set_interrupt(interrupt::timer, true);
  EXPECT_EQ(m.core->run(0).executed, 0U);
  EXPECT_EQ(m.core->interrupts(), 0U);
  EXPECT_EQ(m.core->pc(), machine::code);
}

TEST_P(trap_of_width, an_interrupt_is_taken_between_instructions_when_enabled) {
  machine m(GetParam());
  m.load(machine::code, {a::addi(1, 1, 1), a::addi(1, 1, 1), a::addi(1, 1, 1)});
  m.load(machine::vector, {a::addi(2, 2, 1)});
  m.core->write_csr(csr::mie, 1U << 7);
  m.core->run(1);
  m.core->set_interrupt(interrupt::timer, true);
  m.core->run(1);
  EXPECT_EQ(m.get(1), 2U);  // MIE is off
  m.core->write_csr(csr::mstatus, mie);
  m.core->run(1);
  EXPECT_EQ(m.get(1), 2U);
  EXPECT_EQ(m.get(2), 1U);
  EXPECT_EQ(m.csr(csr::mepc), machine::code + 8);
  EXPECT_EQ(m.csr(csr::mcause), interrupt_bit() | 7);
  EXPECT_EQ(m.csr(csr::mtval), 0U);
  EXPECT_EQ(m.csr(csr::mstatus), mpp | mpie);
  EXPECT_EQ(m.csr(csr::mip), 1U << 7);
  EXPECT_EQ(m.core->interrupts(), 1U);
  EXPECT_EQ(m.core->traps(), 0U);
}

TEST_P(trap_of_width, external_comes_before_software_before_timer) {
  machine m(GetParam());
  m.core->write_csr(csr::mie, 0x888);
  m.load(machine::vector, {a::nop()});
  for (const interrupt line : {interrupt::software, interrupt::timer, interrupt::external}) {
    m.core->set_interrupt(line, true);
  }
  for (const interrupt line : {interrupt::external, interrupt::software, interrupt::timer}) {
    m.core->write_csr(csr::mstatus, mie);
    m.core->run(1);
    EXPECT_EQ(m.csr(csr::mcause), interrupt_bit() | static_cast<unsigned>(line));
    m.core->set_interrupt(line, false);
  }
}

TEST_P(trap_of_width, vectored_mode_spreads_interrupts_but_not_exceptions) {
  machine m(GetParam());
  m.core->write_csr(csr::mtvec, machine::vector | 1);
  m.load(machine::vector, std::vector<std::uint32_t>(16, a::nop()));
  m.core->write_csr(csr::mie, 0x888);
  for (const interrupt line : {interrupt::software, interrupt::timer, interrupt::external}) {
    m.core->write_csr(csr::mstatus, mie);
    m.core->set_interrupt(line, true);
    m.core->run(1);  // the nop there
    EXPECT_EQ(m.core->pc(), machine::vector + 4 * static_cast<std::uint64_t>(line) + 4);
    m.core->set_interrupt(line, false);
  }
  m.core->write_csr(csr::mstatus, 0);
  m.execute({a::ecall});
  EXPECT_EQ(m.core->pc(), machine::vector);
}

TEST_P(trap_of_width, enabling_by_csr_takes_effect_before_the_next_instruction) {
  machine m(GetParam());
  m.core->write_csr(csr::mie, 1U << 3);
  m.core->set_interrupt(interrupt::software, true);
  m.load(machine::code, {a::csrrsi(0, csr::mstatus, 8), a::addi(1, 1, 1)});
  m.load(machine::vector, {a::addi(2, 2, 1)});
  m.core->run(2);
  EXPECT_EQ(m.get(1), 0U);
  EXPECT_EQ(m.get(2), 1U);
  EXPECT_EQ(m.csr(csr::mepc), machine::code + 4);
}

TEST_P(trap_of_width, a_pending_interrupt_is_taken_right_after_mret) {
  machine m(GetParam());
  m.core->write_csr(csr::mie, 1U << 3);
  m.core->write_csr(csr::mstatus, mie);
  m.load(machine::code, {a::addi(1, 1, 1)});
  m.load(machine::vector, {a::mret});
  m.core->set_interrupt(interrupt::software, true);
  m.core->run(10);
  EXPECT_EQ(m.get(1), 0U);
  EXPECT_EQ(m.core->interrupts(), 10U);
}

TEST_P(trap_of_width, wfi_waits_until_an_enabled_interrupt_is_pending) {
  machine m(GetParam());
  m.core->write_csr(csr::mie, 1U << 11);
  m.load(machine::code, {a::nop(), a::wfi, a::addi(1, 1, 1)});
  run_result result = m.core->run(100);
  EXPECT_EQ(result.executed, 2U);
  EXPECT_EQ(result.reason, stop_reason::waiting);
  EXPECT_TRUE(m.core->waiting());
  m.core->set_interrupt(interrupt::timer, true);  // not enabled
  result = m.core->run(100);
  EXPECT_EQ(result.executed, 0U);
  EXPECT_EQ(result.reason, stop_reason::waiting);
  m.core->set_interrupt(interrupt::external, true);
  EXPECT_FALSE(m.core->waiting());
  m.core->run(1);
  // Globally disabled: execution goes on behind WFI, without a trap.
  EXPECT_EQ(m.get(1), 1U);
  EXPECT_EQ(m.core->interrupts(), 0U);
}

TEST_P(trap_of_width, an_interrupt_out_of_wfi_returns_behind_it) {
  machine m(GetParam());
  m.core->write_csr(csr::mie, 1U << 11);
  m.core->write_csr(csr::mstatus, mie);
  m.load(machine::code, {a::wfi, a::addi(1, 1, 1)});
  m.core->run(100);
  m.core->set_interrupt(interrupt::external, true);
  m.load(machine::vector, {a::nop()});
  m.core->run(1);
  EXPECT_EQ(m.csr(csr::mepc), machine::code + 4);
  EXPECT_EQ(m.core->pc(), machine::vector + 4);
}

TEST_P(trap_of_width, wfi_does_not_wait_when_an_interrupt_is_pending) {
  machine m(GetParam());
  m.core->write_csr(csr::mie, 1U << 7);
  m.core->set_interrupt(interrupt::timer, true);
  m.load(machine::code, {a::wfi, a::addi(1, 1, 1)});
  EXPECT_EQ(m.core->run(2).executed, 2U);
  EXPECT_EQ(m.get(1), 1U);
}

}  // namespace
}  // namespace sn::hart
