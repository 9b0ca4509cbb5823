#include "network/packet_fabric.h"

#include <algorithm>

#include "base/error.h"

namespace sn::network {

packet_fabric::packet_fabric(const packet_fabric_parameters& parameters,
                             base::bytes_per_second nic_rate)
    : parameters_(parameters) {
  base::ensure(!parameters_.leaf_of_nic.empty() && parameters_.spines > 0 &&
                   parameters_.uplink_rate.value > 0 && nic_rate.value > 0,
               "a packet network without NICs, spines or rates");
  leaves_ = 1 + *std::max_element(parameters_.leaf_of_nic.begin(), parameters_.leaf_of_nic.end());
  packet_port down;
  down.rate = nic_rate;
  down_.assign(parameters_.leaf_of_nic.size(), down);
  packet_port up;
  up.rate = parameters_.uplink_rate;
  leaf_up_.assign(std::size_t{leaves_} * parameters_.spines, up);
  spine_down_ = leaf_up_;
}

unsigned packet_fabric::hops(std::uint32_t from, std::uint32_t to) const {
  return parameters_.leaf_of_nic[from] == parameters_.leaf_of_nic[to] ? 1 : 3;
}

base::picoseconds packet_fabric::latency(std::uint32_t from, std::uint32_t to) const {
  const base::picoseconds spines =
      hops(from, to) == 1 ? base::picoseconds(0) : parameters_.spine_latency * 2;
  return parameters_.nic_latency * 2 + spines;
}

packet_port& packet_fabric::port(std::uint32_t from, std::uint32_t to, std::uint32_t spine,
                                 unsigned hop) {
  if (hop + 1 == hops(from, to)) {
    return down_[to];
  }
  if (hop == 0) {
    return leaf_up_[std::size_t{parameters_.leaf_of_nic[from]} * parameters_.spines + spine];
  }
  return spine_down_[std::size_t{spine} * leaves_ + parameters_.leaf_of_nic[to]];
}

std::optional<base::picoseconds> packet_fabric::enter(std::uint32_t from, std::uint32_t to,
                                                      std::uint32_t spine, unsigned hop,
                                                      base::bytes size, base::picoseconds now) {
  packet_port& at = port(from, to, spine, hop);
  const base::picoseconds waits = at.free_at > now ? at.free_at - now : base::picoseconds(0);
  // What is queued is what the port sends meanwhile.
  const base::bytes queued(
      static_cast<std::uint64_t>(base::to_seconds(waits) * static_cast<double>(at.rate.value)));
  if (queued + size > parameters_.buffer) {
    ++at.dropped;
    return std::nullopt;
  }
  at.most_queued = std::max(at.most_queued, queued + size);
  ++at.packets;
  at.free_at = now + waits + base::transfer_time(size, at.rate);
  const bool last = hop + 1 == hops(from, to);
  return at.free_at + (last ? parameters_.nic_latency : parameters_.spine_latency);
}

std::uint64_t packet_fabric::dropped() const {
  std::uint64_t sum = 0;
  for (const auto* ports : {&down_, &leaf_up_, &spine_down_}) {
    for (const packet_port& one : *ports) {
      sum += one.dropped;
    }
  }
  return sum;
}

base::bytes packet_fabric::most_queued() const {
  base::bytes most;
  for (const auto* ports : {&down_, &leaf_up_, &spine_down_}) {
    for (const packet_port& one : *ports) {
      most = std::max(most, one.most_queued);
    }
  }
  return most;
}

}  // namespace sn::network
