// Element-wise sums over arrays in HBM.
#pragma once

#include "base/units.h"
#include "gpu/command.h"
#include "memory/sparse_memory.h"

namespace sn::gpu {

/// The reduction that a ring's entry holds, and the entry that holds a reduction.
reduction reduction_of(const command& entry);
command command_of(const reduction& work);

/// All arrays lie within `hbm` and hold whole elements of a known format.
bool is_possible(const reduction& work, const memory::sparse_memory& hbm);

/// Additions of a possible reduction, and the HBM traffic that it takes.
std::uint64_t additions(const reduction& work);
base::bytes traffic(const reduction& work);

/// Does a possible reduction. Integers wrap around.
void perform(const reduction& work, memory::sparse_memory& hbm);

}  // namespace sn::gpu
