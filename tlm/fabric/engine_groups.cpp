// Reductions and multicasts: bursts to a group of ports.
#include <algorithm>

#include "alink/sim_time.h"
#include "base/element_sum.h"
#include "base/error.h"
#include "fabric/engine.h"

namespace sn::fabric {

/// The first cause for which a plane refuses a burst from an endpoint to a group; on none,
/// `members` are those of the group, the same on all planes.
alink::cause engine::admit_to_group(std::uint16_t used, unsigned from, unsigned group,
                                    base::port_set& members) {
  members = base::port_set();
  for (unsigned plane = 0; plane < planes(); ++plane) {
    if (((used >> plane) & 1U) == 0) {
      continue;
    }
    const base::port_set here = controls_[plane]->group(group);
    alink::cause why = alink::cause::none;
    if (group >= group_count() || !here.test(endpoints_[from].port) || here.count() < 2 ||
        (members.any() && members != here)) {
      why = alink::cause::no_group;
      controls_[plane]->refused(why);
    }
    members = here;
    here.for_each([&](unsigned port) {
      // Every member must be reachable from here, as by any other burst.
      const std::int16_t there =
          port < base::port_limit ? endpoint_of_port_[port] : std::int16_t{-1};
      base::port_id output = 0;
      if (why == alink::cause::none) {
        why = there < 0 ? alink::cause::destination_port_down
                        : admit(*controls_[plane], endpoints_[from].port,
                                endpoints_[static_cast<std::size_t>(there)].id, output);
      }
    });
    if (why != alink::cause::none) {
      return why;
    }
  }
  return alink::cause::none;
}

void engine::set_out_to_group(burst_index burst, std::uint16_t mask) {
  const tlm::tlm_generic_payload& payload = *bursts_[burst].payload;
  const alink::burst_extension& extension = alink::extension_of(*bursts_[burst].payload);
  const burst_spread spreading = spread(payload.get_address(), payload.get_data_length(), mask);
  base::port_set members;
  alink::cause why =
      admit_to_group(spreading.used, bursts_[burst].source, extension.destination, members);
  if (extension.what == alink::operation::multicast && !multicasts()) {
    why = alink::cause::no_group;
  }
  if (why != alink::cause::none) {
    fail(burst, {why, spreading.used});
    return;
  }
  bursts_[burst].planes = mask;
  if (extension.what == alink::operation::reduce) {
    contribute(burst, extension.destination, members, spreading);
  } else {
    hand_to_all(burst, extension.destination, members, spreading);
  }
}

engine::leg engine::leg_to_group(burst_index burst, travel how, unsigned group,
                                 const burst_spread& spreading) const {
  leg way;
  way.burst = burst;
  way.input = endpoints_[bursts_[burst].source].port;
  way.how = how;
  way.group = static_cast<std::uint8_t>(group);
  way.planes = spreading.used;
  for (unsigned plane = 0; plane < planes(); ++plane) {
    way.bytes[plane] = spreading.share[plane].bytes;
  }
  return way;
}

/// Members agree on what they contribute in turn; who does not is refused.
void engine::contribute(burst_index burst, unsigned group, const base::port_set& members,
                        const burst_spread& spreading) {
  if (group >= groups_.size()) {
    groups_.resize(group + 1);
  }
  group_state& all = groups_[group];
  burst_state& state = bursts_[burst];
  const tlm::tlm_generic_payload& payload = *state.payload;
  const std::uint64_t length = payload.get_data_length();
  const base::element format = alink::extension_of(*state.payload).format;
  if (all.reductions.empty()) {
    if (all.members != members) {
      all.members = members;
      set_group(group, members);
    }
    all.first = 0;
    all.contributed.assign(endpoints_.size(), 0);
  }
  const std::uint64_t place = all.contributed[state.source] - all.first;
  if (all.members == members && place == all.reductions.size()) {
    reduction& fresh = all.reductions.emplace_back();
    fresh.address = payload.get_address();
    fresh.length = length;
    fresh.planes = state.planes;
    fresh.format = format;
  }
  if (all.members != members || length % base::size_of(format) != 0 ||
      all.reductions[place].address != payload.get_address() ||
      all.reductions[place].length != length || all.reductions[place].format != format ||
      all.reductions[place].planes != state.planes) {
    fail(burst, {alink::cause::group_mismatch, spreading.used});
    return;
  }
  all.reductions[place].contributions.push_back(burst);
  state.reduction = all.contributed[state.source]++;
  state.destination = state.source;
  order_of(state).enter(burst, payload.get_address(), length);
  state.in_order = true;
  carry(leg_to_group(burst, travel::contribution, group, spreading));
}

/// The sum is made in the order of ports, whoever came first.
void engine::sum_up(reduction& what) {
  what.summed = true;
  const auto port_of = [this](burst_index burst) { return endpoints_[bursts_[burst].source].port; };
  std::sort(what.contributions.begin(), what.contributions.end(),
            [&](burst_index a, burst_index b) { return port_of(a) < port_of(b); });
  const std::uint64_t merged = what.length * (what.contributions.size() - 1);
  totals_.bytes_reduced += merged;
  totals_.bytes_copied += merged;
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

/// Calls the device of endpoint `to` with what the fabric has made of `original`. False: it
/// refused.
bool engine::deliver_copy(tlm::tlm_generic_payload& original, unsigned to, unsigned char* data,
                          base::picoseconds& answered) {
  tlm::tlm_generic_payload& payload = copies_.acquire();
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_address(original.get_address());
  payload.set_data_length(original.get_data_length());
  payload.set_streaming_width(original.get_data_length());
  payload.set_data_ptr(data);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  alink::extension_of(payload) = alink::extension_of(original);
  alink::extension_of(payload).original = &original;
  sc_core::sc_time delay;
  (*to_device_[to])->b_transport(payload, delay);
  answered = alink::now() + alink::to_picoseconds(delay);
  const bool taken = payload.is_response_ok();
  payload.release();
  return taken;
}

void engine::refused_by_target(tlm::tlm_generic_payload& payload) {
  alink::burst_extension& extension = alink::extension_of(payload);
  extension.why = alink::cause::target_refused;
  extension.completion = alink::status_of(extension.why);
  payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
}

/// The result of a reduction has arrived at one of those who contributed.
void engine::deliver_result(burst_index burst) {
  const unsigned group = alink::extension_of(*bursts_[burst].payload).destination;
  reduction& what = reduction_of(burst);
  if (!what.summed) {
    sum_up(what);
  }
  tlm::tlm_generic_payload& payload = *bursts_[burst].payload;
  base::picoseconds answered;
  if (deliver_copy(payload, bursts_[burst].source, what.sum.empty() ? nullptr : what.sum.data(),
                   answered)) {
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  } else {
    refused_by_target(payload);
  }
  schedule(burst, stage::response, answered + path_latency_);
  end_contribution(burst, group);
}

engine::reduction& engine::reduction_of(burst_index burst) {
  group_state& all = groups_[alink::extension_of(*bursts_[burst].payload).destination];
  return all.reductions[bursts_[burst].reduction - all.first];
}

/// One contribution has its result, or never gets it.
void engine::end_contribution(burst_index burst, unsigned group) {
  ++reduction_of(burst).ended;
  group_state& all = groups_[group];
  while (!all.reductions.empty() && all.reductions.front().ended == all.members.count()) {
    all.reductions.pop_front();
    ++all.first;
  }
}

/// One burst for each member but the sender, which stands for the copy to it.
void engine::hand_to_all(burst_index burst, unsigned group, const base::port_set& members,
                         const burst_spread& spreading) {
  leg way = leg_to_group(burst, travel::multicast, group, spreading);
  const std::uint64_t address = bursts_[burst].payload->get_address();
  const std::uint64_t length = bursts_[burst].payload->get_data_length();
  members.for_each([&](unsigned port) {
    if (port == way.input) {
      return;
    }
    const burst_index copy = new_burst();
    burst_state& state = bursts_[copy];
    state = burst_state();
    state.payload = bursts_[burst].payload;
    state.serial = accepted_++;
    state.source = bursts_[burst].source;
    state.destination = static_cast<std::uint16_t>(endpoint_of_port_[port]);
    state.planes = bursts_[burst].planes;
    state.parent = burst;
    order_of(state).enter(copy, address, length);
    state.in_order = true;
    way.copies.push_back({static_cast<base::port_id>(port), copy});
  });
  bursts_[burst].copies = static_cast<std::uint16_t>(way.copies.size());
  bursts_[burst].copies_left = bursts_[burst].copies;
  bursts_[burst].answered = base::picoseconds(0);
  carry(way);
}

void engine::deliver_to_member(burst_index copy) {
  tlm::tlm_generic_payload& payload = *bursts_[copy].payload;
  base::picoseconds answered;
  const bool taken =
      deliver_copy(payload, bursts_[copy].destination, payload.get_data_ptr(), answered);
  end_copy(copy, answered, taken ? alink::cause::none : alink::cause::target_refused);
}

/// A copy has been delivered, or lost. When all have, the multicast is answered, with the first
/// error if there was one.
void engine::end_copy(burst_index copy, base::picoseconds when, alink::cause why) {
  const burst_index burst = bursts_[copy].parent;
  free_bursts_.push_back(copy);
  burst_state& state = bursts_[burst];
  alink::burst_extension& extension = alink::extension_of(*state.payload);
  state.answered = std::max(state.answered, when);
  if (why != alink::cause::none && extension.why == alink::cause::none) {
    extension.why = why;
    extension.completion = alink::status_of(why);
  }
  if (--state.copies_left == 0) {
    const bool good = extension.why == alink::cause::none;
    state.payload->set_response_status(good ? tlm::TLM_OK_RESPONSE
                                            : tlm::TLM_GENERIC_ERROR_RESPONSE);
    totals_.bytes_copied +=
        good ? std::uint64_t{state.payload->get_data_length()} * (state.copies - 1U) : 0;
    schedule(burst, stage::response, state.answered + path_latency_);
  }
}

}  // namespace sn::fabric
