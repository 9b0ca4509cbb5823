// The state of a hart of one width, and what its instructions do to it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "hart/block_cache.h"
#include "hart/hart.h"
#include "hart/memory_view.h"
#include "hart/pmp.h"
#include "hart/translation.h"

namespace sn::hart {

/// The implementation of hart. Its own instructions (execute.cpp) use the part below "For
/// instructions".
template <unsigned xlen_bits>
class core final : public hart {
 public:
  using word = word_of<xlen_bits>;
  using signed_word = std::make_signed_t<word>;
  using step_type = step<xlen_bits>;

  core(const configuration& configuration, bus& memory);

  void reset() override;
  run_result run(std::uint64_t max_instructions) override;
  run_result run_one() override;
  bool take_pending_interrupt() override;
  void request_stop() override;
  std::uint64_t executed() const override { return executed_ + current_index_; }

  void set_interrupt(interrupt line, bool level) override;
  bool waiting() const override { return waiting_ && (mip_ & mie_) == 0; }
  privilege mode() const override { return privilege_; }
  std::optional<std::uint64_t> translate(std::uint64_t virtual_address) override;

  std::uint64_t instructions() const override { return position() - traps_; }
  std::uint64_t traps() const override { return traps_; }
  std::uint64_t interrupts() const override { return interrupts_; }

  unsigned xlen() const override { return xlen_bits; }
  std::uint64_t pc() const override { return pc_; }
  void set_pc(std::uint64_t value) override;
  std::uint64_t read_register(unsigned index) const override;
  void write_register(unsigned index, std::uint64_t value) override;
  std::optional<std::uint64_t> read_csr(unsigned number) const override;
  bool write_csr(unsigned number, std::uint64_t value) override;

  void set_breakpoints(const std::set<std::uint64_t>& addresses) override;
  const std::set<std::uint64_t>& breakpoints() const override { return blocks_.breakpoints(); }
  void set_watchpoints(std::vector<watchpoint> watched) override;
  const std::vector<watchpoint>& watchpoints() const override { return memory_.watchpoints(); }
  const watchpoint& watch_hit() const override { return watch_hit_; }

  void observe(observer* watching) override { observer_ = watching; }
  void watch_exceptions(std::function<void(const taken_trap& taken)> watch) override {
    exception_watch_ = std::move(watch);
  }
  void break_reservation() override { reserved_ = false; }
  void observe_accesses(access_observer* watching, std::vector<address_range> ranges) override {
    memory_.observe_accesses(watching, std::move(ranges));
  }

  void watch_stores(store_watch watch) override { memory_.watch_stores(std::move(watch)); }

  void forget_code() override;
  void forget_memory() override;

  hart_state save() const override;
  void restore(const hart_state& state) override;

  // For instructions.

  /// Where results for x0 go.
  static constexpr std::uint8_t discard = 32;

  /// x0 to x31, and the place that `discard` names.
  std::array<word, 33> x{};
  /// f0 to f31; values of single precision are boxed in ones.
  std::array<std::uint64_t, 32> f{};
  /// fflags and frm.
  std::uint32_t fcsr = 0;

  memory_view& memory() { return memory_; }
  /// Something happened that the run loop must see before the next instruction.
  bool attention() const { return attention_; }
  /// Ends the block after `s`; execution goes on at `target`.
  void leave(const step_type& s, word target) {
    pc_ = target;
    executed_ += s.index + 1U;
  }
  /// Ends the block before `s`.
  void leave_before(const step_type& s) {
    pc_ = s.pc;
    executed_ += s.index;
  }
  /// Ends the block by an exception of `s`.
  void trap(const step_type& s, exception cause, word value);
  /// Ends the block by WFI.
  void wait(const step_type& s);
  /// Ends the block by MRET or SRET, or by the exception that it is illegal here.
  void return_from_machine(const step_type& s);
  void return_from_supervisor(const step_type& s);
  /// Ends the block by SFENCE.VMA.
  void fence_translations(const step_type& s);
  /// Ends the block by ECALL.
  void call_environment(const step_type& s);
  /// Ends the block before an instruction with a breakpoint.
  void break_before(const step_type& s);
  /// Ends the block by FENCE.I.
  void fence_code(const step_type& s);

  /// A load or store that has no host pointer at hand. False if the block has ended (trap, retry).
  bool load_slow(const step_type& s, word address, unsigned size, std::uint64_t& value);
  bool store_slow(const step_type& s, word address, unsigned size, std::uint64_t value);
  /// Checks an address for an atomic that loads only, or stores too. False if the block has ended.
  bool check_atomic(const step_type& s, word address, unsigned size, bool stores);

  /// CSR access by instruction `s`; false if there is no such CSR (or, writing, it is read-only).
  bool csr_read(const step_type& s, unsigned number, word& value);
  bool csr_write(const step_type& s, unsigned number, word value);

  /// Floating point exists and is not switched off.
  bool float_enabled() const;
  /// An instruction has written a floating-point register.
  void mark_float_dirty();
  /// Executes a computing floating-point instruction; false if it is illegal.
  bool compute_float(std::uint32_t encoding);
  /// Ends the block by the exception that `s`, which does not hold its encoding, is illegal.
  void illegal_as_fetched(const step_type& s);

  void reserve(word address, word value);
  /// Ends the reservation; true if it was for `address`.
  bool take_reservation(word address, word& value);

