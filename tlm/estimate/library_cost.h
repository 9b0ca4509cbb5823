// What a collective takes with a communication library, by the model of its protocols.
#pragma once

#include <cstdint>

#include "base/units.h"
#include "platform/description.h"
#include "workload/collective.h"

namespace sn::estimate {

/// A collective as the library does it.
struct library_choice {
  workload::collective_algorithm algorithm = workload::collective_algorithm::ring;
  bool low_latency = false;
  base::picoseconds time;
};

/// The links of one rank.
struct library_links {
  base::bytes_per_second payload;  ///< each direction
  bool reduce_in_switch = false;   ///< the switches can
};

/// How the library does `what`, and how long that takes. `what.algorithm` is not looked at.
///
/// With n ranks, S bytes and R the payload rate of a rank's links:
///
/// - Low latency, up to its size, for what a ring does: steps x step latency, and the exposed part
///   of overhead x b / R, where b are the bytes on the busiest link: (n - 1) / n S for a
///   reduce-scatter or an all-gather in n - 1 steps, twice both for an all-reduce, and S in n - 1
///   steps for a broadcast.
/// - A bulk ring: launch + steps x step latency + b / (efficiency R).
/// - An exchange (all-to-all, send and receive): launch + b / (efficiency R), where b is
///   (n - 1) / n S, for send and receive S, and of uneven parts what the rank that gives or gets
///   most exchanges with others.
/// - In-switch all-reduce: each rank's share is summed up as the switch reads it from all, and the
///   sum is written to all: (1 + 1 / n) S each way. launch + ((1 + 1 / n) (S + fill)) /
///   (efficiency R), fill = depth x min(S, limit). Used above the low-latency size wherever the
///   switches can, as NCCL does, also where a ring would be faster; below it if it takes less.
library_choice library_time(const platform::library_parameters& library, const library_links& links,
                            const workload::collective& what);

/// The same when the algorithm is given: ring (whose protocol goes by size), direct (an exchange)
/// or in_switch. Throws base::configuration_error with the key "--algorithm" for any other, or one
/// that does not do `what`.
library_choice library_time_of(const platform::library_parameters& library,
                               const library_links& links, const workload::collective& what,
                               workload::collective_algorithm algorithm);

}  // namespace sn::estimate
