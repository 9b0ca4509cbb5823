// How many bytes have arrived under each tag.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "base/snapshot.h"
#include "base/units.h"

namespace sn::gpu {

/// Counts arrivals by tag; a wait command asks it.
class arrival_table {
 public:
  /// `amount` more bytes under `tag`, in memory from `when` on.
  void add(std::uint32_t tag, base::bytes amount, base::picoseconds when);
  /// Since when, or from when on, `amount` bytes in all are there; nothing while they are under
  /// way.
  std::optional<base::picoseconds> reached(std::uint32_t tag, base::bytes amount) const;

  /// As part of the section of the owner.
  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

 private:
  struct arrivals {
    base::bytes amount;
    base::picoseconds in_memory;  ///< the last of them
  };

  std::unordered_map<std::uint32_t, arrivals> by_tag_;  ///< looked up, never iterated
};

}  // namespace sn::gpu
