// Runs the program of a collective on arrays, without time and in the worst of orders.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <vector>

#include "base/random.h"
#include "workload/collective.h"

namespace sn::workload {

/// Ranks with memories. Queues and messages take turns at random: a message may read its bytes and
/// land at any time after it was issued, as long as nobody has waited for it.
class collective_machine {
 public:
  collective_machine(const program& work, std::uint64_t seed)
      : work_(work), random_(seed), next_(work.ranks.size()), arrived_(work.ranks.size()) {
    for (std::size_t rank = 0; rank < work.ranks.size(); ++rank) {
      next_[rank].resize(work.ranks[rank].queues.size());
      memory.emplace_back(work.ranks[rank].data_memory.value / element_size, poison);
    }
  }

  /// Until nothing can happen any more; true if that is because everything has been done.
  bool run() {
    for (;;) {
      std::vector<std::pair<std::size_t, std::size_t>> able;
      bool finished = under_way_.empty();
      for (std::size_t rank = 0; rank < next_.size(); ++rank) {
        for (std::size_t q = 0; q < next_[rank].size(); ++q) {
          if (next_[rank][q] < work_.ranks[rank].queues[q].operations.size()) {
            finished = false;
            if (can_go_on(rank, q)) {
              able.emplace_back(rank, q);
            }
          }
        }
      }
      const std::size_t choices = able.size() + under_way_.size();
      if (choices == 0) {
        return finished;
      }
      const std::size_t taken = random_.below(choices);
      if (taken < able.size()) {
        go_on(able[taken].first, able[taken].second);
      } else {
        land(taken - able.size());
      }
    }
  }

  static constexpr float poison = 1e9F;
  std::vector<std::vector<float>> memory;  ///< per rank

 private:
  struct flight {
    std::uint32_t source;
    std::uint32_t tag;
    message what;
  };

  const operation& current(std::size_t rank, std::size_t q) const {
    return work_.ranks[rank].queues[q].operations[next_[rank][q]];
  }
  bool can_go_on(std::size_t rank, std::size_t q) {
    const operation& op = current(rank, q);
    return op.kind != operation_kind::wait || arrived_[rank][op.wait.tag] >= op.wait.size.value;
  }
  void go_on(std::size_t rank, std::size_t q) {
    const operation& op = current(rank, q);
    if (op.kind == operation_kind::transfer) {
      for (const message& each : op.transfer.messages) {
        under_way_.push_back({static_cast<std::uint32_t>(rank), op.transfer.tag, each});
      }
    } else if (op.kind == operation_kind::reduce) {
      const reduce_work& sum = op.reduction;
      for (std::uint32_t k = 0; k < sum.operands; ++k) {
        for (std::uint64_t i = 0; i < sum.size.value; i += element_size) {
          at(rank, sum.destination.value + i) +=
              at(rank, sum.source.value + k * sum.stride.value + i);
        }
      }
    }
    ++next_[rank][q];
  }
  void land(std::size_t index) {
    const flight moved = under_way_[index];
    under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(index));
    for (std::uint64_t i = 0; i < moved.what.size.value; i += element_size) {
      at(moved.what.peer, moved.what.to.value + i) = at(moved.source, moved.what.from.value + i);
    }
    arrived_[moved.what.peer][moved.tag] += moved.what.size.value;
  }
  float& at(std::size_t rank, std::uint64_t byte) { return memory[rank].at(byte / element_size); }

  const program& work_;
  base::random_generator random_;
  std::vector<std::vector<std::size_t>> next_;  ///< per rank and queue
  std::vector<std::map<std::uint32_t, std::uint64_t>> arrived_;
  std::vector<flight> under_way_;
};

}  // namespace sn::workload
