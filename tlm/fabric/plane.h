// One plane: a switch with its links, slot by slot. Plain C++; time is counted in slots.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "arbiter/arbiter.h"
#include "base/ids.h"
#include "base/port_set.h"
#include "base/random.h"
#include "fabric/statistics.h"

namespace sn::fabric {

/// What a plane is built from. A slot is the time of one cell on a full-width port.
struct plane_parameters {
  unsigned ports = 0;
  std::vector<std::uint8_t> slots_per_cell;  ///< per port, both directions; 1 is full width
  std::uint16_t voq_depth_cells = 64;        ///< per input and output
  std::uint16_t receive_buffer_cells = 0;    ///< per output; 0: it never limits
  std::uint32_t uplink_slots = 1;            ///< from sending a cell to its arbitration; at least 1
  std::uint32_t credit_slots = 1;          ///< from a grant to the VOQ credit's return; at least 1
  std::uint32_t receive_credit_slots = 1;  ///< from a grant to the receive buffer's credit's return
  std::uint32_t payload_bytes = 595;       ///< of a cell
  std::uint32_t bin_slots = 1024;          ///< for cells over time
  /// Errors of links that replay repairs. A cell that is hit costs its link a loop of
  /// `replay_slots`: until its sender has been told and sends it again (go-back-N, alink/replay.h).
  double cell_error = 0.0;         ///< probability that a cell is hit, on each link
  std::uint32_t replay_slots = 1;  ///< of that loop; at least 1
  std::uint64_t error_seed = 1;
};

/// Hits of one cell in a row, at most: beyond that the link would have to be given up.
inline constexpr unsigned replay_attempts = 16;

/// A burst's share of this plane: so many bytes from one port to another.
struct plane_injection {
  std::uint64_t slot = 0;  ///< the first in which it may be sent
  std::uint32_t burst = 0;
  base::port_id input = 0;
  base::port_id output = 0;
  std::uint64_t bytes = 0;  ///< not 0
};

/// A share whose last cell has crossed the switch.
struct plane_completion {
  std::uint32_t burst = 0;
  /// The last byte arrives one path latency (uplink, switch and downlink) after this slot begins.
  std::uint64_t slot = 0;
};

/// The whole mutable state of a plane but for its scheduler's, as data.
struct plane_state {
  static constexpr std::uint32_t no_share = 0xffff'ffff;

  /// A share that is waiting or under way.
  struct share {
    std::uint32_t burst = 0;
    std::uint32_t cells = 0;
    std::uint64_t bytes = 0;
    std::uint32_t next = no_share;  ///< the next of the same input and output, or of the free ones
  };

  /// One input and output: a FIFO of shares with two places in it. Cells are counted, never stored.
  struct alignas(32) flow {
    std::uint32_t sending = no_share;   ///< the share that the source sends next
    std::uint32_t send_left = 0;        ///< its cells not sent
    std::uint32_t crossing = no_share;  ///< the oldest share that has not crossed: head of the FIFO
    std::uint32_t cross_left = 0;       ///< its cells that have not crossed
    std::uint32_t last = no_share;      ///< tail of the FIFO
    std::uint16_t credits = 0;          ///< free places in the VOQ, as the source knows them
    std::uint16_t waiting = 0;          ///< cells in the VOQ
  };

  /// What is under way from one slot to a later one: per slot, for which inputs, and which output.
  struct delay_line {
    std::vector<base::port_set> inputs;  ///< per slot of the ring
    std::vector<std::uint8_t> output;    ///< per slot of the ring and input
  };

  std::uint64_t next_slot = 0;  ///< the next to be simulated

  std::vector<plane_injection> inbox;  ///< by slot; from `inbox_head` on
  std::size_t inbox_head = 0;
  std::vector<share> shares;
  std::uint32_t free_share = no_share;
  std::vector<flow> flows;  ///< per input and output

  std::vector<base::port_set> sendable;  ///< per input: outputs with a cell to send and a credit
  std::vector<std::uint8_t> send_from;   ///< per input: where its round robin stands
  base::port_set inputs_sendable;        ///< inputs with anything sendable
  base::port_set inputs_free;            ///< inputs whose link is not sending
  arbiter::slot_request request;         ///< VOQs that hold cells; outputs that can take one

