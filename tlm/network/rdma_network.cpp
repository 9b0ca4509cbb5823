#include "network/rdma_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace sn::network {

namespace {

template <typename Item>
std::uint32_t place_for(std::vector<Item>& items, std::vector<std::uint32_t>& free) {
  if (free.empty()) {
    items.emplace_back();
    return static_cast<std::uint32_t>(items.size() - 1);
  }
  const std::uint32_t index = free.back();
  free.pop_back();
  return index;
}

}  // namespace

rdma_network::rdma_network(const nic_parameters& nic, const packet_fabric_parameters& fabric)
    : nic_(nic), fabric_(fabric, nic.rate), random_(fabric.seed), nics_(fabric.leaf_of_nic.size()) {
  base::ensure(nic.mtu.value > 0 && nic.initial_window >= 1.0 && nic.timeout.value > 0,
               "a NIC without MTU, window or timeout");
  if (nic.packets_per_second > 0.0) {
    least_gap_ = base::from_seconds(1.0 / nic.packets_per_second);
  }
}

bool rdma_network::later(const event& a, const event& b) {
  return a.when != b.when ? a.when > b.when : a.order > b.order;
}

void rdma_network::schedule(base::picoseconds when, event_kind what, std::uint32_t subject) {
  events_.push_back({when, scheduled_++, what, subject});
  std::push_heap(events_.begin(), events_.end(), later);
}

base::picoseconds rdma_network::idle_round_trip(std::uint32_t from, std::uint32_t to) const {
  const base::bytes size = wire_size(nic_.mtu);
  base::picoseconds time = fabric_.latency(from, to) * 2;
  time += base::transfer_time(size, nic_.rate) * 2;  // out of the NIC, and down to the other
  if (fabric_.hops(from, to) == 3) {
    time += base::transfer_time(size, fabric_.parameters().uplink_rate) * 2;
  }
  return time;
}

queue_pair_id rdma_network::connect(std::uint32_t from, std::uint32_t to) {
  base::ensure(from != to && from < nics_.size() && to < nics_.size(),
               "a queue pair between NICs that are not there");
  for (const std::uint32_t end : {from, to}) {
    if (nics_[end].pairs == nic_.queue_pairs) {
      throw base::run_error(
          fmt::format("NIC {} has no more than {} queue pairs", end, nic_.queue_pairs));
    }
  }
  ++nics_[from].pairs;
  ++nics_[to].pairs;
  pairs_.emplace_back(from, to, nic_, idle_round_trip(from, to));
  // A hash of the pair: where its packets go, or with spraying where the first goes.
  pairs_.back().spine = static_cast<std::uint32_t>(random_.below(fabric_.parameters().spines));
  return static_cast<queue_pair_id>(pairs_.size() - 1);
}

void rdma_network::post(queue_pair_id pair, base::bytes size) {
  base::ensure(size.value != 0, "a message without bytes");
  queue_pair& one = pairs_[pair];
  const packet_number packets = (size.value + nic_.mtu.value - 1) / nic_.mtu.value;
  one.messages.push_back({one.end, one.end + packets, size});
  one.end += packets;
  one.sender.post(packets);
  consider(pair);
}

/// Puts a pair that can send into its NIC's queue; if only its pace forbids, later.
void rdma_network::consider(queue_pair_id pair) {
  queue_pair& one = pairs_[pair];
  if (one.in_turn) {
    return;
  }
  if (one.sender.next(now_)) {
    one.in_turn = true;
    nics_[one.from].turns.push_back(pair);
    if (!nics_[one.from].busy) {
      serve(one.from);
    }
  } else if (const auto paced = one.sender.paced_until(now_); paced && !one.pacing) {
    one.pacing = true;
    schedule(*paced, event_kind::pace, pair);
  }
}

void rdma_network::serve(std::uint32_t nic_index) {
  nic_state& from = nics_[nic_index];
  from.busy = false;
  while (!from.turns.empty() && !from.busy) {
    const queue_pair_id pair = from.turns.front();
    from.turns.pop_front();
    pairs_[pair].in_turn = false;
    if (const auto number = pairs_[pair].sender.next(now_)) {
      from.busy = true;
      send(pair, *number);
    }
    consider(pair);
  }
}

const rdma_network::posted_message& rdma_network::message_of(const queue_pair& pair,
                                                             packet_number number) const {
  const auto after =
      std::upper_bound(pair.messages.begin(), pair.messages.end(), number,
                       [](packet_number n, const posted_message& one) { return n < one.first; });
  return *std::prev(after);
}

base::bytes rdma_network::payload_of(const posted_message& message, packet_number number) const {
  const std::uint64_t before = (number - message.first) * nic_.mtu.value;
  return std::min(nic_.mtu, message.size - base::bytes(before));
}

bool rdma_network::is_lost() {
  const double loss = fabric_.parameters().loss;
  const bool lost = loss > 0.0 && random_.chance(loss);
  lost_ += lost ? 1 : 0;
  return lost;
}

