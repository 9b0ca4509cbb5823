#include "network/clos.h"

#include "base/error.h"

namespace sn::network {

clos::clos(const parameters& what) : what_(what), leaves_(0) {
  base::ensure(what.endpoints_per_leaf > 0, "a leaf without endpoints");
  leaves_ = (what.endpoints + what.endpoints_per_leaf - 1) / what.endpoints_per_leaf;
}

link clos::link_at(link_id index) const {
  const std::uint32_t n = what_.endpoints;
  if (index < n) {
    return {what_.rate, what_.leaf_latency};
  }
  if (index < 2 * n) {
    return {what_.rate, base::picoseconds(0)};
  }
  return {what_.leaf_rate, index < 2 * n + leaves_ ? what_.spine_latency : base::picoseconds(0)};
}

void clos::append_route(std::uint32_t from, std::uint32_t to, route& way) const {
  const std::uint32_t n = what_.endpoints;
  const std::uint32_t leaf = from / what_.endpoints_per_leaf;
  const std::uint32_t other = to / what_.endpoints_per_leaf;
  way.hops.push_back({from});
  way.latency += what_.leaf_latency;
  if (leaf != other) {
    way.hops.push_back({2 * n + leaf});
    way.hops.push_back({2 * n + leaves_ + other});
    way.latency += what_.spine_latency;
  }
  way.hops.push_back({n + to});
}

}  // namespace sn::network
