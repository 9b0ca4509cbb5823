// What is lost of a fluid plane when it, or a link of it, goes down.
#include <algorithm>
#include <limits>

#include "base/error.h"
#include "fabric/flow_plane.h"

namespace sn::fabric {

void flow_plane::lose(std::uint64_t slot, std::vector<std::uint32_t>& lost) {
  for (unsigned port = 0; port < ports_; ++port) {
    lose_link(slot, static_cast<base::port_id>(port), lost);
  }
}

void flow_plane::lose_link(std::uint64_t slot, base::port_id port,
                           std::vector<std::uint32_t>& lost) {
  base::ensure(slot >= now_, "a link goes down in the past of a plane");
  advance(slot);
  const auto first = inbox_.begin() + static_cast<std::ptrdiff_t>(inbox_head_);
  const auto kept = std::stable_partition(first, inbox_.end(), [port](const flow_injection& one) {
    return one.input != port && one.output != port;
  });
  for (auto gone = kept; gone != inbox_.end(); ++gone) {
    lost.push_back(gone->burst);
    --open_shares_;
  }
  inbox_.erase(kept, inbox_.end());
  for (unsigned other = 0; other < ports_; ++other) {
    lose_flow(port, other, lost);
    lose_flow(other, port, lost);
  }
  if (idle()) {
    remove_drained();
  }
}

void flow_plane::lose_flow(unsigned input, unsigned output, std::vector<std::uint32_t>& lost) {
  flow& one = flow_of(input, output);
  if (one.head == no_share) {
    return;
  }
  while (one.head != no_share) {
    const std::uint32_t index = one.head;
    lost.push_back(shares_[index].burst);
    one.head = shares_[index].next;
    shares_[index].next = free_share_;
    free_share_ = index;
    --open_shares_;
  }
  if (flowing_[input].test(output)) {
    drain(input, output);
    set_row_end(input);
    return;
  }
  // It has not begun yet.
  const auto place = std::find_if(
      beginnings_.begin(), beginnings_.end(),
      [&](const beginning& next) { return next.input == input && next.output == output; });
  base::ensure(place != beginnings_.end(), "a flow neither flows nor is to begin");
  beginnings_.erase(place);
  std::make_heap(beginnings_.begin(), beginnings_.end(), later);
  contention_.withdraw(input, output);
}

void flow_plane::restore_link(std::uint64_t slot, base::port_id port, unsigned narrower) {
  const unsigned width = parameters_.slots_per_cell.at(port) * narrower;
  base::ensure(narrower >= 1 && width <= std::numeric_limits<std::uint8_t>::max(),
               "a link is restored with a width that no link has");
  if (slots_per_cell_[port] == width) {
    return;
  }
  advance(slot);
  slots_per_cell_[port] = static_cast<std::uint8_t>(width);
  remove_drained();
  rates_.set_capacity(port, max_min::one_cell_per_slot / width);
  solve_at_ = idle() ? never : now_;
}

}  // namespace sn::fabric