void rdma_network::send(queue_pair_id pair, packet_number number) {
  queue_pair& one = pairs_[pair];
  // A message that is complete may still have packets to repeat if answers were lost; these are
  // full or shorter, which the receiver knows.
  const bool old = one.messages.empty() || number < one.messages.front().first;
  const base::bytes payload = old ? nic_.mtu : payload_of(message_of(one, number), number);
  const base::bytes size = wire_size(payload);
  const base::picoseconds left = now_ + base::transfer_time(size, nic_.rate);
  one.sender.send(number, now_);
  if (!one.sent_any) {
    one.sent_any = true;
    one.begun = now_;
  }
  schedule(std::max(left, now_ + least_gap_), event_kind::nic_free, one.from);
  if (!one.timer) {
    one.timer = true;
    schedule(now_ + nic_.timeout, event_kind::timeout, pair);
  }
  const std::uint32_t spine = one.spine;
  if (nic_.ways == multipath::spray) {
    one.spine = (one.spine + 1) % fabric_.parameters().spines;
  }
  if (is_lost()) {
    return;
  }
  const std::uint32_t index = place_for(packets_, free_packets_);
  packets_[index] = {pair, number, spine, 0, one.sender.rewinds(), payload, now_};
  schedule(left + fabric_.parameters().nic_latency, event_kind::hop, index);
}

void rdma_network::hop(std::uint32_t index) {
  flying_packet& packet = packets_[index];
  const queue_pair& pair = pairs_[packet.pair];
  const auto next =
      fabric_.enter(pair.from, pair.to, packet.spine, packet.hop, wire_size(packet.payload), now_);
  if (!next) {
    free_packets_.push_back(index);
    return;
  }
  ++packet.hop;
  schedule(*next,
           packet.hop == fabric_.hops(pair.from, pair.to) ? event_kind::arrival : event_kind::hop,
           index);
}

void rdma_network::place(queue_pair_id pair, const flying_packet& packet) {
  queue_pair& one = pairs_[pair];
  one.placed += packet.payload;
  one.last = now_;
  if (recording_) {
    const posted_message& message = message_of(one, packet.number);
    const auto nth = static_cast<std::uint64_t>(&message - &one.messages.front());
    placements_.push_back(
        {pair, one.completed + nth, nic_.mtu * (packet.number - message.first), packet.payload});
  }
}

void rdma_network::arrive(std::uint32_t index) {
  const flying_packet packet = packets_[index];
  free_packets_.push_back(index);
  queue_pair& pair = pairs_[packet.pair];
  const rdma_receiver::outcome outcome =
      pair.receiver.take(packet.number, packet.sent, packet.rewinds);
  if (outcome.placed) {
    place(packet.pair, packet);
    while (!pair.messages.empty() && pair.messages.front().end <= pair.receiver.expected()) {
      completions_.push_back({packet.pair, pair.completed++, now_});
      pair.messages.pop_front();
    }
  }
  if (outcome.answer && !is_lost()) {
    const std::uint32_t at = place_for(answers_, free_answers_);
    answers_[at] = {packet.pair, *outcome.answer};
    schedule(now_ + fabric_.latency(pair.to, pair.from), event_kind::answer, at);
  }
}

void rdma_network::handle(const event& what) {
  switch (what.what) {
    case event_kind::nic_free:
      serve(what.subject);
      return;
    case event_kind::hop:
      hop(what.subject);
      return;
    case event_kind::arrival:
      arrive(what.subject);
      return;
    case event_kind::answer: {
      const flying_answer one = answers_[what.subject];
      free_answers_.push_back(what.subject);
      pairs_[one.pair].sender.answer(one.what, now_);
      consider(one.pair);
      return;
    }
    case event_kind::pace:
      pairs_[what.subject].pacing = false;
      consider(what.subject);
      return;
    case event_kind::timeout: {
      queue_pair& pair = pairs_[what.subject];
      pair.timer = false;
      pair.sender.look_at_time(now_);
      if (const auto next = pair.sender.timeout_at()) {
        pair.timer = true;
        schedule(std::max(*next, now_), event_kind::timeout, what.subject);
      }
      consider(what.subject);
      return;
    }
  }
}

void rdma_network::run(base::picoseconds until) {
  while (!events_.empty() && events_.front().when <= until) {
    const event next = events_.front();
    std::pop_heap(events_.begin(), events_.end(), later);
    events_.pop_back();
    now_ = next.when;
    handle(next);
  }
  now_ = std::max(now_, until);
}

void rdma_network::run_to_end() {
  while (!events_.empty()) {
    run(events_.front().when);
  }
  for (const queue_pair& one : pairs_) {
    base::ensure(one.sender.done() && one.messages.empty(), "a message that never came");
  }
}

queue_pair_statistics rdma_network::statistics(queue_pair_id pair) const {
  const queue_pair& one = pairs_.at(pair);
  queue_pair_statistics result;
  result.packets_sent = one.sender.sent_packets();
  result.packets_repeated = one.sender.repeated();
  result.duplicates = one.receiver.duplicates();
  result.timeouts = one.sender.timeouts();
  result.placed = one.placed;
  result.begun = one.begun;
  result.last = one.last;
  result.window = one.sender.window();
  return result;
}

std::vector<message_completion> rdma_network::take_completions() {
  return std::exchange(completions_, {});
}

std::vector<packet_placement> rdma_network::take_placements() {
  return std::exchange(placements_, {});
}

}  // namespace sn::network
