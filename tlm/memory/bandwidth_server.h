// A resource that moves bytes at a rate, one request after the other: a memory's data pins.
#pragma once

#include "base/units.h"

namespace sn::memory {

/// Serves requests in the order of the calls, each at the full rate, and answers after a latency
/// that overlaps with the service of others.
class bandwidth_server {
 public:
  /// When the first and the last byte of a request are there, latency included.
  struct service {
    base::picoseconds first;
    base::picoseconds last;
  };

  /// `rate` must not be 0.
  bandwidth_server(base::bytes_per_second rate, base::picoseconds latency);

  /// Serves `amount` bytes that are asked for at `now`; `now` never goes back.
  service reserve(base::picoseconds now, base::bytes amount);
  /// The completion of the same.
  base::picoseconds serve(base::picoseconds now, base::bytes amount) {
    return reserve(now, amount).last;
  }

  base::bytes_per_second rate() const { return rate_; }
  base::picoseconds latency() const { return latency_; }
  /// Bytes served or promised since the start.
  base::bytes served() const { return served_; }

  template <typename Archive>
  void fields(Archive& io) {
    io(free_at_, served_);
  }

 private:
  base::bytes_per_second rate_;
  base::picoseconds latency_;
  base::picoseconds free_at_;
  base::bytes served_;
};

}  // namespace sn::memory
