// The receiving half of a queue pair: what is new, and what to answer.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "network/rdma_sender.h"

namespace sn::network {

/// Places every packet once.
class rdma_receiver {
 public:
  explicit rdma_receiver(retransmission repeat) : repeat_(repeat) {}

  /// What became of a packet.
  struct outcome {
    bool placed = false;  ///< it is new, and its bytes are in memory now
    std::optional<rdma_answer> answer;
  };
  /// A packet that left at `sent`, after the sender had gone back `rewinds` times.
  outcome take(packet_number packet, base::picoseconds sent, std::uint32_t rewinds);

  /// All packets before it have come.
  packet_number expected() const { return expected_; }
  /// Packets that had come before.
  std::uint64_t duplicates() const { return duplicates_; }

 private:
  retransmission repeat_;
  packet_number expected_ = 0;
  std::deque<bool> beyond_;       ///< selective: whether expected_, expected_ + 1, ... have come
  std::uint32_t complained_ = 0;  ///< go-back-N: answers for missing packets up to rewinds - 1
  std::uint64_t duplicates_ = 0;
};

}  // namespace sn::network
