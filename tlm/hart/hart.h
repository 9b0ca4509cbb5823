// A RISC-V hart: RV64IMAC or RV32IMAC with Zicsr and Zifencei in machine mode, and what
// configuration::with adds.
//
// Where the architecture leaves a choice: misaligned loads and stores are done in plain memory and
// trap elsewhere; misaligned atomics trap; atomics and instruction fetch need plain memory (access
// fault elsewhere); SC succeeds if the reserved location still holds the value that LR read; stores
// of the hart into its own decoded code take effect at once, those of others after FENCE.I. Page
// tables lie in plain memory, and the hart sets their bits A and D itself; there are no ASIDs.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "hart/bus.h"
#include "hart/isa.h"
#include "hart/observer.h"
#include "hart/pmp.h"
#include "hart/store_watch.h"
#include "hart/trap.h"
#include "hart/watchpoint.h"

namespace sn::hart {

/// What a hart is made with.
struct configuration {
  unsigned xlen = 64;          ///< 32 or 64
  std::uint64_t hart_id = 0;   ///< mhartid
  std::uint64_t reset_pc = 0;  ///< where execution begins
  extensions with{};           ///< beyond IMAC in machine mode
};

/// Why run() returned.
enum class stop_reason {
  budget,      ///< the given number of instructions has been executed
  waiting,     ///< in WFI, and no enabled interrupt is pending
  stopped,     ///< request_stop() was called, or the bus answered retry
  breakpoint,  ///< before the instruction of a breakpoint
  watchpoint,  ///< after an instruction that accessed a watched byte: watch_hit() says which
};

/// What run() did. An instruction that traps counts, so that time goes on in an endless trap loop.
struct run_result {
  std::uint64_t executed = 0;
  stop_reason reason = stop_reason::budget;
};

/// The whole architectural state.
struct hart_state {
  std::uint64_t pc = 0;
  std::array<std::uint64_t, 32> x{};
  std::uint64_t mstatus = 0;
  std::uint64_t mie = 0;
  std::uint64_t mip = 0;
  std::uint64_t mtvec = 0;
  std::uint64_t mscratch = 0;
  std::uint64_t mepc = 0;
  std::uint64_t mcause = 0;
  std::uint64_t mtval = 0;
  std::uint64_t mcycle = 0;
  std::uint64_t minstret = 0;
  std::uint64_t executed = 0;  ///< sum over all run()
  std::uint64_t traps = 0;     ///< synchronous exceptions taken
  std::uint64_t interrupts = 0;
  privilege mode = privilege::machine;
  std::array<std::uint64_t, 32> f{};
  std::uint64_t fcsr = 0;
  std::uint64_t medeleg = 0;
  std::uint64_t mideleg = 0;
  std::uint64_t interrupts_raised = 0;  ///< in mip, by software
  std::uint64_t mcounteren = 0;
  std::uint64_t mcountinhibit = 0;
  std::uint64_t menvcfg = 0;
  std::uint64_t stvec = 0;
  std::uint64_t sscratch = 0;
  std::uint64_t sepc = 0;
  std::uint64_t scause = 0;
  std::uint64_t stval = 0;
  std::uint64_t satp = 0;
  std::uint64_t scounteren = 0;
  std::uint64_t senvcfg = 0;
  std::array<std::uint8_t, pmp::entries> pmp_configuration{};
  std::array<std::uint64_t, pmp::entries> pmp_address{};
  std::uint64_t reserved_address = 0;
  std::uint64_t reserved_value = 0;
  bool reserved = false;
  bool waiting = false;
};

/// The hart. Addresses and registers of RV32 are zero-extended at this interface.
class hart {
 public:
  hart() = default;
  hart(const hart&) = delete;
  hart& operator=(const hart&) = delete;
  virtual ~hart() = default;

  /// Back to the reset vector with all registers zero. Counts of instructions(), traps() and
  /// interrupts() go on; interrupt inputs keep their level.
  virtual void reset() = 0;
  /// Executes until `max_instructions` are done or there is another reason to stop.
  virtual run_result run(std::uint64_t max_instructions) = 0;
  /// Makes the run() in progress return after the current instruction. To be called by the bus.
  virtual void request_stop() = 0;
  /// Instructions executed so far in the run() in progress, without the current one.
  virtual std::uint64_t executed() const = 0;

