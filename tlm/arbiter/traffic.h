// Performance of one switch under synthetic traffic: what `supernode traffic` runs.
#pragma once

#include <cstdint>
#include <vector>

#include "arbiter/arbiter.h"
#include "arbiter/traffic_source.h"

namespace sn::arbiter {

/// A switch, its traffic, and how long to look.
struct traffic_settings {
  unsigned ports = 64;
  unsigned iterations = 1;
  kind arbiter = kind::model;
  source_settings source;
  /// Cells that a VOQ holds.
  unsigned voq_depth = 16;
  /// Slots that run before the measured ones.
  std::uint64_t warmup_slots = 50'000;
  /// Slots that are measured.
  std::uint64_t slots = 400'000;
  std::uint64_t seed = 1;
  /// Traffic classes; 0: the arbiter without classes.
  unsigned classes = 0;
  /// Per class: its share of all cells, which sum to 1; empty: all alike.
  std::vector<double> class_shares;
  /// Per class but the highest: slots for which it comes first; empty: 1 each.
  std::vector<unsigned> class_weights;
  /// Slots after which the arbiter's guard begins to help a class; 0: never.
  unsigned age_limit = 1024;
};

/// What was measured over the cells of one class.
struct class_result {
  /// Cells that left; the latencies are 0 if there were none.
  std::uint64_t cells = 0;
  double latency_slots_mean = 0;
  std::uint64_t latency_slots_p50 = 0;
  std::uint64_t latency_slots_p99 = 0;
  std::uint64_t latency_slots_max = 0;
  /// Cells per port and slot.
  double accepted = 0;
};

/// What was measured over the cells that left in the measured slots. Latencies run from the arrival
/// in the source FIFO; a cell that leaves in the slot of its arrival has 1.
struct traffic_result {
  double latency_slots_mean = 0;
  std::uint64_t latency_slots_p50 = 0;
  std::uint64_t latency_slots_p99 = 0;
  std::uint64_t latency_slots_max = 0;
  /// Cells per port and slot.
  double accepted = 0;
  /// Jain's index of the cells that each input got through: 1 when all got the same.
  double fairness_jain = 0;
  std::uint64_t slots = 0;
  /// All slots, warm-up included, by the CPU time they took: the only figure that differs between
  /// hosts and runs.
  double slots_per_cpu_second = 0;
  /// Per class, if there are classes.
  std::vector<class_result> classes;
};

/// Runs the switch. Throws base::configuration_error for a setting that is out of range (its key is
/// the option's name), base::run_error when no cell left in the measured slots, and lockstep_error.
traffic_result run_traffic(const traffic_settings& settings);

}  // namespace sn::arbiter
