// A hart as a SystemC module: it runs ahead of time by up to a quantum, sleeps in WFI, and reaches
// the bus by TLM.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <systemc>
#include <utility>
#include <vector>

#include "base/snapshot.h"
#include "base/units.h"
#include "hart/elf.h"
#include "hart/hart.h"
#include "kernel/alarm.h"
#include "soc/cycle_clock.h"
#include "soc/hart_control.h"
#include "soc/hart_inputs.h"
#include "soc/time_source.h"

namespace sn::soc {

/// What a hart module is made with.
struct hart_module_configuration {
  hart::configuration hart;
  base::hertz clock{1'000'000'000};              ///< one instruction takes one cycle
  sc_core::sc_time quantum{10, sc_core::SC_US};  ///< how far it may run ahead of time
  bool held_in_reset = false;                    ///< true: nothing runs until start()
  /// Bytes that may be read ahead of time because they depend on nothing but the time that the
  /// access carries (mtime). All other accesses wait until simulated time has caught up.
  hart::memory_range ahead_of_time{};
  /// The mhartid of the last hart that has run, of those that share its memory; null if none does.
  std::uint64_t* last_runner = nullptr;
  /// What it takes turns with; without any, its turns are its own.
  kernel::turns* order = nullptr;
  /// How many instructions it may still execute, asked before every turn; without it, any number.
  std::function<std::uint64_t()> instructions_left;
};

/// The module. A hart that sleeps costs nothing.
class hart_module : public sc_core::sc_module, public hart_inputs, private hart::bus {
 public:
  hart_module(const sc_core::sc_module_name& name, const hart_module_configuration& configuration);

  tlm_utils::simple_initiator_socket<hart_module> socket;

  void set_interrupt(hart::interrupt line, bool level) override;
  void set_timer_deadline(const sc_core::sc_time& time) override;

  /// What the time CSR shows; without one it shows 0.
  void set_time_source(const time_source& source) { time_source_ = &source; }

  /// Begins again at the reset vector. During an access of the hart itself: after its instruction.
  void reset();
  /// Does so if the hart is held.
  void start();
  /// Stops the hart until start() or reset(). What it has run ahead of time has happened.
  void hold();

  /// Tells every store of the hart to these bytes of plain memory at its exact time. The turn of
  /// the hart ends with it.
  void watch_stores(const hart::address_range& range,
                    std::function<void(std::uint64_t address, unsigned size)> stored);
  /// Ends the turn of the hart, if it is its turn, after the current instruction.
  void end_turn();

  /// Puts the hart under a debugger's control.
  void debug(hart_control& control) { control_ = &control; }
  /// What the hart may do from now on; what it has run ahead of time has happened. With halt it
  /// does nothing, whatever simulated time does; with step, or when it stops, it halts by itself.
  void let(debug_action action);
  /// Where it is, what it has run ahead of time included.
  hart_position position() const;
  /// Where it shall stop from now on, in order of position, if it does not stop there by itself.
  void plan(std::deque<planned_stop> stops) { plan_ = std::move(stops); }
  /// Calls hart_control::reached() once when it comes to this place, or when it is about to leave
  /// it (`leaving`); with nothing it calls no more. What it has to do to get there is not changed.
  void pause_at(const std::optional<hart_position>& where, bool leaving = false) {
    pause_ = where;
    pause_leaving_ = leaving;
  }
  /// With true, breakpoints and watchpoints do not stop it and change nothing: it only tells
  /// hart_control::passed().
  void pass_stops(bool only_tell) { passes_stops_ = only_tell; }
  /// Waits for an interrupt, and its timer is not set.
  bool sleeps_for_ever() const { return core_->waiting() && deadline_ == sc_core::sc_max_time(); }
  /// True if the hart has run ahead to a stop that it reports when simulated time gets there.
  bool debug_stop_pending() const { return stop_.has_value() && action_ != debug_action::halt; }

  /// Reads or writes physical memory as a debugger does, without time and side effects. False if
  /// any part of the range does not allow it.
  bool read_debug(std::uint64_t address, void* data, std::size_t size);
  bool write_debug(std::uint64_t address, const void* data, std::size_t size);

