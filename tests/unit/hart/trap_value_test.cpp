// Cause, epc and tval of every exception, taken by machine mode and delegated: privileged
// specification 1.12, table 3.6 and sections 3.1.15 and 3.1.16.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hart/csr.h"
#include "privileged_machine.h"

namespace sn::hart::test {
namespace {

namespace a = assembler;

constexpr std::uint64_t nothing = 0x4000;  ///< no memory is there
constexpr std::uint64_t device = board::device_base;

/// One instruction with x2 as its address.
struct row {
  const char* name;
  std::uint32_t instruction;
  std::uint64_t x2;
  std::uint64_t cause;
  std::uint64_t value;  ///< mtval
};

/// What holds for both widths.
const std::vector<row> rows{
    {"load where nothing is", a::lw(3, 2, 4), nothing, 5, nothing + 4},
    {"store where nothing is", a::sw(3, 2, 4), nothing, 7, nothing + 4},
    {"store to read-only memory", a::sw(3, 2, 0), board::rom_base, 7, board::rom_base},
    {"misaligned load from a device", a::lw(3, 2, 2), device, 4, device + 2},
    {"misaligned store to a device", a::sh(3, 2, 1), device, 6, device + 1},
    {"misaligned LR", a::lr(2, 3, 2), machine::data + 2, 4, machine::data + 2},
    {"misaligned SC", a::sc(2, 3, 1, 2), machine::data + 1, 6, machine::data + 1},
    {"misaligned AMO", a::atomic(1, 2, 3, 1, 2), machine::data + 2, 6, machine::data + 2},
    {"LR where nothing is", a::lr(2, 3, 2), nothing, 5, nothing},
    {"AMO where nothing is", a::atomic(0, 2, 3, 1, 2), nothing, 7, nothing},
    {"SC where nothing is", a::sc(2, 3, 1, 2), nothing, 7, nothing},
    {"AMO at a device", a::atomic(0, 2, 3, 1, 2), device, 7, device},
    {"AMO in read-only memory", a::atomic(0, 2, 3, 1, 2), board::rom_base, 7, board::rom_base},
    {"EBREAK", a::ebreak, 0, 3, machine::code},
    {"C.EBREAK", 0x9002, 0, 3, machine::code},
    {"all ones", 0xffff'ffff, 0, 2, 0xffff'ffff},
    {"all zeros", 0, 0, 2, 0},
    {"a reserved compressed encoding", 0x8002, 0, 2, 0x8002},  // C.JR of x0
    {"a CSR that does not exist", a::csrrs(3, 0x5c0, 0), 0, 2, a::csrrs(3, 0x5c0, 0)},
    {"a read-only CSR", a::csrrw(3, csr::mhartid, 0), 0, 2, a::csrrw(3, csr::mhartid, 0)},
    {"AMO of a width that does not exist", a::atomic(0, 4, 3, 1, 2), machine::data, 2,
     a::atomic(0, 4, 3, 1, 2)},
    {"LR with rs2", a::lr(2, 3, 2) | 1U << 20, machine::data, 2, a::lr(2, 3, 2) | 1U << 20},
    {"ECALL with rd", a::ecall | 1U << 7, 0, 2, a::ecall | 1U << 7},
    {"MRET with rs1", a::mret | 1U << 15, 0, 2, a::mret | 1U << 15},
    {"SFENCE.VMA with rd", a::sfence_vma | 1U << 7, 0, 2, a::sfence_vma | 1U << 7},
    {"JALR with funct3", a::jalr(0, 2, 0) | 1U << 12, 0, 2, a::jalr(0, 2, 0) | 1U << 12},
    {"a branch with funct3 2", 0x2063, 0, 2, 0x2063},
    {"a load of a width that does not exist", 0x7003, 0, 2, 0x7003},
    {"a store of a width that does not exist", 0x4023, 0, 2, 0x4023},
    {"a shift with a bit too many", 0x8000'1013, 0, 2, 0x8000'1013},
};

class trap_values : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(both_widths, trap_values, testing::Values(32U, 64U));

TEST_P(trap_values, of_machine_mode) {
  for (const row& each : rows) {
    privileged m(GetParam());
    m.set(2, each.x2);
    m.set(3, 99);
    m.execute({each.instruction});
    EXPECT_EQ(m.core->traps(), 1U) << each.name;
    EXPECT_EQ(m.csr(csr::mcause), each.cause) << each.name;
    EXPECT_EQ(m.csr(csr::mtval), each.value) << each.name;
    EXPECT_EQ(m.csr(csr::mepc), machine::code) << each.name;
    EXPECT_EQ(m.core->pc(), machine::vector) << each.name;
    EXPECT_EQ(m.get(3), 99U) << each.name << " writes no register";
  }
}

TEST_P(trap_values, of_user_mode_delegated_to_supervisor_mode) {
  for (const row& each : rows) {
    privileged m(GetParam());
    constexpr std::uint64_t handler = board::ram_base + 0x9000;
    m.core->write_csr(csr::medeleg, 0xffff);
    m.core->write_csr(csr::stvec, handler);
    m.core->write_csr(csr::mcause, 77);
    m.set(2, each.x2);
    m.execute_in(mpp_user, {each.instruction});
    EXPECT_EQ(m.csr(csr::scause), each.cause) << each.name;
    EXPECT_EQ(m.csr(csr::stval), each.value) << each.name;
    EXPECT_EQ(m.csr(csr::sepc), machine::code) << each.name;
    EXPECT_EQ(m.core->pc(), handler) << each.name;
    EXPECT_EQ(m.csr(csr::mcause), 77U) << each.name;
  }
}

TEST_P(trap_values, of_calls_are_zero) {
  for (const auto& [mpp, cause] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
           {mpp_user, 8}, {mpp_supervisor, 9}, {csr::mstatus_mpp, 11}}) {
    privileged m(GetParam());
    m.core->write_csr(csr::mtval, 1);
    m.execute_in(mpp, {a::ecall});
    EXPECT_EQ(m.csr(csr::mcause), cause);
    EXPECT_EQ(m.csr(csr::mtval), 0U);
    EXPECT_EQ(m.csr(csr::mepc), machine::code);
  }
}

TEST_P(trap_values, of_jumps_to_where_nothing_is_name_the_target_and_the_link_is_written) {
  privileged m(GetParam());
  m.set(2, nothing + 1);
  m.execute({a::jalr(3, 2, 0), a::nop()});
  EXPECT_EQ(m.csr(csr::mcause), 1U);
  EXPECT_EQ(m.csr(csr::mepc), nothing);
  EXPECT_EQ(m.csr(csr::mtval), nothing);
  EXPECT_EQ(m.get(3), machine::code + 4);
}

TEST_P(trap_values, interrupts_have_none_and_the_top_bit_of_the_cause) {
  for (const unsigned line : {1U, 3U, 5U, 7U, 9U, 11U}) {
    privileged m(GetParam());
    m.core->write_csr(csr::mtval, 1);
    m.core->write_csr(csr::mie, ~std::uint64_t{0});
    m.core->write_csr(csr::mtvec, machine::vector + 1);
    m.core->write_csr(csr::mstatus, csr::mstatus_mie);
    m.core->set_interrupt(static_cast<interrupt>(line), true);
    m.load(machine::vector + 4 * std::uint64_t{line}, {a::nop()});
    m.core->set_pc(machine::code);
    m.core->run(1);  // the first instruction of the handler
    EXPECT_EQ(m.core->pc(), machine::vector + 4 * std::uint64_t{line} + 4);
    EXPECT_EQ(m.csr(csr::mcause), std::uint64_t{1} << (GetParam() - 1) | line);
    EXPECT_EQ(m.csr(csr::mtval), 0U);
    EXPECT_EQ(m.csr(csr::mepc), machine::code);
    EXPECT_EQ(m.core->interrupts(), 1U);
  }
}

}  // namespace
}  // namespace sn::hart::test
