// One plane as fluid: shares flow over two links at max-min fair rates. Plain C++, time in slots.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/port_set.h"
#include "fabric/flow_contention.h"
#include "fabric/max_min.h"
#include "fabric/plane.h"
#include "fabric/statistics.h"

namespace sn::fabric {

/// What a fluid plane is built from. A slot is the time of one cell on a full-width port.
struct flow_plane_parameters {
  std::vector<std::uint8_t> slots_per_cell;  ///< per port, both directions; 1 is full width
  bool hands_out = false;   ///< the last port is none, but what the switch hands out of groups
  unsigned iterations = 1;  ///< of the arbiter whose losses are estimated
  std::uint32_t bin_slots = 1024;  ///< for cells over time
};

/// Told apart by it: a share that stands for what a switch hands out of a burst's reduction.
inline constexpr std::uint32_t hand_out_bit = 0x8000'0000;

/// So many cells from one port to another.
struct flow_injection {
  std::uint64_t slot = 0;  ///< the first in which it may be sent
  std::uint32_t burst = 0;
  base::port_id input = 0;
  base::port_id output = 0;
  std::uint32_t cells = 0;  ///< not 0
  bool counts_up = true;    ///< as cells of its uplink
  bool counts_down = true;  ///< as cells of its downlink

  template <typename Archive>
  void fields(Archive& io) {
    io(slot, burst, input, output, cells, counts_up, counts_down);
  }
};

/// A switch and its links without an arbiter. It answers as plane does, by other means:
///
/// - The shares of one input and output go one after the other. The first is a fluid that flows
///   over both links at its max-min fair rate. It has crossed in the first slot by which all its
///   cells have flowed. What flow_contention says is lost is taken from the outputs.
/// - A source serves its destinations in round robin. Of the flows that start at one source in one
///   slot, each begins when the round robin first comes to it, one cell's time after the one
///   before, as each of these sends a cell first. Flows of the source that its uplink limits take
///   their turns too. Single cells that meet at an output take turns there likewise.
/// - Rates are solved again when a flow begins. Where one of its links has other flows it may wait
///   for more to begin, for at most a `grain`th of its own cells. What an ended flow leaves is
///   shared out again after at most a `patience`th of the time for which the plane has been busy,
///   so that a long exchange of many unequal flows costs a bounded number of solutions.
class flow_plane {
 public:
  static constexpr std::uint64_t patience = 64;
  static constexpr std::uint64_t grain = 16;

  explicit flow_plane(const flow_plane_parameters& parameters);

  /// Accepts a share; its slot must not lie before one that was simulated or that of an earlier
  /// one.
  void inject(const flow_injection& arriving);
  /// Simulates until just before slot `until`. Shares that have crossed are appended to `done`, by
  /// slot.
  void run(std::uint64_t until, std::vector<plane_completion>& done);

  /// The switch dies in `slot`, before which everything has been simulated. Appends to `lost` the
  /// burst of every share that has not crossed.
  void lose(std::uint64_t slot, std::vector<std::uint32_t>& lost);
  /// The same for the link at `port`, in both directions.
  void lose_link(std::uint64_t slot, base::port_id port, std::vector<std::uint32_t>& lost);
  /// Shares from a port to itself are gone whose burst, but for its highest bit, `which` names.
  void withdraw(std::uint64_t slot, const std::vector<bool>& which);
  /// The link at `port`, which nothing uses, is from `slot` on `narrower` times slower than it was
  /// built.
  void restore_link(std::uint64_t slot, base::port_id port, unsigned narrower);

  /// Nothing is under way.
  bool idle() const { return open_shares_ == 0; }
  /// The next slot in which something changes; only if not idle.
  std::uint64_t next_slot() const;

  /// Cells and slots; bytes are not known here, and nothing ever queues.
  plane_statistics statistics() const;
  std::uint64_t cells_in(base::port_id port) const { return uplinks_.at(port).cells; }
  std::uint64_t cells_out(base::port_id port) const { return downlinks_.at(port).cells; }
  /// Starts the statistics anew; only if idle.
  void reset_statistics();
  /// Aborts if a link carried more than its line rate, over the time in which it had a flow or now.
  void audit() const;

  template <typename Archive>
  void fields(Archive& io) {
    io(slots_per_cell_, rates_, contention_, now_, busy_since_, solved_at_, solve_at_, inbox_,
       inbox_head_, shares_, free_share_, open_shares_, flows_, starting_, inputs_starting_,
       beginnings_, flowing_, row_end_, turn_, next_turn_, drained_, total_rate_, busy_slots_,
       uplinks_, downlinks_, cells_per_bin_);
  }

 private:
  static constexpr std::uint32_t no_share = 0xffff'ffff;
  static constexpr std::uint64_t never = ~std::uint64_t{0};
  /// What may be left of a share that has crossed, in 2^-32 cells: rates are rounded down.
  static constexpr std::uint64_t tolerance = std::uint64_t{1} << 22U;

