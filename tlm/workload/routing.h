// Which experts each token chooses: seeded, group-limited, with experts of unequal popularity.
#pragma once

#include <cstdint>
#include <vector>

#include "workload/shape.h"

namespace sn::workload {

/// The choices of all tokens of one layer.
struct layer_routing {
  std::uint32_t per_token = 0;
  std::vector<std::uint16_t>
      experts;  ///< `per_token` different experts of token 0, then of token 1

  const std::uint16_t* of(std::size_t token) const { return experts.data() + token * per_token; }
  std::size_t tokens() const { return experts.size() / per_token; }
};

/// Draws the choices of `tokens` tokens in `layer`. The same arguments give the same choices on
/// every machine, and the first tokens choose alike whatever their number.
///
/// Each token draws an affinity to each expert, 1 - v / popularity with v uniform in [0, 1); it
/// keeps the groups whose two highest affinities have the largest sums (as DeepSeek-V3 does), and
/// in them the experts with the highest affinities. Without groups that chooses an expert nearly in
/// proportion to its popularity, which is 1 + skew x^3 with x uniform in [0, 1), drawn per layer
/// and expert: most experts are near 1, few are hot. At most 256 groups and 2^14 experts.
layer_routing route_layer(const router_shape& router, double skew, std::size_t tokens,
                          std::uint64_t seed, std::uint64_t stream, std::uint32_t layer);

}  // namespace sn::workload