  /// Drives an interrupt input; allowed at any time, by the bus too.
  virtual void set_interrupt(interrupt line, bool level) = 0;
  /// In WFI with no enabled interrupt pending.
  virtual bool waiting() const = 0;

  /// What the hart may do at the moment.
  virtual privilege mode() const = 0;
  /// For debuggers: the physical address of a virtual one in the current mode, whatever its
  /// permissions; nothing if it is not mapped.
  virtual std::optional<std::uint64_t> translate(std::uint64_t virtual_address) = 0;

  /// Completed instructions since construction (those that trap are not completed).
  virtual std::uint64_t instructions() const = 0;
  /// Synchronous exceptions and interrupts taken since construction.
  virtual std::uint64_t traps() const = 0;
  virtual std::uint64_t interrupts() const = 0;

  // For debuggers, between two run().
  virtual unsigned xlen() const = 0;
  virtual std::uint64_t pc() const = 0;
  virtual void set_pc(std::uint64_t value) = 0;
  virtual std::uint64_t read_register(unsigned index) const = 0;
  virtual void write_register(unsigned index, std::uint64_t value) = 0;
  /// Nothing if there is no such CSR; false if there is none or it is read-only.
  virtual std::optional<std::uint64_t> read_csr(unsigned number) const = 0;
  virtual bool write_csr(unsigned number, std::uint64_t value) = 0;

  /// Executes one instruction as run(1) does, but takes no interrupt and heeds no breakpoint, so
  /// that a debugger sees the instruction after this one next. `executed` is 0 when the hart waits
  /// or the bus answered retry.
  virtual run_result run_one() = 0;
  /// Enters the handler of an interrupt that is pending, as run() does before its first
  /// instruction. False if there is none.
  virtual bool take_pending_interrupt() = 0;
  /// Makes run() return before each instruction at one of these addresses. Code without
  /// breakpoints runs as fast as ever.
  virtual void set_breakpoints(const std::set<std::uint64_t>& addresses) = 0;
  virtual const std::set<std::uint64_t>& breakpoints() const = 0;
  /// Makes run() return after each load or store of the hart that one of these is for. Accesses to
  /// a page with a watchpoint are slower; others are as fast as ever.
  virtual void set_watchpoints(std::vector<watchpoint> watched) = 0;
  virtual const std::vector<watchpoint>& watchpoints() const = 0;
  /// What the latest run() or run_one() hit that ended because of a watchpoint.
  virtual const watchpoint& watch_hit() const = 0;

  /// Shows every instruction of run() and run_one() to `watching` (null: no longer), which makes
  /// them much slower and changes nothing else.
  virtual void observe(observer* watching) = 0;
  /// Calls this with every exception, when it is taken; unlike an observer it costs nothing else.
  virtual void watch_exceptions(std::function<void(const taken_trap& taken)> watch) = 0;
  /// Another hart or a device may have stored: SC fails.
  virtual void break_reservation() = 0;
  /// Shows every access to bytes of `ranges` to `watching` (null: no longer). Accesses to their
  /// pages are slower; others are as fast as ever.
  virtual void observe_accesses(access_observer* watching, std::vector<address_range> ranges) = 0;

  /// Tells of every store to some bytes of plain memory. Stores to their pages are slower; others
  /// are as fast as ever.
  virtual void watch_stores(store_watch watch) = 0;

  /// Drops decoded code: memory was written by someone else. Takes effect before the next
  /// instruction that run() begins at a block's start.
  virtual void forget_code() = 0;
  /// Drops decoded code and the windows of bus::direct().
  virtual void forget_memory() = 0;

  virtual hart_state save() const = 0;
  virtual void restore(const hart_state& state) = 0;
};

/// Makes a hart in its reset state. `memory` must outlive it.
std::unique_ptr<hart> make_hart(const configuration& configuration, bus& memory);

}  // namespace sn::hart
