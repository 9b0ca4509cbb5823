// The engine that moves bursts as fluids, without cells and arbiters.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "fabric/engine.h"
#include "fabric/flow_plane.h"
#include "fabric/slot_clock.h"

namespace sn::fabric {

/// The stated error of fidelity flow: how far the time of an exchange may be from that of fidelity
/// cell, as a fraction of it. tests/validation/flow_against_cell_test.cpp holds it.
struct flow_error {
  static constexpr double bandwidth_bound = 0.05;
  static constexpr double latency_bound = 0.10;
};

/// What a flow engine is built from.
struct flow_engine_parameters {
  std::vector<endpoint_parameters> endpoints;
  unsigned planes = 1;
  unsigned ports = 0;                ///< of each switch
  base::bytes_per_second port_rate;  ///< of a full-width port, each way, with all overheads
  base::bytes cell{640};             ///< on the wire
  base::bytes cell_payload{595};
  base::bytes request_header{16};  ///< of a read request
  base::picoseconds path_latency;  ///< uplink, switch and downlink; at least one slot
  unsigned iterations = 1;         ///< of the arbiter whose losses are estimated
  unsigned reduction_groups = 0;   ///< for reductions
  unsigned bin_slots = 1024;       ///< for utilisation over time
  kernel::turns* order = nullptr;  ///< what it takes turns with
};

/// Fidelity `flow`: every share of a burst is whole cells that flow through a flow_plane, and its
/// last byte arrives one path latency after the slot in which the last of them has crossed. Planes
/// that carry the same cells from a common idle state on are simulated as one.
///
/// A reduction begins when all members have contributed; from then on each member's contribution
/// and its result are one flow from its uplink to its own downlink (also if it gets no result). Of
/// a multicast what its sender sends and what each member gets are such flows, too, which begin
/// together. That a switch hands out one cell at a time is a flow of its own, from a port behind
/// all others to itself: all that groups reduce and multicast at the same time shares it, in the
/// order in which it began.
///
/// What it leaves out is what makes it fast: cells, VOQs, credits, the arbiter and its losses.
/// docs/fabric.md says how far it is from fidelity `cell`.
class flow_engine : public engine {
 public:
  flow_engine(const sc_core::sc_module_name& name, const flow_engine_parameters& parameters);

  const slot_clock& clock() const override { return clock_; }
  /// Groups of planes that are simulated as one.
  std::size_t groups() const { return groups_.size(); }

  void lose_plane(unsigned plane) override;
  void lose_link(unsigned plane, base::port_id port) override;
  void restore_link(unsigned plane, base::port_id port, unsigned narrower) override;
  engine_statistics statistics() const override;
  std::uint64_t cells_in(unsigned plane, base::port_id port) const override;
  std::uint64_t cells_out(unsigned plane, base::port_id port) const override;
  unsigned bin_slots() const override { return parameters_.bin_slots; }
  void audit() const override;

 protected:
  void carry(const leg& way) override;
  unsigned group_count() const override { return parameters_.reduction_groups; }
  void set_group(unsigned index, const base::port_set& members) override;
  void withdraw(unsigned index, const std::vector<burst_index>& contributions) override;
  void save_carriers(base::snapshot_writer& to) const override;
  void restore_carriers(base::snapshot_reader& from) override;

 private:
  /// Planes that have carried the same since all were idle.
  struct group {
    std::uint16_t planes = 0;
    flow_plane fluid;
  };
  /// How far the present leg of a burst has come.
  struct progress {
    leg way;
    unsigned parts_left = 0;  ///< shares that it waits for
    loss lost;                ///< of these
    base::picoseconds last;   ///< when the latest of them so far arrives
    bool counts_up = true;    ///< as bytes of its uplink
    bool counts_down = true;  ///< as bytes of its downlink
    /// Those that wait for what the switches hand out under its number: contributions of a turn, or
    /// copies of a multicast, which wait for its own way, too.
    std::vector<std::uint32_t> sharers;

    template <typename Archive>
    void fields(Archive& io) {
      io(way, parts_left, lost, last, counts_up, counts_down, sharers);
    }
  };

  /// A group of ports, and the contributions that wait for others.
  struct reducing_group {
    base::port_set members;
    std::deque<std::vector<leg>> waiting;  ///< oldest reduction first

    template <typename Archive>
    void fields(Archive& io) {
      io(members, waiting);
    }
  };

  void contribute(const leg& way);
  void reduce(const std::vector<leg>& turn);
  void multicast(const leg& way);
  progress& begin(const leg& way, unsigned parts);
  std::uint32_t cells_of(const leg& way, unsigned plane) const;
  void flow(std::uint32_t burst);
  void hand_out(std::uint32_t burst);
  void inject(flow_injection share, const leg& way);
  void join_groups();
  void split_groups(const std::array<std::uint32_t, plane_limit>& cells);
  void crossed(const plane_completion& share, std::uint16_t planes);
  void tell_losses(unsigned plane, alink::cause why);
  void lose_waiting(unsigned plane, const base::port_set& ports, alink::cause why);
  template <typename Each>
  void for_bursts_of(std::uint32_t share, const Each& each);
  void part_done(std::uint32_t burst, unsigned parts, base::picoseconds when);
  group& alone(unsigned plane);
  void wake_up();
  void run();
  const group& group_of(unsigned plane) const;
  plane_statistics statistics_of(unsigned plane) const;

  flow_engine_parameters parameters_;
  slot_clock clock_;
  std::uint64_t batch_slots_;  ///< from a change to the latest slot in which it must be known
  std::vector<group> groups_;
  std::vector<plane_statistics> settled_;  ///< per plane: cells of former groups, and all bytes
  std::vector<progress> progress_;         ///< per burst
  std::vector<plane_completion> done_;     ///< scratch of run()
  std::vector<std::uint32_t> lost_;        ///< scratch of lose_plane() and lose_link()
  std::uint16_t narrowed_ = 0;             ///< planes with a link that is not as it was built
  std::vector<std::vector<bool>> narrow_links_;  ///< by plane and port
  std::vector<reducing_group> reducing_;
  kernel::alarm wake_;
  std::uint64_t wake_slot_ = 0;  ///< when the next wake-up is, if there is one
  bool awake_ = false;
};

}  // namespace sn::fabric
