// The edges of virtual memory, for Sv32, Sv39 and Sv48 alike: privileged specification 1.12,
// sections 4.2 to 4.5.
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "hart/csr.h"
#include "privileged_machine.h"

namespace sn::hart::test {
namespace {

namespace a = assembler;

constexpr std::uint64_t v = 1, r = 2, w = 4, x = 8, u = 16, accessed = 64, dirty = 128;
constexpr std::uint64_t load_fault = 13, store_fault = 15, fetch_fault = 12;

struct scheme {
  const char* name;
  unsigned xlen;
  std::uint64_t mode;  ///< in satp
  unsigned levels;
  unsigned bits;  ///< of an index
  unsigned entry_bytes;
};
void PrintTo(const scheme& each, std::ostream* out) {
  *out << each.name;
}

/// Tables that map one page of addresses by all levels, and the RAM to itself for code.
class tables : public privileged {
 public:
  static constexpr std::uint64_t page = board::ram_base + 0xe000;
  static constexpr std::uint64_t other_page = board::ram_base + 0x6000;
  static constexpr std::uint64_t place = 0x4000'0000;  ///< virtual

  explicit tables(const scheme& wanted, std::uint64_t rights = v | r | w | x)
      : privileged(wanted.xlen), of(wanted) {
    for (unsigned level = of.levels - 1; level > 0; --level) {
      entry(level, place, table(level - 1), v);
    }
    entry(0, place, page, rights);
    // By a superpage of 4 MiB or 1 GiB.
    entry(of.xlen == 32 ? 1 : 2, board::ram_base, board::ram_base,
          v | r | w | x | accessed | dirty);
    core->write_csr(csr::satp, of.mode | table(of.levels - 1) >> 12);
    poke<std::uint32_t>(page, a::nop());
  }
  static std::uint64_t table(unsigned level) { return board::ram_base + 0xa000 + 0x1000 * level; }
  std::uint64_t where(unsigned level, std::uint64_t address) const {
    return table(level) +
           (address >> (12 + of.bits * level) & ((1U << of.bits) - 1)) * of.entry_bytes;
  }
  void entry(unsigned level, std::uint64_t address, std::uint64_t target, std::uint64_t bits) {
    const std::uint64_t value = target >> 12 << 10 | bits;
    if (of.entry_bytes == 4) {
      poke<std::uint32_t>(where(level, address), static_cast<std::uint32_t>(value));
    } else {
      poke<std::uint64_t>(where(level, address), value);
    }
    execute({a::sfence_vma});
  }
  std::uint64_t marks(unsigned level = 0, std::uint64_t address = place) const {
    return peek<std::uint8_t>(where(level, address)) & (accessed | dirty);
  }
  /// The cause of one instruction with x2 as its address; 0: none.
  std::uint64_t cause(std::uint32_t instruction, std::uint64_t address = place,
                      std::uint64_t status = mpp_supervisor) {
    core->write_csr(csr::mcause, 0);
    core->write_csr(csr::mtval, 0);
    set(2, address);
    core->write_csr(csr::mstatus, status & ~csr::mstatus_mpp);
    execute_in(status & csr::mstatus_mpp, {instruction});
    return csr(csr::mcause);
  }
  std::uint64_t load(std::uint64_t address = place) { return cause(a::lw(3, 2, 0), address); }
  std::uint64_t store(std::uint64_t address = place) { return cause(a::sw(3, 2, 0), address); }
  /// Jumps there.
  std::uint64_t fetch(std::uint64_t address = place) {
    core->write_csr(csr::mcause, 0);
    core->write_csr(csr::mtval, 0);
    set(2, address);
    execute_in(mpp_supervisor, {a::jalr(0, 2, 0), a::nop()});
    return csr(csr::mcause);
  }

