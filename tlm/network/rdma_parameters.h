// What NICs and the packet network between them are made of.
#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"

namespace sn::network {

/// What a queue pair does when packets are lost.
enum class retransmission : std::uint8_t {
  /// The receiver takes packets in order only, and says once when one is missing; the sender goes
  /// back to it.
  go_back_n,
  /// The receiver places packets in whatever order they come; the sender repeats those that are
  /// still unknown when one has been acknowledged that left a `reorder_window` later.
  selective,
};

/// Which of the ways between two leaves a packet takes.
enum class multipath : std::uint8_t {
  flow_hash,  ///< all of a queue pair the same, as ECMP chooses it by a hash
  spray,      ///< one after the other
};

/// How a queue pair finds out how much it may have under way.
enum class congestion_control : std::uint8_t {
  fixed_window,  ///< not at all: `initial_window`
  /// As Swift (Kumar et al., SIGCOMM 2020), without its scaling of the target: every
  /// acknowledgement says how long packet and answer took. Below the target the window grows by
  /// `increase` packets a round trip; above it, once a round trip, it shrinks by `decrease` times
  /// the excess, relative to what it took, but by no more than `most_decrease`. Below one packet
  /// the sender is paced.
  delay,
};

/// A NIC and its queue pairs. Windows are in packets of an MTU.
struct nic_parameters {
  base::bytes_per_second rate;      ///< of its port, headers and all
  base::bytes mtu;                  ///< payload of the longest packet
  base::bytes overhead;             ///< of a packet on the wire: headers, checksums, gap
  double packets_per_second = 0.0;  ///< at most; 0: as the port gives them
  std::uint32_t queue_pairs = 1;    ///< at most
  retransmission repeat = retransmission::selective;
  multipath ways = multipath::spray;
  base::picoseconds timeout;         ///< without an acknowledgement
  base::picoseconds reorder_window;  ///< selective: how much later a later packet left
  congestion_control control = congestion_control::delay;
  double initial_window = 1.0;
  double most_window = 1.0;           ///< delay
  double least_window = 0.01;         ///< delay
  double increase = 1.0;              ///< delay: packets per round trip
  double decrease = 0.8;              ///< delay
  double most_decrease = 0.5;         ///< delay
  base::picoseconds target_queueing;  ///< delay: of a round trip, beyond that of an idle network
};

/// Leaves, to which NICs are attached, and spines; a port has a queue of its own and drops what
/// does not fit. Packets are stored and forwarded, acknowledgements take no room.
struct packet_fabric_parameters {
  std::vector<std::uint32_t> leaf_of_nic;
  std::uint32_t spines = 1;            ///< each leaf has a link to each
  base::bytes_per_second uplink_rate;  ///< of such a link, each way
  base::bytes buffer;                  ///< of a port
  base::picoseconds nic_latency;       ///< from a NIC to its leaf, and back
  base::picoseconds spine_latency;     ///< from a leaf to a spine, and back
  double loss = 0.0;                   ///< of packets and of acknowledgements, anywhere on the way
  std::uint64_t seed = 1;              ///< of losses and hashes
};

}  // namespace sn::network
