#include "memory/bandwidth_server.h"

#include <algorithm>

#include "base/error.h"

namespace sn::memory {

bandwidth_server::bandwidth_server(base::bytes_per_second rate, base::picoseconds latency)
    : rate_(rate), latency_(latency) {
  base::ensure(rate.value != 0, "bandwidth_server: a rate of 0");
}

bandwidth_server::service bandwidth_server::reserve(base::picoseconds now, base::bytes amount) {
  const base::picoseconds start = std::max(now, free_at_);
  free_at_ = start + base::transfer_time(amount, rate_);
  served_ += amount;
  return {start + latency_, free_at_ + latency_};
}

}  // namespace sn::memory
