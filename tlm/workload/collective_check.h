// What a collective must leave behind, computed from its definition and not from its algorithm.
#pragma once

#include <cstdint>
#include <vector>

#include "workload/collective.h"

namespace sn::workload {

/// Inputs of every rank of every group, and what is wrong with its outputs.
///
/// Elements are whole numbers from -125 to 125 that depend on the rank and on the place, so that a
/// block in a wrong place is seen, and sums of up to 2^16 ranks are exact in float32 in any order.
class collective_check {
 public:
  explicit collective_check(const collective& what);

  /// What `rank` gives, for place_of(...).input.
  std::vector<float> input(std::uint32_t rank) const;
  /// What `rank` must get, in place_of(...).output.
  std::vector<float> expected(std::uint32_t rank) const;
  /// Elements of what `rank` got that differ from what it must get.
  std::uint64_t wrong(std::uint32_t rank, const std::vector<float>& output) const;

 private:
  collective what_;
  std::vector<std::vector<float>> sums_;  ///< per group, over its ranks, where they are needed
};

}  // namespace sn::workload