  const scheme of;
};

class paging : public testing::TestWithParam<scheme> {};
INSTANTIATE_TEST_SUITE_P(all, paging,
                         testing::Values(scheme{"Sv32", 32, std::uint64_t{1} << 31, 2, 10, 4},
                                         scheme{"Sv39", 64, std::uint64_t{8} << 60, 3, 9, 8},
                                         scheme{"Sv48", 64, std::uint64_t{9} << 60, 4, 9, 8}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST_P(paging, every_level_can_map_what_is_aligned_to_its_size) {
  for (unsigned level = 1; level < GetParam().levels; ++level) {
    tables m(GetParam());
    const std::uint64_t size = std::uint64_t{1} << (12 + GetParam().bits * level);
    m.poke<std::uint32_t>(machine::data, 4711);
    // Beside the code, which Sv48 has in the same half TiB.
    const std::uint64_t place = tables::place | (level == 3 ? std::uint64_t{1} << 39 : 0);
    if (board::ram_base % size == 0) {
      m.entry(level, place, board::ram_base, v | r);
      // The RAM lies at the beginning of the large page.
      EXPECT_EQ(m.load((place & ~(size - 1)) + (machine::data - board::ram_base)), 0U);
      EXPECT_EQ(m.get(3), 4711U) << level;
    }
    for (unsigned bit = 12; bit < 12 + GetParam().bits * level; bit += GetParam().bits - 1) {
      m.entry(level, place, board::ram_base | std::uint64_t{1} << bit, v | r | w | x);
      EXPECT_EQ(m.load(place + 8), load_fault) << level << " " << bit;
      EXPECT_EQ(m.csr(csr::mtval), place + 8);
      EXPECT_EQ(m.store(place), store_fault);
    }
  }
}

TEST_P(paging, what_is_not_there_faults_as_the_access_it_is) {
  const std::uint64_t nowhere = tables::place + 0x3004;
  for (unsigned level = 0; level < GetParam().levels; ++level) {
    tables m(GetParam());
    if (level > 0) {
      m.entry(level, tables::place, tables::table(level - 1), 0);
      if (level == 3) {
        continue;  // it holds the code too
      }
    }
    EXPECT_EQ(m.load(nowhere), load_fault);
    EXPECT_EQ(m.csr(csr::mtval), nowhere);
    EXPECT_EQ(m.store(nowhere), store_fault);
    EXPECT_EQ(m.csr(csr::mtval), nowhere);
    EXPECT_EQ(m.cause(a::atomic(0, 2, 3, 1, 2), nowhere), store_fault);
    EXPECT_EQ(m.cause(a::lr(2, 3, 2), nowhere), load_fault);
    EXPECT_EQ(m.fetch(nowhere), fetch_fault);
    EXPECT_EQ(m.csr(csr::mtval), nowhere);
    EXPECT_EQ(m.csr(csr::mepc), nowhere);
  }
}

TEST_P(paging, reserved_entries_fault) {
  for (const std::uint64_t reserved :
       {v | w, v | w | x, v | w | x | accessed | dirty, v, r | w | x | accessed | dirty}) {
    tables m(GetParam(), reserved);
    EXPECT_EQ(m.load(), load_fault) << reserved;
    EXPECT_EQ(m.store(), store_fault) << reserved;
    EXPECT_EQ(m.fetch(), fetch_fault) << reserved;
  }
  // A pointer has neither A nor D nor U.
  for (const std::uint64_t bit : {accessed, dirty, u}) {
    tables m(GetParam());
    m.entry(1, tables::place, tables::table(0), v | bit);
    EXPECT_EQ(m.load(), load_fault) << bit;
  }
  if (GetParam().xlen == 64) {
    for (unsigned bit = 54; bit < 64; ++bit) {
      tables m(GetParam());
      m.poke<std::uint64_t>(m.where(0, tables::place),
                            tables::page >> 2 | v | r | w | std::uint64_t{1} << bit);
      EXPECT_EQ(m.load(), load_fault) << bit;
    }
  }
}

TEST_P(paging, addresses_are_sign_extensions) {
  if (GetParam().xlen == 32) {
    GTEST_SKIP() << "all addresses are";
  }
  const unsigned width = 12 + 9 * GetParam().levels;
  tables m(GetParam());
  // The upper half of addresses: the last entry of the root, a large page if there is one of 1 GiB.
  if (GetParam().levels == 3) {
    m.poke<std::uint32_t>(machine::data, 77);
    m.entry(2, ~std::uint64_t{0}, board::ram_base, v | r);
    EXPECT_EQ(m.load(~((std::uint64_t{1} << 30) - 1) + 0x4000), 0U);
    EXPECT_EQ(m.get(3), 77U);
  }
  for (const std::uint64_t wrong :
       {tables::place | std::uint64_t{1} << (width - 1), tables::place | std::uint64_t{1} << width,
        tables::place | std::uint64_t{1} << 63, ~std::uint64_t{0} << width}) {
    EXPECT_EQ(m.load(wrong), load_fault) << std::hex << wrong;
    EXPECT_EQ(m.csr(csr::mtval), wrong);
    EXPECT_EQ(m.store(wrong), store_fault);
    EXPECT_EQ(m.csr(csr::mtval), wrong);
    EXPECT_EQ(m.fetch(wrong), fetch_fault);
    EXPECT_EQ(m.csr(csr::mtval), wrong);
  }
}

TEST_P(paging, accesses_that_are_made_mark_the_page) {
  const std::uint64_t all = v | r | w | x;
  tables loaded(GetParam(), all);
  EXPECT_EQ(loaded.load(), 0U);
  EXPECT_EQ(loaded.marks(), accessed);
  EXPECT_EQ(loaded.marks(1), 0U) << "a pointer is not marked";
  EXPECT_EQ(loaded.store(), 0U);
  EXPECT_EQ(loaded.marks(), accessed | dirty);
  tables fetched(GetParam(), all);
  EXPECT_EQ(fetched.fetch(), 0U);
  EXPECT_EQ(fetched.marks(), accessed);
  tables reserved(GetParam(), all);
  EXPECT_EQ(reserved.cause(a::lr(2, 3, 2)), 0U);
  EXPECT_EQ(reserved.marks(), accessed);
  tables added(GetParam(), all);
  EXPECT_EQ(added.cause(a::atomic(0, 2, 3, 1, 2)), 0U);
  EXPECT_EQ(added.marks(), accessed | dirty);
  tables refused(GetParam(), v | r);
  EXPECT_EQ(refused.store(), store_fault);
  EXPECT_EQ(refused.fetch(), fetch_fault);
  EXPECT_EQ(refused.marks(), 0U);
}

TEST_P(paging, modes_and_their_rights) {
  const std::uint64_t all = v | r | w | x;
  tables of_supervisor(GetParam(), all);
  // The code lies in pages of supervisor mode too, so user mode loads by MPRV.
  const auto as_user = [](tables& m, std::uint32_t instruction, std::uint64_t more = 0) {
    m.core->write_csr(csr::mcause, 0);
    m.set(2, tables::place);
    m.core->write_csr(csr::mstatus, csr::mstatus_mprv | mpp_user | more);
    m.execute({instruction});
    return m.csr(csr::mcause);
  };
  EXPECT_EQ(as_user(of_supervisor, a::lw(3, 2, 0)), load_fault);
  EXPECT_EQ(as_user(of_supervisor, a::sw(3, 2, 0), csr::mstatus_sum), store_fault);
  tables of_user(GetParam(), all | u);
  EXPECT_EQ(as_user(of_user, a::lw(3, 2, 0)), 0U);
  EXPECT_EQ(as_user(of_user, a::sw(3, 2, 0)), 0U);
  EXPECT_EQ(of_user.load(), load_fault);
  EXPECT_EQ(of_user.store(), store_fault);
  EXPECT_EQ(of_user.cause(a::lw(3, 2, 0), tables::place, mpp_supervisor | csr::mstatus_sum), 0U);
  EXPECT_EQ(of_user.cause(a::sw(3, 2, 0), tables::place, mpp_supervisor | csr::mstatus_sum), 0U);
  of_user.core->write_csr(csr::mstatus, csr::mstatus_sum);
  EXPECT_EQ(of_user.fetch(), fetch_fault) << "never, whatever SUM";
  tables code_only(GetParam(), v | x);
  EXPECT_EQ(code_only.fetch(), 0U);
  EXPECT_EQ(code_only.load(), load_fault);
  EXPECT_EQ(code_only.cause(a::lw(3, 2, 0), tables::place, mpp_supervisor | csr::mstatus_mxr), 0U);
  EXPECT_EQ(code_only.cause(a::sw(3, 2, 0), tables::place, mpp_supervisor | csr::mstatus_mxr),
            store_fault);
}

TEST_P(paging, accesses_across_two_pages) {
  tables m(GetParam());
  const std::uint64_t last = tables::place + 0xffe;
  m.entry(0, tables::place + 0x1000, tables::other_page, v | r | w);
  m.poke<std::uint16_t>(tables::page + 0xffe, 0x2211);
  m.poke<std::uint16_t>(tables::other_page, 0x4433);
  EXPECT_EQ(m.load(last), 0U);
  EXPECT_EQ(m.get(3), 0x4433'2211U);
  m.set(3, 0x8877'6655);
  EXPECT_EQ(m.store(last), 0U);
  EXPECT_EQ(m.peek<std::uint16_t>(tables::page + 0xffe), 0x6655U);
  EXPECT_EQ(m.peek<std::uint16_t>(tables::other_page), 0x8877U);
  // The second page can only be read: nothing is stored, and its first byte is named.
  m.entry(0, tables::place + 0x1000, tables::other_page, v | r);
  m.set(3, 0);
  EXPECT_EQ(m.store(last), store_fault);
  EXPECT_EQ(m.csr(csr::mtval), tables::place + 0x1000);
  EXPECT_EQ(m.peek<std::uint16_t>(tables::page + 0xffe), 0x6655U);
  // The first page is not there.
  m.entry(0, tables::place, tables::page, 0);
  EXPECT_EQ(m.load(last), load_fault);
  EXPECT_EQ(m.csr(csr::mtval), last);
}

TEST_P(paging, an_instruction_across_two_pages_faults_at_the_half_that_is_not_there) {
  const std::uint64_t last = tables::place + 0xffe;
  struct row {
    std::uint64_t target;
    std::uint64_t rights;
    std::uint64_t cause;
  };
  for (const row& each :
       {row{tables::other_page, v | x, 0}, row{tables::other_page, 0, fetch_fault},
        row{tables::other_page, v | r | w, fetch_fault},
        row{tables::other_page, v | x | u, fetch_fault}, row{0x1000'0000, v | x, 1}}) {  // a device
    tables m(GetParam());
    m.entry(0, tables::place + 0x1000, each.target, each.rights);
    m.poke<std::uint16_t>(tables::page + 0xffe, static_cast<std::uint16_t>(a::li(5, 77)));
    m.poke<std::uint16_t>(tables::other_page, static_cast<std::uint16_t>(a::li(5, 77) >> 16));
    EXPECT_EQ(m.fetch(last), each.cause);
    if (each.cause == 0) {
      EXPECT_EQ(m.get(5), 77U);
    } else {
      EXPECT_EQ(m.csr(csr::mepc), last);
      EXPECT_EQ(m.csr(csr::mtval), tables::place + 0x1000);
      EXPECT_EQ(m.get(5), 0U);
    }
  }
}

TEST_P(paging, no_memory_behind_a_page_or_a_table_is_an_access_fault) {
  tables m(GetParam());
  m.entry(0, tables::place, 0x3000'0000, v | r | w | x);
  EXPECT_EQ(m.load(tables::place + 4), 5U);
  EXPECT_EQ(m.csr(csr::mtval), tables::place + 4);
  EXPECT_EQ(m.store(), 7U);
  EXPECT_EQ(m.fetch(), 1U);
  EXPECT_EQ(m.csr(csr::mtval), tables::place);
  m.entry(1, tables::place, 0x3000'0000, v);
  EXPECT_EQ(m.load(), 5U);
  EXPECT_EQ(m.store(), 7U);
  EXPECT_EQ(m.fetch(), 1U);
}

TEST_P(paging, a_device_is_reached_through_a_page) {
  tables m(GetParam());
  m.entry(0, tables::place, board::device_base, v | r | w);
  m.memory.device_value = 0x1234;
  EXPECT_EQ(m.load(tables::place + 8), 0U);
  EXPECT_EQ(m.get(3), 0x1234U);
  EXPECT_EQ(m.memory.accesses.back().address, board::device_base + 8);
  // Misaligned it traps, also where it would leave the page.
  EXPECT_EQ(m.load(tables::place + 1), 4U);
  EXPECT_EQ(m.load(tables::place + 0xffe), 4U);
  EXPECT_EQ(m.csr(csr::mtval), tables::place + 0xffe);
}

TEST_P(paging, sfence_of_an_address_is_enough_for_a_changed_entry) {
  tables m(GetParam());
  EXPECT_EQ(m.load(), 0U);
  m.poke<std::uint32_t>(m.where(0, tables::place), 0);
  m.set(2, tables::place);
  m.execute_in(mpp_supervisor, {a::sfence_vma | 2U << 15});  // rs1 = x2
  EXPECT_EQ(m.load(), load_fault);
}

TEST_P(paging, debuggers_see_pages_whatever_their_rights) {
  tables m(GetParam(), v | x | u);
  EXPECT_EQ(m.cause(a::nop()), 0U);
  EXPECT_EQ(m.core->translate(tables::place + 12), tables::page + 12);
  EXPECT_EQ(m.core->translate(tables::place + 0x2000), std::nullopt);
  EXPECT_EQ(m.marks(), 0U);
}

}  // namespace
}  // namespace sn::hart::test
