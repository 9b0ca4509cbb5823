// Physical memory protection, entry by entry: privileged specification 1.12, section 3.7.
#include <gtest/gtest.h>

#include <vector>

#include "hart/csr.h"
#include "privileged_machine.h"

namespace sn::hart::test {
namespace {

namespace a = assembler;

constexpr std::uint64_t place = machine::data;
constexpr std::uint8_t r = 1, w = 2, x = 4, tor = 1 << 3, na4 = 2 << 3, napot = 3 << 3,
                       lock = 1 << 7;
constexpr std::uint64_t everything = ~std::uint64_t{0};

struct entry {
  std::uint8_t configuration;
  std::uint64_t address;  ///< as in pmpaddr
};

class protection : public testing::TestWithParam<unsigned> {
 protected:
  protection() : m(GetParam()) {}
  /// Entries from 0 on, at most four; the others are off.
  void protect(const std::vector<entry>& entries) {
    std::uint64_t configurations = 0;
    m.core->write_csr(csr::pmpcfg0, 0);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      m.core->write_csr(csr::pmpaddr0 + static_cast<unsigned>(i), entries[i].address);
      configurations |= std::uint64_t{entries[i].configuration} << (8 * i);
    }
    m.core->write_csr(csr::pmpcfg0, configurations);
  }
  /// The cause of one instruction with x2 as its address; 0: none.
  std::uint64_t cause(std::uint64_t mpp, std::uint32_t instruction, std::uint64_t address) {
    m.core->write_csr(csr::mcause, 0);
    m.set(2, address);
    m.execute_in(mpp, {instruction});
    return m.csr(csr::mcause);
  }
  std::uint64_t load(std::uint64_t address, std::uint64_t mpp = mpp_user) {
    return cause(mpp, a::lw(3, 2, 0), address);
  }
  std::uint64_t store(std::uint64_t address, std::uint64_t mpp = mpp_user) {
    return cause(mpp, a::sw(3, 2, 0), address);
  }
  /// Jumps to an address, where there is a NOP.
  std::uint64_t fetch(std::uint64_t address, std::uint64_t mpp = mpp_user) {
    m.core->write_csr(csr::mcause, 0);
    m.load(address, {a::nop()});
    m.set(2, address);
    m.execute_in(mpp, {a::jalr(0, 2, 0), a::nop()});
    return m.csr(csr::mcause);
  }
  static constexpr std::uint64_t mpp_machine = csr::mstatus_mpp;

