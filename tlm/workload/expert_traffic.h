// How many tokens each rank sends to each other for a layer's experts, and what each expert gets.
#pragma once

#include <cstdint>
#include <vector>

#include "workload/routing.h"
#include "workload/scenario.h"

namespace sn::workload {

/// Counts of one layer, by micro-batch.
class expert_traffic {
 public:
  /// `routing` holds the tokens of rank 0, then of rank 1, ...; a micro-batch is a contiguous part
  /// of each rank's tokens. Expert e lives on rank e / experts_per_rank.
  expert_traffic(const scenario& run, const layer_routing& routing);

  /// Vectors that `source` sends to `destination`: one per token or one per chosen expert.
  std::uint64_t copies(std::uint32_t micro_batch, std::uint32_t source,
                       std::uint32_t destination) const {
    return copies_[(micro_batch * ranks_ + source) * ranks_ + destination];
  }
  /// Vectors that a rank sends in all, and that it receives in all (its own included).
  std::uint64_t copies_sent(std::uint32_t micro_batch, std::uint32_t rank) const;
  std::uint64_t copies_received(std::uint32_t micro_batch, std::uint32_t rank) const;

  /// Tokens that the experts of a rank compute (a token counts once per expert).
  std::uint64_t tokens_computed(std::uint32_t micro_batch, std::uint32_t rank) const;
  /// Experts of a rank that have any token to compute.
  std::uint32_t experts_used(std::uint32_t micro_batch, std::uint32_t rank) const;

 private:
  const std::uint64_t* experts_of(std::uint32_t micro_batch, std::uint32_t rank) const;

  std::uint32_t ranks_;
  std::uint32_t experts_per_rank_;
  std::vector<std::uint64_t> copies_;         ///< [micro-batch][source][destination]
  std::vector<std::uint64_t> expert_tokens_;  ///< [micro-batch][expert]
};

/// How unevenly the tokens of one layer fall on the ranks.
struct layer_imbalance {
  std::uint32_t layer = 0;
  std::uint64_t max_tokens = 0;  ///< of the rank with the most tokens to compute
  double mean_tokens = 0.0;      ///< over ranks
  double max_over_mean() const { return static_cast<double>(max_tokens) / mean_tokens; }
};

/// The imbalance of a layer over all its micro-batches.
layer_imbalance imbalance_of(const scenario& run, const expert_traffic& traffic,
                             std::uint32_t layer);

}  // namespace sn::workload
