#include "gpu/arrival_table.h"

#include <algorithm>
#include <vector>

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

void arrival_table::save(base::snapshot_writer& to) const {
  std::vector<std::uint32_t> tags;
  for (const auto& [tag, entry] : by_tag_) {
    tags.push_back(tag);
  }
  std::sort(tags.begin(), tags.end());
  to.numbers(tags);
  for (const std::uint32_t tag : tags) {
    to.number(by_tag_.at(tag).amount.value);
    to.number(by_tag_.at(tag).in_memory.value);
  }
}

void arrival_table::restore(base::snapshot_reader& from) {
  by_tag_.clear();
  for (const std::uint32_t tag : from.numbers<std::uint32_t>()) {
    arrivals& entry = by_tag_[tag];
    from.number(entry.amount.value);
    from.number(entry.in_memory.value);
  }
}

}  // namespace sn::gpu
