#include "network/rdma_receiver.h"

namespace sn::network {

rdma_receiver::outcome rdma_receiver::take(packet_number packet, base::picoseconds sent,
                                           std::uint32_t rewinds) {
  outcome result;
  bool missing = false;
  if (repeat_ == retransmission::go_back_n) {
    if (packet > expected_) {
      if (complained_ > rewinds) {
        return result;  // the sender knows, or will by its timeout
      }
      complained_ = rewinds + 1;
      missing = true;
    } else if (packet == expected_) {
      ++expected_;
      result.placed = true;
    }
  } else if (packet >= expected_) {
    const std::size_t place = packet - expected_;
    if (place >= beyond_.size()) {
      beyond_.resize(place + 1, false);
    }
    result.placed = !beyond_[place];
    beyond_[place] = true;
    while (!beyond_.empty() && beyond_.front()) {
      beyond_.pop_front();
      ++expected_;
    }
  }
  duplicates_ += result.placed || missing ? 0 : 1;
  std::uint64_t came = 0;
  for (unsigned i = 0; i < 64 && packet >= expected_ + i + 1; ++i) {
    const std::size_t place = packet - 1 - i - expected_;
    came |= std::uint64_t{place < beyond_.size() && beyond_[place] ? 1U : 0U} << i;
  }
  result.answer = rdma_answer{packet, expected_, came, missing, rewinds, sent};
  return result;
}

}  // namespace sn::network
