// What a debugger has done to one hart, so that its past can be repeated to the instruction.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/snapshot.h"
#include "gdb/timeline.h"
#include "soc/hart_module.h"

namespace sn::gdb {

/// Goes back in the run of the one hart that a debugger has stopped, stepped and let go: from a
/// checkpoint the run is repeated, with the same stops and steps, up to where it shall be. The
/// repetition prints nothing.
///
/// Going back takes two repetitions. The first, from the latest checkpoint, finds the last place
/// before the present one where the debugger wants to stop; if there is none, it is looked for from
/// the checkpoint before. The second goes to that place.
class history {
 public:
  /// From now on the run is in a process of its own (see timeline).
  explicit history(soc::hart_module& hart) : hart_(hart) {}

  // What happens in the run.

  /// The hart stands still at the beginning, after Ctrl-C, or where stopped() was called, and now
  /// goes on.
  void resumed(soc::debug_action action);
  void stopped();
  /// Something has happened that a repetition would not do: history begins here.
  void forget();
  /// To be called before time goes on. In a process that has gone back here: the order for it.
  std::optional<std::string> keep();
  /// Ends the process if nobody waits for it any more.
  void check_alive() const { moments_.check_alive(); }

  // Going back.

  enum class way { step, run };
  /// Goes back by an instruction, or to the last place where `session`, which comes back, wants to
  /// stop. Returns only if the beginning of history is here.
  void go_back(way how, const std::string& session);
  /// Begins anew in the first checkpoint, with an order of the caller's own. Returns if there is no
  /// checkpoint at `time` or before.
  void begin_anew(const sc_core::sc_time& time, const std::string& own_order,
                  const std::string& session);
  /// The order with which it has begun anew in this process; empty if it has not.
  const std::string& own_order() const { return order_.own; }

  /// Takes an order; the session in it. Replaying has begun then.
  std::string begin(const std::string& order);
  bool replaying() const { return replaying_; }
  /// The debugger's breakpoints matter now; otherwise none does.
  bool searching() const { return order_.searching; }
  /// Whether there is nothing to be repeated.
  bool arrived_at_once() const;
  /// The hart has stopped while replaying. False if it has arrived; otherwise it goes on, or the
  /// process ends here.
  bool step_replay();
  /// Ends replaying; the answer to the debugger, empty if it stops at a breakpoint.
  std::string arrive();

 private:
  struct entry {
    soc::hart_position where;
    bool stopped = false;
    soc::debug_action after = soc::debug_action::halt;  ///< what the hart did next
  };
  struct task {
    bool searching = false;
    way how = way::run;
    soc::hart_position goal;  ///< or before which to search
    std::string answer;
    std::string session;
    std::string own;  ///< what to do instead of repeating anything
  };

  [[noreturn]] void send(std::size_t checkpoint, const task& what);
  [[noreturn]] void arrive_at(const soc::hart_position& goal, const std::string& answer);
  [[noreturn]] void search_on();
  std::optional<std::size_t> checkpoint_before(std::uint64_t executed) const;
  void mute();
  void unmute();

  soc::hart_module& hart_;
  timeline moments_;
  std::vector<entry> log_;
  sc_core::sc_time first_checkpoint_;
  sc_core::sc_time next_checkpoint_;

  bool replaying_ = false;
  task order_;
  std::size_t next_entry_ = 0;  ///< of log_, while replaying
  int output_ = -1;             ///< standard output and errors, while replaying
  int errors_ = -1;
};

}  // namespace sn::gdb
