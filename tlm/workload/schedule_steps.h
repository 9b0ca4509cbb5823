// Reduce-scatter and all-gather within the groups of one level.
#pragma once

#include <cstdint>
#include <functional>

#include "workload/schedule.h"

namespace sn::workload {

/// Calls the sink for each range of the data that belongs to `member` of the group of `rank`. All
/// members of a group divide their data alike.
using division = std::function<void(std::uint32_t rank, std::uint32_t member,
                                    const std::function<void(const element_range&)>& sink)>;

/// What the steps of a level are made of.
struct level {
  std::string name;
  rank_groups among;
  level_algorithm algorithm = level_algorithm::ring;
  bool both_ways = false;            ///< rings: half of each range goes around the other way
  std::uint64_t range_elements = 0;  ///< of a member
  division parts;
};

/// Member m of each group ends with the sum of its ranges. Stages are appended.
void append_reduce_scatter(const level& of, std::vector<schedule_stage>& stages);
/// Member m begins with its ranges; in the end all have all. Stages are appended.
void append_all_gather(const level& of, std::vector<schedule_stage>& stages);

}  // namespace sn::workload
