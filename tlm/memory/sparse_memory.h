// The content of a memory, of which only the pages that were written exist.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/snapshot.h"
#include "base/units.h"

namespace sn::memory {

/// Bytes from address 0 to a capacity; what was never written reads as zero.
class sparse_memory {
 public:
  static constexpr std::size_t page_size = 4096;

  explicit sparse_memory(base::bytes capacity) : capacity_(capacity) {}

  base::bytes capacity() const { return capacity_; }
  /// True if all of [address, address + size) lies within the capacity.
  bool contains(std::uint64_t address, std::uint64_t size) const {
    return size <= capacity_.value && address <= capacity_.value - size;
  }

  /// Copies `size` bytes out of or into the memory. False, and nothing is done, beyond the
  /// capacity.
  bool read(std::uint64_t address, void* data, std::size_t size) const;
  bool write(std::uint64_t address, const void* data, std::size_t size);

  /// Nothing was ever written.
  bool untouched() const { return pages_.empty(); }
  /// The pages that exist, in order of address, as part of the section of the owner.
  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

 private:
  using page = std::array<std::uint8_t, page_size>;

  base::bytes capacity_;
  std::unordered_map<std::uint64_t, std::unique_ptr<page>> pages_;  ///< order never matters
};

}  // namespace sn::memory
