// Leaves and spines with queues, packet by packet.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"
#include "network/rdma_parameters.h"

namespace sn::network {

/// An output port of a switch: a queue in the order of arrival.
struct packet_port {
  base::bytes_per_second rate;
  base::picoseconds free_at;  ///< when all that is queued has left
  base::bytes most_queued;    ///< the fullest that it has been
  std::uint64_t packets = 0;  ///< that left
  std::uint64_t dropped = 0;  ///< that found no room
};

/// The switches between NICs. A packet goes from port to port: up to a spine unless both NICs have
/// the same leaf, then down.
class packet_fabric {
 public:
  /// Ports of `nic_rate` lead down to NICs.
  packet_fabric(const packet_fabric_parameters& parameters, base::bytes_per_second nic_rate);

  /// Ports that a packet passes: 1 within a leaf, else 3.
  unsigned hops(std::uint32_t from, std::uint32_t to) const;
  /// Enters port `hop` of the way over `spine`, at `now`. When the packet, `size` bytes on the
  /// wire, comes to the next port or to the NIC; nothing if it is dropped.
  std::optional<base::picoseconds> enter(std::uint32_t from, std::uint32_t to, std::uint32_t spine,
                                         unsigned hop, base::bytes size, base::picoseconds now);
  /// From a NIC to another without queues and serialisation.
  base::picoseconds latency(std::uint32_t from, std::uint32_t to) const;

  const packet_fabric_parameters& parameters() const { return parameters_; }
  /// Of the port down to a NIC.
  const packet_port& down(std::uint32_t nic) const { return down_.at(nic); }
  /// Of all ports.
  std::uint64_t dropped() const;
  base::bytes most_queued() const;

 private:
  packet_port& port(std::uint32_t from, std::uint32_t to, std::uint32_t spine, unsigned hop);

  packet_fabric_parameters parameters_;
  std::uint32_t leaves_ = 0;
  std::vector<packet_port> down_;        ///< per NIC
  std::vector<packet_port> leaf_up_;     ///< [leaf][spine]
  std::vector<packet_port> spine_down_;  ///< [spine][leaf]
};

}  // namespace sn::network
