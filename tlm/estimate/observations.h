// What was seen of a job while it ran: when every operation began and ended.
#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"
#include "workload/program.h"

namespace sn::estimate {

/// When an operation began and ended. A transfer begins when it is issued and ends when its last
/// message has been acknowledged; a wait begins when its queue reaches it and ends when the bytes
/// are there.
struct interval {
  base::picoseconds begin;
  base::picoseconds end;

  base::picoseconds length() const { return end - begin; }

  template <typename Archive>
  void fields(Archive& io) {
    io(begin, end);
  }
};

/// The intervals of a whole program, in its own shape: rank, queue, operation.
struct observations {
  std::vector<std::vector<std::vector<interval>>> operations;
  base::picoseconds start;  ///< when the job was handed to the GPUs

  /// An empty record in the shape of `program`.
  static observations shaped_as(const workload::program& program);

  template <typename Archive>
  void fields(Archive& io) {
    io(operations, start);
  }
};

/// The mean time of an exchange (all dispatches, or all combines) in a program, in picoseconds. Of
/// one rank it lasts from the issue of its transfer until both its own messages have been
/// acknowledged and what it waits for has arrived; the mean is over ranks, layers and
/// micro-batches. Never less than the rank's bytes over its line rate.
double mean_exchange_time(const workload::program& program, const observations& seen,
                          workload::phase part);

/// The mean, in picoseconds, of the time from the first rank's issue to the last rank's arrival,
/// over layers and micro-batches: skew between ranks counts.
double mean_exchange_span(const workload::program& program, const observations& seen,
                          workload::phase part);

/// From the start of the job to the end of the last operation.
base::picoseconds step_time(const observations& seen);

/// How long the queues of a rank spent in the operations of one phase that block them (compute and
/// waits, with the time a computation queues for the engine), averaged over ranks and queues.
struct phase_time {
  workload::phase part;
  double compute_ps = 0.0;
  double wait_ps = 0.0;
};

/// One entry per phase that occurs, in the order of workload::phase.
std::vector<phase_time> phase_breakdown(const workload::program& program, const observations& seen);

}  // namespace sn::estimate
