#include "network/rails.h"

#include "base/error.h"

namespace sn::network {

rails::rails(const parameters& what) : what_(what), leaves_(0) {
  base::ensure(what.domains_per_leaf > 0, "a leaf without domains");
  leaves_ = (what.domains + what.domains_per_leaf - 1) / what.domains_per_leaf *
            what.endpoints_per_domain;
}

link rails::link_at(link_id index) const {
  const std::uint32_t n = endpoints();
  if (index < 2 * n) {
    return {what_.rate, index < n ? what_.leaf_latency : base::picoseconds(0)};
  }
  return {what_.leaf_rate, index < 2 * n + leaves_ ? what_.spine_latency : base::picoseconds(0)};
}

std::uint32_t rails::leaf_of(std::uint32_t endpoint) const {
  const std::uint32_t domain = endpoint / what_.endpoints_per_domain;
  const std::uint32_t rail = endpoint % what_.endpoints_per_domain;
  return domain / what_.domains_per_leaf * what_.endpoints_per_domain + rail;
}

void rails::append_route(std::uint32_t from, std::uint32_t to, route& way) const {
  const std::uint32_t n = endpoints();
  const std::uint32_t leaf = leaf_of(from);
  const std::uint32_t other = leaf_of(to);
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
