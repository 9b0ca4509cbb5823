// Privilege modes, delegation, virtual memory and physical memory protection. Expectations are from
// the privileged specification 1.12 (sections 3.1, 3.7, 4.1 to 4.4), worked out by hand.
#include <gtest/gtest.h>

#include "hart/csr.h"
#include "privileged_machine.h"

namespace sn::hart::test {
namespace {

using namespace assembler;  // NOLINT(google-build-using-namespace): mnemonics

class privilege_of_width : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(both_widths, privilege_of_width, testing::Values(32U, 64U));

TEST_P(privilege_of_width, mret_enters_the_mode_of_mpp_and_ecall_tells_it) {
  privileged m(GetParam());
  m.execute_in(mpp_user, {ecall});
  EXPECT_EQ(m.csr(csr::mcause), 8U);
  EXPECT_EQ(m.csr(csr::mstatus) & csr::mstatus_mpp, mpp_user);
  EXPECT_EQ(m.core->mode(), privilege::machine);
  m.execute_in(mpp_supervisor, {ecall});
  EXPECT_EQ(m.csr(csr::mcause), 9U);
  EXPECT_EQ(m.csr(csr::mstatus) & csr::mstatus_mpp, mpp_supervisor);
  EXPECT_EQ(m.csr(csr::mepc), machine::code);
}

TEST_P(privilege_of_width, a_delegated_exception_of_user_mode_goes_to_supervisor_mode) {
  privileged m(GetParam());
  m.core->write_csr(csr::medeleg, 1U << 8);
  m.core->write_csr(csr::stvec, board::ram_base + 0x9000);
  m.execute_in(mpp_user, {ecall});
  EXPECT_EQ(m.core->mode(), privilege::supervisor);
  EXPECT_EQ(m.core->pc(), board::ram_base + 0x9000);
  EXPECT_EQ(m.csr(csr::scause), 8U);
  EXPECT_EQ(m.csr(csr::sepc), machine::code);
  EXPECT_EQ(m.csr(csr::sstatus) & csr::mstatus_spp, 0U);
}

TEST_P(privilege_of_width, an_exception_of_machine_mode_is_never_delegated) {
  privileged m(GetParam());
  m.core->write_csr(csr::medeleg, 1U << 2);
  m.execute({0});
  EXPECT_EQ(m.core->mode(), privilege::machine);
  EXPECT_EQ(m.csr(csr::mcause), 2U);
  EXPECT_EQ(m.core->pc(), machine::vector);
}

TEST_P(privilege_of_width, sret_returns_to_spp_and_restores_the_interrupt_enable) {
  privileged m(GetParam());
  m.core->write_csr(csr::sepc, machine::code + 4);
  m.core->write_csr(csr::mstatus, csr::mstatus_spie);
  m.execute_in(mpp_supervisor, {sret, ecall});
  // SPP was 0: user mode, whose call has cause 8.
  EXPECT_EQ(m.csr(csr::mcause), 8U);
  EXPECT_EQ(m.csr(csr::mepc), machine::code + 4);
  EXPECT_NE(m.csr(csr::mstatus) & csr::mstatus_sie, 0U);
  EXPECT_NE(m.csr(csr::mstatus) & csr::mstatus_spie, 0U);
}

TEST_P(privilege_of_width, instructions_and_registers_of_a_higher_mode_are_illegal) {
  for (const word each : {mret, sret, sfence_vma, wfi, csrrs(1, csr::sstatus, 0),
                          csrrs(1, csr::mstatus, 0), csrrs(1, csr::cycle, 0)}) {
    privileged m(GetParam());
    m.execute_in(mpp_user, {each});
    EXPECT_EQ(m.csr(csr::mcause), 2U) << std::hex << each;
    EXPECT_EQ(m.csr(csr::mtval), each);
  }
  privileged m(GetParam());
  m.execute_in(mpp_supervisor, {csrrs(1, csr::mstatus, 0)});
  EXPECT_EQ(m.csr(csr::mcause), 2U);
}

TEST_P(privilege_of_width, tsr_tvm_and_tw_trap_supervisor_mode) {
  struct row {
    std::uint64_t bit;
    word instruction;
  };
  for (const row& each :
       {row{csr::mstatus_tsr, sret}, row{csr::mstatus_tvm, sfence_vma},
        row{csr::mstatus_tvm, csrrs(1, csr::satp, 0)}, row{csr::mstatus_tw, wfi}}) {
    privileged m(GetParam());
    m.core->write_csr(csr::mstatus, each.bit);
    m.execute_in(mpp_supervisor, {each.instruction});
    EXPECT_EQ(m.csr(csr::mcause), 2U) << std::hex << each.instruction;
    privileged free(GetParam());
    free.core->write_csr(csr::sepc, machine::code + 4);
    free.execute_in(mpp_supervisor, {each.instruction});
    EXPECT_EQ(free.csr(csr::mcause), 0U) << std::hex << each.instruction;
  }
}

TEST_P(privilege_of_width, counters_open_to_lower_modes_by_both_enables) {
  privileged m(GetParam());
  m.core->write_csr(csr::mcounteren, 1U);
  m.execute_in(mpp_supervisor, {csrrs(1, csr::cycle, 0)});
  EXPECT_EQ(m.csr(csr::mcause), 0U);
  m.execute_in(mpp_user, {csrrs(1, csr::cycle, 0)});
  EXPECT_EQ(m.csr(csr::mcause), 2U);
  privileged open(GetParam());
  open.core->write_csr(csr::mcounteren, 1U);
  open.core->write_csr(csr::scounteren, 1U);
  open.execute_in(mpp_user, {csrrs(1, csr::cycle, 0)});
  EXPECT_EQ(open.csr(csr::mcause), 0U);
}

TEST_P(privilege_of_width, a_delegated_interrupt_waits_for_machine_mode_to_end) {
  privileged m(GetParam());
  m.core->write_csr(csr::mideleg, 1U << 9);
  m.core->write_csr(csr::mie, 1U << 9);
  m.core->write_csr(csr::stvec, board::ram_base + 0x9000);
  m.core->write_csr(csr::mstatus, csr::mstatus_mie);
  m.core->set_interrupt(interrupt::supervisor_external, true);
  m.execute({nop(), nop()});
  EXPECT_EQ(m.core->interrupts(), 0U);
  m.load(board::ram_base + 0x9000, {nop()});
  m.execute_in(mpp_user, {nop()});
  EXPECT_EQ(m.core->interrupts(), 1U);
  EXPECT_EQ(m.csr(csr::scause), (std::uint64_t{1} << (GetParam() - 1)) | 9U);
  EXPECT_EQ(m.csr(csr::sepc), machine::code);
  EXPECT_EQ(m.core->mode(), privilege::supervisor);
}

TEST_P(privilege_of_width, supervisor_software_interrupts_can_be_raised_by_sip) {
  privileged m(GetParam());
  m.core->write_csr(csr::mideleg, csr::supervisor_interrupts);
  m.core->write_csr(csr::sip, csr::supervisor_interrupts);
  EXPECT_EQ(m.csr(csr::mip), 1U << 1);
  m.core->write_csr(csr::mip, csr::supervisor_interrupts);
  EXPECT_EQ(m.csr(csr::sip), csr::supervisor_interrupts);
}

TEST_P(privilege_of_width, pmp_refuses_what_no_entry_matches_but_for_machine_mode) {
  privileged m(GetParam());
  m.core->write_csr(csr::pmpcfg0, 0);
  m.execute_in(mpp_user, {nop()});
  EXPECT_EQ(m.csr(csr::mcause), 1U);
  EXPECT_EQ(m.csr(csr::mtval), machine::code);
}

TEST_P(privilege_of_width, pmp_ranges_end_where_they_say) {
  privileged m(GetParam());
  // Entry 0: TOR up to data + 8, no rights; entry 1: all memory, RWX.
  const auto refused_at = [&m](std::uint64_t address) {
    m.core->write_csr(csr::mcause, 0);
    m.set(2, address);
    m.execute_in(mpp_supervisor, {lw(1, 2, 0)});
    return m.csr(csr::mcause) == 5 && m.csr(csr::mtval) == address;
  };
  // Entry 1 NA4 without rights at data + 4, entries 2 open all.
  m.core->write_csr(csr::pmpaddr0, (machine::data + 4) / 4);
  m.core->write_csr(csr::pmpaddr0 + 1, ~std::uint64_t{0});
  m.core->write_csr(csr::pmpcfg0, 0x1f10);
  EXPECT_FALSE(refused_at(machine::data));
  EXPECT_TRUE(refused_at(machine::data + 4));
  EXPECT_FALSE(refused_at(machine::data + 8));
  // NAPOT of 16 bytes at data + 16: address ends in 01.
  m.core->write_csr(csr::pmpaddr0, (machine::data + 16) / 4 + 1);
  m.core->write_csr(csr::pmpcfg0, 0x1f18);
  EXPECT_FALSE(refused_at(machine::data + 12));
  EXPECT_TRUE(refused_at(machine::data + 16));
  EXPECT_TRUE(refused_at(machine::data + 28));
  EXPECT_FALSE(refused_at(machine::data + 32));
  // An access that is in an entry only in part is refused.
  m.core->write_csr(csr::pmpaddr0, (machine::data + 4) / 4);
  m.core->write_csr(csr::pmpcfg0, 0x1f17);  // NA4 with all rights: but not for 6 of 4 bytes
  EXPECT_TRUE(refused_at(machine::data + 2));
}

TEST_P(privilege_of_width, a_locked_entry_binds_machine_mode_and_cannot_be_changed) {
  privileged m(GetParam());
  m.core->write_csr(csr::pmpaddr0, machine::data / 4);
  m.core->write_csr(csr::pmpcfg0, 0x91);  // locked, NA4, read only
  m.core->write_csr(csr::pmpcfg0, 0x1f);
  EXPECT_EQ(m.csr(csr::pmpcfg0) & 0xff, 0x91U);
  m.core->write_csr(csr::pmpaddr0, 0);
  EXPECT_EQ(m.csr(csr::pmpaddr0), machine::data / 4);
  m.set(2, machine::data);
  m.execute({lw(1, 2, 0), sw(1, 2, 4)});
  EXPECT_EQ(m.csr(csr::mcause), 0U);
  m.execute({sw(1, 2, 0)});
  EXPECT_EQ(m.csr(csr::mcause), 7U);
}

TEST(virtual_memory, a_walk_of_three_levels_reaches_the_page) {
  paged_machine m(paged_machine::v | paged_machine::r | paged_machine::w);
  m.poke<std::uint64_t>(paged_machine::page + 0x18, 0x1122'3344'5566'7788);
  m.set(2, paged_machine::virtual_page);
  m.execute_in(mpp_supervisor, {ld(3, 2, 0x18), sd(3, 2, 0x20)});
  EXPECT_EQ(m.get(3), 0x1122'3344'5566'7788U);
  EXPECT_EQ(m.peek<std::uint64_t>(paged_machine::page + 0x20), 0x1122'3344'5566'7788U);
  EXPECT_EQ(m.core->translate(paged_machine::virtual_page + 5), paged_machine::page + 5);
}

TEST(virtual_memory, a_load_marks_the_page_accessed_and_a_store_dirty) {
  paged_machine m(paged_machine::v | paged_machine::r | paged_machine::w);
  EXPECT_EQ(m.cause_of(lw(3, 2, 0)), 0U);
  EXPECT_EQ(m.leaf_entry() & (paged_machine::a | paged_machine::d), paged_machine::a);
  EXPECT_EQ(m.cause_of(sw(3, 2, 0)), 0U);
  EXPECT_EQ(m.leaf_entry() & (paged_machine::a | paged_machine::d),
            paged_machine::a | paged_machine::d);
}

TEST(virtual_memory, rights_decide_and_a_refused_store_leaves_the_page_clean) {
  using p = paged_machine;
  p read_only(p::v | p::r);
  EXPECT_EQ(read_only.cause_of(lw(3, 2, 0)), 0U);
  EXPECT_EQ(read_only.cause_of(sw(3, 2, 0)), 15U);
  EXPECT_EQ(read_only.csr(csr::mtval), p::virtual_page);
  EXPECT_EQ(read_only.leaf_entry() & p::d, 0U);
  p none(0);
  EXPECT_EQ(none.cause_of(lw(3, 2, 0)), 13U);
  p write_only(p::v | p::w);
  EXPECT_EQ(write_only.cause_of(lw(3, 2, 0)), 13U);
  p code_only(p::v | p::x);
  EXPECT_EQ(code_only.cause_of(lw(3, 2, 0)), 13U);
  EXPECT_EQ(code_only.cause_of(lw(3, 2, 0), csr::mstatus_mxr), 0U);
}

TEST(virtual_memory, pages_of_the_user_need_sum_and_are_never_executed) {
  using p = paged_machine;
  p m(p::v | p::r | p::w | p::x | p::u);
  EXPECT_EQ(m.cause_of(lw(3, 2, 0)), 13U);
  EXPECT_EQ(m.cause_of(lw(3, 2, 0), csr::mstatus_sum), 0U);
  EXPECT_EQ(m.cause_of(lw(3, 2, 0)), 13U) << "what was remembered under SUM must be forgotten";
  m.core->write_csr(csr::mcause, 0);
  m.set(2, p::virtual_page);
  m.execute_in(mpp_supervisor, {jalr(0, 2, 0), nop()});
  EXPECT_EQ(m.csr(csr::mcause), 12U);
  EXPECT_EQ(m.csr(csr::mepc), p::virtual_page);
  EXPECT_EQ(m.csr(csr::mtval), p::virtual_page);
}

TEST(virtual_memory, a_changed_entry_holds_after_sfence) {
  using p = paged_machine;
  p m(p::v | p::r);
  EXPECT_EQ(m.cause_of(lw(3, 2, 0)), 0U);
  m.entry(p::leaf, p::virtual_page >> 12 & 0x1ff, p::page, 0);
  EXPECT_EQ(m.cause_of(sfence_vma), 0U);
  EXPECT_EQ(m.cause_of(lw(3, 2, 0)), 13U);
}

TEST(virtual_memory, addresses_that_are_no_sign_extension_and_crooked_superpages_fault) {
  using p = paged_machine;
  p m(p::v | p::r);
  m.set(4, std::uint64_t{1} << 39);
  m.execute_in(mpp_supervisor, {lw(3, 4, 0)});
  EXPECT_EQ(m.csr(csr::mcause), 13U);
  m.entry(p::middle, 1, board::ram_base + 0x1000, p::v | p::r | p::a);  // not aligned to 2 MiB
  m.core->write_csr(csr::mcause, 0);
  m.set(4, p::virtual_page + 0x20'0000);
  m.execute_in(mpp_supervisor, {lw(3, 4, 0)});
  EXPECT_EQ(m.csr(csr::mcause), 13U);
}

TEST(virtual_memory, a_load_that_crosses_into_an_unmapped_page_names_that_page) {
  using p = paged_machine;
  p m(p::v | p::r | p::w);
  m.set(2, p::virtual_page + 0xffe);
  m.poke<std::uint32_t>(p::page + 0xffc, 0xffff'ffff);
  m.execute_in(mpp_supervisor, {sw(0, 2, 0)});
  EXPECT_EQ(m.csr(csr::mcause), 15U);
  EXPECT_EQ(m.csr(csr::mtval), p::virtual_page + 0x1000);
  EXPECT_EQ(m.peek<std::uint32_t>(p::page + 0xffc), 0xffff'ffffU) << "nothing was written";
}

TEST(virtual_memory, an_instruction_may_cross_pages_that_lie_apart) {
  using p = paged_machine;
  p m(p::v | p::r | p::x);
  constexpr std::uint64_t other = board::ram_base + 0x6000;
  m.entry(p::leaf, (p::virtual_page >> 12 & 0x1ff) + 1, other, p::v | p::x);
  const word instruction = li(3, 77);
  m.poke<std::uint16_t>(p::page + 0xffe, static_cast<std::uint16_t>(instruction));
  m.poke<std::uint16_t>(other, static_cast<std::uint16_t>(instruction >> 16));
  m.set(2, p::virtual_page + 0xffe);
  m.execute_in(mpp_supervisor, {jalr(0, 2, 0), nop()});
  EXPECT_EQ(m.csr(csr::mcause), 0U);
  EXPECT_EQ(m.get(3), 77U);
  // Without the second page the fault is at its half.
  m.entry(p::leaf, (p::virtual_page >> 12 & 0x1ff) + 1, other, 0);
  EXPECT_EQ(m.cause_of(sfence_vma), 0U);
  m.set(2, p::virtual_page + 0xffe);
  m.execute_in(mpp_supervisor, {jalr(0, 2, 0), nop()});
  EXPECT_EQ(m.csr(csr::mcause), 12U);
  EXPECT_EQ(m.csr(csr::mepc), p::virtual_page + 0xffe);
  EXPECT_EQ(m.csr(csr::mtval), p::virtual_page + 0x1000);
}

TEST(virtual_memory, the_same_code_at_two_virtual_addresses_knows_where_it_is) {
  using p = paged_machine;
  p m(p::v | p::x);
  m.entry(p::leaf, (p::virtual_page >> 12 & 0x1ff) + 1, p::page, p::v | p::x);
  m.load(p::page, {auipc(3, 0), ecall});
  for (const std::uint64_t where : {p::virtual_page, p::virtual_page + 0x1000}) {
    m.set(2, where);
    m.execute_in(mpp_supervisor, {jalr(0, 2, 0), nop()});
    EXPECT_EQ(m.get(3), where);
  }
}

TEST(virtual_memory, mprv_loads_as_the_previous_mode) {
  using p = paged_machine;
  p m(p::v | p::r | p::a);
  m.poke<std::uint32_t>(p::page, 1234);
  m.set(2, p::virtual_page);
  m.core->write_csr(csr::mstatus, csr::mstatus_mprv | mpp_supervisor);
  m.execute({lw(3, 2, 0)});
  EXPECT_EQ(m.core->mode(), privilege::machine);
  EXPECT_EQ(m.get(3), 1234U);
  m.core->write_csr(csr::mstatus, mpp_supervisor);
  m.execute({lw(3, 2, 0)});
  EXPECT_EQ(m.csr(csr::mcause), 5U) << "nothing lies there physically";
}

TEST(virtual_memory, sv48_walks_four_levels) {
  using p = paged_machine;
  p m(p::v | p::r | p::a);
  constexpr std::uint64_t top = board::ram_base + 0xe000;
  m.entry(top, 0, p::root, p::v);
  m.core->write_csr(csr::satp, std::uint64_t{9} << 60 | top >> 12);
  m.poke<std::uint32_t>(p::page, 4321);
  EXPECT_EQ(m.cause_of(lw(3, 2, 0)), 0U);
  EXPECT_EQ(m.get(3), 4321U);
}

TEST(virtual_memory, atomics_are_checked_as_stores) {
  using p = paged_machine;
  p m(p::v | p::r | p::a);
  EXPECT_EQ(m.cause_of(atomic(0, 2, 3, 1, 2)), 15U);
  EXPECT_EQ(m.cause_of(lr(2, 3, 2)), 0U);
  EXPECT_EQ(m.cause_of(sc(2, 3, 1, 2)), 15U);
}

TEST(virtual_memory, save_and_restore_keep_modes_and_tables) {
  using p = paged_machine;
  p m(p::v | p::r | p::a);
  m.poke<std::uint32_t>(p::page, 99);
  m.set(2, p::virtual_page);
  m.execute_in(mpp_supervisor, {nop(), lw(3, 2, 0)});
  m.core->set_pc(machine::code + 4);
  const hart_state state = m.core->save();
  m.core->reset();
  EXPECT_EQ(m.core->mode(), privilege::machine);
  m.core->restore(state);
  m.core->write_register(3, 0);
  m.core->run(1);
  EXPECT_EQ(m.get(3), 99U);
  EXPECT_EQ(m.core->mode(), privilege::supervisor);
}

TEST(isa, strings_are_read_and_written) {
  const isa full = parse_isa("rv64gc_zba_zbb_zbs");
  EXPECT_EQ(full.xlen, 64U);
  EXPECT_TRUE(full.with.f && full.with.d && full.with.zba && full.with.zbb && full.with.zbs);
  EXPECT_EQ(isa_string(full), "rv64imafdc_zicsr_zifencei_zba_zbb_zbs");
  EXPECT_EQ(parse_isa("rv32imac").xlen, 32U);
  EXPECT_EQ(isa_string(parse_isa("rv64imac_zicntr_zihpm_zicsr")), "rv64imac_zicsr_zifencei");
  for (const char* bad : {"rv16i", "rv64gcv", "rv64im", "rv64imac_zfoo", "rv32gc", "rv64imadc"}) {
    EXPECT_ANY_THROW(parse_isa(bad)) << bad;
  }
}

}  // namespace
}  // namespace sn::hart::test