  privileged m;
};
INSTANTIATE_TEST_SUITE_P(both_widths, protection, testing::Values(32U, 64U));

TEST_P(protection, top_of_range_begins_where_the_entry_before_ends) {
  // Entry 1: from place to place + 16, nothing; entry 2: everything.
  protect({{0, place / 4}, {tor, (place + 16) / 4}, {napot | r | w | x, everything}});
  EXPECT_EQ(load(place - 4), 0U);
  EXPECT_EQ(load(place), 5U);
  EXPECT_EQ(load(place + 12), 5U);
  EXPECT_EQ(load(place + 16), 0U);
  // The first entry's range begins at 0.
  protect({{tor | x | r, (machine::code + 0x1000) / 4}, {napot | r | w, everything}});
  EXPECT_EQ(store(machine::code + 0xffc), 7U);
  EXPECT_EQ(store(machine::code + 0x1000), 0U);
  // A range that ends where it begins, or before, holds nothing.
  protect({{0, (place + 16) / 4}, {tor, place / 4}, {napot | r | w | x, everything}});
  EXPECT_EQ(load(place), 0U);
}

TEST_P(protection, naturally_aligned_ranges_of_every_size) {
  for (unsigned bits = 3; bits <= 13; ++bits) {
    const std::uint64_t size = std::uint64_t{1} << bits;
    const std::uint64_t begin = machine::data & ~(size - 1);  // 0x80004000
    // Ones below the lowest zero: bits - 3 of them.
    protect({{napot, begin / 4 | (size / 8 - 1)}, {napot | r | w | x, everything}});
    EXPECT_EQ(load(begin), 5U) << size;
    EXPECT_EQ(load(begin + size - 4), 5U) << size;
    EXPECT_EQ(load(begin + size), 0U) << size;
    EXPECT_EQ(load(begin - 4), 0U) << size;
  }
  protect({{na4, place / 4}, {napot | r | w | x, everything}});
  EXPECT_EQ(load(place - 4), 0U);
  EXPECT_EQ(load(place), 5U);
  EXPECT_EQ(load(place + 4), 0U);
}

TEST_P(protection, rights_are_for_loads_stores_and_fetches_each) {
  constexpr std::uint64_t region = place / 4 | 0x1ff;  // 4 KiB
  const auto all = [&](std::uint8_t rights) {
    protect({{static_cast<std::uint8_t>(napot | rights), region}, {napot | r | w | x, everything}});
    return std::vector<std::uint64_t>{load(place), store(place), fetch(place)};
  };
  using causes = std::vector<std::uint64_t>;
  EXPECT_EQ(all(0), (causes{5, 7, 1}));
  EXPECT_EQ(all(r), (causes{0, 7, 1}));
  EXPECT_EQ(all(r | w), (causes{0, 0, 1}));
  EXPECT_EQ(all(x), (causes{5, 7, 0}));
  EXPECT_EQ(all(r | x), (causes{0, 7, 0}));
  EXPECT_EQ(all(r | w | x), (causes{0, 0, 0}));
}

TEST_P(protection, the_entry_with_the_lowest_number_decides) {
  constexpr std::uint64_t region = place / 4 | 0x1ff;
  protect({{napot | r, region}, {napot, region}, {napot | r | w | x, everything}});
  EXPECT_EQ(load(place), 0U);
  protect({{napot, region}, {napot | r, region}, {napot | r | w | x, everything}});
  EXPECT_EQ(load(place), 5U);
}

TEST_P(protection, machine_mode_is_bound_by_locked_entries_only) {
  constexpr std::uint64_t region = place / 4 | 0x1ff;
  protect({{napot, region}, {napot | r | w | x, everything}});
  EXPECT_EQ(load(place, mpp_machine), 0U);
  EXPECT_EQ(store(place, mpp_machine), 0U);
  EXPECT_EQ(fetch(place, mpp_machine), 0U);
  EXPECT_EQ(load(place, mpp_supervisor), 5U);
  protect({{static_cast<std::uint8_t>(napot | lock), region}, {napot | r | w | x, everything}});
  EXPECT_EQ(load(place, mpp_machine), 5U);
  EXPECT_EQ(store(place, mpp_machine), 7U);
  EXPECT_EQ(fetch(place, mpp_machine), 1U);
  EXPECT_EQ(m.csr(csr::mtval), place);
  EXPECT_EQ(load(place + 0x1000, mpp_machine), 0U);
  // Locks end with a reset.
  m.core->reset();
  EXPECT_EQ(m.csr(csr::pmpcfg0), 0U);
}

TEST_P(protection, a_locked_range_keeps_the_address_that_it_begins_with) {
  protect({{0, place / 4}, {static_cast<std::uint8_t>(tor | lock), (place + 16) / 4}});
  m.core->write_csr(csr::pmpaddr0, 0);
  m.core->write_csr(csr::pmpaddr0 + 1, 0);
  EXPECT_EQ(m.csr(csr::pmpaddr0), place / 4);
  EXPECT_EQ(m.csr(csr::pmpaddr0 + 1), (place + 16) / 4);
  m.core->write_csr(csr::pmpcfg0, 0);
  EXPECT_EQ(m.csr(csr::pmpcfg0), (tor | lock) * 0x100U);
}

TEST_P(protection, mprv_loads_and_stores_but_fetches_not_as_the_previous_mode) {
  constexpr std::uint64_t region = place / 4 | 0x1ff;
  protect({{napot | r, region}, {napot | r | w | x, everything}});
  m.set(2, place);
  m.core->write_csr(csr::mstatus, csr::mstatus_mprv);  // user mode
  m.execute({a::lw(3, 2, 0)});
  EXPECT_EQ(m.csr(csr::mcause), 0U);
  m.execute({a::sw(3, 2, 0)});
  EXPECT_EQ(m.csr(csr::mcause), 7U);
  m.core->write_csr(csr::mcause, 0);
  m.core->write_csr(csr::mstatus, csr::mstatus_mprv);
  m.load(place, {a::nop()});
  m.core->set_pc(place);
  m.core->run(1);
  EXPECT_EQ(m.csr(csr::mcause), 0U) << "no right to execute, but it is machine mode";
}

TEST_P(protection, an_access_in_part_inside_fails_whatever_the_rights) {
  // Within a page: what crosses into another may be two accesses.
  constexpr std::uint64_t inner = place + 0x100;
  protect({{na4 | r | w | x, inner / 4}, {napot | r | w | x, everything}});
  EXPECT_EQ(load(inner), 0U);
  EXPECT_EQ(load(inner - 2), 5U);
  EXPECT_EQ(m.csr(csr::mtval), inner - 2);
  if (GetParam() == 64) {
    EXPECT_EQ(cause(mpp_user, a::ld(3, 2, 0), inner), 5U);
  }
  // An instruction of four bytes of which the second half is not executable.
  protect({{na4 | r, (inner + 4) / 4}, {napot | r | w | x, everything}});
  m.core->write_csr(csr::mcause, 0);
  m.load(inner, {0x0001'0001, 0x0000'0001});
  m.poke<std::uint32_t>(inner + 2, a::nop());
  m.set(2, inner + 2);
  m.execute_in(mpp_user, {a::jalr(0, 2, 0), a::nop()});
  EXPECT_EQ(m.csr(csr::mcause), 1U);
  EXPECT_EQ(m.csr(csr::mepc), inner + 2);
  EXPECT_EQ(m.csr(csr::mtval), inner + 4);
}

TEST_P(protection, page_tables_that_cannot_be_read_are_access_faults_of_the_access) {
  if (GetParam() == 32) {
    GTEST_SKIP() << "the tables are those of Sv39";
  }
  using p = paged_machine;
  p paged(p::v | p::r | p::w | p::x);
  // Entry 0: the table of leaves, nothing; entry 1: everything.
  paged.core->write_csr(csr::pmpaddr0, p::leaf / 4 | 0x1ff);
  paged.core->write_csr(csr::pmpaddr0 + 1, everything);
  paged.core->write_csr(csr::pmpcfg0, napot | (napot | r | w | x) << 8);
  EXPECT_EQ(paged.cause_of(a::lw(3, 2, 0)), 5U);
  EXPECT_EQ(paged.csr(csr::mtval), p::virtual_page);
  EXPECT_EQ(paged.cause_of(a::sw(3, 2, 0)), 7U);
  paged.core->write_csr(csr::mcause, 0);
  paged.execute_in(mpp_supervisor, {a::jalr(0, 2, 0), a::nop()});
  EXPECT_EQ(paged.csr(csr::mcause), 1U);
  // One that can be read but not written: the bit A cannot be set.
  paged.core->write_csr(csr::pmpcfg0, (napot | r) | (napot | r | w | x) << 8);
  EXPECT_EQ(paged.cause_of(a::lw(3, 2, 0)), 5U);
  paged.entry(p::leaf, p::virtual_page >> 12 & 0x1ff, p::page, p::v | p::r | p::a);
  EXPECT_EQ(paged.cause_of(a::lw(3, 2, 0)), 0U);
}

}  // namespace
}  // namespace sn::hart::test