  delay_line uplink;
  delay_line credit;
  std::vector<base::port_set> uplink_release;    ///< per slot of the ring: links that end a cell
  std::vector<base::port_set> downlink_release;  ///< per slot of the ring: links that end a cell
  std::vector<base::port_set> receive_credit;    ///< per slot of the ring: outputs
  std::vector<std::uint16_t> receive_credits;    ///< per output
  base::port_set downlinks_free;                 ///< outputs whose link is not sending

  std::uint64_t cells_unsent = 0;
  std::uint64_t cells_waiting = 0;  ///< in VOQs
  std::uint64_t credits_away = 0;
  std::uint64_t receive_credits_away = 0;
  std::uint64_t links_sending = 0;  ///< slow links within a cell
  std::uint64_t cells_injected = 0;
  std::uint64_t cells_never_sent = 0;  ///< of those that were lost with the plane
  std::uint64_t bytes_injected = 0;
  base::random_generator errors{1};  ///< which cells are hit

  plane_statistics statistics;
};

/// A switch with one virtual output queue per input and output, an arbiter, and the links to and
/// from its endpoints.
///
/// In slot s, in this order:
/// 1. shares that may be sent from s on join the FIFO of their input and output;
/// 2. credits come back, cells that were sent `uplink_slots` ago reach their VOQ;
/// 3. the scheduler matches inputs and outputs; each match moves a cell out of its VOQ, sends its
///    credit home and occupies the output's link;
/// 4. each free input link sends one cell to the next output, in round robin, for which it has a
///    cell and a credit. Its place in the VOQ is thus reserved before it is sent.
///
/// Where links err, step 4 may instead lose the link to a replay, and in step 3 a cell may hold its
/// output's link for a replay or more, and arrive as much later.
///
/// A port with n slots per cell sends and receives one cell per n slots. A switch passes a cell on
/// as it comes in (the latency of the switch includes what it must see first), except where the
/// output is faster than the input: then the cell is arbitrated later by the difference.
class plane {
 public:
  plane(const plane_parameters& parameters, arbiter::scheduler& scheduler);

  /// Accepts a share; its slot must not have been simulated and must not lie before that of an
  /// earlier share.
  void inject(const plane_injection& share);
  /// Simulates until just before slot `until`, or until there is nothing left to do, whichever is
  /// first. Idle stretches are skipped. Shares that have crossed are appended to `done`, in order.
  void run(std::uint64_t until, std::vector<plane_completion>& done);

  /// The switch dies: whatever has not crossed it is gone. Appends to `lost` the burst of every
  /// share that will not complete, and leaves the plane idle.
  void lose(std::vector<std::uint32_t>& lost);

  /// Nothing is waiting, nothing is under way, all credits are home.
  bool idle() const;
  /// The next slot in which there is something to do; only if not idle.
  std::uint64_t next_slot() const;

  const plane_statistics& statistics() const { return state_.statistics; }
  /// Aborts if the books are wrong: a link above its rate, cells or bytes lost, credits leaked.
  void audit() const;

  /// State as data. The scheduler's own is not part of it.
  const plane_state& save() const { return state_; }
  void restore(const plane_state& saved) { state_ = saved; }

 private:
  void clear();
  void step(std::vector<plane_completion>& done);
  void take_inbox();
  void take_credits(std::size_t now);
  void take_arrivals(std::size_t now);
  void arbitrate(std::size_t now, std::vector<plane_completion>& done);
  void cross(unsigned input, unsigned output, std::size_t now, std::vector<plane_completion>& done);
  void send(std::size_t now);
  void send_cell(unsigned input, unsigned output, std::size_t now);
  bool hit() {
    return parameters_.cell_error > 0.0 && state_.errors.chance(parameters_.cell_error);
  }
  void replay_uplink(unsigned input, std::size_t now);
  std::uint64_t replay_downlink(unsigned output);
  bool quiet() const;
  std::size_t ring(std::uint64_t slot) const { return static_cast<std::size_t>(slot) & ring_mask_; }
  plane_state::flow& flow_of(unsigned input, unsigned output) {
    return state_.flows[static_cast<std::size_t>(input) * parameters_.ports + output];
  }

  plane_parameters parameters_;
  arbiter::scheduler& scheduler_;
  std::size_t ring_mask_ = 0;
  arbiter::slot_grant grant_;
  plane_state state_;
};

}  // namespace sn::fabric
