// How long a collective takes on a machine of links and accelerators.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "platform/network_machine.h"
#include "workload/schedule.h"

namespace sn::estimate {

/// What a stage costs when it moves the bytes of a reference size; all but latency and steps are in
/// proportion to the size.
struct stage_cost {
  std::string name;
  std::uint32_t repeats = 1;
  bool sums = false;
  bool in_pieces = false;  ///< as schedule_step says
  workload::relay_way relays;
  std::uint64_t part_elements = 0;  ///< of the smallest part that is cut into channels
  double carried_seconds = 0.0;     ///< of one repetition on the links, at fair rates
  base::picoseconds latency;        ///< of the longest way
  double copy_bytes = 0.0;          ///< read and written by copies in the busiest HBM
  double sum_bytes = 0.0;           ///< read and written by sums in the busiest HBM
  std::uint64_t outer_messages =
      0;                    ///< to other domains, of the rank that sends most in a repetition
  double wire_bytes = 0.0;  ///< of all ranks, in one repetition
};

/// A schedule as costs.
struct schedule_cost {
  std::uint64_t elements = 0;  ///< of the reference size
  std::vector<stage_cost> stages;
};

/// Whether what is alike by construction is looked at once: groups that lie within domains, or
/// within leaves of a Clos network, do the same in each of them, and groups along the rails of a
/// rail-optimised network do the same on each.
enum class folding : std::uint8_t { domains_and_rails, none };

/// Where the ranks of a schedule are.
struct placement {
  std::uint32_t groups = 1;  ///< that do the schedule at the same time, each for itself
  /// Accelerators of the ranks, group by group; none: in their order.
  std::vector<std::uint32_t> members;

  /// Of rank `rank` of `ranks` in group `group`.
  std::uint32_t accelerator(std::uint32_t rank, std::uint32_t group, std::uint32_t ranks) const {
    const std::uint32_t place = group * ranks + rank;
    return members.empty() ? place : members[place];
  }
  bool is_plain() const { return groups == 1 && members.empty(); }
};

/// Transfers between different ranks of one repetition that are looked at one by one when `steps`
/// is costed with folding.
std::uint64_t transfers_to_cost(const platform::network_machine& machine,
                                const workload::schedule& steps);

/// Lets one repetition of a stage flow.
stage_cost cost_of_stage(const platform::network_machine& machine,
                         const workload::schedule_stage& stage,
                         folding fold = folding::domains_and_rails, const placement& where = {});

/// The same of every stage.
schedule_cost cost_of(const platform::network_machine& machine, const workload::collective& what,
                      const workload::schedule& steps, folding fold = folding::domains_and_rails);

/// The time of a collective of `elements` elements, stage by stage. A stage has n repetitions in c
/// channels.
///
/// - f is what a repetition takes besides its bytes: the latency of the longest way, the fetch of a
///   command, three passes of HBM (message table, bytes to send, bytes that came), for sums another
///   command and the launch of a kernel, and what a NIC takes for its messages.
/// - w is the time of its bytes: on the links, or of copies and sums in HBM, which share it.
/// - With one channel, sums wait for transfers and the stage takes n (f + w) with w = links + sums.
///   With more, it takes the longer of n (f + w / c), when there is nothing to do until something
///   arrives, and n w + f.
/// - With r ranks that relay in p pieces, the last of them gets nothing before the first piece has
///   been through all others: r (f + h w / p) + f + w, h being the part of w that a hop takes, and
///   what sums take besides their bytes at each hop that ends in one.
/// - Where each channel comes in p > 1 pieces, the compute engine cannot begin before the first has
///   come: the stage takes no less than f + w / p, w being that of the links, and what c p sums
///   take.
/// - Channels overlap from one stage to the next: all stages with sums together take no less than
///   the compute engine does for their sums and their c n launches.
base::picoseconds time_of(const platform::network_machine& machine, const schedule_cost& cost,
                          std::uint64_t elements);

/// Bytes that a collective of `elements` elements moves between accelerators.
double wire_bytes_of(const schedule_cost& cost, std::uint64_t elements);

}  // namespace sn::estimate
