// Stores that somebody outside of the hart wants to know of.
#pragma once

#include <cstdint>
#include <functional>

#include "hart/observer.h"

namespace sn::hart {

/// Which stores, by physical address, and who is told.
struct store_watch {
  address_range range{};
  /// Asked before such a store; false: it is tried again later, as when the bus answers retry.
  std::function<bool()> may_store;
  /// Told after it.
  std::function<void(std::uint64_t address, unsigned size)> stored;

  bool overlaps(std::uint64_t address, std::uint64_t size) const {
    return address <= range.last && address + (size - 1) >= range.first;
  }
};

}  // namespace sn::hart
