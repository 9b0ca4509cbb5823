// The estimate from end to end: firmware brings the platform up, then a scenario runs on it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "arbiter/arbiter.h"
#include "estimate/fault_report.h"
#include "estimate/host_usage.h"
#include "estimate/pace.h"
#include "estimate/record.h"
#include "platform/system.h"

namespace sn::estimate {

/// What the user asked for.
struct run_options {
  std::string platform_file;
  std::string scenario_file;
  platform::fabric_engine engine = platform::fabric_engine::cell;
  arbiter::kind arbiter = arbiter::kind::model;  ///< of the cell engine
  std::string fidelity = "cell";                 ///< how it is called in results
  std::uint64_t seed = 1;
  /// Results directory, made if it is not there. Empty: results/PLATFORM_SCENARIO.
  std::string out;
  bool trace = false;
  std::optional<planned_fault> fault;  ///< its time counts from the beginning of the step
  snapshot_files snapshots;
  bool check_protocols = true;  ///< system_options::check_protocols
  std::string firmware;         ///< folder of the images
};

/// A run and what it cost on this host.
struct finished_run {
  run_record record;
  host_usage used;
  std::string out;  ///< the results directory
};

/// Runs and writes the results directory. One call per process: SystemC elaborates once. Throws
/// base::configuration_error for bad input, before anything is written, and base::run_error when
/// the platform does not come up or the job fails; boot.log is written even then.
finished_run run(const run_options& options);

}  // namespace sn::estimate
