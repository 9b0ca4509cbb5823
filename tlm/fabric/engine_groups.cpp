// Reductions and multicasts: bursts to a group of ports.
#include <algorithm>

#include "alink/sim_time.h"
#include "base/error.h"
#include "fabric/engine.h"

namespace sn::fabric {

/// The first cause for which a plane refuses a burst from an endpoint to a group; on none,
/// `members` are those of the group, the same on all planes.
engine::loss engine::admit_to_group(std::uint16_t used, unsigned from, unsigned group,
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
      return {why, static_cast<std::uint16_t>(1U << plane)};
    }
  }
  return {};
}

/// A multicast takes the planes that its sender does not avoid.
void engine::set_out_to_members(burst_index burst, std::uint16_t mask) {
  const tlm::tlm_generic_payload& payload = *bursts_[burst].payload;
  const alink::burst_extension& extension = alink::extension_of(*bursts_[burst].payload);
  const auto open = static_cast<std::uint16_t>(mask & ~extension.avoided_planes);
  mask = open != 0 ? open : mask;
  const burst_spread spreading = spread(payload.get_address(), payload.get_data_length(), mask);
  base::port_set members;
  const loss refused =
      admit_to_group(spreading.used, bursts_[burst].source, extension.destination, members);
  if (refused.why != alink::cause::none) {
    fail(burst, refused);
    return;
  }
  bursts_[burst].planes = mask;
  hand_to_all(burst, extension.destination, members, spreading);
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

/// One burst for each member that lacks it, which stands for the copy to it.
void engine::hand_to_all(burst_index burst, unsigned group, const base::port_set& members,
                         const burst_spread& spreading) {
  leg way = leg_to_group(burst, travel::multicast, group, spreading);
  const std::uint64_t address = bursts_[burst].payload->get_address();
  const std::uint64_t length = bursts_[burst].payload->get_data_length();
  const base::port_set reached = alink::extension_of(*bursts_[burst].payload).reached;
  members.for_each([&](unsigned port) {
    if (port == way.input || reached.test(port)) {
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
  bursts_[burst].copies_left = static_cast<std::uint16_t>(way.copies.size());
  bursts_[burst].answered = base::picoseconds(0);
  carry(way);
}

void engine::deliver_to_member(burst_index copy) {
  tlm::tlm_generic_payload& payload = *bursts_[copy].payload;
  base::picoseconds answered;
  const bool taken =
      deliver_copy(payload, bursts_[copy].destination, payload.get_data_ptr(), answered);
  end_copy(copy, answered, {taken ? alink::cause::none : alink::cause::target_refused, 0});
}

/// A copy has been delivered, or lost. When all have, the multicast is answered, with the first
/// error if there was one; who has it needs it no more if it is sent again.
void engine::end_copy(burst_index copy, base::picoseconds when, const loss& what) {
  const burst_index burst = bursts_[copy].parent;
  free_bursts_.push_back(copy);
  burst_state& state = bursts_[burst];
  alink::burst_extension& extension = alink::extension_of(*state.payload);
  state.answered = std::max(state.answered, when);
  const std::uint64_t length = state.payload->get_data_length();
  extension.lost_planes = static_cast<std::uint16_t>(extension.lost_planes | what.planes);
  if (what.why == alink::cause::none) {
    extension.reached.set(endpoints_[bursts_[copy].destination].port);
    totals_.bytes_copied += length;
    totals_.bytes_delivered += length;
  } else if (extension.why == alink::cause::none) {
    extension.why = what.why;
    extension.completion = alink::status_of(what.why);
  }
  if (--state.copies_left == 0) {
    const bool good = extension.why == alink::cause::none;
    state.payload->set_response_status(good ? tlm::TLM_OK_RESPONSE
                                            : tlm::TLM_GENERIC_ERROR_RESPONSE);
    if (good) {
      // What its sender gave is one of the copies; the response counts it.
      totals_.bytes_copied -= length;
      totals_.bytes_delivered -= length;
    }
    if (!alink::was_lost(extension.why)) {
      extension.reached = base::port_set();
    }
    schedule(burst, stage::response, state.answered + path_latency_);
  }
}

}  // namespace sn::fabric
