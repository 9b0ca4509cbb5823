// The state of a hart of one width, and what its instructions do to it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "hart/block_cache.h"
#include "hart/hart.h"
#include "hart/memory_view.h"

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
  void request_stop() override;
  std::uint64_t executed() const override { return executed_ + current_index_; }

  void set_interrupt(interrupt line, bool level) override;
  bool waiting() const override { return waiting_ && (mip_ & mie_) == 0; }

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

  void forget_code() override;
  void forget_memory() override;

  hart_state save() const override;
  void restore(const hart_state& state) override;

  // For instructions.

  /// Where results for x0 go.
  static constexpr std::uint8_t discard = 32;

  /// x0 to x31, and the place that `discard` names.
  std::array<word, 33> x{};

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
  /// Ends the block by MRET.
  void return_from_trap(const step_type& s);
  /// Ends the block before an instruction with a breakpoint.
  void break_before(const step_type& s);
  /// Ends the block by FENCE.I.
  void fence_code(const step_type& s);

  /// A load or store that has no host pointer at hand. False if the block has ended (trap, retry).
  bool load_slow(const step_type& s, word address, unsigned size, std::uint64_t& value);
  bool store_slow(const step_type& s, word address, unsigned size, std::uint64_t value);

  /// CSR access by instruction `s`; false if there is no such CSR (or, writing, it is read-only).
  bool csr_read(const step_type& s, unsigned number, word& value);
  bool csr_write(const step_type& s, unsigned number, word value);

  void reserve(word address, word value);
  /// Ends the reservation; true if it was for `address`.
  bool take_reservation(word address, word& value);

 private:
  /// Instructions and traps before the current instruction, since construction.
  std::uint64_t position() const { return executed_before_ + executed_ + current_index_; }
  bool interrupt_pending() const;
  void update_attention();
  /// Deals with what attention_ announced; true if run() has to return.
  bool attend(stop_reason& reason);
  void take_interrupt();
  /// Looks for a watchpoint on an access that has been done.
  void look_for_watchpoint(watch_kind kind, word address, unsigned size);
  void enter_trap(word cause, word value, word from);

  std::optional<std::uint64_t> counter(unsigned number) const;
  bool read_any_csr(unsigned number, word& value) const;
  /// `completing` is 1 when an instruction writes, for the counters that count it.
  bool write_any_csr(unsigned number, word value, unsigned completing);

  const configuration configuration_;
  bus& bus_;
  memory_view memory_;
  block_cache<xlen_bits> blocks_;

  word pc_ = 0;
  word mstatus_ = 0;
  word mie_ = 0;
  word mip_ = 0;
  word mtvec_ = 0;
  word mscratch_ = 0;
  word mepc_ = 0;
  word mcause_ = 0;
  word mtval_ = 0;
  std::uint64_t cycle_offset_ = 0;    ///< mcycle minus position()
  std::uint64_t instret_offset_ = 0;  ///< minstret minus instructions()

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
