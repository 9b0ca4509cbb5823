// Harts with supervisor and user mode, and with page tables, for tests.
#pragma once

#include <cstdint>
#include <vector>

#include "assembler.h"
#include "hart/csr.h"
#include "machine.h"

namespace sn::hart::test {

inline constexpr std::uint64_t mpp_user = 0;
inline constexpr std::uint64_t mpp_supervisor = 1U << 11;

/// A hart with supervisor and user mode; entry 0 of its PMP opens all memory.
class privileged : public machine {
 public:
  explicit privileged(unsigned xlen = 64) : machine(with_supervisor(xlen)) {
    core->write_csr(csr::pmpaddr0, ~std::uint64_t{0});
    core->write_csr(csr::pmpcfg0, 0x1f);  // NAPOT, RWX
  }
  /// Executes `program` from `code` in the mode that `mpp` says, after an MRET.
  void execute_in(std::uint64_t mpp, const std::vector<std::uint32_t>& program) {
    hart_state state = core->save();
    state.mode = privilege::machine;
    core->restore(state);
    load(code, program);
    load(start, {assembler::mret});
    core->write_csr(csr::mstatus, (core->read_csr(csr::mstatus).value() & ~csr::mstatus_mpp) | mpp);
    core->write_csr(csr::mepc, code);
    core->set_pc(start);
    core->run(1 + program.size());
  }
  static constexpr std::uint64_t start = board::ram_base + 0xf00;

 private:
  static configuration with_supervisor(unsigned xlen) {
    configuration wanted{xlen, 5, code, {}};
    wanted.with.supervisor = true;
    return wanted;
  }
};

/// Virtual memory: a root table at RAM + 0xa000 maps 0x4000'0000 to one page by three levels.
class paged_machine : public privileged {
 public:
  static constexpr std::uint64_t root = board::ram_base + 0xa000;
  static constexpr std::uint64_t middle = board::ram_base + 0xb000;
  static constexpr std::uint64_t leaf = board::ram_base + 0xc000;
  static constexpr std::uint64_t page = board::ram_base + 0xd000;
  static constexpr std::uint64_t virtual_page = 0x4000'0000;

  static constexpr std::uint64_t v = 1, r = 2, w = 4, x = 8, u = 16, a = 64, d = 128;

  explicit paged_machine(std::uint64_t rights) {
    entry(root, virtual_page >> 30 & 0x1ff, middle, v);
    entry(middle, virtual_page >> 21 & 0x1ff, leaf, v);
    entry(leaf, virtual_page >> 12 & 0x1ff, page, rights);
    // A gigapage maps the RAM to itself, for code.
    entry(root, board::ram_base >> 30, board::ram_base, v | r | w | x | a | d);
    core->write_csr(csr::satp, std::uint64_t{8} << 60 | root >> 12);
  }
  void entry(std::uint64_t table, std::uint64_t index, std::uint64_t target, std::uint64_t bits) {
    poke<std::uint64_t>(table + 8 * index, (target >> 12) << 10 | bits);
  }
  std::uint64_t leaf_entry() const {
    return peek<std::uint64_t>(leaf + 8 * (virtual_page >> 12 & 0x1ff));
  }
  /// The cause of one instruction of supervisor mode with x2 at the virtual page.
  std::uint64_t cause_of(std::uint32_t instruction, std::uint64_t status = 0) {
    core->write_csr(csr::mcause, 0);
    set(2, virtual_page);
    core->write_csr(csr::mstatus, status);
    execute_in(mpp_supervisor, {instruction});
    return core->read_csr(csr::mcause).value();
  }
};

}  // namespace sn::hart::test
