// What a command queue waits for: a time, once it is known.
#pragma once

#include <optional>

#include "base/units.h"

namespace sn::gpu {

/// A wait of a queue for the end of a fetch or for the arrival of data.
struct queue_wait {
  std::optional<base::picoseconds> until;  ///< if it is known

  /// The time has come: the wait ends.
  bool over(base::picoseconds now) {
    if (!until || now < *until) {
      return false;
    }
    until.reset();
    return true;
  }

  template <typename Archive>
  void fields(Archive& io) {
    io(until);
  }
};

}  // namespace sn::gpu
