#include "fabric/region_order.h"

#include "base/error.h"
#include "fabric/spray.h"

namespace sn::fabric {

void region_order::enter(burst_index burst, std::uint64_t address, std::uint64_t length) {
  entries_.push_back(
      {burst, false, address / region_bytes, (address + (length - 1)) / region_bytes});
}

bool region_order::may_pass(burst_index burst) {
  const std::size_t place = place_of(burst);
  entries_[place].held = blocked(place);
  return !entries_[place].held;
}

void region_order::leave(burst_index burst, std::vector<burst_index>& released) {
  const std::size_t place = place_of(burst);
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(place));
  for (std::size_t later = place; later < entries_.size(); ++later) {
    if (entries_[later].held && !blocked(later)) {
      entries_[later].held = false;
      released.push_back(entries_[later].burst);
    }
  }
}

std::size_t region_order::place_of(burst_index burst) const {
  std::size_t place = 0;
  while (place < entries_.size() && entries_[place].burst != burst) {
    ++place;
  }
  base::ensure(place < entries_.size(), "a burst arrived that had not set out");
  return place;
}

bool region_order::blocked(std::size_t place) const {
  for (std::size_t earlier = 0; earlier < place; ++earlier) {
    if (entries_[earlier].first_region <= entries_[place].last_region &&
        entries_[place].first_region <= entries_[earlier].last_region) {
      return true;
    }
  }
  return false;
}

}  // namespace sn::fabric
