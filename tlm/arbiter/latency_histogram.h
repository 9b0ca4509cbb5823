// Latencies in slots, counted one by one: percentiles are exact.
#pragma once

#include <cstdint>
#include <vector>

namespace sn::arbiter {

/// How many cells had which latency.
class latency_histogram {
 public:
  /// Counts a cell that took `slots`.
  void add(std::uint64_t slots) {
    if (slots >= count_.size()) {
      count_.resize(slots + 1 + slots / 2);
    }
    ++count_[slots];
  }

  /// Number of cells.
  std::uint64_t total() const;
  /// Mean latency; there must be a cell.
  double mean() const;
  /// The least latency that at least `percent` of 100 of the cells did not exceed (nearest rank);
  /// there must be a cell, and `percent` lies in 1 to 100.
  std::uint64_t percentile(unsigned percent) const;

 private:
  /// By latency.
  std::vector<std::uint64_t> count_;
};

}  // namespace sn::arbiter