  /// Where the hart is in time: ahead of simulated time while it runs, during the current
  /// instruction.
  sc_core::sc_time local_time() const { return sc_core::sc_time_stamp() + local_offset(); }
  /// What one instruction lasts.
  sc_core::sc_time instruction_time() const { return clock_.time_of(1); }
  /// Gets every change of level of an interrupt input, at its time.
  using interrupt_watch = std::function<void(hart::interrupt line, bool level)>;
  void watch_interrupts(interrupt_watch watch) { interrupt_watch_ = std::move(watch); }

  /// The state of the hart and of what it waits for, between two times; not what a debugger wants.
  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

  /// The hart; not to be run by others.
  hart::hart& core() { return *core_; }
  const hart::hart& core() const { return *core_; }

 private:
  hart::bus_status read(std::uint64_t address, unsigned size, std::uint64_t& value) override;
  hart::bus_status write(std::uint64_t address, unsigned size, std::uint64_t value) override;
  hart::direct_window direct(std::uint64_t address) override;
  std::uint64_t time() override;

  /// A turn.
  void run();
  void turn_at(const sc_core::sc_time& when) { turn_.set(when); }
  /// True if the hart has to stay where it is.
  bool report_debug_stop();
  void drive(hart::interrupt line, bool level);
  void execute();
  /// Runs for a number of cycles, or less if there is a reason; what it has executed is in done_.
  void run_for(std::uint64_t cycles);
  /// Runs a piece of that; false if nothing more is to be run now.
  bool run_piece(std::uint64_t left, bool single);
  /// Stops as planned; false if nothing more is to be run now.
  bool stop_as_planned();
  /// Whether the hart is at this place, having taken the interrupt before it.
  bool reaches(const hart_position& where);
  /// Whether it may go on before that place; by `left` instructions then, or less.
  bool clears(const hart_position& where, std::uint64_t& left);
  /// Tells that it is where it was to pause; false if it stops now.
  bool tell_reached();
  /// Tells where it would have stopped; false if it stops now.
  bool tell_passed(const debug_stop& stop, bool stops);
  bool at_breakpoint() const { return core_->breakpoints().count(core_->pc()) != 0; }
  /// Ends the run in progress after the current instruction.
  void request_stop();
  void sleep();
  void wake();
  /// How far the hart is ahead of sc_time_stamp().
  sc_core::sc_time local_offset() const;
  bool access_debug(tlm::tlm_command command, std::uint64_t address, unsigned char* data,
                    std::size_t size);
  hart::bus_status transport(tlm::tlm_command command, std::uint64_t address, unsigned size,
                             std::uint64_t& value);
  void invalidate_direct_mem_ptr(sc_dt::uint64 begin, sc_dt::uint64 end);

  struct refused_range {
    std::uint64_t first;
    std::uint64_t last;
  };

  const hart_module_configuration configuration_;
  const cycle_clock clock_;
  const time_source* time_source_ = nullptr;
  std::unique_ptr<hart::hart> core_;
  std::vector<hart::direct_window> windows_;
  std::vector<refused_range> refused_;  ///< known to have no DMI

  tlm::tlm_generic_payload payload_;  ///< of the access in progress

  kernel::alarm turn_;
  sc_core::sc_time deadline_ = sc_core::sc_max_time();
  sc_core::sc_time busy_until_;  ///< what has been executed lasts until then
  sc_core::sc_time stalled_;     ///< by bus accesses of this run, on top of its instructions
  bool held_;
  bool running_ = false;         ///< inside of core_->run()
  bool stop_requested_ = false;  ///< of this run
  std::uint64_t done_ = 0;       ///< instructions of this turn, without the run in progress
  bool reset_requested_ = false;

  interrupt_watch interrupt_watch_;
  std::uint32_t interrupt_levels_ = 0;  ///< a bit for each input

  hart_control* control_ = nullptr;
  debug_action action_ = debug_action::run;
  std::optional<debug_stop> stop_;  ///< to be reported at busy_until_
  std::deque<planned_stop> plan_;
  std::optional<hart_position> pause_;
  bool pause_leaving_ = false;
  bool passes_stops_ = false;
};

}  // namespace sn::soc
