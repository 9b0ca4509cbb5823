#include "arbiter/latency_histogram.h"

#include <numeric>

#include "base/error.h"

namespace sn::arbiter {

std::uint64_t latency_histogram::total() const {
  return std::accumulate(count_.begin(), count_.end(), std::uint64_t{0});
}

double latency_histogram::mean() const {
  std::uint64_t slots = 0;
  for (std::uint64_t latency = 0; latency < count_.size(); ++latency) {
    slots += latency * count_[latency];
  }
  return static_cast<double>(slots) / static_cast<double>(total());
}

std::uint64_t latency_histogram::percentile(unsigned percent) const {
  const std::uint64_t rank = (total() * percent + 99) / 100;
  std::uint64_t cells = 0;
  for (std::uint64_t latency = 0; latency < count_.size(); ++latency) {
    cells += count_[latency];
    if (cells >= rank && cells > 0) {
      return latency;
    }
  }
  base::invariant_violated("latency_histogram: percentile of no cells");
}

}  // namespace sn::arbiter
