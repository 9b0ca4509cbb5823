// A platform that firmware has brought up, and collectives on it, one after the other.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/state.h"
#include "base/trace.h"
#include "estimate/bench.h"
#include "estimate/bring_up.h"
#include "estimate/progress.h"
#include "estimate/record.h"
#include "estimate/saved_run.h"
#include "platform/system.h"
#include "workload/collective.h"
#include "workload/collective_choice.h"

namespace sn::estimate {

/// The simulation of a machine. One per process.
class booted_machine {
 public:
  /// Boots, or goes on as `snapshots` say; `work` names what run() will do. Throws base::run_error
  /// when the boot fails.
  booted_machine(const platform::description& machine, const platform::system_options& options,
                 const snapshot_files& snapshots, const std::string& work);

  /// The state of whoever calls run(), for snapshots.
  void on_save(std::function<void(base::state_saver&)> save) { save_caller_ = std::move(save); }
  /// The snapshot to go on from was saved during a run(): its caller has to restore itself, and to
  /// call that run() again.
  bool in_work() const { return session_.in_work(); }
  void restore_caller(const std::function<void(base::state_restorer&)>& restore);
  /// Call after the last run(): throws base::run_error if the time to save has not come.
  void expect_saved() const { session_.expect_saved(); }

  const firmware_summary& firmware() const { return firmware_; }

  /// What became of a collective.
  struct outcome {
    base::picoseconds time;              ///< collective_time()
    std::optional<std::uint64_t> wrong;  ///< elements, if they were checked
    std::optional<fault_report> fault;   ///< if it happened meanwhile
  };
  /// Does a collective on `members`, group by group, or if there are none on the first
  /// accelerators; its first tag is chosen here. With `check` real data move and every element is
  /// compared. Throws base::run_error when it fails.
  outcome run(workload::collective what, bool check,
              const std::vector<std::uint32_t>& members = {});

  /// Lets a fault happen; its time counts from the beginning of the next collective.
  void plan(const planned_fault& fault);

  /// What all fabrics have carried since power-on, once their books have been audited.
  fabric::engine_statistics carried() const { return system_.audited_totals(); }
  /// Links that have gone down by their errors since power-on.
  unsigned links_given_up() const { return system_.links_given_up(); }

 private:
  std::vector<unsigned> make_groups(const std::vector<std::vector<std::uint32_t>>& groups);
  void tell_hosts(unsigned group, const std::vector<std::uint32_t>& masks);

  platform::description machine_;
  base::trace trace_;
  platform::system system_;
  bring_up boot_;  ///< listens to firmware to the end
  saved_run session_;
  progress_line progress_;
  firmware_summary firmware_;
  std::function<void(base::state_saver&)> save_caller_;
  std::uint32_t first_tag_ = 1;           ///< of the present or next collective
  std::optional<planned_fault> planned_;  ///< which nobody has injected yet
  platform::fabric_fault fault_;
  bool fault_reported_ = false;
  std::vector<std::vector<std::uint32_t>> groups_;  ///< that firmware has made last
  unsigned most_groups_ = 0;                        ///< of a domain, so far
};

/// The machine as the choice of an algorithm sees it: HBM is passed three times between a command
/// and the arrival of its first byte, for the message table, the bytes to send and those that came.
workload::collective_rates rates_of(const platform::description& machine);

}  // namespace sn::estimate
