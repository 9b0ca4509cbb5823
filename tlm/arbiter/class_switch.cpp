#include "arbiter/class_switch.h"

#include <utility>

#include "base/error.h"

namespace sn::arbiter {

class_switch::class_switch(std::unique_ptr<class_scheduler> arbiter, unsigned depth)
    : arbiter_(std::move(arbiter)),
      ports_(arbiter_->ports()),
      depth_(depth),
      voq_(std::size_t{arbiter_->classes()} * ports_ * ports_),
      arrival_(voq_.size() * depth),
      source_(std::size_t{arbiter_->classes()} * ports_),
      waiting_(arbiter_->classes()) {
  base::ensure(depth >= 1, "class_switch: a VOQ holds at least one cell");
  request_.ready = base::port_set::first(ports_);
}

const departures& class_switch::run_slot(const traffic_source::arrivals& arrivals,
                                         const classes_of_arrivals& classes) {
  for (unsigned input = 0; input < ports_; ++input) {
    if (arrivals[input] == traffic_source::none) {
      continue;
    }
    const unsigned c = classes[input];
    const waiting_cell cell{slot_, arrivals[input]};
    if (waiting_[c].test(input) || !enqueue(c, input, cell)) {
      source_[c * ports_ + input].push_back(cell);
      waiting_[c].set(input);
    }
  }
  for (unsigned c = 0; c < waiting_.size(); ++c) {
    waiting_[c].for_each([&](unsigned input) {
      auto& fifo = source_[c * ports_ + input];
      if (enqueue(c, input, fifo.front())) {
        fifo.pop_front();
        if (fifo.empty()) {
          waiting_[c].reset(input);
        }
      }
    });
  }
  arbiter_->arbitrate(request_, grant_);
  departures_.count = 0;
  grant_.granted.for_each([&](unsigned output) {
    const std::uint8_t input = grant_.input_for_output[output];
    const std::uint8_t c = grant_.class_for_output[output];
    departures_.cell[departures_.count++] = {input, static_cast<std::uint8_t>(output),
                                             slot_ - depart(c, input, output) + 1, c};
  });
  ++slot_;
  return departures_;
}

bool class_switch::enqueue(unsigned traffic_class, unsigned input, const waiting_cell& cell) {
  const std::size_t index = voq_index(traffic_class, input, cell.output);
  ring_state& ring = voq_[index];
  if (ring.size == depth_) {
    return false;
  }
  unsigned place = ring.head + ring.size;
  if (place >= depth_) {
    place -= depth_;
  }
  arrival_[index * depth_ + place] = cell.arrival_slot;
  ++ring.size;
  request_.inputs_for_output[traffic_class][cell.output].set(input);
  return true;
}

std::uint64_t class_switch::depart(unsigned traffic_class, unsigned input, unsigned output) {
  const std::size_t index = voq_index(traffic_class, input, output);
  ring_state& ring = voq_[index];
  base::ensure(ring.size > 0, "class_switch: an empty VOQ was granted");
  const std::uint64_t arrival_slot = arrival_[index * depth_ + ring.head];
  ++ring.head;
  if (ring.head == depth_) {
    ring.head = 0;
  }
  if (--ring.size == 0) {
    request_.inputs_for_output[traffic_class][output].reset(input);
  }
  return arrival_slot;
}

}  // namespace sn::arbiter
