// How long flows that start together take: max-min fair shares of every link.
#pragma once

#include <cstdint>

#include "network/flow_classes.h"

namespace sn::network {

/// What became of flows that started together.
struct fluid_result {
  base::picoseconds carried;  ///< from the start until the last byte has left its source
  base::picoseconds last;     ///< until the last byte has arrived
  base::picoseconds latency;  ///< of the longest way
  std::uint64_t bytes = 0;    ///< carried, of all flows
  double busiest = 0.0;       ///< part of `carried` times its rate that the busiest link carried
  std::uint64_t solutions = 0;
};

/// Lets the flows of `what`, which has been folded, flow. At any time rates are max-min fair: no
/// flow could be faster without slowing one that is not faster than itself. Bytes are passed on as
/// they come (cut-through), so a flow's last byte arrives its latency after it has left.
///
/// What an ended flow leaves is shared out again when the next flow ends that lasts longer by a
/// `grain`th of the time so far: an exchange of many unequal flows costs a bounded number of
/// solutions, and takes at most that much too long. Aborts if a link carried more than its rate.
fluid_result carry(const flow_classes& what);

/// Of the time so far; see carry().
inline constexpr std::uint64_t grain = 256;

}  // namespace sn::network
