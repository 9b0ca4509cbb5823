#include "network/partition_dcn.h"

#include <algorithm>

#include "base/error.h"

namespace sn::network {

link_id partition_dcn::link_of(std::uint32_t partition, part which, bool inward) const {
  return 2 * accelerators() + 6 * partition + static_cast<std::uint32_t>(which) + (inward ? 1 : 0);
}

link partition_dcn::link_at(link_id index) const {
  const base::picoseconds none;
  if (index < 2 * accelerators()) {
    return {what_.accelerator_rate, none};
  }
  switch (static_cast<part>((index - 2 * accelerators()) % 6 / 2 * 2)) {
    case part::dcn:
      return {what_.dcn_rate, what_.latency};
    case part::storage:
      return {what_.storage_rate, none};
    case part::cipu:
      return {what_.cipu_rate, none};
  }
  base::invariant_violated("a link of no part");
}

void partition_dcn::append_route(std::uint32_t from, std::uint32_t to, route& way) const {
  const bool inward = from >= accelerators();
  const std::uint32_t accelerator = std::min(from, to);
  const std::uint32_t other = std::max(from, to) - accelerators();
  const std::uint32_t partition = partition_of(accelerator);
  base::ensure(accelerator < accelerators() && std::max(from, to) >= accelerators() &&
                   other / dcn_services == partition,
               "a way that is not between an accelerator and a service of its partition");
  way.hops.push_back({2 * accelerator + (inward ? 1 : 0)});
  way.hops.push_back({link_of(partition, part::cipu, inward)});
  way.hops.push_back({link_of(partition, part::dcn, inward)});
  if (other % dcn_services == static_cast<std::uint32_t>(dcn_service::storage)) {
    way.hops.push_back({link_of(partition, part::storage, inward)});
  }
  way.latency += what_.latency;
}

}  // namespace sn::network
