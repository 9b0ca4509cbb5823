// What the fields of control and status registers take: all ones, all zeros, and values that are
// reserved. From the privileged specification 1.12, chapters 3 and 4, for a hart with all modes.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hart/csr.h"
#include "privileged_machine.h"

namespace sn::hart::test {
namespace {

namespace a = assembler;

constexpr std::uint64_t ones = ~std::uint64_t{0};

class fields_of_width : public testing::TestWithParam<unsigned> {
 protected:
  static std::uint64_t in_width(std::uint64_t value) {
    return GetParam() == 64 ? value : value & 0xffff'ffff;
  }
};
INSTANTIATE_TEST_SUITE_P(both_widths, fields_of_width, testing::Values(32U, 64U));

/// What is read after `value` has been written by an instruction of machine mode.
std::uint64_t written(machine& m, unsigned number, std::uint64_t value) {
  m.set(1, value);
  m.execute({a::csrrw(0, number, 1), a::csrrs(2, number, 0)});
  EXPECT_EQ(m.core->traps(), 0U) << std::hex << number;
  return m.get(2);
}

TEST_P(fields_of_width, take_ones_where_there_is_something) {
  struct row {
    const char* name;
    unsigned number;
    std::uint64_t after_ones;
  };
  const std::vector<row> rows{
      // SSI, MSI, STI, MTI, SEI, MEI; of mip only those of supervisor mode can be written.
      {"mie", csr::mie, 0xaaa},
      {"mip", csr::mip, 0x222},
      // Neither the call from machine mode (11) nor what does not exist (10, 14, 16 and above).
      {"medeleg", csr::medeleg, 0xb3ff},
      {"mideleg", csr::mideleg, 0x222},
      {"mtvec", csr::mtvec, in_width(ones) - 2},  // mode 1 at most
      {"stvec", csr::stvec, in_width(ones) - 2},
      {"mepc", csr::mepc, in_width(ones) - 1},  // instructions have even addresses
      {"sepc", csr::sepc, in_width(ones) - 1},
      {"mtval", csr::mtval, in_width(ones)},
      {"stval", csr::stval, in_width(ones)},
      {"mscratch", csr::mscratch, in_width(ones)},
      {"sscratch", csr::sscratch, in_width(ones)},
      {"mcounteren", csr::mcounteren, 0xffff'ffff},
      {"scounteren", csr::scounteren, 0xffff'ffff},
      {"menvcfg", csr::menvcfg, 1},  // FIOM
      {"senvcfg", csr::senvcfg, 1},
      {"mcountinhibit", csr::mcountinhibit, 5},  // there is no bit for time
      {"pmpaddr0", csr::pmpaddr0, GetParam() == 64 ? ones >> 10 : 0xffff'ffff},
  };
  for (const row& each : rows) {
    privileged m(GetParam());
    EXPECT_EQ(written(m, each.number, ones), each.after_ones) << each.name;
    EXPECT_EQ(written(m, each.number, 0), 0U) << each.name;
  }
}

TEST_P(fields_of_width, of_mstatus) {
  privileged m(GetParam());
  // Without floating point FS is zero. The widths of S and U are fixed.
  const std::uint64_t fixed = GetParam() == 64 ? std::uint64_t{0xa} << 32 : 0;
  EXPECT_EQ(written(m, csr::mstatus, ones), 0x7e'19aaU | fixed);
  EXPECT_EQ(written(m, csr::mstatus, 0), fixed);
  // 2 is no mode: MPP keeps what it had.
  EXPECT_EQ(written(m, csr::mstatus, 1U << 11), 1U << 11 | fixed);
  EXPECT_EQ(written(m, csr::mstatus, 2U << 11), 1U << 11 | fixed);
  // sstatus shows SIE, SPIE, SPP, SUM and MXR of it, and changes nothing else.
  EXPECT_EQ(written(m, csr::mstatus, ones), 0x7e'19aaU | fixed);
  const std::uint64_t user_width = fixed & std::uint64_t{3} << 32;
  EXPECT_EQ(m.csr(csr::sstatus), 0xc'0122U | user_width);
  EXPECT_EQ(written(m, csr::sstatus, 0), user_width);
  EXPECT_EQ(m.csr(csr::mstatus), (0x7e'19aaU & ~0xc'0122U) | fixed);
}

TEST_P(fields_of_width, of_mstatus_with_floating_point) {
  if (GetParam() == 32) {
    GTEST_SKIP() << "RV32 comes without";
  }
  configuration wanted{64, 0, machine::code, {}};
  wanted.with.supervisor = wanted.with.f = wanted.with.d = true;
  machine m(wanted);
  const std::uint64_t fixed = std::uint64_t{0xa} << 32;
  const std::uint64_t dirty = std::uint64_t{1} << 63;
  EXPECT_EQ(written(m, csr::mstatus, 1U << 13), 1U << 13 | fixed);
  EXPECT_EQ(written(m, csr::mstatus, 2U << 13), 2U << 13 | fixed);
  EXPECT_EQ(written(m, csr::mstatus, 3U << 13), 3U << 13 | fixed | dirty);
  EXPECT_EQ(written(m, csr::fcsr, ones), 0xffU);
  EXPECT_EQ(written(m, csr::frm, ones), 7U);
  EXPECT_EQ(written(m, csr::fflags, ones), 0x1fU);
}

TEST_P(fields_of_width, of_sie_and_sip_are_those_that_are_delegated) {
  privileged m(GetParam());
  EXPECT_EQ(written(m, csr::sie, ones), 0U);
  m.core->write_csr(csr::mideleg, 0x202);
  EXPECT_EQ(written(m, csr::sie, ones), 0x202U);
  EXPECT_EQ(m.csr(csr::mie), 0x202U);
  m.core->write_csr(csr::mie, 0xaaa);
  EXPECT_EQ(written(m, csr::sie, 0), 0U);
  EXPECT_EQ(m.csr(csr::mie), 0x8a8U);
  EXPECT_EQ(written(m, csr::sip, ones), 2U);  // only SSIP, by software
}

TEST_P(fields_of_width, of_satp_know_modes_and_no_address_spaces) {
  privileged m(GetParam());
  if (GetParam() == 32) {
    // Mode in bit 31, ASID in 30:22, PPN in 21:0.
    EXPECT_EQ(written(m, csr::satp, 0xffff'ffff), 0x803f'ffffU);
    EXPECT_EQ(written(m, csr::satp, 0x003f'ffff), 0U);
    return;
  }
  const std::uint64_t pages = (std::uint64_t{1} << 44) - 1;
  for (const std::uint64_t mode : {8U, 9U}) {
    EXPECT_EQ(written(m, csr::satp, mode << 60 | (ones >> 4)), mode << 60 | pages);
  }
  // Sv57 and reserved ones: the whole write does nothing.
  for (const std::uint64_t mode : {1U, 7U, 10U, 11U, 15U}) {
    EXPECT_EQ(written(m, csr::satp, mode << 60 | 5), std::uint64_t{9} << 60 | pages);
  }
  EXPECT_EQ(written(m, csr::satp, 5), 0U);
}

TEST_P(fields_of_width, of_pmp_entries) {
  privileged m(GetParam());
  // Bits 5 and 6 are reserved; all entries of the register are written at once.
  const std::uint64_t all = GetParam() == 64 ? 0x1f1f'1f1f'1f1f'1f1f : 0x1f1f'1f1f;
  EXPECT_EQ(written(m, csr::pmpcfg0, in_width(0x7f7f'7f7f'7f7f'7f7f)), all);
  // W without R is reserved: the entry keeps its value.
  EXPECT_EQ(written(m, csr::pmpcfg0, 0x1b1a), (all & 0xff) | 0x1b00U);
  if (GetParam() == 64) {
    m.execute({a::csrrs(2, csr::pmpcfg0 + 1, 0)});
    EXPECT_EQ(m.csr(csr::mcause), 2U);
  } else {
    EXPECT_EQ(written(m, csr::pmpcfg0 + 3, ones), 0x9f9f'9f9fU);
  }
}

TEST_P(fields_of_width, of_misa_are_fixed) {
  privileged m(GetParam());
  // A, C, I, M, S and U; MXL is 1 or 2.
  const std::uint64_t expected = std::uint64_t{GetParam() / 32} << (GetParam() - 2) | 1U | 1U << 2 |
                                 1U << 8 | 1U << 12 | 1U << 18 | 1U << 20;
  EXPECT_EQ(written(m, csr::misa, 0), expected);
  EXPECT_EQ(written(m, csr::misa, ones), expected);
}

TEST_P(fields_of_width, mret_and_sret_to_a_lower_mode_end_mprv) {
  privileged m(GetParam());
  m.core->write_csr(csr::mstatus, csr::mstatus_mprv);
  m.execute_in(mpp_supervisor, {a::nop()});
  EXPECT_EQ(m.csr(csr::mstatus) & csr::mstatus_mprv, 0U);
  // An MRET to machine mode keeps it.
  m.core->write_csr(csr::mstatus, csr::mstatus_mprv);
  m.execute_in(csr::mstatus_mpp, {a::nop()});
  EXPECT_NE(m.csr(csr::mstatus) & csr::mstatus_mprv, 0U);
  EXPECT_EQ(m.csr(csr::mstatus) & csr::mstatus_mpp, 0U) << "MPP becomes user mode";
}

TEST_P(fields_of_width, every_enable_opens_its_counter) {
  for (unsigned counter = 0; counter < 32; ++counter) {
    privileged m(GetParam());
    const auto open = [&] {
      m.core->write_csr(csr::mcause, 0);
      m.execute_in(mpp_user, {a::csrrs(1, csr::cycle + counter, 0)});
      return m.csr(csr::mcause) == 0;
    };
    EXPECT_FALSE(open()) << counter;
    m.core->write_csr(csr::mcounteren, 1U << counter);
    EXPECT_FALSE(open()) << counter;
    m.core->write_csr(csr::scounteren, 1U << counter);
    EXPECT_TRUE(open()) << counter;
    m.core->write_csr(csr::mcounteren, ~(1U << counter));
    EXPECT_FALSE(open()) << counter;
  }
}

}  // namespace
}  // namespace sn::hart::test
