// From power-on until the firmware of every partition says that it is ready.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/trace.h"
#include "base/units.h"
#include "estimate/pace.h"
#include "estimate/progress.h"
#include "estimate/record.h"
#include "platform/system.h"

namespace sn::estimate {

/// Firmware that is not ready by then never will be: training, self-tests and DMA take less than a
/// tenth of it.
inline constexpr base::picoseconds boot_timeout{1'000'000'000'000U};

/// Boots a platform. Make it before simulation starts, and call run() once. Its state can be saved
/// at any time, also after it has ended.
class bring_up {
 public:
  bring_up(platform::system& system, base::trace& trace);

  /// Gets every line of the boot log as it is printed.
  void on_line(std::function<void(const std::string&)> sink) { on_line_ = std::move(sink); }

  /// Runs the simulation until all partitions are ready, then asks each CIPU's firmware, through
  /// its host mailbox, what it has done. Throws base::run_error when a partition reports a failure,
  /// does not get ready within `timeout` of simulated time, or does not answer its host.
  firmware_summary run(base::picoseconds timeout, progress_line& progress, pace& with);

  /// As part of the section of the owner. Restoring prints and traces nothing.
  template <typename Archive>
  void fields(Archive& io) {
    io(log_, stages_, failures_, stage_begin_, up_, summary_, asked_, posted_, deadline_, stride_);
  }

  /// The lines of all UARTs so far, in the order of time: "[  0.000123456] cipu0: text" with the
  /// simulated time in seconds.
  const std::vector<std::string>& log() const { return log_; }

 private:
  using stage = registers::cipu::cipu_stage;

  void stage_changed(unsigned partition, stage now, stage failure);
  bool all_ready() const;
  std::string unready() const;
  void sum_up();
  void ask_all(pace& with);

  platform::system& system_;
  base::trace& trace_;
  std::vector<std::string> log_;
  std::function<void(const std::string&)> on_line_;
  std::vector<stage> stages_;                   ///< per partition
  std::vector<stage> failures_;                 ///< per partition
  std::vector<base::picoseconds> stage_begin_;  ///< per partition
  std::vector<base::trace::track_id> tracks_;   ///< per partition

  bool up_ = false;            ///< every partition is ready
  firmware_summary summary_;   ///< as far as it is known
  unsigned asked_ = 0;         ///< questions that have been answered
  bool posted_ = false;        ///< the next question has been asked
  sc_core::sc_time deadline_;  ///< of its answer
  stride stride_;
};

}  // namespace sn::estimate
