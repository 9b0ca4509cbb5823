// What is lost when a plane or a link of it goes down.
#include <algorithm>
#include <limits>

#include "base/error.h"
#include "fabric/plane.h"

namespace sn::fabric {

using base::port_set;

void plane::lose(std::vector<std::uint32_t>& lost) {
  for (const plane_state::flow& flow : state_.flows) {
    for (std::uint32_t share = flow.crossing; share != plane_state::no_share;
         share = state_.shares[share].next) {
      if (state_.shares[share].copies == plane_state::no_share) {
        lost.push_back(state_.shares[share].burst);
      }
    }
  }
  lose_copies(lost);
  for (std::size_t i = state_.inbox_head; i != state_.inbox.size(); ++i) {
    if (state_.inbox[i].copies == plane_state::no_share) {
      lost.push_back(state_.inbox[i].burst);
    }
  }
  std::uint64_t sent = 0;
  for (const link_statistics& up : state_.statistics.uplinks) {
    sent += up.cells;
  }
  const std::uint64_t lost_under_way = state_.statistics.cells_lost - state_.cells_never_sent;
  const std::uint64_t through = state_.statistics.cells - state_.statistics.cells_copied +
                                state_.statistics.cells_reduced + state_.statistics.cells_multicast;
  state_.statistics.cells_lost += state_.cells_unsent + (sent - through - lost_under_way);
  state_.cells_never_sent += state_.cells_unsent;
  clear();
}

/// A share that comes for a link that went down by itself.
bool plane::lost_at_once(const plane_injection& share, std::vector<plane_completion>& done) {
  if (!uses(share, state_.dead)) {
    return false;
  }
  std::vector<std::uint32_t> lost;
  lose_injection(share, lost);
  for (const std::uint32_t burst : lost) {
    done.push_back({burst, state_.next_slot, true});
  }
  return true;
}

void plane::lose_link(base::port_id port, std::vector<std::uint32_t>& lost) {
  port_set gone;
  gone.set(port);
  const auto first = state_.inbox.begin() + static_cast<std::ptrdiff_t>(state_.inbox_head);
  const auto kept = std::stable_partition(
      first, state_.inbox.end(), [&](const plane_injection& one) { return !uses(one, gone); });
  for (auto share = kept; share != state_.inbox.end(); ++share) {
    lose_injection(*share, lost);
  }
  state_.inbox.erase(kept, state_.inbox.end());
  for (unsigned c = 0; c < parameters_.classes; ++c) {
    for (unsigned other = 0; other < parameters_.ports; ++other) {
      lose_flow(port, queue_of(c, other), lost);
      lose_flow(other, queue_of(c, port), lost);
    }
  }
  if (parameters_.groups != 0) {
    lose_groups(gone, lost);
  }
}

/// Whatever has not crossed from `input` by a VOQ is gone; its places are free.
void plane::lose_flow(unsigned input, unsigned queue, std::vector<std::uint32_t>& lost) {
  plane_state::flow& flow = flow_of(input, queue);
  if (flow.crossing == plane_state::no_share) {
    return;
  }
  std::uint64_t not_crossed = flow.cross_left;
  std::uint64_t not_sent = flow.sending != plane_state::no_share ? flow.send_left : 0;
  bool behind_sending = false;
  for (std::uint32_t index = flow.crossing; index != plane_state::no_share;) {
    plane_state::share& share = state_.shares[index];
    if (share.copies == plane_state::no_share) {
      lost.push_back(share.burst);
    }
    not_crossed += index != flow.crossing ? share.cells : 0;
    not_sent += behind_sending ? share.cells : 0;
    behind_sending = behind_sending || index == flow.sending;
    const std::uint32_t next = share.next;
    share.next = state_.free_share;
    state_.free_share = index;
    index = next;
  }

  const std::uint64_t under_way = not_crossed - not_sent;
  std::uint64_t on_the_link = 0;
  for (std::size_t slot = 0; slot <= ring_mask_; ++slot) {
    if (state_.uplink.inputs[slot].test(input) &&
        state_.uplink.queue[slot * parameters_.ports + input] == queue) {
      state_.uplink.inputs[slot].reset(input);
      ++on_the_link;
    }
  }
  base::ensure(on_the_link + flow.waiting == under_way,
               "a flow that is lost has cells in another place than its link and its VOQ");
  if (class_scheduler_ != nullptr) {
    lose_request<true>(input, queue);
  } else {
    lose_request<false>(input, queue);
  }
  state_.cells_waiting -= flow.waiting;
  state_.credits_away -= under_way;
  state_.cells_unsent -= not_sent;
  state_.cells_never_sent += not_sent;
  state_.statistics.cells_lost += not_crossed;
  const auto credits = static_cast<std::uint16_t>(flow.credits + under_way);
  flow = plane_state::flow();
  flow.credits = credits;
}

/// A VOQ asks for nothing any more, and its source has nothing for it.
template <bool classed>
void plane::lose_request(unsigned input, unsigned queue) {
  if (column_of(queue) < parameters_.ports) {
    waiting_inputs<classed>(queue).reset(input);
  }
  make_unsendable<classed>(input, queue);
}

void plane::restore_link(base::port_id port, unsigned narrower) {
  const unsigned width = parameters_.slots_per_cell.at(port) * narrower;
  base::ensure(narrower >= 1 && width <= std::numeric_limits<std::uint8_t>::max(),
               "a link is restored with a width that no link has");
  state_.dead.reset(port);
  state_.uplink_attempts[port] = 0;
  state_.slots_per_cell[port] = static_cast<std::uint8_t>(width);
  const std::uint64_t longest_replay =
      parameters_.cell_error > 0.0 ? std::uint64_t{parameters_.replay_slots} * replay_attempts : 0;
  fit_ring(width + std::max<std::uint64_t>(parameters_.uplink_slots, longest_replay));
}

std::optional<base::port_id> plane::take_failure() {
  if (state_.failures.empty()) {
    return std::nullopt;
  }
  const base::port_id port = state_.failures.front();
  state_.failures.erase(state_.failures.begin());
  return port;
}

/// At the end of a slot in which replays of links have brought nothing once too often.
void plane::give_up_links(std::vector<plane_completion>& done) {
  giving_up_.for_each([&](unsigned port) {
    lose_link(static_cast<base::port_id>(port), lost_);
    state_.dead.set(port);
    state_.failures.push_back(static_cast<base::port_id>(port));
  });
  giving_up_ = port_set();
  for (const std::uint32_t burst : lost_) {
    done.push_back({burst, state_.next_slot, true});
  }
  lost_.clear();
}

/// Makes the ring hold what happens up to so many slots from now, with what is in it.
void plane::fit_ring(std::uint64_t longest_delay) {
  std::size_t size = 1;
  while (size <= longest_delay) {
    size *= 2;
  }
  const std::size_t before = state_.uplink.inputs.size();
  if (size <= before) {
    return;
  }
  ring_mask_ = size - 1;
  // The slots of the old ring are the next ones, whatever the number of slots.
  const auto place = [&](std::size_t i, std::size_t of) {
    return static_cast<std::size_t>(state_.next_slot + i) & (of - 1);
  };
  const auto move_sets = [&](std::vector<port_set>& sets, std::size_t each) {
    std::vector<port_set> larger(size * each);
    for (std::size_t i = 0; i < before; ++i) {
      std::copy_n(&sets[place(i, before) * each], each, &larger[place(i, size) * each]);
    }
    sets.swap(larger);
  };
  for (auto* line : {&state_.uplink, &state_.credit, &state_.reduction_credit}) {
    move_sets(line->inputs, 1);
    std::vector<std::uint16_t> larger(size * parameters_.ports);
    for (std::size_t i = 0; i < before; ++i) {
      std::copy_n(&line->queue[place(i, before) * parameters_.ports], parameters_.ports,
                  &larger[place(i, size) * parameters_.ports]);
    }
    line->queue.swap(larger);
  }
  move_sets(state_.uplink_release, 1);
  move_sets(state_.downlink_release, 1);
  move_sets(state_.receive_credit, parameters_.classes);
}

}  // namespace sn::fabric
