// Reductions and multicasts of a plane: what its switch does besides passing cells on.
#include <algorithm>

#include "base/error.h"
#include "fabric/plane.h"

namespace sn::fabric {

using base::port_set;

void plane::set_members(unsigned group, const port_set& members) {
  plane_state::group& it = state_.groups.at(group);
  base::ensure(it.contributing.none() && it.results.empty(),
               "a group was changed with something under way");
  it.members = members;
}

void plane::inject_multicast(plane_injection share, const std::vector<plane_copy>& copies) {
  base::ensure(share.output >= parameters_.ports && share.output < columns_ &&
                   !is_reduction(share.output) && !copies.empty(),
               "a multicast goes to a column of multicasts, and to somebody");
  share.copies = new_copy_list();
  plane_state::copy_list& list = state_.copy_lists[share.copies];
  list.copies = copies;
  for (const plane_copy& copy : copies) {
    list.outputs.set(copy.output);
  }
  inject(share);
}

std::uint32_t plane::new_copy_list() {
  const std::uint32_t index = state_.free_copy_list;
  if (index == plane_state::no_share) {
    state_.copy_lists.emplace_back();
    return static_cast<std::uint32_t>(state_.copy_lists.size() - 1);
  }
  state_.free_copy_list = state_.copy_lists[index].next;
  return index;
}

void plane::free_copy_list(std::uint32_t index) {
  plane_state::copy_list& list = state_.copy_lists[index];
  base::ensure(list.copies.empty(), "a copy was forgotten");
  list.outputs = port_set();
  list.next = state_.free_copy_list;
  state_.free_copy_list = index;
}

void plane::arrive_at_group(unsigned input, unsigned column) {
  if (is_reduction(column)) {
    plane_state::group& group = group_of(column);
    base::ensure(group.members.test(input), "a contribution comes from outside its group");
    group.contributing.set(input);
    ++state_.cells_to_reduce;
  } else {
    offer(input, column);
  }
}

/// Input `input` has a cell of this column to hand out.
void plane::offer(unsigned input, unsigned column) {
  state_.multicasters[input].columns.set(column);
  state_.class_request.multicast.set(input);
}

/// Of every group whose members all have a cell waiting: one cell of the result, in this slot. An
/// input gives one cell a slot: groups that share members take turns.
void plane::reduce(std::vector<plane_completion>& done) {
  port_set taken;
  const unsigned first = state_.reduce_from;
  for (unsigned k = 0; k < parameters_.groups; ++k) {
    const unsigned g = (first + k) % parameters_.groups;
    plane_state::group& group = state_.groups[g];
    if (group.contributing.none() || group.contributing != group.members ||
        group.cells == parameters_.reduction_buffer_cells || (group.members & taken).any()) {
      continue;
    }
    if (taken.none()) {
      state_.reduce_from = static_cast<std::uint8_t>((g + 1) % parameters_.groups);
    }
    taken = taken | group.members;
    const unsigned column = reduction_column(g);
    if (group.results.empty() || group.results.back().cells_to_come == 0) {
      begin_result(column);
    }
    plane_state::result& result = group.results.back();
    --result.cells_to_come;
    group.members.for_each([&](unsigned input) {
      plane_state::flow& flow = flow_of(input, column);
      base::ensure(flow.cross_left == result.cells_to_come + 1,
                   "contributions to a reduction are not alike");
      if (--flow.waiting == 0) {
        group.contributing.reset(input);
      }
      return_credit(state_.reduction_credit, input, column);
      if (--flow.cross_left == 0) {
        const plane_state::share& share = state_.shares[flow.crossing];
        state_.bytes_taken_in += share.bytes;
        if (!plane_injection::is_for(share.result_to, input)) {
          done.push_back({share.burst, state_.next_slot + 1 - parameters_.uplink_slots, false});
        }
        next_share(flow);
      }
    });
    const unsigned members = group.members.count();
    state_.cells_waiting -= members;
    state_.cells_to_reduce -= members;
    state_.statistics.cells_reduced += members;
    ++group.cells;
    ++state_.results_waiting;
    offer(group.members.next_from(0), column);
  }
}

/// The oldest contributions of all members become one result, which goes to all of them, or to one.
void plane::begin_result(unsigned column) {
  plane_state::group& group = group_of(column);
  plane_state::result result;
  result.copies = new_copy_list();
  plane_state::copy_list& list = state_.copy_lists[result.copies];
  base::port_id result_to = plane_injection::to_all;
  group.members.for_each([&](unsigned input) {
    const plane_state::share& share = state_.shares[flow_of(input, column).crossing];
    base::ensure(result.bytes == 0 || (result.bytes == share.bytes && result_to == share.result_to),
                 "contributions to a reduction are not alike");
    result_to = share.result_to;
    if (plane_injection::is_for(result_to, input)) {
      list.copies.push_back({static_cast<base::port_id>(input), share.burst});
      list.outputs.set(input);
    }
    result.bytes = share.bytes;
    result.cells_to_come = share.cells;
    result.cells_left = share.cells;
  });
  group.results.push_back(result);
}

/// Says which outputs the cell still wants whose input has the turn.
void plane::ask_for_multicast() {
  arbiter::class_request& request = state_.class_request;
  request.multicast_set = port_set();
  const auto turn = class_scheduler_->multicast_turn();
  if (!turn || !request.multicast.test(*turn)) {
    return;
  }
  plane_state::multicaster& input = state_.multicasters[*turn];
  if (!input.busy) {
    input.busy = true;
    input.column = static_cast<std::uint8_t>(input.columns.next_from(input.next_column));
    input.next_column = static_cast<std::uint8_t>((input.column + 1U) % base::port_limit);
    const std::uint32_t copies = is_reduction(input.column)
                                     ? group_of(input.column).results.front().copies
                                     : state_.shares[flow_of(*turn, input.column).crossing].copies;
    input.left = state_.copy_lists[copies].outputs;
  }
  request.multicast_set = input.left;
  if (parameters_.receive_buffer_cells != 0) {
    input.left.for_each([&](unsigned output) {
      if (state_.receive_credits[output] == 0) {
        request.multicast_set.reset(output);
      }
    });
  }
}

/// A cell goes to the outputs that the arbiter has granted; gives their number.
std::uint64_t plane::hand_out(std::size_t now, std::vector<plane_completion>& done) {
  const port_set served = class_grant_.multicast;
  const unsigned input = class_grant_.input_for_output[served.next_from(0)];
  base::ensure(input < parameters_.ports && state_.multicasters[input].busy &&
                   (served & ~state_.class_request.multicast_set).none(),
               "the arbiter granted a multicast that was not requested");
  plane_state::multicaster& source = state_.multicasters[input];
  const bool is_result = is_reduction(source.column);
  std::uint32_t cells_left = 0;
  std::uint32_t copies = 0;
  std::uint64_t bytes = 0;
  if (is_result) {
    const plane_state::result& result = group_of(source.column).results.front();
    cells_left = result.cells_left;
    copies = result.copies;
    bytes = result.bytes;
  } else {
    const plane_state::flow& flow = flow_of(input, source.column);
    cells_left = flow.cross_left;
    copies = state_.shares[flow.crossing].copies;
    bytes = state_.shares[flow.crossing].bytes;
  }
  served.for_each([&](unsigned output) {
    const std::uint64_t occupied = leave<true>(output, 0, now);
    if (cells_left == 1) {
      give(state_.copy_lists[copies], output, bytes,
           state_.next_slot + occupied - parameters_.uplink_slots, done);
    }
  });
  const unsigned count = served.count();
  state_.statistics.cells_copied += count;
  source.left = source.left & ~served;
  if (source.left.none()) {
    finish_handing_out(input);
  }
  return count;
}

/// `output` has the last cell of its copy.
void plane::give(plane_state::copy_list& list, unsigned output, std::uint64_t bytes,
                 std::uint64_t slot, std::vector<plane_completion>& done) {
  const auto copy = std::find_if(list.copies.begin(), list.copies.end(),
                                 [output](const plane_copy& one) { return one.output == output; });
  base::ensure(copy != list.copies.end(), "a copy went where none was wanted");
  done.push_back({copy->burst, slot, giving_up_.test(output)});
  list.copies.erase(copy);
  state_.statistics.downlinks[output].bytes += bytes;
  state_.bytes_copied += bytes;
}

/// All outputs have the cell that `input` handed out.
void plane::finish_handing_out(unsigned input) {
  plane_state::multicaster& source = state_.multicasters[input];
  bool more = false;
  if (is_reduction(source.column)) {
    plane_state::group& group = group_of(source.column);
    --state_.results_waiting;
    more = --group.cells != 0;
    if (--group.results.front().cells_left == 0) {
      free_copy_list(group.results.front().copies);
      group.results.erase(group.results.begin());
    }
  } else {
    plane_state::flow& flow = flow_of(input, source.column);
    more = --flow.waiting != 0;
    return_credit(state_.credit, input, source.column);
    --state_.cells_waiting;
    ++state_.statistics.cells_multicast;
    if (--flow.cross_left == 0) {
      plane_state::share& share = state_.shares[flow.crossing];
      state_.bytes_taken_in += share.bytes;
      free_copy_list(share.copies);
      share.copies = plane_state::no_share;
      next_share(flow);
    }
  }
  source.busy = false;
  if (!more) {
    source.columns.reset(source.column);
    if (source.columns.none()) {
      state_.class_request.multicast.reset(input);
    }
  }
}

}  // namespace sn::fabric