  struct share {
    std::uint32_t burst = 0;
    std::uint32_t cells = 0;
    std::uint32_t next = no_share;  ///< the next of the same input and output, or of the free ones
    bool counts_up = true;
    bool counts_down = true;

    template <typename Archive>
    void fields(Archive& io) {
      io(burst, cells, next, counts_up, counts_down);
    }
  };

  /// One input and output.
  struct flow {
    std::uint32_t head = no_share;
    std::uint32_t last = no_share;
    std::uint64_t left = 0;   ///< of the head at `since`, in 2^-32 cells
    std::uint64_t since = 0;  ///< slot
    max_min::rate rate = 0;
    std::uint64_t end = never;  ///< slot in which the head has crossed at this rate

    template <typename Archive>
    void fields(Archive& io) {
      io(head, last, left, since, rate, end);
    }
  };

  struct pair {
    std::uint16_t input;
    std::uint16_t output;

    template <typename Archive>
    void fields(Archive& io) {
      io(input, output);
    }
  };

  /// A flow that begins when the round robins of its source and of its output have come to it.
  struct beginning {
    std::uint64_t slot;
    std::uint16_t input;
    std::uint16_t output;
    bool granted;  ///< `slot` is its turn at the output, not only at the source

    template <typename Archive>
    void fields(Archive& io) {
      io(slot, input, output, granted);
    }
  };
  static bool later(const beginning& a, const beginning& b);

  /// One direction of a port: for how long it has had a flow.
  struct line {
    std::uint32_t flows = 0;
    std::uint64_t since = 0;  ///< if there are any
    std::uint64_t slots = 0;  ///< before `since`
    std::uint64_t shares = 0;
    std::uint64_t cells = 0;

    template <typename Archive>
    void fields(Archive& io) {
      io(flows, since, slots, shares, cells);
    }
  };

  void step(std::uint64_t slot, std::vector<plane_completion>& done);
  void advance(std::uint64_t slot);
  void take_inbox();
  void take_turns(unsigned input);
  void end_shares(std::vector<plane_completion>& done);
  void end_head(unsigned input, unsigned output, std::vector<plane_completion>& done);
  void drain(unsigned input, unsigned output);
  void begin_flows();
  void begin(unsigned input, unsigned output);
  void lose_flow(unsigned input, unsigned output, std::vector<std::uint32_t>& lost);
  void withdraw_from(unsigned port, const std::vector<bool>& which);
  void remove_drained();
  void solve();
  void take_rates(unsigned input);
  void start_head(flow& one, std::uint64_t ahead);
  void predict(flow& one) const;
  void set_row_end(unsigned input);
  void occupy(line& one) const;
  void vacate(line& one) const;
  void audit_line(const line& one, unsigned port) const;
  /// What counts of a rate as cells over time.
  max_min::rate counted(unsigned output, max_min::rate rate) const {
    return parameters_.hands_out && output + 1 == ports_ ? 0 : rate;
  }
  flow& flow_of(unsigned input, unsigned output) { return flows_[input * ports_ + output]; }
  const flow& flow_of(unsigned input, unsigned output) const {
    return flows_[input * ports_ + output];
  }

  flow_plane_parameters parameters_;
  std::size_t ports_;
  std::vector<std::uint8_t> slots_per_cell_;  ///< per port, as the links are now
  max_min rates_;
  flow_contention contention_;
  std::uint64_t now_ = 0;         ///< slot
  std::uint64_t busy_since_ = 0;  ///< if not idle
  std::uint64_t solved_at_ = 0;
  std::uint64_t solve_at_ = never;

  std::vector<flow_injection> inbox_;  ///< by slot; from `inbox_head_` on
  std::size_t inbox_head_ = 0;
  std::vector<share> shares_;
  std::uint32_t free_share_ = no_share;
  std::uint64_t open_shares_ = 0;
  std::vector<flow> flows_;               ///< per input and output
  std::vector<base::port_set> starting_;  ///< per input: outputs that this slot starts
  base::port_set inputs_starting_;        ///< inputs of which there are any
  std::vector<beginning> beginnings_;     ///< a heap, earliest first
  std::vector<base::port_set> flowing_;   ///< per input: outputs to which something flows
  std::vector<std::uint64_t> row_end_;    ///< per input: the earliest end of its flows
  std::vector<std::uint8_t> turn_;        ///< per input: where its round robin stands
  std::vector<std::uint64_t> next_turn_;  ///< per output: the slot of the next flow that begins
  std::vector<pair> drained_;             ///< flows that ended and still have a rate
  max_min::rate total_rate_ = 0;          ///< of all that counts

  std::uint64_t busy_slots_ = 0;
  std::vector<line> uplinks_;
  std::vector<line> downlinks_;
  std::vector<std::uint64_t> cells_per_bin_;  ///< in 2^-32 cells
};

}  // namespace sn::fabric
