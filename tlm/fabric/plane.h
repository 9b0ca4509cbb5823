// One plane: a switch with its links, slot by slot. Plain C++; time is counted in slots.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "arbiter/arbiter.h"
#include "arbiter/class_arbiter.h"
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
  /// Traffic classes, 1 to 4: of the arbiter, and each with VOQs and credits of its own.
  unsigned classes = 1;
  /// Cells that a source sends of each class in turn, below the highest; 0 counts as 1.
  std::array<std::uint8_t, arbiter::class_limit> class_weights{1, 1, 1, 1};
  /// Groups of ports for reductions and multicasts, each with two columns of VOQs beyond those of
  /// the ports: ports + 2 groups may be 128 at most. They need an arbiter with classes.
  unsigned groups = 0;
  std::uint16_t reduction_buffer_cells = 64;  ///< per group: results that wait to be handed out
  /// Errors of links that replay repairs. A cell that is hit costs its link a loop of
  /// `replay_slots`: until its sender has been told and sends it again (go-back-N, alink/replay.h).
  double cell_error = 0.0;         ///< probability that a cell is hit, on each link
  std::uint32_t replay_slots = 1;  ///< of that loop; at least 1
  std::uint64_t error_seed = 1;
};

/// Replays in a row that may bring nothing: at the next hit the link goes down.
inline constexpr unsigned replay_attempts = 16;

/// A burst's share of this plane: so many bytes from one port to another.
struct plane_injection {
  std::uint64_t slot = 0;  ///< the first in which it may be sent
  std::uint32_t burst = 0;
  base::port_id input = 0;
  base::port_id output = 0;
  std::uint64_t bytes = 0;  ///< not 0
  std::uint8_t traffic_class = 0;
  base::port_id result_to = to_all;    ///< of a contribution: who gets the sum
  std::uint32_t copies = 0xffff'ffff;  ///< for the plane itself: the list of a multicast

  static constexpr base::port_id to_all = 0xffff;
  /// Whether a port gets a sum that is for `result_to`.
  static bool is_for(base::port_id result_to, unsigned port) {
    return result_to == to_all || result_to == port;
  }

  template <typename Archive>
  void fields(Archive& io) {
    io(slot, burst, input, output, bytes, traffic_class, result_to, copies);
  }
};

/// Who gets a copy of a multicast.
struct plane_copy {
  base::port_id output = 0;
  std::uint32_t burst = 0;  ///< that is complete when `output` has its copy

  template <typename Archive>
  void fields(Archive& io) {
    io(output, burst);
  }
};

/// A share whose last cell has crossed the switch, or of which a part was lost with its link.
struct plane_completion {
  std::uint32_t burst = 0;
  /// The last byte arrives one path latency (uplink, switch and downlink) after this slot begins.
  std::uint64_t slot = 0;
  bool lost = false;
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
    std::uint32_t copies = no_share;  ///< of a multicast: its list
    base::port_id result_to = plane_injection::to_all;

    template <typename Archive>
    void fields(Archive& io) {
      io(burst, cells, bytes, next, copies, result_to);
    }
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

