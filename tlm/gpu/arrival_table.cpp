#include "gpu/arrival_table.h"

#include <algorithm>

namespace sn::gpu {

void arrival_table::add(std::uint32_t tag, base::bytes amount, base::picoseconds when) {
  arrivals& entry = by_tag_[tag];
  entry.amount += amount;
  entry.in_memory = std::max(entry.in_memory, when);
}

std::optional<base::picoseconds> arrival_table::reached(std::uint32_t tag,
                                                        base::bytes amount) const {
  const auto found = by_tag_.find(tag);
  if (found == by_tag_.end()) {
    return amount.value == 0 ? std::optional(base::picoseconds(0)) : std::nullopt;
  }
  if (found->second.amount < amount) {
    return std::nullopt;
  }
  return found->second.in_memory;
}

}  // namespace sn::gpu
