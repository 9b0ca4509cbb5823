#include "network/rdma_sender.h"

#include <algorithm>

#include "base/error.h"

namespace sn::network {

rdma_sender::rdma_sender(const nic_parameters& parameters, base::picoseconds idle_round_trip)
    : parameters_(parameters),
      idle_round_trip_(idle_round_trip),
      window_(parameters.initial_window) {}

/// There is a packet to send, if the window allows.
bool rdma_sender::has_packet() {
  while (!lost_.empty() &&
         (lost_.front() < base_ || of(lost_.front()).state != packet_state::lost)) {
    lost_.pop_front();
  }
  return !lost_.empty() || fresh_ < posted_;
}

/// Few packets a round trip, and fractions of one, are spread over it.
bool rdma_sender::is_paced() const {
  constexpr double few = 4.0;
  return parameters_.control == congestion_control::delay && window_ < few;
}

bool rdma_sender::has_room() const {
  const auto there = static_cast<double>(under_way_);
  return is_paced() ? there < window_ : there + 1.0 <= window_;
}

std::optional<packet_number> rdma_sender::next(base::picoseconds now) {
  if (!has_packet()) {
    return std::nullopt;
  }
  if (!has_room() || now < paced_until_) {
    return std::nullopt;
  }
  return lost_.empty() ? fresh_ : lost_.front();
}

std::optional<base::picoseconds> rdma_sender::paced_until(base::picoseconds now) {
  if (now < paced_until_ && has_room() && has_packet()) {
    return paced_until_;
  }
  return std::nullopt;
}

void rdma_sender::send(packet_number number, base::picoseconds now) {
  if (!lost_.empty() && lost_.front() == number) {
    lost_.pop_front();
    of(number) = {now, packet_state::under_way};
  } else {
    base::ensure(number == fresh_, "a packet out of turn");
    ++fresh_;
    packets_.push_back({now, packet_state::under_way});
  }
  repeated_ += number < highest_ ? 1 : 0;
  highest_ = std::max(highest_, number + 1);
  departures_.push_back({number, now});
  ++under_way_;
  ++sent_;
  if (is_paced()) {
    // As if the round trip were as long as it should be: with a longer one, pauses would grow with
    // the queue that they are to empty.
    paced_until_ = now + base::from_seconds(base::to_seconds(target()) / window_);
  }
}

void rdma_sender::acknowledge(packet_number number) {
  packet& one = of(number);
  if (one.state == packet_state::acknowledged) {
    return;
  }
  under_way_ -= one.state == packet_state::under_way ? 1 : 0;
  one.state = packet_state::acknowledged;
  ++acknowledged_;
}

void rdma_sender::acknowledge_before(packet_number end) {
  while (base_ < std::min(end, fresh_)) {
    acknowledge(base_);
    packets_.pop_front();
    ++base_;
  }
  // After going back, packets that had been sent before may prove to have come.
  if (base_ < end) {
    acknowledged_ += end - base_;
    base_ = end;
    fresh_ = end;
  }
}

void rdma_sender::answer(const rdma_answer& what, base::picoseconds now) {
  const std::uint64_t known = acknowledged_;
  acknowledge_before(what.expected);
  if (parameters_.repeat == retransmission::selective) {
    for (unsigned before_it = 0; before_it <= 64 && before_it + base_ <= what.packet; ++before_it) {
      if (before_it == 0 || ((what.came >> (before_it - 1)) & 1U) != 0) {
        acknowledge(what.packet - before_it);
      }
    }
    if (what.sent > parameters_.reorder_window) {
      lose_older_than(what.sent - parameters_.reorder_window);
    }
  } else if (what.missing && what.rewinds == rewinds_) {
    go_back();
  }
  adapt(now - what.sent, acknowledged_ - known, now);
}

void rdma_sender::go_back() {
  fresh_ = base_;
  packets_.clear();
  departures_.clear();
  under_way_ = 0;
  ++rewinds_;
}

/// It was acknowledged, or has been sent again since.
bool rdma_sender::is_stale(const departure& what) const {
  if (what.number < base_) {
    return true;
  }
  const packet& one = packets_[what.number - base_];
  return one.state != packet_state::under_way || one.sent != what.when;
}

void rdma_sender::drop_stale() {
  while (!departures_.empty() && is_stale(departures_.front())) {
    departures_.pop_front();
  }
}

void rdma_sender::lose_older_than(base::picoseconds when) {
  for (drop_stale(); !departures_.empty() && departures_.front().when < when; drop_stale()) {
    const packet_number number = departures_.front().number;
    departures_.pop_front();
    of(number).state = packet_state::lost;
    lost_.push_back(number);
    --under_way_;
  }
}

std::optional<base::picoseconds> rdma_sender::timeout_at() const {
  for (const departure& one : departures_) {
    if (!is_stale(one)) {
      return one.when + parameters_.timeout;
    }
  }
  return std::nullopt;
}

void rdma_sender::look_at_time(base::picoseconds now) {
  drop_stale();
  if (departures_.empty() || departures_.front().when + parameters_.timeout > now) {
    return;
  }
  ++timeouts_;
  if (parameters_.repeat == retransmission::selective) {
    lose_older_than(now - parameters_.timeout + base::picoseconds(1));
  } else {
    go_back();
  }
  if (parameters_.control == congestion_control::delay) {
    starting_ = false;
    shrink(1.0 - parameters_.most_decrease, now);
  }
}

void rdma_sender::adapt(base::picoseconds round_trip, std::uint64_t acknowledged,
                        base::picoseconds now) {
  if (parameters_.control == congestion_control::fixed_window) {
    return;
  }
  if (round_trip <= target()) {
    const auto packets = static_cast<double>(acknowledged);
    window_ +=
        starting_ ? packets : parameters_.increase * (window_ >= 1.0 ? packets / window_ : packets);
    window_ = std::min(window_, parameters_.most_window);
    return;
  }
  starting_ = false;
  if (now >= last_decrease_ + round_trip) {
    const double excess =
        static_cast<double>((round_trip - target()).value) / static_cast<double>(round_trip.value);
    shrink(std::max(1.0 - parameters_.decrease * excess, 1.0 - parameters_.most_decrease), now);
  }
}

void rdma_sender::shrink(double factor, base::picoseconds now) {
  window_ = std::max(window_ * factor, parameters_.least_window);
  last_decrease_ = now;
}

}  // namespace sn::network
