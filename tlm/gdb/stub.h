// What a debugger may ask for, and the answers: GDB's remote serial protocol above its frames.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/snapshot.h"
#include "gdb/history.h"
#include "gdb/target.h"
#include "hart/hart.h"
#include "soc/hart_module.h"

namespace sn::gdb {

/// Controls the chosen harts, which are the threads 1, 2, ... of one target. All of them stop
/// together; breakpoints are for all of them. Memory is never changed by a breakpoint.
class stub {
 public:
  /// `all` is what monitor commands tell about. Make it before simulation starts.
  stub(std::vector<named_target> all, std::vector<named_target> chosen);
  stub(const stub&) = delete;
  stub& operator=(const stub&) = delete;
  ~stub();

  /// From now on the debugger may go back in time, which `past` does. `stand` serves the debugger
  /// in the middle of a hart's turn, until it lets the run go on (true), or until the hart has to
  /// stop there (false).
  void remember(history& past, std::function<bool()> stand);
  std::vector<soc::hart_module*> harts() const;
  /// The thread that commands are for.
  const named_target& current() const { return chosen_[current_]; }
  /// How the debugger wants to go back, if it does, and the thread it wants to step.
  std::optional<history::way> take_reverse();
  std::size_t stepped_thread() const { return step_thread_.all ? current_ : step_thread_.index; }
  /// What it wants to stop at.
  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

  // The past.

  /// It is being repeated.
  void replay();
  /// Everything stood still then: repeats what happened next. True if it stands still now.
  bool replay_halt();
  /// Stands still where history has arrived.
  void arrive();
  /// The hart goes on to where it will stop.
  void run_to_stop() { running_ = true; }
  /// Stands still in the present.
  void stand_still();

  /// A debugger has come: everything stands still.
  void attach();
  /// It is gone: no breakpoints, everything runs.
  void detach();

  /// The answer to a packet; empty for one that is not understood, nothing for one that is answered
  /// by stop_reply() when the machine stops.
  std::optional<std::string> answer(std::string_view packet);

  /// Whether simulated time may go on.
  bool running() const { return running_; }
  /// Whether some hart has run ahead to a stop that simulated time has not reached yet.
  bool stop_pending() const;
  /// Stops, as Ctrl-C does.
  void interrupt();
  /// Why the machine stopped last.
  const std::string& stop_reply() const { return stop_reply_; }
  /// The debugger has asked for the end of the run, or to leave.
  bool killed() const { return killed_; }
  bool left() const { return left_; }

 private:
  /// GDB's types of breakpoints, as numbered in its packets.
  enum class point : unsigned { software, hardware, write, read, access, count };
  /// Index into chosen_, or all threads.
  struct thread_choice {
    bool all = false;
    std::size_t index = 0;
  };

  /// Hears from one hart.
  class control;

  hart::hart& hart_of(std::size_t thread) { return chosen_[thread].hart().core(); }
  bool in_past() const { return history_ != nullptr && history_->past(); }
  void found(std::size_t thread, const soc::debug_stop& stop);
  soc::hart_control::verdict reported(std::size_t thread, const soc::debug_stop& stop, bool wanted);
  bool passed(std::size_t thread, const soc::debug_stop& stop, bool stops);
  bool reached(std::size_t thread);
  std::string reason(std::size_t thread, const soc::debug_stop& stop);
  std::string reply(std::size_t thread, const soc::debug_stop& stop);

  std::optional<thread_choice> take_thread(std::string_view& text) const;
  void resume(const std::vector<soc::debug_action>& actions);
  void let(const std::vector<soc::debug_action>& actions);
  void apply_points();

  /// Something changes that a repetition of the past would not change.
  void change_history();

  std::string query(std::string_view packet);
  std::string describe_target(std::string_view range) const;
  std::string monitor(std::string_view command);
  std::string choose_thread(std::string_view packet);
  std::string read_registers();
  std::string write_registers(std::string_view text);
  std::string read_one_register(std::string_view text);
  std::string write_one_register(std::string_view text);
  /// Accesses virtual memory of the current thread, a byte at least. Bytes that were, from the
  /// beginning.
  std::size_t read_virtual(std::uint64_t address, unsigned char* data, std::size_t size);
  bool write_virtual(std::uint64_t address, const unsigned char* data, std::size_t size);
  std::string read_memory(std::string_view text);
  std::string write_memory(std::string_view text, bool binary);
  std::string change_point(std::string_view text, bool set);
  /// These return an error, or nothing when the machine runs.
  std::optional<std::string> continue_some(std::string_view text);
  std::optional<std::string> continue_all(std::string_view text, soc::debug_action action,
                                          bool with_signal);

  const std::vector<named_target> all_;
  const std::vector<named_target> chosen_;
  std::vector<std::unique_ptr<control>> controls_;
  std::size_t current_ = 0;             ///< thread whose registers are meant
  thread_choice step_thread_{true, 0};  ///< for the packets c and s
  bool running_ = true;
  bool killed_ = false;
  bool left_ = false;
  bool tells_breakpoints_ = false;  ///< the debugger wants to know which kind it was
  history* history_ = nullptr;
  std::function<bool()> stand_;
  std::optional<history::way> reverse_;
  std::string stop_reply_;
  std::set<std::pair<point, std::uint64_t>> breakpoints_;
  std::vector<hart::watchpoint> watchpoints_;
};

}  // namespace sn::gdb
