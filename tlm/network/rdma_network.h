// NICs with queue pairs on a packet network.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "network/packet_fabric.h"
#include "network/rdma_parameters.h"
#include "network/rdma_receiver.h"
#include "network/rdma_sender.h"

namespace sn::network {

/// Number of a queue pair, from 0.
using queue_pair_id = std::uint32_t;

/// What a queue pair has done.
struct queue_pair_statistics {
  std::uint64_t packets_sent = 0;
  std::uint64_t packets_repeated = 0;
  std::uint64_t duplicates = 0;  ///< that came again although they had come
  std::uint64_t timeouts = 0;
  base::bytes placed;       ///< payload, each byte once
  base::picoseconds begun;  ///< when its first packet left
  base::picoseconds last;   ///< when its last new packet came
  double window = 0.0;      ///< at present
};

/// A message of which all bytes are in memory, and all those of earlier messages of its queue pair.
struct message_completion {
  queue_pair_id pair = 0;
  std::uint64_t message = 0;  ///< of the pair, from 0
  base::picoseconds when;
};

/// A packet whose bytes were placed.
struct packet_placement {
  queue_pair_id pair = 0;
  std::uint64_t message = 0;
  base::bytes offset;  ///< in the message
  base::bytes size;
};

/// Queue pairs send messages to other NICs as packets of an MTU. A NIC serves its queue pairs in
/// turn. Data placement, order of completion and what is sent again are as the parameters say.
class rdma_network {
 public:
  rdma_network(const nic_parameters& nic, const packet_fabric_parameters& fabric);
  rdma_network(const rdma_network&) = delete;
  rdma_network& operator=(const rdma_network&) = delete;

  /// A queue pair between two NICs, which are not the same. Throws base::run_error if one of them
  /// has no more.
  queue_pair_id connect(std::uint32_t from, std::uint32_t to);
  /// Another message of `size` bytes, not 0, at the present time.
  void post(queue_pair_id pair, base::bytes size);

  /// Until nothing more happens at or before `until`.
  void run(base::picoseconds until);
  /// Until all that was posted has come and has been acknowledged.
  void run_to_end();
  base::picoseconds now() const { return now_; }

  queue_pair_statistics statistics(queue_pair_id pair) const;
  const packet_fabric& fabric() const { return fabric_; }
  /// Packets and acknowledgements that were lost on the way (not for want of room).
  std::uint64_t lost() const { return lost_; }

  /// Messages that have completed since the last call, in the order of time.
  std::vector<message_completion> take_completions();
  /// Keeps placements for take_placements(); off at first, since they are many.
  void record_placements() { recording_ = true; }
  std::vector<packet_placement> take_placements();

  /// Time of a packet of an MTU through an idle network and its answer back.
  base::picoseconds idle_round_trip(std::uint32_t from, std::uint32_t to) const;

 private:
  enum class event_kind : std::uint8_t { nic_free, hop, arrival, answer, pace, timeout };
  struct event {
    base::picoseconds when;
    std::uint64_t order = 0;
    event_kind what = event_kind::nic_free;
    std::uint32_t subject = 0;  ///< NIC, queue pair, packet or answer under way
  };
  struct posted_message {
    packet_number first = 0;
    packet_number end = 0;
    base::bytes size;
  };
  struct queue_pair {
    queue_pair(std::uint32_t source, std::uint32_t destination, const nic_parameters& nic,
               base::picoseconds idle_round_trip)
        : from(source), to(destination), sender(nic, idle_round_trip), receiver(nic.repeat) {}

    std::uint32_t from;
    std::uint32_t to;
    rdma_sender sender;
    rdma_receiver receiver;
    packet_number end = 0;                ///< of all that was posted
    std::deque<posted_message> messages;  ///< not yet complete
    std::uint64_t completed = 0;
    std::uint32_t spine = 0;  ///< of the next packet
    bool in_turn = false;     ///< in its NIC's queue
    bool timer = false;       ///< a timeout is scheduled
    bool pacing = false;      ///< the end of a pace is scheduled
    bool sent_any = false;
    base::bytes placed;
    base::picoseconds begun;
    base::picoseconds last;
  };
  struct nic_state {
    std::deque<queue_pair_id> turns;
    bool busy = false;
    std::uint32_t pairs = 0;
  };
  struct flying_packet {
    queue_pair_id pair = 0;
    packet_number number = 0;
    std::uint32_t spine = 0;
    unsigned hop = 0;
    std::uint32_t rewinds = 0;
    base::bytes payload;
    base::picoseconds sent;
  };
  struct flying_answer {
    queue_pair_id pair = 0;
    rdma_answer what;
  };

  static bool later(const event& a, const event& b);
  void schedule(base::picoseconds when, event_kind what, std::uint32_t subject);
  void handle(const event& what);
  void consider(queue_pair_id pair);
  void serve(std::uint32_t nic_index);
  void send(queue_pair_id pair, packet_number number);
  void hop(std::uint32_t index);
  void arrive(std::uint32_t index);
  void place(queue_pair_id pair, const flying_packet& packet);
  const posted_message& message_of(const queue_pair& pair, packet_number number) const;
  base::bytes payload_of(const posted_message& message, packet_number number) const;
  base::bytes wire_size(base::bytes payload) const { return payload + nic_.overhead; }
  bool is_lost();

  nic_parameters nic_;
  packet_fabric fabric_;
  base::random_generator random_;
  base::picoseconds now_;
  base::picoseconds least_gap_;  ///< between packets of a NIC
  std::uint64_t scheduled_ = 0;
  std::vector<event> events_;  ///< a heap, earliest first
  std::vector<nic_state> nics_;
  std::deque<queue_pair> pairs_;
  std::vector<flying_packet> packets_;
  std::vector<std::uint32_t> free_packets_;
  std::vector<flying_answer> answers_;
  std::vector<std::uint32_t> free_answers_;
  std::uint64_t lost_ = 0;
  bool recording_ = false;
  std::vector<message_completion> completions_;
  std::vector<packet_placement> placements_;
};

}  // namespace sn::network
