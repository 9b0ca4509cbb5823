// One switch with traffic classes, slot by slot: source FIFOs, VOQs and the scheduler with classes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "arbiter/class_arbiter.h"
#include "arbiter/traffic_source.h"
#include "arbiter/voq_switch.h"

namespace sn::arbiter {

/// A voq_switch with a source FIFO for each input and class, and a VOQ for each input, class and
/// output: no class waits behind another but for the scheduler's choice.
class class_switch {
 public:
  /// The class of the cell that arrives at each input.
  using classes_of_arrivals = traffic_source::arrivals;

  /// `depth` is the number of cells that a VOQ holds, at least 1.
  class_switch(std::unique_ptr<class_scheduler> arbiter, unsigned depth);

  /// Runs one slot and returns the cells that left in it, which the next slot overwrites.
  const departures& run_slot(const traffic_source::arrivals& arrivals,
                             const classes_of_arrivals& classes);

 private:
  /// A VOQ's cells in the ring behind it: how many, and where the oldest is.
  struct ring_state {
    std::uint32_t size = 0;
    std::uint32_t head = 0;
  };
  struct waiting_cell {
    std::uint64_t arrival_slot;
    std::uint8_t output;
  };

  std::size_t voq_index(unsigned traffic_class, unsigned input, unsigned output) const {
    return (std::size_t{traffic_class} * ports_ + input) * ports_ + output;
  }
  /// False if the VOQ has no room.
  bool enqueue(unsigned traffic_class, unsigned input, const waiting_cell& cell);
  /// Takes the oldest cell of a VOQ and returns the slot of its arrival.
  std::uint64_t depart(unsigned traffic_class, unsigned input, unsigned output);

  std::unique_ptr<class_scheduler> arbiter_;
  unsigned ports_;
  unsigned depth_;
  std::uint64_t slot_ = 0;
  std::vector<ring_state> voq_;
  /// Per VOQ and place in the ring: the slot of arrival.
  std::vector<std::uint64_t> arrival_;
  /// Per class and input: cells that have not reached their VOQ.
  std::vector<std::deque<waiting_cell>> source_;
  /// Per class: the inputs whose source FIFO holds a cell.
  std::vector<base::port_set> waiting_;
  class_request request_;
  class_grant grant_;
  departures departures_;
};

}  // namespace sn::arbiter
