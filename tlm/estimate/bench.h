// Collectives on a booted platform, size after size: what nccl-tests measures.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "arbiter/arbiter.h"
#include "base/units.h"
#include "estimate/fault_report.h"
#include "estimate/observations.h"
#include "estimate/pace.h"
#include "estimate/record.h"
#include "platform/system.h"
#include "workload/collective.h"

namespace sn::estimate {

/// What the user asked for.
struct bench_options {
  std::string platform_file;
  workload::collective_kind kind = workload::collective_kind::all_reduce;
  std::uint32_t ranks = 0;   ///< of each group; 0: all accelerators of a scale-up domain
  std::uint32_t groups = 1;  ///< that do the same at the same time, each for itself
  /// Accelerators of the ranks, group by group; none: in their order.
  std::vector<std::uint32_t> members;
  /// Of an all_to_all_v: elements from each rank to each, source by source; none: mixed ones.
  std::shared_ptr<const std::vector<std::uint64_t>> parts;
  std::optional<workload::collective_algorithm> algorithm;  ///< none: the cheapest by estimate
  base::bytes begin{8};
  base::bytes end{std::uint64_t{1} << 30U};
  std::uint64_t factor = 2;  ///< from one size to the next, at least 2
  platform::fabric_engine engine = platform::fabric_engine::cell;
  arbiter::kind arbiter = arbiter::kind::model;  ///< of the cell engine
  std::optional<double> bit_error_rate;          ///< of links, instead of the platform's
  std::optional<planned_fault> fault;
  unsigned traffic_class = 0;   ///< of all messages
  snapshot_files snapshots;     ///< of machines with firmware
  bool check = false;           ///< move real data and compare every element
  bool check_protocols = true;  ///< system_options::check_protocols
  std::string firmware;         ///< folder of the images
};

/// One size.
struct bench_row {
  base::bytes size;  ///< by the definition of nccl-tests, whole elements
  workload::collective_algorithm algorithm;
  std::string reason;                ///< why `auto` took the algorithm; empty when it was asked for
  base::picoseconds time;            ///< collective_time()
  double algorithm_bandwidth = 0.0;  ///< bytes per second
  double bus_bandwidth = 0.0;        ///< bytes per second
  std::optional<std::uint64_t> wrong;  ///< elements, of all ranks; none: not checked
  std::optional<fault_report> fault;   ///< if it happened meanwhile

  template <typename Archive>
  void fields(Archive& io) {
    io(size, algorithm, reason, time, algorithm_bandwidth, bus_bandwidth, wrong, fault);
  }
};

/// Where a machine is simulated as links, without switches and firmware.
enum class link_use : std::uint8_t { nowhere, between_domains, everywhere };

/// A whole bench.
struct bench_result {
  std::string platform;
  std::uint32_t ranks = 0;           ///< of each group
  base::bytes_per_second line_rate;  ///< payload that a rank's links carry, each direction
  std::string library;               ///< by whose model it is; empty: simulated
  std::vector<platform::assumption> library_assumptions;  ///< on which that model rests
  link_use links = link_use::nowhere;
  firmware_summary firmware;
  std::vector<bench_row> rows;

  // Of all domains since power-on: what was sent, and copied by switches, either arrived, became
  // part of another in a switch, or failed.
  base::bytes bytes_injected;
  base::bytes bytes_delivered;
  base::bytes bytes_failed;
  base::bytes bytes_reduced;
  base::bytes bytes_copied;
  base::bytes bytes_replayed;   ///< on the wire, by links that erred
  unsigned links_given_up = 0;  ///< that went down by their errors
};

/// From the doorbells until the last rank has all that it gets, sums included. That senders learn
/// of it later, by acknowledgements, does not count.
base::picoseconds collective_time(const workload::program& work, const observations& seen);

/// Boots the platform and runs the collective once per size: begin, begin * factor, ... up to end.
/// `begun` is called when the platform is up, `row` after every size. One call per process. Throws
/// base::configuration_error for what cannot be done, before anything is simulated, and
/// base::run_error when a run fails.
bench_result run_bench(const bench_options& options,
                       const std::function<void(const bench_result&)>& begun,
                       const std::function<void(const bench_row&)>& row);

/// The result as a JSON document: docs/collectives.md says what it holds.
std::string bench_json(const bench_options& options, const std::string& fidelity,
                       const bench_result& result);

}  // namespace sn::estimate
