// Reductions: turns to which all members of a group contribute.
#include <algorithm>
#include <utility>

#include "alink/sim_time.h"
#include "base/element_sum.h"
#include "base/error.h"
#include "fabric/engine.h"

namespace sn::fabric {

bool engine::contributes(burst_index burst) const {
  return alink::extension_of(*bursts_[burst].payload).what == alink::operation::reduce;
}

/// The state of a group; its members are those that it has now, if nothing of it is under way.
engine::group_state& engine::group_for(unsigned group, const base::port_set& members) {
  if (group >= groups_.size()) {
    groups_.resize(group + 1);
  }
  group_state& all = groups_[group];
  if (all.given.empty() || (all.reductions.empty() && all.members != members)) {
    all = group_state();
    all.members = members;
    all.given.assign(endpoints_.size(), 0);
    all.due.assign(endpoints_.size(), 1);
    set_group(group, members);
  }
  return all;
}

/// A contribution gets the number of its turn, which it keeps when it is sent again, and goes if
/// that turn is due. Members agree on what they contribute; who does not is refused.
void engine::contribute(burst_index burst, std::uint16_t mask) {
  alink::burst_extension& extension = alink::extension_of(*bursts_[burst].payload);
  const unsigned group = extension.destination;
  const unsigned source = bursts_[burst].source;
  base::port_set members;
  if (group < group_count()) {
    members = controls_[static_cast<unsigned>(__builtin_ctz(mask))]->group(group);
  }
  if (!members.test(endpoints_[source].port) || members.count() < 2) {
    // Every plane refuses it, and counts that.
    const loss refused = admit_to_group(mask, source, group, members);
    fail(burst, refused.why != alink::cause::none ? refused : loss{alink::cause::no_group, mask});
    return;
  }
  group_state& all = group_for(group, members);
  const bool fresh = extension.turn == 0;
  if (fresh) {
    extension.turn = ++all.given[source];
  }
  const loss refused = take_contribution(burst, mask, all);
  if (refused.why == alink::cause::none) {
    return;
  }
  if (alink::was_lost(refused.why)) {
    all.before = refused;
  } else {
    all.given[source] -= fresh ? 1 : 0;
    extension.turn = 0;
  }
  fail(burst, refused);
}

/// Of an endpoint here; plane_injection::to_all: there is none.
base::port_id engine::port_of(base::endpoint_id id) const {
  const std::int16_t index = id < base::endpoint_limit ? endpoint_of_id_[id] : std::int16_t{-1};
  return index < 0 ? plane_injection::to_all : endpoints_[static_cast<std::size_t>(index)].port;
}

/// Why not, if it is not taken.
engine::loss engine::take_contribution(burst_index burst, std::uint16_t mask, group_state& all) {
  burst_state& state = bursts_[burst];
  const tlm::tlm_generic_payload& payload = *state.payload;
  const alink::burst_extension& extension = alink::extension_of(*state.payload);
  const std::uint64_t length = payload.get_data_length();
  std::uint64_t& due = all.due[state.source];
  if (extension.turn != due) {
    // An earlier one has yet to be sent again: so has this one.
    return all.before.why != alink::cause::none ? all.before
                                                : loss{alink::cause::group_mismatch, mask};
  }
  const std::uint64_t place = extension.turn - all.first;
  const bool begun = place < all.reductions.size() && !all.reductions[place].contributions.empty();
  const auto open = static_cast<std::uint16_t>(mask & ~extension.avoided_planes);
  const std::uint16_t planes = begun ? all.reductions[place].planes : open != 0 ? open : mask;
  if ((planes & ~mask) != 0) {
    const loss differ{alink::cause::planes_differ, static_cast<std::uint16_t>(planes & ~mask)};
    contribution_lost(all.reductions[place].contributions.front(), differ);
    return differ;
  }
  const burst_spread spreading = spread(payload.get_address(), length, planes);
  base::port_set members;
  const loss refused = admit_to_group(spreading.used, state.source, extension.destination, members);
  if (refused.why != alink::cause::none) {
    return refused;
  }
  const base::port_id result_to = port_of(extension.result_to);
  if (all.members != members || length % base::size_of(extension.format) != 0 ||
      (extension.result_to != alink::all_members &&
       (result_to == plane_injection::to_all || !members.test(result_to)))) {
    return {alink::cause::group_mismatch, spreading.used};
  }
  if (place == all.reductions.size()) {
    reduction& fresh = all.reductions.emplace_back();
    fresh.address = payload.get_address();
    fresh.length = length;
    fresh.format = extension.format;
    fresh.result_to = extension.result_to;
  }
  reduction& one = all.reductions[place];
  if (one.address != payload.get_address() || one.length != length ||
      one.format != extension.format || one.result_to != extension.result_to) {
    return {alink::cause::group_mismatch, spreading.used};
  }
  one.planes = planes;
  one.contributions.push_back(burst);
  do {
    ++due;
  } while (due - all.first < all.reductions.size() && all.reductions[due - all.first].ended);
  state.planes = planes;
  state.destination = state.source;
  order_of(state).enter(burst, payload.get_address(), length);
  state.in_order = true;
  leg way = leg_to_group(burst, travel::contribution, extension.destination, spreading);
  way.result_to = result_to;
  carry(way);
  return {};
}

/// The sum is made in the order of ports, whoever came first.
void engine::sum_up(reduction& what) {
  what.summed = true;
  const auto port_of = [this](burst_index burst) { return endpoints_[bursts_[burst].source].port; };
  std::sort(what.contributions.begin(), what.contributions.end(),
            [&](burst_index a, burst_index b) { return port_of(a) < port_of(b); });
  const bool functional = std::all_of(
      what.contributions.begin(), what.contributions.end(),
      [this](burst_index burst) { return bursts_[burst].payload->get_data_ptr() != nullptr; });
  if (!functional) {
    return;
  }
  const unsigned char* first = bursts_[what.contributions.front()].payload->get_data_ptr();
  what.sum.assign(first, first + what.length);
  for (std::size_t i = 1; i < what.contributions.size(); ++i) {
    base::add_elements(what.format, what.sum.data(),
                       bursts_[what.contributions[i]].payload->get_data_ptr(), what.length);
  }
}

engine::reduction& engine::reduction_of(burst_index burst) {
  const alink::burst_extension& extension = alink::extension_of(*bursts_[burst].payload);
  group_state& all = groups_[extension.destination];
  return all.reductions[extension.turn - all.first];
}

/// The result of a reduction has arrived at one of those who contributed, or a contribution at the
/// switches, if its sender gets no result. Who has it since before
/// the members had to begin anew does not get it twice.
void engine::deliver_result(burst_index burst) {
  const unsigned group = alink::extension_of(*bursts_[burst].payload).destination;
  const unsigned port = endpoints_[bursts_[burst].source].port;
  if (!reduction_of(burst).summed) {
    sum_up(reduction_of(burst));
  }
  if (!alink::extension_of(*bursts_[burst].payload).gets_sum()) {
    reduction& what = reduction_of(burst);
    what.have.set(port);
    what.answered = std::max(what.answered, alink::now());
  }
  if (!reduction_of(burst).have.test(port)) {
    std::vector<unsigned char>& sum = reduction_of(burst).sum;
    base::picoseconds answered;
    const bool taken = deliver_copy(*bursts_[burst].payload, bursts_[burst].source,
                                    sum.empty() ? nullptr : sum.data(), answered);
    reduction& what = reduction_of(burst);
    what.have.set(port);
    what.answered = std::max(what.answered, answered);
    if (!taken) {
      what.refused.set(port);
    }
  }
  reduction& what = reduction_of(burst);
  if (++what.results == groups_[group].members.count()) {
    end_turn(groups_[group], what);
  }
}

/// All members have the result: all contributions are answered.
void engine::end_turn(group_state& all, reduction& what) {
  what.ended = true;
  const std::uint64_t merged = what.length * (what.contributions.size() - 1);
  if (what.result_to == alink::all_members) {
    totals_.bytes_reduced += merged;
    totals_.bytes_copied += merged;
  }
  for (const burst_index burst : what.contributions) {
    tlm::tlm_generic_payload& payload = *bursts_[burst].payload;
    alink::extension_of(payload).turn = 0;
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    if (what.refused.test(endpoints_[bursts_[burst].source].port)) {
      refused_by_target(payload);
    }
    schedule(burst, stage::response, std::max(what.answered, alink::now()) + path_latency_);
  }
  while (!all.reductions.empty() && all.reductions.front().ended) {
    all.reductions.pop_front();
    ++all.first;
  }
}

/// Others of the same time may lose more of it.
void engine::contribution_lost(burst_index burst, const loss& what) {
  loss& sum = groups_[alink::extension_of(*bursts_[burst].payload).destination].lost;
  sum.why = what.why;
  sum.planes = static_cast<std::uint16_t>(sum.planes | what.planes);
  groups_lost_ = true;
  next_appointment_.set_by(sc_core::sc_time_stamp());
}

/// Everything that members have contributed to turns that have not ended is gone, and fails.
void engine::go_back(unsigned group) {
  group_state& all = groups_[group];
  const loss what = std::exchange(all.lost, loss());
  std::vector<burst_index> contributions;
  for (reduction& one : all.reductions) {
    if (!one.ended) {
      contributions.insert(contributions.end(), one.contributions.begin(), one.contributions.end());
    }
  }
  withdraw(group, contributions);
  forget_appointments(contributions);
  for (reduction& one : all.reductions) {
    if (!one.ended) {
      one.contributions.clear();
      one.results = 0;
      one.summed = false;
      one.sum.clear();
    }
  }
  if (!all.reductions.empty()) {
    all.due.assign(endpoints_.size(), all.first);
  }
  all.before = what;
  for (const burst_index burst : contributions) {
    fail(burst, what);
  }
}

/// Nothing of these bursts happens any more; those that were held behind them may pass.
void engine::forget_appointments(const std::vector<burst_index>& bursts) {
  std::vector<bool> forgotten(bursts_.size());
  for (const burst_index burst : bursts) {
    forgotten[burst] = true;
  }
  appointments_.erase(std::remove_if(appointments_.begin(), appointments_.end(),
                                     [&](const appointment& one) { return forgotten[one.burst]; }),
                      appointments_.end());
  std::make_heap(appointments_.begin(), appointments_.end(), later);
  for (const burst_index burst : bursts) {
    burst_state& state = bursts_[burst];
    if (state.in_order) {
      state.in_order = false;
      order_of(state).leave(burst, released_);
    }
  }
  for (const burst_index next : released_) {
    if (!forgotten[next]) {
      schedule(next, stage::target, alink::now());
    }
  }
  released_.clear();
}

}  // namespace sn::fabric
