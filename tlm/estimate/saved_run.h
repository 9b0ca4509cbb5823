// A platform that boots and then works, and may be saved and restored anywhere in between.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/snapshot.h"
#include "estimate/bring_up.h"
#include "estimate/pace.h"
#include "estimate/progress.h"
#include "estimate/record.h"
#include "platform/system.h"

namespace sn::estimate {

/// Saves as asked, and goes on where a snapshot was saved: in the boot, whoever saved it, or in the
/// same work.
class saved_run {
 public:
  /// `work` says what is done after the boot, with everything that it depends on. Nothing has been
  /// simulated yet. Throws base::configuration_error when the snapshot to go on from does not fit.
  saved_run(const snapshot_files& files, platform::system& system, bring_up& boot,
            std::string work);
  saved_run(const saved_run&) = delete;
  saved_run& operator=(const saved_run&) = delete;

  /// What lets time go on.
  class pace& pace() {
    return pace_;
  }
  void expect_saved() const { pace_.expect_saved(); }
  /// Boots, or goes on with it, or has nothing to do.
  firmware_summary boot(progress_line& progress);

  /// The snapshot was saved during the work: its state has to be read, and the machine restored.
  bool in_work() const { return reader_.has_value(); }
  /// Gives what the function given to begin_work() has written.
  base::snapshot_reader& work_state() { return *reader_; }
  /// The state of the work has been read: restores the machine.
  void restore_machine();
  /// From now on snapshots hold the state of the work, as `write` writes it.
  void begin_work(std::function<void(base::snapshot_writer&)> write) { write_ = std::move(write); }

 private:
  void restore(const std::string& file);
  void save(base::snapshot_writer& to) const;

  platform::system& system_;
  bring_up& boot_;
  std::string work_;
  class pace pace_;
  std::function<void(base::snapshot_writer&)> write_;
  std::optional<base::snapshot_reader> reader_;  ///< stands at the state of the work
};

}  // namespace sn::estimate
