#include "fabric/engine.h"

#include <algorithm>
#include <string>

#include "alink/sim_time.h"
#include "base/error.h"
#include "base/state.h"

namespace sn::fabric {
namespace {

constexpr std::int16_t nobody = -1;

std::string numbered(const char* name, unsigned index) {
  return name + ("_" + std::to_string(index));
}

}  // namespace

engine::engine(const sc_core::sc_module_name& name, std::vector<endpoint_parameters> endpoints,
               unsigned planes, base::picoseconds path_latency, base::bytes request_header,
               kernel::turns* order)
    : sc_core::sc_module(name),
      endpoints_(std::move(endpoints)),
      path_latency_(path_latency),
      request_header_(request_header),
      controls_(planes),
      endpoint_of_id_(base::endpoint_limit, nobody),
      endpoint_of_port_(base::port_limit, nobody),
      next_appointment_(order, [this] { keep_appointments(); }),
      responses_(endpoints_.size()),
      orders_(endpoints_.size() * endpoints_.size()) {
  base::ensure(planes >= 1 && planes <= plane_limit, "an engine has 1 to 16 planes");
  base::ensure(sc_core::sc_get_time_resolution() == sc_core::sc_time(1, sc_core::SC_PS),
               "the fabric needs a time resolution of 1 ps");
  for (unsigned index = 0; index < endpoints_.size(); ++index) {
    const endpoint_parameters& endpoint = endpoints_[index];
    base::ensure(endpoint.id < base::endpoint_limit && endpoint_of_id_[endpoint.id] == nobody,
                 "endpoint ids of an engine must be below 1024 and distinct");
    base::ensure(endpoint.port < base::port_limit && endpoint_of_port_[endpoint.port] == nobody,
                 "ports of an engine must be below 128 and distinct");
    endpoint_of_id_[endpoint.id] = static_cast<std::int16_t>(index);
    endpoint_of_port_[endpoint.port] = static_cast<std::int16_t>(index);

    from_device_.push_back(
        std::make_unique<request_socket>(numbered("from_device", index).c_str()));
    from_device_.back()->register_nb_transport_fw(this, &engine::forward, static_cast<int>(index));
    from_device_.back()->register_b_transport(this, &engine::refuse_blocking,
                                              static_cast<int>(index));
    to_device_.push_back(std::make_unique<delivery_socket>(numbered("to_device", index).c_str()));
  }
}

void engine::end_of_elaboration() {
  for (const plane_control* control : controls_) {
    base::ensure(control != nullptr, "a plane of the fabric has no control");
  }
}

void engine::refuse_blocking(int /*index*/, tlm::tlm_generic_payload& /*payload*/,
                             sc_core::sc_time& /*delay*/) {
  base::invariant_violated("bursts go by nb_transport, not by b_transport");
}

tlm::tlm_sync_enum engine::forward(int index, tlm::tlm_generic_payload& payload,
                                   tlm::tlm_phase& phase, sc_core::sc_time& delay) {
  const auto endpoint = static_cast<unsigned>(index);
  if (phase == tlm::BEGIN_REQ) {
    accept(endpoint, payload, alink::now() + alink::to_picoseconds(delay));
    phase = tlm::END_REQ;
    return tlm::TLM_UPDATED;
  }
  base::ensure(phase == tlm::END_RESP, "a burst came with a phase out of order");
  auto& queue = responses_[endpoint];
  base::ensure(!queue.empty() && queue.front() == &payload,
               "a response was ended that had not begun");
  queue.erase(queue.begin());
  payload.release();
  offer_response(endpoint);
  return tlm::TLM_COMPLETED;
}

void engine::accept(unsigned source, tlm::tlm_generic_payload& payload, base::picoseconds when) {
  alink::burst_extension& extension = alink::extension_of(payload);
  base::ensure(payload.has_mm(), "a burst has no memory manager");
  base::ensure(payload.get_data_length() != 0, "a burst has no bytes");
  base::ensure(payload.is_read() || payload.is_write(), "a burst neither reads nor writes");
  base::ensure(extension.source == endpoints_[source].id,
               "a burst was sent under the name of another endpoint");
  const bool plain = extension.what == alink::operation::plain;
  base::ensure(!plain || extension.destination != extension.source,
               "a burst was sent to its own source");
  base::ensure(plain || payload.is_write(), "reductions and multicasts are writes");

  const burst_index burst = new_burst();
  payload.acquire();
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  extension.completion = alink::status::ok;
  extension.why = alink::cause::none;
  extension.lost_planes = 0;
  burst_state& state = bursts_[burst];
  state.payload = &payload;
  state.serial = accepted_++;
  state.source = static_cast<std::uint16_t>(source);
  state.waits_for = stage::outward;
  state.parent = no_parent;
  ++under_way_;
  ++totals_.bursts;
  totals_.bytes_injected += payload.get_data_length();
  if (when == alink::now()) {
    set_out(burst);
  } else {
    schedule(burst, stage::outward, when);
  }
}

engine::burst_index engine::new_burst() {
  if (free_bursts_.empty()) {
    bursts_.emplace_back();
    free_bursts_.reserve(bursts_.size());
    return static_cast<burst_index>(bursts_.size() - 1);
  }
  const burst_index burst = free_bursts_.back();
  free_bursts_.pop_back();
  return burst;
}

/// The first cause for which a plane refuses the way between two endpoints.
engine::loss engine::admit_on(std::uint16_t used, unsigned from, base::endpoint_id to) {
  for (unsigned plane = 0; plane < planes(); ++plane) {
    if (((used >> plane) & 1U) == 0) {
      continue;
    }
    base::port_id output = 0;
    alink::cause why = admit(*controls_[plane], endpoints_[from].port, to, output);
    if (why == alink::cause::none) {
      // A port that leads to nobody can carry nothing; one that leads to another endpoint is no
      // route to this one.
      const std::int16_t there = output < base::port_limit ? endpoint_of_port_[output] : nobody;
      if (there == nobody) {
        why = alink::cause::destination_port_down;
      } else if (endpoints_[static_cast<std::size_t>(there)].id != to) {
        why = alink::cause::no_route;
      }
      if (why != alink::cause::none) {
        controls_[plane]->refused(why);
      }
    }
    if (why != alink::cause::none) {
      return {why, static_cast<std::uint16_t>(1U << plane)};
    }
  }
  return {};
}

void engine::set_out(burst_index burst) {
  burst_state& state = bursts_[burst];
  const tlm::tlm_generic_payload& payload = *state.payload;
  const alink::burst_extension& extension = alink::extension_of(*state.payload);
  const auto every_plane = static_cast<std::uint16_t>((1U << planes()) - 1);
  const auto mask = static_cast<std::uint16_t>(extension.plane_mask & every_plane);
  if (mask == 0) {
    fail(burst, {alink::cause::no_plane, 0});
    return;
  }
  if (extension.what == alink::operation::reduce) {
    contribute(burst, mask);
    return;
  }
  if (extension.what == alink::operation::multicast) {
    set_out_to_members(burst, mask);
    return;
  }
  const burst_spread spreading = spread(payload.get_address(), payload.get_data_length(), mask);
  const loss refused = admit_on(spreading.used, state.source, extension.destination);
  if (refused.why != alink::cause::none) {
    fail(burst, refused);
    return;
  }
  state.destination = static_cast<std::uint16_t>(endpoint_of_id_[extension.destination]);
  state.planes = mask;
  order_of(state).enter(burst, payload.get_address(), payload.get_data_length());
  state.in_order = true;
  send(burst, spreading, state.source, state.destination, payload.is_read());
}

void engine::send(burst_index burst, const burst_spread& spreading, unsigned from, unsigned to,
                  bool requests_only) {
  leg way;
  way.burst = burst;
  way.input = endpoints_[from].port;
  way.output = endpoints_[to].port;
  way.traffic_class = alink::extension_of(*bursts_[burst].payload).traffic_class;
  way.planes = spreading.used;
  for (unsigned plane = 0; plane < planes(); ++plane) {
    const plane_share& share = spreading.share[plane];
    way.bytes[plane] = requests_only ? share.regions * request_header_.value : share.bytes;
  }
  carry(way);
}

void engine::arrived(burst_index burst, base::picoseconds when) {
  burst_state& state = bursts_[burst];
  const bool data_are_back = state.waits_for == stage::backward;
  schedule(burst, data_are_back ? stage::response : stage::target, when);
}

void engine::gone(burst_index burst, base::picoseconds when, const loss& what) {
  bursts_[burst].lost = what;
  schedule(burst, stage::loss, when);
}

void engine::link_failed(unsigned plane, base::port_id port) {
  if (on_link_failure_) {
    on_link_failure_(plane, port);
  }
}

void engine::schedule(burst_index burst, stage next, base::picoseconds when) {
  base::ensure(when >= alink::now(), "a burst was scheduled into the past");
  burst_state& state = bursts_[burst];
  state.waits_for = next;
  appointments_.push_back({when, state.serial, burst});
  std::push_heap(appointments_.begin(), appointments_.end(), later);
  if (appointments_.front().serial == state.serial) {
    next_appointment_.set_by(alink::to_sc_time(when));
  }
}

bool engine::later(const appointment& a, const appointment& b) {
  return a.when != b.when ? a.when > b.when : a.serial > b.serial;
}

void engine::keep_appointments() {
  while (groups_lost_) {
    groups_lost_ = false;
    for (unsigned group = 0; group < groups_.size(); ++group) {
      if (groups_[group].lost.why != alink::cause::none) {
        go_back(group);
      }
    }
  }
  while (!appointments_.empty() && appointments_.front().when <= alink::now()) {
    const burst_index burst = appointments_.front().burst;
    std::pop_heap(appointments_.begin(), appointments_.end(), later);
    appointments_.pop_back();
    switch (bursts_[burst].waits_for) {
      case stage::outward:
        set_out(burst);
        break;
      case stage::target:
        reach_target(burst);
        break;
      case stage::backward:
        send_back(burst);
        break;
      case stage::response:
        respond(burst);
        break;
      case stage::loss:
        leave_order(burst);
        lose(burst);
        break;
    }
  }
  if (groups_lost_) {
    next_appointment_.set(sc_core::sc_time_stamp());
  } else if (!appointments_.empty()) {
    next_appointment_.set(alink::to_sc_time(appointments_.front().when));
  }
}

void engine::lose(burst_index burst) {
  if (bursts_[burst].parent != no_parent) {
    end_copy(burst, alink::now(), bursts_[burst].lost);
    return;
  }
  fail(burst, bursts_[burst].lost);
}

void engine::reach_target(burst_index burst) {
  if (!order_of(bursts_[burst]).may_pass(burst)) {
    return;
  }
  deliver(burst);
  leave_order(burst);
}

/// Those that were held behind `burst` may pass.
void engine::leave_order(burst_index burst) {
  burst_state& state = bursts_[burst];
  if (!state.in_order) {
    return;
  }
  state.in_order = false;
  order_of(state).leave(burst, released_);
  for (const burst_index next : released_) {
    schedule(next, stage::target, alink::now());
  }
  released_.clear();
}

void engine::deliver(burst_index burst) {
  // The target may send bursts of its own meanwhile: no reference into bursts_ lives across.
  tlm::tlm_generic_payload& payload = *bursts_[burst].payload;
  if (bursts_[burst].parent != no_parent) {
    deliver_to_member(burst);
    return;
  }
  if (alink::extension_of(payload).what == alink::operation::reduce) {
    deliver_result(burst);
    return;
  }
  sc_core::sc_time delay;
  (*to_device_[bursts_[burst].destination])->b_transport(payload, delay);
  const base::picoseconds answered = alink::now() + alink::to_picoseconds(delay);
  if (!payload.is_response_ok()) {
    alink::burst_extension& extension = alink::extension_of(payload);
    extension.why = alink::cause::target_refused;
    if (extension.completion == alink::status::ok) {
      extension.completion = alink::status_of(extension.why);
    }
    schedule(burst, stage::response, answered + path_latency_);
  } else if (payload.is_read()) {
    schedule(burst, stage::backward, answered);
  } else {
    schedule(burst, stage::response, answered + path_latency_);
  }
}

void engine::send_back(burst_index burst) {
  const burst_state& state = bursts_[burst];
  const tlm::tlm_generic_payload& payload = *state.payload;
  const burst_spread spreading =
      spread(payload.get_address(), payload.get_data_length(), state.planes);
  const loss refused = admit_on(spreading.used, state.destination, endpoints_[state.source].id);
  if (refused.why != alink::cause::none) {
    fail(burst, refused);
    return;
  }
  send(burst, spreading, state.destination, state.source, false);
}

void engine::fail(burst_index burst, const loss& what) {
  tlm::tlm_generic_payload& payload = *bursts_[burst].payload;
  alink::burst_extension& extension = alink::extension_of(payload);
  extension.why = what.why;
  extension.lost_planes = what.planes;
  extension.completion = alink::status_of(what.why);
  payload.set_response_status(extension.completion == alink::status::decode_error
                                  ? tlm::TLM_ADDRESS_ERROR_RESPONSE
                                  : tlm::TLM_GENERIC_ERROR_RESPONSE);
  schedule(burst, stage::response, alink::now() + path_latency_);
}

void engine::respond(burst_index burst) {
  const burst_state state = bursts_[burst];
  free_bursts_.push_back(burst);
  const bool failed = !state.payload->is_response_ok();
  totals_.bursts_failed += failed ? 1 : 0;
  const alink::burst_extension& extension = alink::extension_of(*state.payload);
  const bool only_contributed = extension.what == alink::operation::reduce && !extension.gets_sum();
  (failed             ? totals_.bytes_failed
   : only_contributed ? totals_.bytes_reduced
                      : totals_.bytes_delivered) += state.payload->get_data_length();
  --under_way_;
  auto& queue = responses_[state.source];
  queue.push_back(state.payload);
  if (queue.size() == 1) {
    offer_response(state.source);
  }
}

/// Begins the response at the head of the queue, and those behind it as long as they end at once.
void engine::offer_response(unsigned endpoint) {
  auto& queue = responses_[endpoint];
  while (!queue.empty()) {
    tlm::tlm_generic_payload& payload = *queue.front();
    tlm::tlm_phase phase = tlm::BEGIN_RESP;
    sc_core::sc_time delay;
    const auto answer = (*from_device_[endpoint])->nb_transport_bw(payload, phase, delay);
    const bool ended =
        answer == tlm::TLM_COMPLETED || (answer == tlm::TLM_UPDATED && phase == tlm::END_RESP);
    if (!ended) {
      return;
    }
    queue.erase(queue.begin());
    payload.release();
  }
}

void engine::save(base::snapshot_writer& to, const kernel::payload_names& names) const {
  to.section(name());
  base::state_saver io(to);
  const_cast<engine&>(*this).fields(io);
  std::vector<bool> free(bursts_.size());
  for (const burst_index index : free_bursts_) {
    free[index] = true;
  }
  for (burst_index index = 0; index < bursts_.size(); ++index) {
    if (!free[index]) {
      names.save(*bursts_[index].payload, to);
    }
  }
  for (const auto& waiting : responses_) {
    to.number(std::uint64_t{waiting.size()});
    for (const tlm::tlm_generic_payload* each : waiting) {
      names.save(*each, to);
    }
  }
  save_carriers(to);
}

void engine::restore(base::snapshot_reader& from, const kernel::payload_names& names) {
  from.section(name());
  base::state_restorer io(from);
  fields(io);
  std::vector<bool> free(bursts_.size());
  const auto check = [&](burst_index index) {
    if (index >= bursts_.size()) {
      from.refuse("a burst that does not exist");
    }
  };
  for (const burst_index index : free_bursts_) {
    check(index);
    free[index] = true;
  }
  for (const appointment& each : appointments_) {
    check(each.burst);
  }
  for (const group_state& group : groups_) {
    for (const reduction& each : group.reductions) {
      std::for_each(each.contributions.begin(), each.contributions.end(), check);
    }
  }
  if (orders_.size() != endpoints_.size() * endpoints_.size()) {
    from.refuse("a fabric with other endpoints");
  }
  for (burst_index index = 0; index < bursts_.size(); ++index) {
    burst_state& state = bursts_[index];
    if (state.source >= endpoints_.size() || state.destination >= endpoints_.size()) {
      from.refuse("a burst between endpoints that do not exist");
    }
    if (state.parent != no_parent) {
      check(state.parent);
    }
    state.payload = free[index] ? nullptr : &names.restore(from);
  }
  for (auto& waiting : responses_) {
    waiting.clear();
    for (std::uint64_t left = from.list_size(); left != 0; --left) {
      waiting.push_back(&names.restore(from));
    }
  }
  restore_carriers(from);
}

void engine::audit_bytes() const {
  const std::uint64_t sent = totals_.bytes_injected + totals_.bytes_copied;
  const std::uint64_t ended =
      totals_.bytes_delivered + totals_.bytes_failed + totals_.bytes_reduced;
  base::ensure(ended <= sent, "more bytes arrived than were sent");
  if (idle()) {
    base::ensure(ended == sent, "bytes that were sent neither arrived nor failed");
  }
}

void engine::trace_utilisation(base::trace& trace) const {
  if (!trace.enabled()) {
    return;
  }
  double cells_per_slot = 0.0;
  for (const endpoint_parameters& endpoint : endpoints_) {
    cells_per_slot += 1.0 / endpoint.slots_per_cell;
  }
  const double full_bin = cells_per_slot * bin_slots();
  const engine_statistics carried = statistics();
  for (unsigned plane = 0; plane < planes(); ++plane) {
    const auto track = trace.add_track("planes", "plane " + std::to_string(plane) + " utilisation");
    const auto& bins = carried.planes[plane].cells_per_bin;
    std::uint32_t previous = 0;
    for (std::size_t bin = 0; bin <= bins.size(); ++bin) {
      const std::uint32_t cells = bin < bins.size() ? bins[bin] : 0;
      if (cells != previous) {
        trace.counter(track, clock().start_of(bin * bin_slots()), cells / full_bin);
      }
      previous = cells;
    }
  }
}

}  // namespace sn::fabric
