// Serves a debugger over TCP, and lets simulated time go on only when it allows that.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <systemc>
#include <vector>

#include "base/error.h"
#include "gdb/history.h"
#include "gdb/packet.h"
#include "gdb/stub.h"
#include "gdb/target.h"
#include "gdb/tcp.h"

namespace sn::gdb {

/// The debugger has ended the run.
class killed : public base::run_error {
 public:
  killed() : base::run_error("the debugger ended the run") {}
};

/// GDB's view of some harts. There are no threads: the debugger is heard while
/// the machine stands still, and otherwise whenever advance() is called.
class debugger {
 public:
  /// Starts simulation, with all harts before their next instruction, and listens. Throws
  /// base::configuration_error when it cannot.
  debugger(const std::vector<named_target>& all, const std::vector<named_target>& chosen,
           const tcp_address& address);

  std::uint16_t port() const { return server_.port(); }
  bool attached() const { return server_.connected(); }
  /// Waits until a debugger comes. The machine then stands still.
  void wait_for_debugger();
  /// How the machine is saved to a file and restored from one, for "monitor snapshot"; and when it
  /// was saved. They throw base::configuration_error.
  struct snapshots {
    std::function<void(const std::string& path)> save;
    std::function<void(const std::string& path)> restore;
    std::function<sc_core::sc_time(const std::string& path)> saved_at;
  };
  void on_snapshot(snapshots how) { snapshots_ = std::move(how); }
  /// What "monitor NAME WORDS" does, with the present thread's hart; the answer. History begins
  /// there: a repetition would not do it.
  using own_command = std::function<std::string(const named_target& target, std::string_view)>;
  void on_command(const std::string& name, own_command command) {
    commands_[name] = std::move(command);
  }

  /// The past is being repeated, unseen by the user.
  bool replaying() const { return history_.has_value() && history_->past(); }
  /// Something has happened that a repetition would not do: no way back beyond it.
  void forget_history() {
    if (history_.has_value()) {
      history_->forget();
    }
  }

  /// Lets simulated time go on by `span`, with all stops in between, or until the simulation ends
  /// by itself (sc_stop). A debugger may come and go. Throws killed.
  void advance(const sc_core::sc_time& span);
  /// The run has ended by itself with this exit status: tells a debugger that waits for a stop.
  void end(int status);

 private:
  /// Deals with what has arrived, after waiting for something if `wait`.
  void serve(bool wait);
  void handle(const packet_event& event);
  void handle_packet(const std::string& payload);
  /// Whether no hart may be in the middle of its turn when this is done: it changes the machine.
  bool needs_end_of_turn(std::string_view packet) const;
  void send(const std::string& payload);
  std::string session() const;
  /// "monitor snapshot save FILE" and "restore FILE"; what to answer.
  std::string take_snapshot(std::string_view command);
  std::string save_snapshot(const std::string& path);
  std::string restore_snapshot(const std::string& path);
  void go_back(history::way how);
  /// This is a process that has gone back.
  void come_back(const std::string& order);
  /// Serves the debugger in the middle of a hart's turn, in the past; false if the hart has to
  /// stop.
  bool stand();

  stub stub_;
  std::optional<history> history_;  ///< since a debugger has come
  snapshots snapshots_;
  std::map<std::string, own_command> commands_;
  tcp_server server_;
  packet_reader reader_;
  std::string last_sent_;
  bool acknowledges_ = true;
  bool interrupted_ = false;
  bool in_turn_ = false;                ///< the run stands still in the middle of a hart's turn
  std::optional<std::string> waiting_;  ///< a packet that has to wait for the end of the turn
};

}  // namespace sn::gdb