 private:
  /// How a virtual address was found.
  struct location {
    std::uint64_t physical = 0;
    exception cause{};
    bool faults = false;
    bool whole_page = true;  ///< what holds for this access holds for its page
  };
  /// A page of code of one view.
  struct fetch_page {
    std::uint64_t tag = ~std::uint64_t{0};
    std::uint64_t physical = 0;
  };
  static constexpr std::size_t fetch_entries = 64;

  /// Instructions and traps before the current instruction, since construction.
  std::uint64_t position() const { return executed_before_ + executed_ + current_index_; }
  /// Shows an instruction that has been executed.
  void show(const step_type& s, std::uint32_t encoding, std::uint64_t entered_traps);
  /// Executes `first`, the first instruction of a block, alone, and shows it.
  void execute_shown(const step_type& first, const block<xlen_bits>& of);
  word active_interrupts() const;
  bool interrupt_pending() const { return !stepping_ && active_interrupts() != 0; }
  void update_attention();
  /// Deals with what attention_ announced; true if run() has to return.
  bool attend(stop_reason& reason);
  void take_interrupt();
  /// Looks for a watchpoint on an access that has been done.
  void look_for_watchpoint(watch_kind kind, word address, unsigned size);
  /// Enters the trap handler of the mode that `cause` is delegated to.
  void enter_trap(word cause, bool is_interrupt, word value, word from);
  void illegal(const step_type& s) { trap(s, exception::illegal_instruction, s.immediate); }

  template <typename F>
  bool compute_float_of(std::uint32_t encoding);

  /// The mode that loads and stores are made in.
  privilege data_mode() const;
  /// To be called when what update_mode() looks at has changed.
  void update_mode();
  void forget_translations();
  /// The page tables that satp names.
  translation_context tables() const;
  location locate(word address, unsigned size, access_kind kind, privilege mode);
  /// The block at pc_ where code is translated or protected; null if there is a trap instead.
  const block<xlen_bits>* find_paged(bool single_step);
  std::optional<code_place<xlen_bits>> locate_code(bool& keep);
  void trap_on_fetch(exception cause, word value);
  /// An access whose bytes lie in two pages, or that is not aligned for a device.
  access read_located(word address, unsigned size, std::uint64_t& value, word& failed,
                      exception& cause);
  access write_located(word address, unsigned size, std::uint64_t value, word& failed,
                       exception& cause);
  access write_physical(std::uint64_t physical, unsigned size, std::uint64_t value);

  std::optional<std::uint64_t> counter(unsigned number) const;
  bool read_any_csr(unsigned number, word& value) const;
  bool read_supervisor_csr(unsigned number, word& value) const;
  bool write_supervisor_csr(unsigned number, word value);
  bool read_pmp_csr(unsigned number, word& value) const;
  void write_pmp_csr(unsigned number, word value);
  void write_status(word value, word writable);
  void write_satp(word value);
  void write_inhibit(word value);
  word read_status() const;
  /// Whether the current mode may access a CSR, by its number and by what guards it.
  bool may_access_csr(unsigned number) const;
  /// `completing` is 1 when an instruction writes, for the counters that count it.
  bool write_any_csr(unsigned number, word value, unsigned completing);

  const configuration configuration_;
  bus& bus_;
  memory_view memory_;
  block_cache<xlen_bits> blocks_;

  word pc_ = 0;
  privilege privilege_ = privilege::machine;
  word mstatus_ = 0;  ///< without SD, SXL and UXL
  word medeleg_ = 0;
  word mideleg_ = 0;
  word mie_ = 0;
  word mip_ = 0;     ///< lines_ and raised_
  word lines_ = 0;   ///< interrupt inputs
  word raised_ = 0;  ///< by writes of mip and sip
  word mtvec_ = 0;
  word mscratch_ = 0;
  word mepc_ = 0;
  word mcause_ = 0;
  word mtval_ = 0;
  word mcounteren_ = 0;
  word menvcfg_ = 0;
  word stvec_ = 0;
  word sscratch_ = 0;
  word sepc_ = 0;
  word scause_ = 0;
  word stval_ = 0;
  word satp_ = 0;
  word scounteren_ = 0;
  word senvcfg_ = 0;
  std::uint32_t mcountinhibit_ = 0;
  std::uint64_t cycle_offset_ = 0;    ///< mcycle minus position(), or mcycle while inhibited
  std::uint64_t instret_offset_ = 0;  ///< minstret minus instructions(), or minstret
  pmp pmp_;

  bool paged_fetch_ = false;  ///< code is translated or protected
  bool plain_data_ = true;    ///< loads and stores are neither
  bool mode_changed_ = false;
  std::array<std::array<fetch_page, fetch_entries>, memory_view::views> fetch_pages_{};

  word reserved_address_ = 0;
  word reserved_value_ = 0;
  bool reserved_ = false;

  bool waiting_ = false;
  bool attention_ = false;
  bool stop_requested_ = false;
  bool stepping_ = false;       ///< inside of run_one(): no interrupt is taken
  bool at_breakpoint_ = false;  ///< run() must return before the instruction at pc_
  bool watch_stop_ = false;     ///< run() must return: watch_hit_ was accessed
  watchpoint watch_hit_;
  observer* observer_ = nullptr;
  std::function<void(const taken_trap& taken)> exception_watch_;
  bool code_removed_ = false;
  bool code_stale_ = false;
  bool windows_stale_ = false;

  std::uint64_t executed_before_ = 0;  ///< by earlier run()
  std::uint64_t executed_ = 0;         ///< by this run(), up to the current block
  std::uint64_t current_index_ = 0;    ///< and in the block, where an instruction has noted it
  std::uint64_t traps_ = 0;
  std::uint64_t interrupts_ = 0;
};

}  // namespace sn::hart
