// What a debugger has done to some harts, so that their past can be repeated to the instruction.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/snapshot.h"
#include "gdb/timeline.h"
#include "soc/hart_module.h"

namespace sn::gdb {

/// The run of the harts that a debugger stops, steps and lets go, one after another in one order,
/// and the way back in it.
///
/// In the present everything that the debugger does goes into a log. To go back, the run is
/// repeated from a checkpoint with all of that, twice: first to find the last place before the
/// present one where the debugger wants to stop (if there is none, from the checkpoint before),
/// then to get there. There the run pauses, in the middle of a hart's turn if need be: what is seen
/// is what that hart saw. From there the repetition goes on as far as the debugger wants, and
/// becomes the present when the log is at its end; or at once, when the debugger changes something.
/// The repetition prints nothing.
class history {
 public:
  /// From now on the run is in a process of its own (see timeline).
  explicit history(std::vector<soc::hart_module*> harts) : harts_(std::move(harts)) {}

  using verdict = soc::hart_control::verdict;
  using actions = std::vector<soc::debug_action>;

  /// A place to stop at.
  struct place {
    std::size_t thread = 0;
    soc::hart_position where;
    soc::debug_stop stop;
    bool leaving =
        false;  ///< the moment is just before the hart goes on, not when it has come there
  };

  // The present.

  void found(std::size_t thread, const soc::debug_stop& stop);
  void reported(std::size_t thread, verdict answer);
  /// Everything stands still because of Ctrl-C.
  void interrupted();
  /// What the harts do next.
  void resumed(const actions& what);
  /// Something has happened that a repetition would not do: history begins here.
  void forget();
  /// To be called before time goes on. In a process that has gone back here: the order for it.
  std::optional<std::string> keep();
  /// Ends the process if nobody waits for it any more.
  void check_alive() const { moments_.check_alive(); }

  // Going back.

  enum class way { step, run };
  /// Goes back by an instruction of `thread`, or to the last place where `session`, which comes
  /// back, wants to stop. Returns only if the beginning of history is here.
  void go_back(way how, std::size_t thread, const std::string& session);
  /// Begins anew in the first checkpoint, with an order of the caller's own. Returns if there is no
  /// checkpoint at `time` or before.
  void begin_anew(const sc_core::sc_time& time, const std::string& own_order,
                  const std::string& session);
  /// The order with which it has begun anew in this process; empty if it has not.
  const std::string& own_order() const { return order_.own; }

  // The past.

  /// Takes an order; the session in it. The past has begun then.
  std::string begin(const std::string& order);
  /// Whether this is the past.
  bool past() const { return doing_ != task::none; }
  /// The debugger's breakpoints and watchpoints matter.
  bool heeds_points() const { return doing_ == task::search || doing_ == task::walk; }
  /// Whether the place to go to is the checkpoint itself.
  bool begins_here() const { return doing_ == task::seek && order_.to_the_beginning; }
  /// Goes on from where it stands, to the next place where the debugger wants to stop.
  void walk(const actions& what);
  /// What it has been told to do so.
  const actions& wanted() const { return wanted_; }

  /// What was answered then.
  verdict report_again(std::size_t thread);
  /// A hart passes a place where it would stop: whether to stand still there.
  bool stands_at(const place& here, bool stops);
  /// A hart is where it was to pause: whether to stand still there.
  bool stands_at_pause(std::size_t thread);
  /// When something is to be done that happened at a time, not to a hart.
  sc_core::sc_time next_halt() const;

  enum class halt {
    passes,    ///< the run goes on, as it did, with repeated()
    stands,    ///< this is where to be: arrived() says why
    present,   ///< the run did not go on then: this is the present again
    presents,  ///< and the debugger wants to stop here: arrived() says why
  };
  /// What to do when everything stood still then: because of a report, or at next_halt().
  halt halted();
  /// What the harts did next then; nothing if that has happened already.
  const std::optional<actions>& repeated() const { return repeated_; }
  /// Where it has arrived, and why; nothing at the beginning of history.
  const std::optional<place>& arrived() const { return arrived_; }

 private:
  struct entry {
    enum class kind { found, reported, interrupted };
    kind what = kind::found;
    place at;                         ///< but of interrupted
    verdict answer = verdict::stops;  ///< of reported
    std::uint64_t time = 0;           ///< sc_time::value()
    actions after;  ///< what the harts did next; empty: nothing yet, or they did not stop
  };
  enum class task { none, search, seek, walk };
  struct order {
    task what = task::none;
    way how = way::run;
    // The end of a search is one of these.
    std::optional<place> end;
    std::optional<std::uint64_t> end_entry;  ///< of log_
    std::optional<std::uint64_t> end_time;   ///< sc_time::value()
    bool to_the_beginning = false;
    place goal;  ///< of seek
    std::string session;
    std::string own;  ///< what to do instead of repeating anything
  };
  struct mark {
    sc_core::sc_time time;
    std::vector<std::uint64_t> executed;  ///< by each hart
  };

  [[noreturn]] void send(std::size_t checkpoint, const order& what);
  [[noreturn]] void search_ends();
  /// Goes to `goal`, which is after the checkpoint that this process began at.
  [[noreturn]] void seek(const place& goal);
  void save(const entry& one, base::snapshot_writer& to) const;
  entry restore_entry(base::snapshot_reader& from) const;
  place here(std::size_t thread, const soc::debug_stop& stop) const;
  /// Whether the debugger stopped there then.
  bool stopped_then(const place& where) const;
  /// The last entry at which everything stood still; null if there is none.
  entry* last_halt();
  void skip_found();
  /// The run stands still in the past, or becomes the present.
  void arrive(const place& where);
  void end_repetition();
  void mute();
  void unmute();

  const std::vector<soc::hart_module*> harts_;
  timeline moments_;
  std::map<std::uint64_t, mark> marks_;  ///< of checkpoints, by their positions in the timeline
  std::vector<entry> log_;
  sc_core::sc_time next_checkpoint_;

  task doing_ = task::none;
  order order_;
  std::size_t next_ = 0;             ///< of log_, while it is repeated
  std::optional<std::size_t> halt_;  ///< in log_: a report that stops everything
  bool seeks_entry_ = false;         ///< everything stood still then where it shall go to
  std::optional<place> passed_;      ///< last, of a search
  /// Where each hart has passed or stopped last: that it wants to stop there is known.
  std::vector<std::optional<soc::hart_position>> known_;
  actions wanted_;
  std::vector<std::optional<std::uint64_t>> step_ends_;  ///< of a walk: what each hart executes
  /// Where each hart has accessed what is watched and stopped, as it did then.
  std::vector<std::optional<place>> watched_;
  std::optional<actions> repeated_;
  std::optional<place> arrived_;
  std::optional<std::size_t> arrived_entry_;  ///< of log_, if it stood still then
  int output_ = -1;                           ///< standard output and errors, in the past
  int errors_ = -1;
};

}  // namespace sn::gdb
