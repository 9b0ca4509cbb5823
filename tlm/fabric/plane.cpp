#include "fabric/plane.h"

#include <algorithm>

#include "base/error.h"

namespace sn::fabric {
namespace {

using base::port_set;

std::size_t ring_size(std::uint64_t longest_delay) {
  std::size_t size = 1;
  while (size <= longest_delay) {
    size *= 2;
  }
  return size;
}

}  // namespace

plane::plane(const plane_parameters& parameters, arbiter::scheduler& scheduler)
    : parameters_(parameters), scheduler_(scheduler) {
  const unsigned ports = parameters_.ports;
  base::ensure(ports >= 1 && ports <= base::port_limit && ports <= scheduler.ports(),
               "a plane has more ports than its arbiter");
  base::ensure(parameters_.slots_per_cell.size() == ports, "every port of a plane needs its width");
  base::ensure(parameters_.voq_depth_cells >= 1, "a VOQ holds at least one cell");
  base::ensure(parameters_.uplink_slots >= 1 && parameters_.credit_slots >= 1 &&
                   parameters_.receive_credit_slots >= 1,
               "nothing travels in no time");
  base::ensure(parameters_.payload_bytes >= 1 && parameters_.bin_slots >= 1,
               "cells carry payload and bins last");

  base::ensure(parameters_.cell_error >= 0.0 && parameters_.cell_error < 1.0 &&
                   parameters_.replay_slots >= 1,
               "links that err need a loop, and some cells that arrive");
  state_.errors = base::random_generator(parameters_.error_seed);

  unsigned slowest = 1;
  for (unsigned port = 0; port < ports; ++port) {
    const unsigned width = parameters_.slots_per_cell[port];
    base::ensure(width >= 1, "a port needs at least one slot for a cell");
    slowest = std::max(slowest, width);
  }
  const std::uint64_t longest_replay =
      parameters_.cell_error > 0.0 ? std::uint64_t{parameters_.replay_slots} * replay_attempts : 0;
  const std::size_t ring = ring_size(std::max<std::uint64_t>(
      {std::uint64_t{parameters_.uplink_slots} + slowest, parameters_.credit_slots,
       parameters_.receive_credit_slots, slowest + longest_replay}));
  ring_mask_ = ring - 1;

  for (auto* line : {&state_.uplink, &state_.credit}) {
    line->inputs.resize(ring);
    line->output.resize(ring * ports);
  }
  state_.uplink_release.resize(ring);
  state_.downlink_release.resize(ring);
  state_.receive_credit.resize(ring);
  state_.statistics.uplinks.resize(ports);
  state_.statistics.downlinks.resize(ports);
  clear();
}

/// Nothing waits, nothing is under way, all credits are home.
void plane::clear() {
  const unsigned ports = parameters_.ports;
  state_.inbox.clear();
  state_.inbox_head = 0;
  state_.shares.clear();
  state_.free_share = plane_state::no_share;
  plane_state::flow empty;
  empty.credits = parameters_.voq_depth_cells;
  state_.flows.assign(static_cast<std::size_t>(ports) * ports, empty);
  state_.sendable.assign(ports, port_set());
  state_.send_from.assign(ports, 0);
  state_.inputs_sendable = port_set();
  state_.inputs_free = port_set::first(ports);
  state_.downlinks_free = port_set::first(ports);
  state_.request = arbiter::slot_request();
  state_.request.ready = port_set::first(ports);
  for (auto* sets : {&state_.uplink.inputs, &state_.credit.inputs, &state_.uplink_release,
                     &state_.downlink_release, &state_.receive_credit}) {
    std::fill(sets->begin(), sets->end(), port_set());
  }
  state_.receive_credits.assign(ports, parameters_.receive_buffer_cells);
  state_.cells_unsent = 0;
  state_.cells_waiting = 0;
  state_.credits_away = 0;
  state_.receive_credits_away = 0;
  state_.links_sending = 0;
}

void plane::lose(std::vector<std::uint32_t>& lost) {
  for (const plane_state::flow& flow : state_.flows) {
    for (std::uint32_t share = flow.crossing; share != plane_state::no_share;
         share = state_.shares[share].next) {
      lost.push_back(state_.shares[share].burst);
    }
  }
  for (std::size_t i = state_.inbox_head; i != state_.inbox.size(); ++i) {
    lost.push_back(state_.inbox[i].burst);
  }
  std::uint64_t sent = 0;
  for (const link_statistics& up : state_.statistics.uplinks) {
    sent += up.cells;
  }
  const std::uint64_t lost_under_way = state_.statistics.cells_lost - state_.cells_never_sent;
  state_.statistics.cells_lost +=
      state_.cells_unsent + (sent - state_.statistics.cells - lost_under_way);
  state_.cells_never_sent += state_.cells_unsent;
  clear();
}

void plane::inject(const plane_injection& share) {
  base::ensure(share.slot >= state_.next_slot, "a share is injected into the past of a plane");
  base::ensure(state_.inbox.empty() || share.slot >= state_.inbox.back().slot,
               "shares are injected out of order");
  base::ensure(share.input < parameters_.ports && share.output < parameters_.ports,
               "a share names a port that the plane does not have");
  base::ensure(share.bytes != 0, "a share carries nothing");
  state_.inbox.push_back(share);
}

bool plane::quiet() const {
  return (state_.cells_unsent | state_.credits_away | state_.receive_credits_away |
          state_.links_sending) == 0;
}

bool plane::idle() const {
  return quiet() && state_.inbox_head == state_.inbox.size();
}

std::uint64_t plane::next_slot() const {
  return quiet() ? std::max(state_.next_slot, state_.inbox[state_.inbox_head].slot)
                 : state_.next_slot;
}

void plane::run(std::uint64_t until, std::vector<plane_completion>& done) {
  while (!idle()) {
    state_.next_slot = next_slot();
    if (state_.next_slot >= until) {
      return;
    }
    step(done);
  }
}

void plane::step(std::vector<plane_completion>& done) {
  const std::size_t now = ring(state_.next_slot);
  if (state_.inbox_head != state_.inbox.size()) {
    take_inbox();
  }
  take_credits(now);
  take_arrivals(now);
  if (state_.cells_waiting != 0) {
    arbitrate(now, done);
  }
  send(now);
  ++state_.statistics.slots;
  state_.statistics.queued_cell_slots += state_.cells_waiting;
  ++state_.next_slot;
}

void plane::take_inbox() {
  while (state_.inbox_head != state_.inbox.size() &&
         state_.inbox[state_.inbox_head].slot <= state_.next_slot) {
    const plane_injection& injection = state_.inbox[state_.inbox_head++];
    const std::uint64_t cells =
        (injection.bytes + parameters_.payload_bytes - 1) / parameters_.payload_bytes;
    base::ensure(cells < plane_state::no_share, "a share has more cells than a plane can count");

    std::uint32_t index = state_.free_share;
    if (index == plane_state::no_share) {
      index = static_cast<std::uint32_t>(state_.shares.size());
      state_.shares.emplace_back();
    } else {
      state_.free_share = state_.shares[index].next;
    }
    plane_state::share& share = state_.shares[index];
    share.burst = injection.burst;
    share.cells = static_cast<std::uint32_t>(cells);
    share.bytes = injection.bytes;
    share.next = plane_state::no_share;

    plane_state::flow& flow = flow_of(injection.input, injection.output);
    if (flow.crossing == plane_state::no_share) {
      flow.crossing = index;
      flow.cross_left = share.cells;
    } else {
      state_.shares[flow.last].next = index;
    }
    flow.last = index;
    if (flow.sending == plane_state::no_share) {
      flow.sending = index;
      flow.send_left = share.cells;
      if (flow.credits != 0) {
        state_.sendable[injection.input].set(injection.output);
        state_.inputs_sendable.set(injection.input);
      }
    }
    state_.cells_unsent += cells;
    state_.cells_injected += cells;
    state_.bytes_injected += injection.bytes;
  }
  if (state_.inbox_head == state_.inbox.size()) {
    state_.inbox.clear();
    state_.inbox_head = 0;
  }
}

void plane::take_credits(std::size_t now) {
  const std::uint8_t* output = &state_.credit.output[now * parameters_.ports];
  std::uint64_t returned = 0;
  state_.credit.inputs[now].for_each([&](unsigned input) {
    plane_state::flow& flow = flow_of(input, output[input]);
    if (flow.credits++ == 0 && flow.sending != plane_state::no_share) {
      state_.sendable[input].set(output[input]);
      state_.inputs_sendable.set(input);
    }
    ++returned;
  });
  state_.credits_away -= returned;
  state_.credit.inputs[now] = port_set();

  if (state_.links_sending != 0) {
    state_.links_sending -=
        state_.uplink_release[now].count() + state_.downlink_release[now].count();
    state_.inputs_free = state_.inputs_free | state_.uplink_release[now];
    state_.downlinks_free = state_.downlinks_free | state_.downlink_release[now];
    state_.downlink_release[now].for_each([&](unsigned output_port) {
      if (parameters_.receive_buffer_cells == 0 || state_.receive_credits[output_port] != 0) {
        state_.request.ready.set(output_port);
      }
    });
    state_.uplink_release[now] = port_set();
    state_.downlink_release[now] = port_set();
  }
  if (state_.receive_credits_away != 0) {
    state_.receive_credit[now].for_each([&](unsigned output_port) {
      ++state_.receive_credits[output_port];
      if (state_.downlinks_free.test(output_port)) {
        state_.request.ready.set(output_port);
      }
      --state_.receive_credits_away;
    });
    state_.receive_credit[now] = port_set();
  }
}

void plane::take_arrivals(std::size_t now) {
  const std::uint8_t* output = &state_.uplink.output[now * parameters_.ports];
  std::uint64_t fullest = state_.statistics.max_voq_cells;
  std::uint64_t arrived = 0;
  state_.uplink.inputs[now].for_each([&](unsigned input) {
    plane_state::flow& flow = flow_of(input, output[input]);
    ++flow.waiting;
    state_.request.inputs_for_output[output[input]].set(input);
    fullest = std::max<std::uint64_t>(fullest, flow.waiting);
    ++arrived;
  });
  state_.cells_waiting += arrived;
  state_.statistics.max_voq_cells = fullest;
  state_.uplink.inputs[now] = port_set();
}

void plane::arbitrate(std::size_t now, std::vector<plane_completion>& done) {
  scheduler_.arbitrate(state_.request, grant_);
  base::ensure((grant_.granted & ~state_.request.ready).none(),
               "the arbiter granted an output that is not ready");
  port_set& credit_inputs = state_.credit.inputs[ring(state_.next_slot + parameters_.credit_slots)];
  std::uint64_t crossed = 0;
  grant_.granted.for_each([&](unsigned output) {
    const unsigned input = grant_.input_for_output[output];
    base::ensure(input < parameters_.ports && state_.request.inputs_for_output[output].test(input),
                 "the arbiter granted what was not requested");
    base::ensure(!credit_inputs.test(input), "the arbiter matched an input twice");
    credit_inputs.set(input);
    cross(input, output, now, done);
    ++crossed;
  });
  state_.cells_waiting -= crossed;

  plane_statistics& statistics = state_.statistics;
  statistics.cells += crossed;
  const std::uint64_t bin = state_.next_slot / parameters_.bin_slots;
  if (bin >= statistics.cells_per_bin.size()) {
    statistics.cells_per_bin.resize(bin + 1);
  }
  statistics.cells_per_bin[bin] += static_cast<std::uint32_t>(crossed);
}

void plane::cross(unsigned input, unsigned output, std::size_t now,
                  std::vector<plane_completion>& done) {
  plane_state::flow& flow = flow_of(input, output);
  if (--flow.waiting == 0) {
    state_.request.inputs_for_output[output].reset(input);
  }
  state_.credit
      .output[ring(state_.next_slot + parameters_.credit_slots) * parameters_.ports + input] =
      static_cast<std::uint8_t>(output);

  link_statistics& link = state_.statistics.downlinks[output];
  ++link.cells;
  const std::uint64_t occupied = parameters_.slots_per_cell[output] + replay_downlink(output);
  link.busy_slots += occupied;
  if (occupied > 1) {
    state_.request.ready.reset(output);
    state_.downlinks_free.reset(output);
    state_.downlink_release[(now + occupied) & ring_mask_].set(output);
    ++state_.links_sending;
  }
  if (parameters_.receive_buffer_cells != 0) {
    if (--state_.receive_credits[output] == 0) {
      state_.request.ready.reset(output);
    }
    state_.receive_credit[(now + parameters_.receive_credit_slots) & ring_mask_].set(output);
    ++state_.receive_credits_away;
  }

  if (--flow.cross_left == 0) {
    const std::uint32_t index = flow.crossing;
    plane_state::share& share = state_.shares[index];
    link.bytes += share.bytes;
    done.push_back({share.burst, state_.next_slot + occupied - parameters_.uplink_slots});
    flow.crossing = share.next;
    if (flow.crossing != plane_state::no_share) {
      flow.cross_left = state_.shares[flow.crossing].cells;
    } else {
      flow.last = plane_state::no_share;
    }
    share.next = state_.free_share;
    state_.free_share = index;
  }
}

void plane::send(std::size_t now) {
  const port_set senders = state_.inputs_sendable & state_.inputs_free;
  std::uint64_t sent = 0;
  senders.for_each([&](unsigned input) {
    if (hit()) {
      replay_uplink(input, now);
      return;
    }
    const unsigned output = state_.sendable[input].next_from(state_.send_from[input]);
    state_.send_from[input] = static_cast<std::uint8_t>((output + 1) % base::port_limit);
    send_cell(input, output, now);
    ++sent;
  });
  state_.cells_unsent -= sent;
  state_.credits_away += sent;
}

/// The link sends, and sends again, for a loop; the cell that was hit is as good as not sent.
void plane::replay_uplink(unsigned input, std::size_t now) {
  state_.inputs_free.reset(input);
  state_.uplink_release[(now + parameters_.replay_slots) & ring_mask_].set(input);
  ++state_.links_sending;
  state_.statistics.uplinks[input].busy_slots += parameters_.replay_slots;
  // Behind it went what the source had credits for, as long as the loop lasted.
  std::uint64_t behind = 0;
  state_.sendable[input].for_each([&](unsigned output) {
    const plane_state::flow& flow = flow_of(input, output);
    behind += std::min<std::uint64_t>(flow.send_left, flow.credits);
  });
  const std::uint64_t most = parameters_.replay_slots / parameters_.slots_per_cell[input];
  state_.statistics.cells_replayed +=
      std::max<std::uint64_t>(1, std::min<std::uint64_t>(behind, most));
}

/// Slots for which a cell on its way out holds its link longer than without errors.
std::uint64_t plane::replay_downlink(unsigned output) {
  std::uint64_t slots = 0;
  for (unsigned attempts = 0; hit(); ++attempts) {
    base::ensure(attempts < replay_attempts, "a link brought nothing in all its replays");
    slots += parameters_.replay_slots;
    std::uint64_t behind = 1;
    state_.request.inputs_for_output[output].for_each(
        [&](unsigned input) { behind += flow_of(input, output).waiting; });
    const std::uint64_t most = parameters_.replay_slots / parameters_.slots_per_cell[output];
    state_.statistics.cells_replayed +=
        std::max<std::uint64_t>(1, std::min<std::uint64_t>(behind, most));
  }
  return slots;
}

void plane::send_cell(unsigned input, unsigned output, std::size_t now) {
  plane_state::flow& flow = flow_of(input, output);
  link_statistics& link = state_.statistics.uplinks[input];
  const unsigned width = parameters_.slots_per_cell[input];
  ++link.cells;
  link.busy_slots += width;
  --flow.credits;
  if (--flow.send_left == 0) {
    const plane_state::share& share = state_.shares[flow.sending];
    link.bytes += share.bytes;
    flow.sending = share.next;
    if (flow.sending != plane_state::no_share) {
      flow.send_left = state_.shares[flow.sending].cells;
    }
  }
  if (flow.credits == 0 || flow.sending == plane_state::no_share) {
    port_set& sendable = state_.sendable[input];
    sendable.reset(output);
    if (sendable.none()) {
      state_.inputs_sendable.reset(input);
    }
  }

  std::size_t delay = parameters_.uplink_slots;
  if (width > 1) {
    const unsigned output_width = parameters_.slots_per_cell[output];
    delay += width > output_width ? width - output_width : 0;
    state_.inputs_free.reset(input);
    state_.uplink_release[(now + width) & ring_mask_].set(input);
    ++state_.links_sending;
  }
  const std::size_t then = (now + delay) & ring_mask_;
  state_.uplink.inputs[then].set(input);
  state_.uplink.output[then * parameters_.ports + input] = static_cast<std::uint8_t>(output);
}

void plane::audit() const {
  const plane_statistics& statistics = state_.statistics;
  std::uint64_t cells_up = 0;
  std::uint64_t cells_down = 0;
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
  for (unsigned port = 0; port < parameters_.ports; ++port) {
    const link_statistics& up = statistics.uplinks[port];
    const link_statistics& down = statistics.downlinks[port];
    // A cell that began in the last slot simulated may still have width - 1 slots to go.
    const std::uint64_t width = parameters_.slots_per_cell[port];
    base::ensure(up.cells * width <= statistics.slots + width - 1,
                 "an uplink carried more than its line rate");
    base::ensure(down.cells * width <= statistics.slots + width - 1,
                 "a downlink carried more than its line rate");
    cells_up += up.cells;
    cells_down += down.cells;
    bytes_up += up.bytes;
    bytes_down += down.bytes;
  }
  base::ensure(cells_up + state_.cells_unsent + state_.cells_never_sent == state_.cells_injected,
               "cells were lost or made before the links to the switch");
  base::ensure(cells_down == statistics.cells, "cells that crossed are not those that left");

  std::uint64_t credits_away = 0;
  std::uint64_t cells_waiting = 0;
  std::uint64_t cells_under_way = 0;
  std::uint64_t credits_under_way = 0;
  for (unsigned input = 0; input < parameters_.ports; ++input) {
    for (unsigned output = 0; output < parameters_.ports; ++output) {
      const plane_state::flow& flow =
          state_.flows[static_cast<std::size_t>(input) * parameters_.ports + output];
      base::ensure(flow.credits <= parameters_.voq_depth_cells, "a source has credits too many");
      base::ensure(flow.waiting <= parameters_.voq_depth_cells, "a VOQ holds more than fits");
      base::ensure((flow.waiting != 0) == state_.request.inputs_for_output[output].test(input),
                   "a request does not say what its VOQ holds");
      credits_away += parameters_.voq_depth_cells - flow.credits;
      cells_waiting += flow.waiting;
    }
  }
  for (std::size_t slot = 0; slot <= ring_mask_; ++slot) {
    cells_under_way += state_.uplink.inputs[slot].count();
    credits_under_way += state_.credit.inputs[slot].count();
  }
  const std::uint64_t lost_under_way = statistics.cells_lost - state_.cells_never_sent;
  base::ensure(cells_up == cells_down + cells_under_way + cells_waiting + lost_under_way,
               "cells were lost or made between the links");
  base::ensure(credits_away == state_.credits_away &&
                   credits_away == cells_under_way + cells_waiting + credits_under_way,
               "credits of VOQs have leaked");
  base::ensure(cells_waiting == state_.cells_waiting, "cells in VOQs are miscounted");
  if (parameters_.receive_buffer_cells != 0) {
    std::uint64_t receive_credits_away = 0;
    for (const std::uint16_t credits : state_.receive_credits) {
      base::ensure(credits <= parameters_.receive_buffer_cells, "a switch has credits too many");
      receive_credits_away += parameters_.receive_buffer_cells - credits;
    }
    base::ensure(receive_credits_away == state_.receive_credits_away,
                 "credits of receive buffers have leaked");
  }
  if (cells_down == state_.cells_injected) {
    base::ensure(bytes_up == state_.bytes_injected && bytes_down == state_.bytes_injected,
                 "bytes were lost or made in a plane");
  }
}

}  // namespace sn::fabric
