// What groups lose when a link goes down, or when a reduction is begun anew.
#include <algorithm>

#include "fabric/plane.h"

namespace sn::fabric {

using base::port_set;

/// A share needs the link of one of `ports`: a contribution those of all members.
bool plane::uses(const plane_injection& share, const port_set& ports) const {
  if (share.output < parameters_.ports) {
    return ports.test(share.input) || ports.test(share.output);
  }
  const port_set& wanted = is_reduction(share.output)
                               ? state_.groups[(share.output - parameters_.ports) / 2].members
                               : state_.copy_lists[share.copies].outputs;
  return ports.test(share.input) || (ports & wanted).any();
}

/// The same for any of the multicasts of an input.
bool plane::uses(unsigned input, unsigned column, const port_set& ports) const {
  const plane_state::flow& flow = state_.flows[std::size_t{input} * queues_ + queue_of(0, column)];
  for (std::uint32_t share = flow.crossing; share != plane_state::no_share;
       share = state_.shares[share].next) {
    if (ports.test(input) ||
        (ports & state_.copy_lists[state_.shares[share].copies].outputs).any()) {
      return true;
    }
  }
  return false;
}

/// Copies that nobody has got. Those of a result of which something is still to come are counted
/// with its contributions.
void plane::lose_copies(std::vector<std::uint32_t>& lost) const {
  std::vector<bool> counted(state_.copy_lists.size());
  for (const plane_state::group& group : state_.groups) {
    if (!group.results.empty() && group.results.back().cells_to_come != 0) {
      counted[group.results.back().copies] = true;
    }
  }
  for (std::size_t list = 0; list < counted.size(); ++list) {
    if (!counted[list]) {
      for (const plane_copy& copy : state_.copy_lists[list].copies) {
        lost.push_back(copy.burst);
      }
    }
  }
}

/// The same for one list, which is free then.
void plane::lose_copies_of(std::uint32_t list, std::vector<std::uint32_t>& lost) {
  for (const plane_copy& copy : state_.copy_lists[list].copies) {
    lost.push_back(copy.burst);
  }
  state_.copy_lists[list].copies.clear();
  free_copy_list(list);
}

/// A share that has not begun.
void plane::lose_injection(const plane_injection& share, std::vector<std::uint32_t>& lost) {
  if (share.copies == plane_state::no_share) {
    lost.push_back(share.burst);
  } else {
    lose_copies_of(share.copies, lost);
  }
}

/// What groups have under way that needs one of these links.
void plane::lose_groups(const port_set& ports, std::vector<std::uint32_t>& lost) {
  for (unsigned group = 0; group < parameters_.groups; ++group) {
    if ((state_.groups[group].members & ports).any()) {
      lose_sums(group, lost);
    }
    for (unsigned input = 0; input < parameters_.ports; ++input) {
      if (uses(input, multicast_column(group), ports)) {
        lose_multicasts(input, multicast_column(group), lost);
      }
    }
  }
}

void plane::lose_reductions(unsigned group, std::vector<std::uint32_t>& lost) {
  const auto first = state_.inbox.begin() + static_cast<std::ptrdiff_t>(state_.inbox_head);
  const auto kept = std::stable_partition(
      first, state_.inbox.end(),
      [&](const plane_injection& one) { return one.output != reduction_column(group); });
  for (auto share = kept; share != state_.inbox.end(); ++share) {
    lose_injection(*share, lost);
  }
  state_.inbox.erase(kept, state_.inbox.end());
  lose_sums(group, lost);
}

/// Contributions that have begun, and results that are not yet with everybody.
void plane::lose_sums(unsigned group, std::vector<std::uint32_t>& lost) {
  const unsigned column = reduction_column(group);
  plane_state::group& it = state_.groups[group];
  for (const plane_state::result& result : it.results) {
    // Of one that is not complete the contributions are lost, which are the same bursts.
    if (result.cells_to_come != 0) {
      state_.copy_lists[result.copies].copies.clear();
      free_copy_list(result.copies);
    } else {
      lose_copies_of(result.copies, lost);
    }
  }
  it.members.for_each([&](unsigned input) {
    state_.cells_to_reduce -= flow_of(input, column).waiting;
    lose_flow(input, column, lost);
    offer_nothing(input, column);
  });
  state_.results_waiting -= it.cells;
  it.results.clear();
  it.cells = 0;
  it.contributing = port_set();
}

void plane::lose_multicasts(unsigned input, unsigned column, std::vector<std::uint32_t>& lost) {
  for (std::uint32_t share = flow_of(input, column).crossing; share != plane_state::no_share;
       share = state_.shares[share].next) {
    lose_copies_of(state_.shares[share].copies, lost);
  }
  lose_flow(input, column, lost);
  offer_nothing(input, column);
}

/// An input hands out nothing of a column any more.
void plane::offer_nothing(unsigned input, unsigned column) {
  plane_state::multicaster& source = state_.multicasters[input];
  source.columns.reset(column);
  if (source.busy && source.column == column) {
    source.busy = false;
    source.left = port_set();
  }
  if (source.columns.none()) {
    state_.class_request.multicast.reset(input);
  }
}

}  // namespace sn::fabric
