// The sending half of a queue pair: what to send next, how much may be under way, what is lost.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/units.h"
#include "network/rdma_parameters.h"

namespace sn::network {

/// A packet's number in its queue pair, from 0.
using packet_number = std::uint64_t;

/// What a receiver says of a packet.
struct rdma_answer {
  packet_number packet = 0;    ///< that came
  packet_number expected = 0;  ///< all before it have come
  std::uint64_t came = 0;      ///< selective: bit i says that packet - 1 - i has come, too
  bool missing = false;        ///< go-back-N: `expected` has not come, send it again
  std::uint32_t rewinds = 0;   ///< go-back-N: of the sender when the packet left
  base::picoseconds sent;      ///< when the packet left, as it says itself
};

/// Decides; time and wires are the NIC's. Packets are numbered in the order of the bytes.
class rdma_sender {
 public:
  /// `idle_round_trip`: of a packet of an MTU through an idle network.
  rdma_sender(const nic_parameters& parameters, base::picoseconds idle_round_trip);

  /// There are so many more packets to send.
  void post(std::uint64_t packets) { posted_ += packets; }

  /// The packet to send now; nothing if all are under way, the window is full or the pace forbids.
  std::optional<packet_number> next(base::picoseconds now);
  /// It leaves.
  void send(packet_number packet, base::picoseconds now);
  /// If only the pace forbids: when it no longer does.
  std::optional<base::picoseconds> paced_until(base::picoseconds now);

  void answer(const rdma_answer& what, base::picoseconds now);
  /// Gives up packets that have waited for longer than the timeout.
  void look_at_time(base::picoseconds now);
  /// When look_at_time() has something to do, as far as is known.
  std::optional<base::picoseconds> timeout_at() const;

  bool done() const { return base_ == posted_; }
  double window() const { return window_; }
  std::uint64_t sent_packets() const { return sent_; }
  std::uint64_t repeated() const { return repeated_; }
  std::uint64_t timeouts() const { return timeouts_; }
  /// Counts how often the sender has gone back (go-back-N).
  std::uint32_t rewinds() const { return rewinds_; }

 private:
  enum class packet_state : std::uint8_t { under_way, lost, acknowledged };
  struct packet {
    base::picoseconds sent;
    packet_state state = packet_state::under_way;
  };
  struct departure {
    packet_number number;
    base::picoseconds when;
  };

  packet& of(packet_number number) { return packets_[number - base_]; }
  void go_back();
  void acknowledge_before(packet_number end);
  void acknowledge(packet_number number);
  void lose_older_than(base::picoseconds when);
  void adapt(base::picoseconds round_trip, std::uint64_t acknowledged, base::picoseconds now);
  base::picoseconds target() const { return idle_round_trip_ + parameters_.target_queueing; }
  void shrink(double factor, base::picoseconds now);
  bool has_packet();
  bool has_room() const;
  bool is_paced() const;
  bool is_stale(const departure& what) const;
  void drop_stale();

  const nic_parameters& parameters_;
  base::picoseconds idle_round_trip_;
  packet_number base_ = 0;     ///< all before it are acknowledged
  packet_number fresh_ = 0;    ///< next that was never sent; go-back-N: next to send
  packet_number highest_ = 0;  ///< all from it on were never sent
  packet_number posted_ = 0;
  std::deque<packet> packets_;        ///< base_ to before fresh_
  std::deque<departure> departures_;  ///< in the order of time; those sent again are twice in it
  std::deque<packet_number> lost_;    ///< selective: to repeat
  std::uint64_t under_way_ = 0;
  std::uint64_t acknowledged_ = 0;
  double window_;
  bool starting_ = true;  ///< no round trip has been too long yet
  base::picoseconds last_decrease_;
  base::picoseconds paced_until_;
  std::uint64_t sent_ = 0;
  std::uint64_t repeated_ = 0;
  std::uint64_t timeouts_ = 0;
  std::uint32_t rewinds_ = 0;
};

}  // namespace sn::network
