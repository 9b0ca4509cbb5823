// One switch, slot by slot: source FIFOs, VOQs of finite depth, and a scheduler.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "arbiter/arbiter.h"
#include "arbiter/traffic_source.h"

namespace sn::arbiter {

/// A cell that leaves the switch.
struct departure {
  std::uint8_t input;
  std::uint8_t output;
  /// From the slot of its arrival to that of its departure, both counted.
  std::uint64_t latency_slots;
  /// 0 in a switch without classes.
  std::uint8_t traffic_class = 0;
};

/// The cells that leave in one slot.
struct departures {
  unsigned count = 0;
  std::array<departure, base::port_limit> cell;
};

/// An input-queued switch. In a slot at most one cell arrives at each input and joins its source
/// FIFO; then the head of every source FIFO enters its VOQ if that has room; then the scheduler
/// matches inputs and outputs, and the matched cells leave. Outputs are always ready. A cell can
/// pass in the slot of its arrival, which counts as a latency of 1.
class voq_switch {
 public:
  /// `depth` is the number of cells that a VOQ holds, at least 1. The scheduler has the switch's
  /// ports.
  voq_switch(std::unique_ptr<scheduler> arbiter, unsigned depth);

  unsigned ports() const { return ports_; }

  /// Runs one slot and returns the cells that left in it, which the next slot overwrites.
  const departures& run_slot(const traffic_source::arrivals& arrivals);

 private:
  /// A VOQ's cells in the ring behind it: how many, and where the oldest is.
  struct ring_state {
    std::uint32_t size = 0;
    std::uint32_t head = 0;
  };
  /// A cell that has not reached its VOQ.
  struct waiting_cell {
    std::uint64_t arrival_slot : 56;
    std::uint64_t output : 8;
  };
  /// Cells in order of arrival; those before `head` have gone.
  struct source_fifo {
    std::vector<waiting_cell> cells;
    std::size_t head = 0;
  };

  /// A cell arrives: into its VOQ if none waits before it and there is room, else to the FIFO's
  /// end.
  void arrive(unsigned input, unsigned output);
  /// Moves the head of a source FIFO into its VOQ if there is room.
  void admit(unsigned input);
  bool has_room(unsigned input, unsigned output) const {
    return voq_[input * ports_ + output].size < depth_;
  }
  void enqueue(unsigned input, unsigned output, std::uint64_t arrival_slot);
  /// Takes the oldest cell of a VOQ and returns the slot of its arrival.
  std::uint64_t depart(unsigned input, unsigned output);

  std::unique_ptr<scheduler> arbiter_;
  unsigned ports_;
  unsigned depth_;
  std::uint64_t slot_ = 0;
  /// Per input and output.
  std::vector<ring_state> voq_;
  /// Per input, output and place in the ring: the slot of arrival.
  std::vector<std::uint64_t> arrival_;
  std::vector<source_fifo> source_;
  /// The inputs whose source FIFO held a cell when the slot began.
  base::port_set waiting_;
  slot_request request_;
  slot_grant grant_;
  departures departures_;
};

}  // namespace sn::arbiter