    template <typename Archive>
    void fields(Archive& io) {
      io(sending, send_left, crossing, cross_left, last, credits, waiting);
    }
  };

  /// What is under way from one slot to a later one: per slot, for which inputs, and which VOQ.
  struct delay_line {
    std::vector<base::port_set> inputs;  ///< per slot of the ring
    std::vector<std::uint16_t> queue;    ///< per slot of the ring and input

    template <typename Archive>
    void fields(Archive& io) {
      io(inputs, queue);
    }
  };

  /// Who has yet to get copies of something.
  struct copy_list {
    base::port_set outputs;
    std::vector<plane_copy> copies;
    std::uint32_t next = no_share;  ///< of the free ones

    template <typename Archive>
    void fields(Archive& io) {
      io(outputs, copies, next);
    }
  };

  /// The result of a reduction, which is handed out while more of it comes.
  struct result {
    std::uint32_t copies = no_share;
    std::uint32_t cells_to_come = 0;  ///< not yet added up
    std::uint32_t cells_left = 0;     ///< not yet handed out
    std::uint64_t bytes = 0;

    template <typename Archive>
    void fields(Archive& io) {
      io(copies, cells_to_come, cells_left, bytes);
    }
  };

  /// A group of ports.
  struct group {
    base::port_set members;
    base::port_set contributing;  ///< members with a cell that waits to be added up
    std::vector<result> results;  ///< oldest first
    std::uint32_t cells = 0;      ///< results in the buffer

    template <typename Archive>
    void fields(Archive& io) {
      io(members, contributing, results, cells);
    }
  };

  /// An input as the source of multicasts: its own, and the results of groups of which it is the
  /// lowest member. One cell at a time is handed out.
  struct multicaster {
    base::port_set columns;        ///< that have a cell to hand out
    std::uint8_t next_column = 0;  ///< where the round robin over them stands
    std::uint8_t column = 0;       ///< of the cell that is being handed out
    bool busy = false;             ///< there is such a cell
    base::port_set left;           ///< the outputs that it still goes to

    template <typename Archive>
    void fields(Archive& io) {
      io(columns, next_column, column, busy, left);
    }
  };

  std::uint64_t next_slot = 0;  ///< the next to be simulated

  std::vector<plane_injection> inbox;  ///< by slot; from `inbox_head` on
  std::size_t inbox_head = 0;
  std::vector<share> shares;
  std::uint32_t free_share = no_share;
  std::vector<flow> flows;  ///< per input and VOQ

  std::vector<base::port_set> sendable;  ///< per class and input: with a cell to send and a credit
  std::vector<std::uint8_t> send_from;   ///< per class and input: where its round robin stands
  std::vector<std::uint16_t> send_turn;  ///< per input: where its round of the classes stands
  base::port_set inputs_sendable;        ///< inputs with anything sendable
  base::port_set inputs_free;            ///< inputs whose link is not sending
  arbiter::slot_request request;         ///< VOQs that hold cells; outputs that can take one
  arbiter::class_request class_request;  ///< the same for an arbiter with classes
  std::vector<base::port_set> hidden;    ///< per class and output: rows without receive credit

  delay_line uplink;
  delay_line credit;
  delay_line reduction_credit;                   ///< of cells that reductions have taken
  std::vector<base::port_set> uplink_release;    ///< per slot of the ring: links that end a cell
  std::vector<base::port_set> downlink_release;  ///< per slot of the ring: links that end a cell
  std::vector<base::port_set> receive_credit;    ///< per slot of the ring and class: outputs
  std::vector<std::uint16_t> receive_credits;    ///< per class and output
  base::port_set downlinks_free;                 ///< outputs whose link is not sending

  std::vector<group> groups;
  std::uint8_t reduce_from = 0;           ///< where the round robin over the groups stands
  std::vector<multicaster> multicasters;  ///< per input
  std::vector<copy_list> copy_lists;
  std::uint32_t free_copy_list = no_share;

  std::uint64_t cells_unsent = 0;
  std::uint64_t cells_waiting = 0;    ///< in VOQs
  std::uint64_t cells_to_reduce = 0;  ///< of these, those that wait for other members
  std::uint64_t results_waiting = 0;  ///< cells in the buffers of reductions
  std::uint64_t credits_away = 0;
  std::uint64_t receive_credits_away = 0;
  std::uint64_t links_sending = 0;  ///< slow links within a cell
  std::uint64_t cells_injected = 0;
  std::uint64_t cells_never_sent = 0;  ///< of those that were lost with the plane
  std::uint64_t bytes_injected = 0;
  std::uint64_t bytes_taken_in = 0;  ///< of contributions and multicasts, done with at the switch
  std::uint64_t bytes_copied = 0;    ///< that left as results and copies
  base::random_generator errors{1};  ///< which cells are hit

  std::vector<std::uint8_t> slots_per_cell;   ///< per port, as the links are now
  std::vector<std::uint8_t> uplink_attempts;  ///< per port: hits in a row
  base::port_set dead;                        ///< ports whose link went down by itself
  std::vector<base::port_id> failures;        ///< of these, those that nobody knows of

  plane_statistics statistics;

  /// All of it.
  template <typename Archive>
  void fields(Archive& io) {
    io(next_slot, inbox, inbox_head, shares, free_share, flows, sendable, send_from, send_turn,
       inputs_sendable, inputs_free, request, class_request, hidden, uplink, credit,
       reduction_credit, uplink_release, downlink_release, receive_credit, receive_credits,
       downlinks_free, groups, reduce_from, multicasters, copy_lists, free_copy_list, cells_unsent,
       cells_waiting, cells_to_reduce, results_waiting, credits_away, receive_credits_away,
       links_sending, cells_injected, cells_never_sent, bytes_injected, bytes_taken_in,
       bytes_copied, errors, slots_per_cell, uplink_attempts, dead, failures, statistics);
  }
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
/// With an arbiter with classes, each class has VOQs and credits of its own, and a source sends the
/// highest class first and the others in turn by their weights.
///
/// Members of a group send contributions to it, or multicasts. When all members have a cell that
/// waits, and the group's buffer has room, the switch takes a cell of each and makes one of the
/// result, between steps 2 and 3, of each member for one group at most; the lowest member's input
/// hands it to all members, or to the one that the contributions name; then those of the others
/// are complete as soon as they are part of it. Members must send contributions of the same lengths
/// in the same order.
/// A cell for many stays in its VOQ, or in the buffer, until all outputs have it.
///
/// Where links err, step 4 may instead lose the link to a replay, and in step 3 a cell may hold its
/// output's link for a replay or more, and arrive as much later. A link whose replays bring nothing
/// goes down, with everything that is waiting or under way to use it.
///
/// A port with n slots per cell sends and receives one cell per n slots. A switch passes a cell on
/// as it comes in (the latency of the switch includes what it must see first), except where the
/// output is faster than the input: then the cell is arbitrated later by the difference.
class plane {
 public:
  /// With one class and no groups.
  plane(const plane_parameters& parameters, arbiter::scheduler& scheduler);
  plane(const plane_parameters& parameters, arbiter::class_scheduler& scheduler);

