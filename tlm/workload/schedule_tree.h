// Binary trees of all ranks, as one step in which ranks relay.
#pragma once

#include <cstdint>
#include <vector>

#include "workload/schedule.h"

namespace sn::workload {

/// An all-reduce or a broadcast by one tree, or by two that have half of the data each and of which
/// no rank has children in both. A stage is appended.
void append_trees(const collective& what, std::uint32_t trees, std::vector<schedule_stage>& stages);

}  // namespace sn::workload
