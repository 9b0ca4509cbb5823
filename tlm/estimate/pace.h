// How simulated time goes on, and what is done on the way: a snapshot is saved.
#pragma once

#include <functional>
#include <string>
#include <systemc>

#include "base/snapshot.h"
#include "base/units.h"

namespace sn::estimate {

/// Which snapshots a run saves and which it goes on from; empty: none.
struct snapshot_files {
  std::string save;
  base::picoseconds save_at;  ///< of simulated time
  std::string restore;
};

/// Lets simulated time go on. Whoever runs a simulation calls advance() instead of sc_start(), or,
/// while it is in a state of which snapshots hold nothing, sc_start(); a snapshot that is due then
/// is saved by the next advance().
class pace {
 public:
  pace() = default;
  /// Saves once as asked, by what on_save() says. `files.restore` is left to the caller.
  explicit pace(const snapshot_files& files) : files_(files) {}
  pace(const pace&) = delete;
  pace& operator=(const pace&) = delete;

  /// Throws base::configuration_error if the time to save has passed already: simulated time has
  /// just been set by a snapshot.
  void expect_to_save() const;
  /// Says how to write the state. Before the time comes.
  void on_save(std::function<void(base::snapshot_writer&)> write) { write_ = std::move(write); }
  /// Lets time go on by `step` instead of sc_start(): a debugger that may stop in between.
  void advance_by(std::function<void(const sc_core::sc_time&)> step) { step_ = std::move(step); }

  /// Lets `span` pass, or less once `enough` holds (if it is given), which whoever makes it true
  /// says by sc_pause().
  void advance(const sc_core::sc_time& span, const std::function<bool()>& enough = nullptr);

  /// Throws base::run_error if the time to save has not come: to be called at the end of a run.
  void expect_saved() const;

 private:
  snapshot_files files_;
  bool saved_ = false;
  std::function<void(base::snapshot_writer&)> write_;
  std::function<void(const sc_core::sc_time&)> step_;
};

/// Steps of a simulation that are as long after a snapshot as they would have been without it.
class stride {
 public:
  explicit stride(const sc_core::sc_time& length) : length_(length) {}

  /// Goes on to the end of the present step, if one is under way.
  void finish(pace& with, const std::function<bool()>& enough = nullptr);
  /// One step.
  void go(pace& with, const std::function<bool()>& enough = nullptr);

  template <typename Archive>
  void fields(Archive& io) {
    io(end_);
  }

 private:
  sc_core::sc_time length_;
  sc_core::sc_time end_;
};

}  // namespace sn::estimate
