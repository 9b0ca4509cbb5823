#include "network/star.h"

namespace sn::network {

link star::link_at(link_id index) const {
  const bool up = index < endpoints();
  const std::uint32_t endpoint = up ? index : index - endpoints();
  // The whole latency is counted on the way up.
  return {endpoint < what_.endpoints ? what_.rate : what_.shared_rate,
          up ? what_.path_latency : base::picoseconds(0)};
}

void star::append_route(std::uint32_t from, std::uint32_t to, route& way) const {
  way.hops.push_back({from});
  way.hops.push_back({endpoints() + to});
  way.latency += what_.path_latency;
}

}  // namespace sn::network
