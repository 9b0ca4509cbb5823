// How evenly something is shared.
#pragma once

#include <cstdint>
#include <vector>

namespace sn::arbiter {

/// Jain's index (Jain, Chiu and Hawe 1984): (sum x)^2 / (n * sum x^2). 1 when all shares are equal,
/// 1/n when one has everything. There must be a share above 0.
double jain_index(const std::vector<std::uint64_t>& shares);

}  // namespace sn::arbiter
