#include "workload/expert_traffic.h"

#include <algorithm>
#include <numeric>

namespace sn::workload {

expert_traffic::expert_traffic(const scenario& run, const layer_routing& routing)
    : ranks_(run.ranks),
      experts_per_rank_(run.experts_per_rank()),
      copies_(std::size_t{run.micro_batches} * ranks_ * ranks_),
      expert_tokens_(std::size_t{run.micro_batches} * run.shape.router.experts) {
  const std::uint32_t micro_batch_size = run.batch / run.micro_batches;
  std::vector<std::size_t> last_token(ranks_, routing.tokens());  // that was counted for a rank
  for (std::size_t token = 0; token < routing.tokens(); ++token) {
    const std::size_t source = token / run.batch;
    const std::size_t micro_batch = token % run.batch / micro_batch_size;
    std::uint64_t* const copies = copies_.data() + (micro_batch * ranks_ + source) * ranks_;
    std::uint64_t* const experts = expert_tokens_.data() + micro_batch * run.shape.router.experts;
    for (std::uint32_t i = 0; i < routing.per_token; ++i) {
      const std::uint16_t expert = routing.of(token)[i];
      const std::uint32_t destination = expert / experts_per_rank_;
      ++experts[expert];
      if (!run.routing.one_copy_per_destination || last_token[destination] != token) {
        ++copies[destination];
        last_token[destination] = token;
      }
    }
  }
}

std::uint64_t expert_traffic::copies_sent(std::uint32_t micro_batch, std::uint32_t rank) const {
  std::uint64_t sum = 0;
  for (std::uint32_t other = 0; other < ranks_; ++other) {
    sum += copies(micro_batch, rank, other);
  }
  return sum;
}

std::uint64_t expert_traffic::copies_received(std::uint32_t micro_batch, std::uint32_t rank) const {
  std::uint64_t sum = 0;
  for (std::uint32_t other = 0; other < ranks_; ++other) {
    sum += copies(micro_batch, other, rank);
  }
  return sum;
}

const std::uint64_t* expert_traffic::experts_of(std::uint32_t micro_batch,
                                                std::uint32_t rank) const {
  return expert_tokens_.data() + (std::size_t{micro_batch} * ranks_ + rank) * experts_per_rank_;
}

std::uint64_t expert_traffic::tokens_computed(std::uint32_t micro_batch, std::uint32_t rank) const {
  const std::uint64_t* const first = experts_of(micro_batch, rank);
  return std::accumulate(first, first + experts_per_rank_, std::uint64_t{0});
}

std::uint32_t expert_traffic::experts_used(std::uint32_t micro_batch, std::uint32_t rank) const {
  const std::uint64_t* const first = experts_of(micro_batch, rank);
  return static_cast<std::uint32_t>(std::count_if(first, first + experts_per_rank_,
                                                  [](std::uint64_t tokens) { return tokens > 0; }));
}

layer_imbalance imbalance_of(const scenario& run, const expert_traffic& traffic,
                             std::uint32_t layer) {
  layer_imbalance result;
  result.layer = layer;
  std::uint64_t sum = 0;
  for (std::uint32_t rank = 0; rank < run.ranks; ++rank) {
    std::uint64_t tokens = 0;
    for (std::uint32_t micro_batch = 0; micro_batch < run.micro_batches; ++micro_batch) {
      tokens += traffic.tokens_computed(micro_batch, rank);
    }
    sum += tokens;
    result.max_tokens = std::max(result.max_tokens, tokens);
  }
  result.mean_tokens = static_cast<double>(sum) / run.ranks;
  return result;
}

}  // namespace sn::workload
