// Bytes whose accesses a debugger wants to know of.
#pragma once

#include <cstdint>

namespace sn::hart {

/// Which accesses of the hart a watchpoint is for.
enum class watch_kind { write, read, access };

/// Bytes whose accesses by loads, stores and atomics end run(). They do not wrap around.
struct watchpoint {
  watch_kind kind = watch_kind::write;
  std::uint64_t address = 0;
  std::uint64_t size = 0;

  bool overlaps(std::uint64_t other, std::uint64_t other_size) const {
    return other - address < size || address - other < other_size;
  }
  bool operator==(const watchpoint& other) const {
    return kind == other.kind && address == other.address && size == other.size;
  }
};

}  // namespace sn::hart