  /// Accepts a share; its slot must not have been simulated and must not lie before that of an
  /// earlier share. An output that is a column of a group makes it a contribution.
  void inject(const plane_injection& share);
  /// Accepts a multicast, to the multicast column of a group. `copies` are not empty; the burst of
  /// each is complete on its own, that of `share` never.
  void inject_multicast(plane_injection share, const std::vector<plane_copy>& copies);

  /// The output of contributions to a group, and that of multicasts of its members.
  base::port_id reduction_column(unsigned group) const {
    return static_cast<base::port_id>(parameters_.ports + 2 * group);
  }
  base::port_id multicast_column(unsigned group) const {
    return static_cast<base::port_id>(reduction_column(group) + 1);
  }
  /// Changes the members of a group, which must have nothing under way.
  void set_members(unsigned group, const base::port_set& members);
  /// Simulates until just before slot `until`, or until there is nothing left to do, whichever is
  /// first. Idle stretches are skipped. Shares that have crossed are appended to `done`, in order.
  void run(std::uint64_t until, std::vector<plane_completion>& done);

  /// The switch dies: whatever has not crossed it is gone. Appends to `lost` the burst of every
  /// share that will not complete, and leaves the plane idle.
  void lose(std::vector<std::uint32_t>& lost);
  /// The same for the link at `port`, in both directions; what groups have under way of which it is
  /// a member is lost, too.
  void lose_link(base::port_id port, std::vector<std::uint32_t>& lost);
  /// The same for all that members of a group have contributed, and its results.
  void lose_reductions(unsigned group, std::vector<std::uint32_t>& lost);
  /// The link at `port` is up, also if it went down by itself, and `narrower` times slower than it
  /// was built. Nothing may be waiting or under way to use it.
  void restore_link(base::port_id port, unsigned narrower);
  /// The next link that went down by itself, each once. What comes for it is lost until it is
  /// restored.
  std::optional<base::port_id> take_failure();

