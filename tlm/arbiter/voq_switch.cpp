#include "arbiter/voq_switch.h"

#include <utility>

#include "base/error.h"

namespace sn::arbiter {

namespace {

/// The bits of a slot number that a waiting cell keeps: enough for ten thousand years of running.
constexpr std::uint64_t arrival_slot_mask = (std::uint64_t{1} << 56U) - 1;

}  // namespace

voq_switch::voq_switch(std::unique_ptr<scheduler> arbiter, unsigned depth)
    : arbiter_(std::move(arbiter)),
      ports_(arbiter_->ports()),
      depth_(depth),
      voq_(std::size_t{ports_} * ports_),
      arrival_(std::size_t{ports_} * ports_ * depth),
      source_(ports_) {
  base::ensure(depth >= 1, "voq_switch: a VOQ holds at least one cell");
  request_.ready = base::port_set::first(ports_);
}

const departures& voq_switch::run_slot(const traffic_source::arrivals& arrivals) {
  for (unsigned input = 0; input < ports_; ++input) {
    if (arrivals[input] != traffic_source::none) {
      arrive(input, arrivals[input]);
    }
  }
  waiting_.for_each([this](unsigned input) { admit(input); });
  arbiter_->arbitrate(request_, grant_);
  departures_.count = 0;
  grant_.granted.for_each([this](unsigned output) {
    const unsigned input = grant_.input_for_output[output];
    departures_.cell[departures_.count++] = {static_cast<std::uint8_t>(input),
                                             static_cast<std::uint8_t>(output),
                                             slot_ - depart(input, output) + 1};
  });
  ++slot_;
  return departures_;
}

void voq_switch::arrive(unsigned input, unsigned output) {
  if (!waiting_.test(input) && has_room(input, output)) {
    enqueue(input, output, slot_);
  } else {
    waiting_cell cell{};
    cell.arrival_slot = slot_ & arrival_slot_mask;
    cell.output = output & 0xffU;
    source_[input].cells.push_back(cell);
    waiting_.set(input);
  }
}

void voq_switch::admit(unsigned input) {
  source_fifo& fifo = source_[input];
  const waiting_cell& first = fifo.cells[fifo.head];
  const auto output = static_cast<unsigned>(first.output);
  if (!has_room(input, output)) {
    return;
  }
  enqueue(input, output, first.arrival_slot);
  ++fifo.head;
  if (fifo.head == fifo.cells.size()) {
    waiting_.reset(input);
  }
  // Cells that have gone are dropped when they are half of the vector: constant work per cell.
  if (2 * fifo.head >= fifo.cells.size()) {
    fifo.cells.erase(fifo.cells.begin(),
                     fifo.cells.begin() + static_cast<std::ptrdiff_t>(fifo.head));
    fifo.head = 0;
  }
}

void voq_switch::enqueue(unsigned input, unsigned output, std::uint64_t arrival_slot) {
  const std::size_t index = std::size_t{input} * ports_ + output;
  ring_state& ring = voq_[index];
  unsigned place = ring.head + ring.size;
  if (place >= depth_) {
    place -= depth_;
  }
  arrival_[index * depth_ + place] = arrival_slot;
  ++ring.size;
  request_.inputs_for_output[output].set(input);
}

std::uint64_t voq_switch::depart(unsigned input, unsigned output) {
  const std::size_t index = std::size_t{input} * ports_ + output;
  ring_state& ring = voq_[index];
  base::ensure(ring.size > 0, "voq_switch: an empty VOQ was granted");
  const std::uint64_t arrival_slot = arrival_[index * depth_ + ring.head];
  ++ring.head;
  if (ring.head == depth_) {
    ring.head = 0;
  }
  if (--ring.size == 0) {
    request_.inputs_for_output[output].reset(input);
  }
  return arrival_slot;
}

}  // namespace sn::arbiter
