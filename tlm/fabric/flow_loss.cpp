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

void flow_plane::withdraw(std::uint64_t slot, const std::vector<bool>& which) {
  base::ensure(slot >= now_, "something is withdrawn in the past of a plane");
  advance(slot);
  const auto first = inbox_.begin() + static_cast<std::ptrdiff_t>(inbox_head_);
  const auto kept = std::stable_partition(first, inbox_.end(), [&](const flow_injection& one) {
    return !which[one.burst & ~hand_out_bit];
  });
  open_shares_ -= static_cast<std::uint64_t>(inbox_.end() - kept);
  inbox_.erase(kept, inbox_.end());
  for (unsigned port = 0; port < ports_; ++port) {
    withdraw_from(port, which);
  }
  if (idle()) {
    remove_drained();
  }
}

void flow_plane::withdraw_from(unsigned port, const std::vector<bool>& which) {
  flow& one = flow_of(port, port);
  std::vector<std::uint32_t> left;
  std::vector<std::uint32_t> gone;
  for (std::uint32_t index = one.head; index != no_share; index = shares_[index].next) {
    (which[shares_[index].burst & ~hand_out_bit] ? gone : left).push_back(index);
  }
  if (gone.empty()) {
    return;
  }
  if (left.empty()) {
    std::vector<std::uint32_t> bursts;
    lose_flow(port, port, bursts);
    return;
  }
  const bool head_is_gone = one.head != left.front();
  for (const std::uint32_t index : gone) {
    shares_[index].next = free_share_;
    free_share_ = index;
    --open_shares_;
  }
  one.head = left.front();
  one.last = left.back();
  for (std::size_t i = 0; i < left.size(); ++i) {
    shares_[left[i]].next = i + 1 < left.size() ? left[i + 1] : no_share;
  }
  if (head_is_gone && flowing_[port].test(port)) {
    start_head(one, 0);
    set_row_end(port);
  }
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