  /// Nothing is waiting, nothing is under way, all credits are home.
  bool idle() const;
  /// The next slot in which there is something to do; only if not idle.
  std::uint64_t next_slot() const;

  const plane_statistics& statistics() const { return state_.statistics; }
  /// Aborts if the books are wrong: a link above its rate, cells or bytes lost, credits leaked.
  void audit() const;

  /// State as data. The scheduler's own is not part of it.
  const plane_state& save() const { return state_; }
  void restore(const plane_state& saved) {
    state_ = saved;
    ring_mask_ = state_.uplink.inputs.size() - 1;
  }
  /// The same and the scheduler's, as part of the section of the owner.
  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

 private:
  // What runs in every slot knows at compile time whether there are classes and groups.

  /// A VOQ's number at its input: the class, and the output or column.
  static constexpr unsigned queue_of(unsigned traffic_class, unsigned column) {
    return traffic_class * base::port_limit + column;
  }
  template <bool classed>
  static constexpr unsigned class_of(unsigned queue) {
    return classed ? queue / base::port_limit : 0;
  }
  static constexpr unsigned column_of(unsigned queue) { return queue % base::port_limit; }

  plane(const plane_parameters& parameters, arbiter::scheduler* scheduler,
        arbiter::class_scheduler* class_scheduler);
  void clear();
  template <bool classed>
  void step(std::vector<plane_completion>& done);
  std::uint32_t new_share();
  template <bool classed>
  void take_inbox(std::vector<plane_completion>& done);
  template <bool classed>
  void take_credits(std::size_t now);
  template <bool classed>
  std::uint64_t take_credits_of(plane_state::delay_line& line, std::size_t now);
  void take_receive_credits(std::size_t now);
  template <bool classed>
  void take_arrivals(std::size_t now);
  template <bool classed>
  void arbitrate(std::size_t now, std::vector<plane_completion>& done);
  std::uint64_t arbitrate_classes(std::size_t now, std::vector<plane_completion>& done);
  template <bool classed>
  void cross(unsigned input, unsigned queue, std::size_t now, std::vector<plane_completion>& done);
  void return_credit(plane_state::delay_line& line, unsigned input, unsigned queue);
  template <bool classed>
  std::uint64_t leave(unsigned output, unsigned traffic_class, std::size_t now);
  void next_share(plane_state::flow& flow);
  template <bool classed>
  void send(std::size_t now);
  template <bool classed>
  unsigned next_to_send(unsigned input);
  template <bool classed>
  void send_cell(unsigned input, unsigned queue, std::size_t now);
  template <bool classed>
  void make_sendable(unsigned input, unsigned queue);
  bool hit() {
    return parameters_.cell_error > 0.0 && state_.errors.chance(parameters_.cell_error);
  }
  template <bool classed>
  bool uplink_hit(unsigned input, std::size_t now);
  template <bool classed>
  void replay_uplink(unsigned input, std::size_t now);
  template <bool classed>
  std::uint64_t replay_downlink(unsigned output);
  bool quiet() const;
  std::uint64_t audit_credits() const;

  // plane_loss.cpp
  bool lost_at_once(const plane_injection& share, std::vector<plane_completion>& done);
  void lose_flow(unsigned input, unsigned queue, std::vector<std::uint32_t>& lost);
  template <bool classed>
  void lose_request(unsigned input, unsigned queue);
  void give_up_links(std::vector<plane_completion>& done);
  void fit_ring(std::uint64_t longest_delay);

