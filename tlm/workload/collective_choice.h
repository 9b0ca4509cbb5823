// What algorithms of collectives cost, and which is the cheapest.
#pragma once

#include <cstdint>
#include <string>

#include "base/units.h"
#include "workload/collective.h"

namespace sn::workload {

/// What an algorithm costs, counted and not timed. Blocks are taken as equally long.
struct collective_cost {
  std::uint64_t steps = 0;       ///< transfers that wait for one another
  base::bytes wire;              ///< through the busiest link, with what fills a pipeline
  std::uint64_t reductions = 0;  ///< sums that wait for one another
  base::bytes sum_traffic;       ///< of HBM, for the sums of the busiest rank
  bool overlapped = false;       ///< sums run while other parts travel
  /// What a reduction adds comes while those before are done: only the compute engine makes it
  /// wait.
  bool in_pieces = false;
};
collective_cost cost_of(const collective& what);

/// A machine as the choice sees it.
struct collective_rates {
  base::picoseconds step;       ///< of a transfer without bytes, from command to arrival
  base::picoseconds reduction;  ///< of a sum without bytes, from command to end
  base::picoseconds launch;     ///< of this the compute engine is busy
  base::bytes_per_second wire;  ///< payload of a rank's links, each direction
  base::bytes_per_second sum;   ///< HBM bandwidth that sums reach
  bool in_switch = false;       ///< the switches can sum up and hand out
};

/// steps x step + reductions x reduction + wire time + sum time; of the last two only the longer
/// one when they overlap. In pieces, sums take reductions x launch + sum time; a reduction's share
/// of the shorter one of this and the wire time comes on top of the longer one.
base::picoseconds estimated_time(const collective_cost& cost, const collective_rates& rates);

/// An algorithm and why it was taken.
struct collective_choice {
  collective_algorithm algorithm;
  std::string reason;  ///< a sentence
};

/// The algorithm with the shortest estimated time; of equals the first in the order of the type.
/// `what.algorithm` is not looked at.
collective_choice choose_algorithm(const collective& what, const collective_rates& rates);

}  // namespace sn::workload