  // plane_groups.cpp
  bool is_reduction(unsigned column) const { return (column - parameters_.ports) % 2 == 0; }
  plane_state::group& group_of(unsigned column) {
    return state_.groups[(column - parameters_.ports) / 2];
  }
  void arrive_at_group(unsigned input, unsigned column);
  void offer(unsigned input, unsigned column);
  void reduce(std::vector<plane_completion>& done);
  void begin_result(unsigned column);
  void ask_for_multicast();
  std::uint64_t hand_out(std::size_t now, std::vector<plane_completion>& done);
  void finish_handing_out(unsigned input);
  void give(plane_state::copy_list& list, unsigned output, std::uint64_t bytes, std::uint64_t slot,
            std::vector<plane_completion>& done);
  std::uint32_t new_copy_list();
  void free_copy_list(std::uint32_t index);

  // plane_group_loss.cpp
  bool uses(const plane_injection& share, const base::port_set& ports) const;
  bool uses(unsigned input, unsigned column, const base::port_set& ports) const;
  void lose_copies(std::vector<std::uint32_t>& lost) const;
  void lose_copies_of(std::uint32_t list, std::vector<std::uint32_t>& lost);
  void lose_injection(const plane_injection& share, std::vector<std::uint32_t>& lost);
  void lose_groups(const base::port_set& ports, std::vector<std::uint32_t>& lost);
  void lose_sums(unsigned group, std::vector<std::uint32_t>& lost);
  void lose_multicasts(unsigned input, unsigned column, std::vector<std::uint32_t>& lost);
  void offer_nothing(unsigned input, unsigned column);

  template <bool classed>
  unsigned classes() const {
    return classed ? parameters_.classes : 1;
  }
  std::size_t ring(std::uint64_t slot) const { return static_cast<std::size_t>(slot) & ring_mask_; }
  plane_state::flow& flow_of(unsigned input, unsigned queue) {
    return state_.flows[static_cast<std::size_t>(input) * queues_ + queue];
  }
  template <bool classed>
  base::port_set& sendable(unsigned input, unsigned traffic_class) {
    return state_.sendable[classed ? traffic_class * parameters_.ports + input : input];
  }
  /// The source of a VOQ has nothing more for it, or no credit. Runs in every slot.
  template <bool classed>
  void make_unsendable(unsigned input, unsigned queue) {
    sendable<classed>(input, class_of<classed>(queue)).reset(column_of(queue));
    base::port_set any;
    for (unsigned c = 0; c < classes<classed>(); ++c) {
      any = any | sendable<classed>(input, c);
    }
    if (any.none()) {
      state_.inputs_sendable.reset(input);
    }
  }
  /// The inputs whose VOQ of this number holds a cell.
  template <bool classed>
  const base::port_set& waiting_inputs(unsigned queue) const {
    if (!classed) {
      return state_.request.inputs_for_output[queue];
    }
    const unsigned traffic_class = class_of<true>(queue);
    const unsigned output = column_of(queue);
    const std::size_t place = std::size_t{traffic_class} * parameters_.ports + output;
    return parameters_.receive_buffer_cells != 0 && state_.receive_credits[place] == 0
               ? state_.hidden[place]
               : state_.class_request.inputs_for_output[traffic_class][output];
  }
  template <bool classed>
  base::port_set& waiting_inputs(unsigned queue) {
    return const_cast<base::port_set&>(std::as_const(*this).waiting_inputs<classed>(queue));
  }
  template <bool classed>
  base::port_set& ready() {
    return classed ? state_.class_request.ready : state_.request.ready;
  }

  plane_parameters parameters_;
  arbiter::scheduler* scheduler_;              ///< or
  arbiter::class_scheduler* class_scheduler_;  ///< this one; the other is null
  unsigned columns_;                           ///< outputs, and those of groups
  unsigned queues_;                            ///< VOQs of an input, with gaps between classes
  std::size_t ring_mask_ = 0;
  std::vector<std::uint8_t> class_turns_;  ///< a round of the classes below the highest
  arbiter::slot_grant grant_;
  arbiter::class_grant class_grant_;
  base::port_set giving_up_;         ///< scratch of step(): links that go down in this slot
  std::vector<std::uint32_t> lost_;  ///< scratch of step()
  plane_state state_;
};

}  // namespace sn::fabric
