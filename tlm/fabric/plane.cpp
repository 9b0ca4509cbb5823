#include "fabric/plane.h"

#include <algorithm>

#include "base/error.h"
#include "base/state.h"

namespace sn::fabric {

using base::port_set;

plane::plane(const plane_parameters& parameters, arbiter::scheduler& scheduler)
    : plane(parameters, &scheduler, nullptr) {
  base::ensure(parameters.ports <= scheduler.ports(), "a plane has more ports than its arbiter");
  base::ensure(parameters.classes == 1 && parameters.groups == 0,
               "classes and groups need an arbiter with classes");
}

plane::plane(const plane_parameters& parameters, arbiter::class_scheduler& scheduler)
    : plane(parameters, nullptr, &scheduler) {
  base::ensure(parameters.ports <= scheduler.ports(), "a plane has more ports than its arbiter");
  base::ensure(parameters.classes == scheduler.classes(),
               "a plane has other classes than its arbiter");
}

plane::plane(const plane_parameters& parameters, arbiter::scheduler* scheduler,
             arbiter::class_scheduler* class_scheduler)
    : parameters_(parameters),
      scheduler_(scheduler),
      class_scheduler_(class_scheduler),
      columns_(parameters.ports + 2 * parameters.groups),
      queues_(queue_of(parameters.classes - 1, columns_)) {
  const unsigned ports = parameters_.ports;
  base::ensure(ports >= 1 && columns_ <= base::port_limit,
               "a plane has 1 to 128 ports, with two columns for each group");
  base::ensure(parameters_.classes >= 1 && parameters_.classes <= arbiter::class_limit,
               "a plane has 1 to 4 classes");
  base::ensure(parameters_.reduction_buffer_cells >= 1, "a reduction needs room for a cell");
  base::ensure(parameters_.slots_per_cell.size() == ports, "every port of a plane needs its width");
  base::ensure(parameters_.voq_depth_cells >= 1, "a VOQ holds at least one cell");
  base::ensure(parameters_.uplink_slots >= 1 && parameters_.credit_slots >= 1 &&
                   parameters_.receive_credit_slots >= 1,
               "nothing travels in no time");
  base::ensure(parameters_.payload_bytes >= 1 && parameters_.bin_slots >= 1,
               "cells carry payload and bins last");

  base::ensure(parameters_.cell_error >= 0.0 && parameters_.cell_error <= 1.0 &&
                   parameters_.replay_slots >= 1,
               "links err with a probability, and then need a loop");
  state_.errors = base::random_generator(parameters_.error_seed);

  unsigned slowest = 1;
  for (unsigned port = 0; port < ports; ++port) {
    const unsigned width = parameters_.slots_per_cell[port];
    base::ensure(width >= 1, "a port needs at least one slot for a cell");
    slowest = std::max(slowest, width);
  }
  const std::uint64_t longest_replay =
      parameters_.cell_error > 0.0 ? std::uint64_t{parameters_.replay_slots} * replay_attempts : 0;
  fit_ring(std::max<std::uint64_t>({std::uint64_t{parameters_.uplink_slots} + slowest,
                                    parameters_.credit_slots, parameters_.receive_credit_slots,
                                    slowest + longest_replay}));
  state_.slots_per_cell = parameters_.slots_per_cell;
  state_.uplink_attempts.resize(ports);
  for (unsigned lower = 0; lower + 1 < parameters_.classes; ++lower) {
    const unsigned weight = std::max<unsigned>(1, parameters_.class_weights[lower]);
    class_turns_.insert(class_turns_.end(), weight, static_cast<std::uint8_t>(lower));
  }
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
  state_.flows.assign(static_cast<std::size_t>(ports) * queues_, empty);
  const std::size_t rows = std::size_t{parameters_.classes} * ports;
  state_.sendable.assign(rows, port_set());
  state_.send_from.assign(rows, 0);
  state_.send_turn.assign(ports, 0);
  state_.inputs_sendable = port_set();
  state_.inputs_free = port_set::first(ports);
  state_.downlinks_free = port_set::first(ports);
  state_.request = arbiter::slot_request();
  state_.request.ready = port_set::first(ports);
  state_.class_request = arbiter::class_request();
  state_.class_request.ready = port_set::first(ports);
  state_.hidden.assign(class_scheduler_ != nullptr ? rows : 0, port_set());
  for (auto* sets : {&state_.uplink.inputs, &state_.credit.inputs, &state_.reduction_credit.inputs,
                     &state_.uplink_release, &state_.downlink_release, &state_.receive_credit}) {
    std::fill(sets->begin(), sets->end(), port_set());
  }
  state_.receive_credits.assign(rows, parameters_.receive_buffer_cells);
  std::vector<port_set> members;
  for (const plane_state::group& group : state_.groups) {
    members.push_back(group.members);
  }
  members.resize(parameters_.groups);
  state_.groups.assign(parameters_.groups, plane_state::group());
  for (unsigned group = 0; group < parameters_.groups; ++group) {
    state_.groups[group].members = members[group];
  }
  state_.multicasters.assign(parameters_.groups != 0 ? ports : 0, plane_state::multicaster());
  state_.copy_lists.clear();
  state_.free_copy_list = plane_state::no_share;
  state_.cells_unsent = 0;
  state_.cells_waiting = 0;
  state_.cells_to_reduce = 0;
  state_.results_waiting = 0;
  state_.credits_away = 0;
  state_.receive_credits_away = 0;
  state_.links_sending = 0;
}

void plane::inject(const plane_injection& share) {
  base::ensure(share.slot >= state_.next_slot, "a share is injected into the past of a plane");
  base::ensure(state_.inbox.empty() || share.slot >= state_.inbox.back().slot,
               "shares are injected out of order");
  base::ensure(share.input < parameters_.ports && share.output < columns_,
               "a share names a port that the plane does not have");
  base::ensure(share.traffic_class < parameters_.classes,
               "a share names a class that the plane does not have");
  base::ensure(share.bytes != 0, "a share carries nothing");
  state_.inbox.push_back(share);
}

bool plane::quiet() const {
  return (state_.cells_unsent | state_.credits_away | state_.receive_credits_away |
          state_.links_sending | state_.results_waiting) == 0;
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
    if (class_scheduler_ != nullptr) {
      step<true>(done);
    } else {
      step<false>(done);
    }
  }
}

template <bool classed>
void plane::step(std::vector<plane_completion>& done) {
  const std::size_t now = ring(state_.next_slot);
  if (state_.inbox_head != state_.inbox.size()) {
    take_inbox<classed>(done);
  }
  take_credits<classed>(now);
  take_arrivals<classed>(now);
  if (classed && state_.cells_to_reduce != 0) {
    reduce(done);
  }
  if ((classed ? state_.cells_waiting - state_.cells_to_reduce + state_.results_waiting
               : state_.cells_waiting) != 0) {
    arbitrate<classed>(now, done);
  }
  send<classed>(now);
  if (giving_up_.any()) {
    give_up_links(done);
  }
  ++state_.statistics.slots;
  state_.statistics.queued_cell_slots += state_.cells_waiting;
  ++state_.next_slot;
}

std::uint32_t plane::new_share() {
  const std::uint32_t index = state_.free_share;
  if (index == plane_state::no_share) {
    state_.shares.emplace_back();
    return static_cast<std::uint32_t>(state_.shares.size() - 1);
  }
  state_.free_share = state_.shares[index].next;
  return index;
}

template <bool classed>
void plane::take_inbox(std::vector<plane_completion>& done) {
  while (state_.inbox_head != state_.inbox.size() &&
         state_.inbox[state_.inbox_head].slot <= state_.next_slot) {
    const plane_injection& injection = state_.inbox[state_.inbox_head++];
    if (state_.dead.any() && lost_at_once(injection, done)) {
      continue;
    }
    const std::uint64_t cells =
        (injection.bytes + parameters_.payload_bytes - 1) / parameters_.payload_bytes;
    base::ensure(cells < plane_state::no_share, "a share has more cells than a plane can count");

    const std::uint32_t index = new_share();
    plane_state::share& share = state_.shares[index];
    share.burst = injection.burst;
    share.cells = static_cast<std::uint32_t>(cells);
    share.bytes = injection.bytes;
    share.next = plane_state::no_share;
    share.copies = injection.copies;
    share.result_to = injection.result_to;

    const unsigned queue =
        classed ? queue_of(injection.traffic_class, injection.output) : injection.output;
    plane_state::flow& flow = flow_of(injection.input, queue);
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
        make_sendable<classed>(injection.input, queue);
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

template <bool classed>
void plane::make_sendable(unsigned input, unsigned queue) {
  sendable<classed>(input, class_of<classed>(queue)).set(column_of(queue));
  state_.inputs_sendable.set(input);
}

template <bool classed>
std::uint64_t plane::take_credits_of(plane_state::delay_line& line, std::size_t now) {
  const std::uint16_t* queue = &line.queue[now * parameters_.ports];
  std::uint64_t returned = 0;
  line.inputs[now].for_each([&](unsigned input) {
    plane_state::flow& flow = flow_of(input, queue[input]);
    if (flow.credits++ == 0 && flow.sending != plane_state::no_share) {
      make_sendable<classed>(input, queue[input]);
    }
    ++returned;
  });
  line.inputs[now] = port_set();
  return returned;
}

template <bool classed>
void plane::take_credits(std::size_t now) {
  state_.credits_away -= take_credits_of<classed>(state_.credit, now);
  if (classed && parameters_.groups != 0) {
    state_.credits_away -= take_credits_of<classed>(state_.reduction_credit, now);
  }

  if (state_.links_sending != 0) {
    state_.links_sending -=
        state_.uplink_release[now].count() + state_.downlink_release[now].count();
    state_.inputs_free = state_.inputs_free | state_.uplink_release[now];
    state_.downlinks_free = state_.downlinks_free | state_.downlink_release[now];
    state_.downlink_release[now].for_each([&](unsigned output_port) {
      if (classed || parameters_.receive_buffer_cells == 0 ||
          state_.receive_credits[output_port] != 0) {
        ready<classed>().set(output_port);
      }
    });
    state_.uplink_release[now] = port_set();
    state_.downlink_release[now] = port_set();
  }
  if (state_.receive_credits_away != 0) {
    take_receive_credits(now);
  }
}

/// Without classes an output that has none left is not ready; with them its class asks nobody.
void plane::take_receive_credits(std::size_t now) {
  for (unsigned c = 0; c < parameters_.classes; ++c) {
    port_set& outputs = state_.receive_credit[now * parameters_.classes + c];
    outputs.for_each([&](unsigned output) {
      const std::size_t place = std::size_t{c} * parameters_.ports + output;
      ++state_.receive_credits[place];
      if (class_scheduler_ != nullptr) {
        if (state_.receive_credits[place] == 1) {
          state_.class_request.inputs_for_output[c][output] = state_.hidden[place];
          state_.hidden[place] = port_set();
        }
      } else if (state_.downlinks_free.test(output)) {
        state_.request.ready.set(output);
      }
      --state_.receive_credits_away;
    });
    outputs = port_set();
  }
}

template <bool classed>
void plane::take_arrivals(std::size_t now) {
  const std::uint16_t* queue = &state_.uplink.queue[now * parameters_.ports];
  std::uint64_t fullest = state_.statistics.max_voq_cells;
  std::uint64_t arrived = 0;
  state_.uplink.inputs[now].for_each([&](unsigned input) {
    plane_state::flow& flow = flow_of(input, queue[input]);
    ++flow.waiting;
    if (!classed || column_of(queue[input]) < parameters_.ports) {
      waiting_inputs<classed>(queue[input]).set(input);
    } else {
      arrive_at_group(input, column_of(queue[input]));
    }
    fullest = std::max<std::uint64_t>(fullest, flow.waiting);
    ++arrived;
  });
  state_.cells_waiting += arrived;
  state_.statistics.max_voq_cells = fullest;
  state_.uplink.inputs[now] = port_set();
}

template <bool classed>
void plane::arbitrate(std::size_t now, std::vector<plane_completion>& done) {
  std::uint64_t crossed = 0;
  if (classed) {
    crossed = arbitrate_classes(now, done);
  } else {
    scheduler_->arbitrate(state_.request, grant_);
    base::ensure((grant_.granted & ~state_.request.ready).none(),
                 "the arbiter granted an output that is not ready");
    grant_.granted.for_each([&](unsigned output) {
      const unsigned input = grant_.input_for_output[output];
      base::ensure(
          input < parameters_.ports && state_.request.inputs_for_output[output].test(input),
          "the arbiter granted what was not requested");
      cross<false>(input, output, now, done);
      ++crossed;
    });
    state_.cells_waiting -= crossed;
  }

  plane_statistics& statistics = state_.statistics;
  statistics.cells += crossed;
  const std::uint64_t bin = state_.next_slot / parameters_.bin_slots;
  if (bin >= statistics.cells_per_bin.size()) {
    statistics.cells_per_bin.resize(bin + 1);
  }
  statistics.cells_per_bin[bin] += static_cast<std::uint32_t>(crossed);
}

/// The cells that left, copies among them.
std::uint64_t plane::arbitrate_classes(std::size_t now, std::vector<plane_completion>& done) {
  if (parameters_.groups != 0) {
    ask_for_multicast();
  }
  const arbiter::class_request& request = state_.class_request;
  class_scheduler_->arbitrate(request, class_grant_);
  base::ensure((class_grant_.granted & ~request.ready).none(),
               "the arbiter granted an output that is not ready");
  std::uint64_t crossed = 0;
  (class_grant_.granted & ~class_grant_.multicast).for_each([&](unsigned output) {
    const unsigned input = class_grant_.input_for_output[output];
    const unsigned traffic_class = class_grant_.class_for_output[output];
    base::ensure(input < parameters_.ports && traffic_class < parameters_.classes &&
                     request.inputs_for_output[traffic_class][output].test(input),
                 "the arbiter granted what was not requested");
    cross<true>(input, queue_of(traffic_class, output), now, done);
    ++crossed;
  });
  state_.cells_waiting -= crossed;
  return crossed + (class_grant_.multicast.any() ? hand_out(now, done) : 0);
}

void plane::return_credit(plane_state::delay_line& line, unsigned input, unsigned queue) {
  const std::size_t then = ring(state_.next_slot + parameters_.credit_slots);
  base::ensure(!line.inputs[then].test(input), "the arbiter matched an input twice");
  line.inputs[then].set(input);
  line.queue[then * parameters_.ports + input] = static_cast<std::uint16_t>(queue);
}

/// A cell leaves by `output`: the slots for which it holds the link.
template <bool classed>
std::uint64_t plane::leave(unsigned output, unsigned traffic_class, std::size_t now) {
  link_statistics& link = state_.statistics.downlinks[output];
  ++link.cells;
  const std::uint64_t occupied = state_.slots_per_cell[output] + replay_downlink<classed>(output);
  link.busy_slots += occupied;
  if (occupied > 1) {
    ready<classed>().reset(output);
    state_.downlinks_free.reset(output);
    state_.downlink_release[(now + occupied) & ring_mask_].set(output);
    ++state_.links_sending;
  }
  if (parameters_.receive_buffer_cells != 0) {
    const std::size_t place = std::size_t{traffic_class} * parameters_.ports + output;
    if (state_.receive_credits[place] == 1) {
      if (classed) {
        port_set& asking = state_.class_request.inputs_for_output[traffic_class][output];
        state_.hidden[place] = asking;
        asking = port_set();
      } else {
        state_.request.ready.reset(output);
      }
    }
    --state_.receive_credits[place];
    const std::size_t then = (now + parameters_.receive_credit_slots) & ring_mask_;
    state_.receive_credit[then * parameters_.classes + traffic_class].set(output);
    ++state_.receive_credits_away;
  }
  return occupied;
}

// plane_groups.cpp lets copies leave.
template std::uint64_t plane::leave<true>(unsigned output, unsigned traffic_class, std::size_t now);

/// The oldest share of a VOQ has gone through; the next one follows.
void plane::next_share(plane_state::flow& flow) {
  const std::uint32_t index = flow.crossing;
  plane_state::share& share = state_.shares[index];
  flow.crossing = share.next;
  if (flow.crossing != plane_state::no_share) {
    flow.cross_left = state_.shares[flow.crossing].cells;
  } else {
    flow.last = plane_state::no_share;
  }
  share.next = state_.free_share;
  state_.free_share = index;
}

template <bool classed>
void plane::cross(unsigned input, unsigned queue, std::size_t now,
                  std::vector<plane_completion>& done) {
  plane_state::flow& flow = flow_of(input, queue);
  if (--flow.waiting == 0) {
    waiting_inputs<classed>(queue).reset(input);
  }
  return_credit(state_.credit, input, queue);
  const std::uint64_t occupied = leave<classed>(column_of(queue), class_of<classed>(queue), now);
  if (--flow.cross_left == 0) {
    const plane_state::share& share = state_.shares[flow.crossing];
    state_.statistics.downlinks[column_of(queue)].bytes += share.bytes;
    done.push_back({share.burst, state_.next_slot + occupied - parameters_.uplink_slots,
                    giving_up_.test(column_of(queue))});
    next_share(flow);
  }
}

template <bool classed>
void plane::send(std::size_t now) {
  const port_set senders = state_.inputs_sendable & state_.inputs_free;
  std::uint64_t sent = 0;
  senders.for_each([&](unsigned input) {
    if (parameters_.cell_error > 0.0 && uplink_hit<classed>(input, now)) {
      return;
    }
    send_cell<classed>(input, next_to_send<classed>(input), now);
    ++sent;
  });
  state_.cells_unsent -= sent;
  state_.credits_away += sent;
}

/// The highest class first, the others in turn; within a class the VOQs in turn.
template <bool classed>
unsigned plane::next_to_send(unsigned input) {
  unsigned traffic_class = classes<classed>() - 1;
  if (classed && traffic_class != 0 && sendable<classed>(input, traffic_class).none()) {
    std::uint16_t& turn = state_.send_turn[input];
    traffic_class = class_turns_[turn];
    turn = static_cast<std::uint16_t>((turn + 1U) % class_turns_.size());
    while (sendable<classed>(input, traffic_class).none()) {
      traffic_class = (traffic_class + 1) % (parameters_.classes - 1);
    }
  }
  std::uint8_t& from =
      state_.send_from[classed ? traffic_class * parameters_.ports + input : input];
  const unsigned column = sendable<classed>(input, traffic_class).next_from(from);
  from = static_cast<std::uint8_t>((column + 1) % base::port_limit);
  return classed ? queue_of(traffic_class, column) : column;
}

/// The next cell of an input is hit on its link: a replay begins, or was one too many.
template <bool classed>
bool plane::uplink_hit(unsigned input, std::size_t now) {
  if (!hit()) {
    state_.uplink_attempts[input] = 0;
    return false;
  }
  if (state_.uplink_attempts[input]++ == replay_attempts) {
    giving_up_.set(input);
  } else {
    replay_uplink<classed>(input, now);
  }
  return true;
}

/// The link sends, and sends again, for a loop; the cell that was hit is as good as not sent.
template <bool classed>
void plane::replay_uplink(unsigned input, std::size_t now) {
  state_.inputs_free.reset(input);
  state_.uplink_release[(now + parameters_.replay_slots) & ring_mask_].set(input);
  ++state_.links_sending;
  state_.statistics.uplinks[input].busy_slots += parameters_.replay_slots;
  // Behind it went what the source had credits for, as long as the loop lasted.
  std::uint64_t behind = 0;
  for (unsigned c = 0; c < classes<classed>(); ++c) {
    sendable<classed>(input, c).for_each([&](unsigned column) {
      const plane_state::flow& flow = flow_of(input, queue_of(c, column));
      behind += std::min<std::uint64_t>(flow.send_left, flow.credits);
    });
  }
  const std::uint64_t most = parameters_.replay_slots / state_.slots_per_cell[input];
  state_.statistics.cells_replayed +=
      std::max<std::uint64_t>(1, std::min<std::uint64_t>(behind, most));
}

/// Slots for which a cell on its way out holds its link longer than without errors.
template <bool classed>
std::uint64_t plane::replay_downlink(unsigned output) {
  std::uint64_t slots = 0;
  for (unsigned attempts = 0; hit(); ++attempts) {
    if (attempts == replay_attempts) {
      giving_up_.set(output);
      break;
    }
    slots += parameters_.replay_slots;
    std::uint64_t behind = 1;
    for (unsigned c = 0; c < classes<classed>(); ++c) {
      const unsigned queue = queue_of(c, output);
      waiting_inputs<classed>(queue).for_each(
          [&](unsigned input) { behind += flow_of(input, queue).waiting; });
    }
    const std::uint64_t most = parameters_.replay_slots / state_.slots_per_cell[output];
    state_.statistics.cells_replayed +=
        std::max<std::uint64_t>(1, std::min<std::uint64_t>(behind, most));
  }
  return slots;
}

template <bool classed>
void plane::send_cell(unsigned input, unsigned queue, std::size_t now) {
  plane_state::flow& flow = flow_of(input, queue);
  link_statistics& link = state_.statistics.uplinks[input];
  const unsigned width = state_.slots_per_cell[input];
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
    make_unsendable<classed>(input, queue);
  }

  std::size_t delay = parameters_.uplink_slots;
  if (width > 1) {
    // What goes to a group is handed out at the rate at which it comes.
    const unsigned output = column_of(queue);
    const unsigned output_width = output < parameters_.ports ? state_.slots_per_cell[output] : 1U;
    delay += width > output_width ? width - output_width : 0;
    state_.inputs_free.reset(input);
    state_.uplink_release[(now + width) & ring_mask_].set(input);
    ++state_.links_sending;
  }
  const std::size_t then = (now + delay) & ring_mask_;
  state_.uplink.inputs[then].set(input);
  state_.uplink.queue[then * parameters_.ports + input] = static_cast<std::uint16_t>(queue);
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
    // The line rate is that of the link as it was built.
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

  const std::uint64_t under_way = audit_credits();
  const std::uint64_t lost_under_way = statistics.cells_lost - state_.cells_never_sent;
  base::ensure(cells_up + statistics.cells_copied == cells_down + statistics.cells_reduced +
                                                         statistics.cells_multicast + under_way +
                                                         lost_under_way,
               "cells were lost or made between the links");
  if (parameters_.receive_buffer_cells != 0) {
    std::uint64_t receive_credits_away = 0;
    for (const std::uint16_t credits : state_.receive_credits) {
      base::ensure(credits <= parameters_.receive_buffer_cells, "a switch has credits too many");
      receive_credits_away += parameters_.receive_buffer_cells - credits;
    }
    base::ensure(receive_credits_away == state_.receive_credits_away,
                 "credits of receive buffers have leaked");
  }
  if (quiet() && cells_up == state_.cells_injected && lost_under_way == 0) {
    base::ensure(bytes_up == state_.bytes_injected &&
                     bytes_down + state_.bytes_taken_in == bytes_up + state_.bytes_copied,
                 "bytes were lost or made in a plane");
  }
}

/// Each class has its credits to itself. Gives the cells that are waiting or on their way.
std::uint64_t plane::audit_credits() const {
  struct sums {
    std::uint64_t away = 0;
    std::uint64_t waiting = 0;
    std::uint64_t cells_under_way = 0;
    std::uint64_t credits_under_way = 0;
  };
  std::array<sums, arbiter::class_limit> of{};
  for (unsigned input = 0; input < parameters_.ports; ++input) {
    for (unsigned c = 0; c < parameters_.classes; ++c) {
      for (unsigned column = 0; column < columns_; ++column) {
        const unsigned queue = queue_of(c, column);
        const plane_state::flow& flow = state_.flows[std::size_t{input} * queues_ + queue];
        base::ensure(flow.credits <= parameters_.voq_depth_cells, "a source has credits too many");
        base::ensure(flow.waiting <= parameters_.voq_depth_cells, "a VOQ holds more than fits");
        if (column < parameters_.ports) {
          const port_set& asking = class_scheduler_ != nullptr ? waiting_inputs<true>(queue)
                                                               : waiting_inputs<false>(queue);
          base::ensure((flow.waiting != 0) == asking.test(input),
                       "a request does not say what its VOQ holds");
        } else {
          base::ensure(c == 0 || flow.waiting == 0, "groups have no classes");
        }
        of[c].away += parameters_.voq_depth_cells - flow.credits;
        of[c].waiting += flow.waiting;
      }
    }
  }
  const auto count = [&](const plane_state::delay_line& line, std::uint64_t sums::*what) {
    for (std::size_t slot = 0; slot <= ring_mask_; ++slot) {
      line.inputs[slot].for_each([&](unsigned input) {
        ++(of[class_of<true>(line.queue[slot * parameters_.ports + input])].*what);
      });
    }
  };
  count(state_.uplink, &sums::cells_under_way);
  count(state_.credit, &sums::credits_under_way);
  count(state_.reduction_credit, &sums::credits_under_way);
  sums all;
  for (const sums& each : of) {
    base::ensure(each.away == each.cells_under_way + each.waiting + each.credits_under_way,
                 "credits of VOQs have leaked");
    all.away += each.away;
    all.waiting += each.waiting;
    all.cells_under_way += each.cells_under_way;
  }
  base::ensure(all.away == state_.credits_away, "credits of VOQs are miscounted");
  base::ensure(all.waiting == state_.cells_waiting, "cells in VOQs are miscounted");
  return all.waiting + all.cells_under_way;
}

void plane::save(base::snapshot_writer& to) const {
  base::state_saver io(to);
  io(state_);
  if (class_scheduler_ != nullptr) {
    class_scheduler_->save(to);
  } else {
    scheduler_->save(to);
  }
}

void plane::restore(base::snapshot_reader& from) {
  const plane_state before = state_;
  base::state_restorer io(from);
  io(state_);
  const auto same_shape = [](const auto& a, const auto& b) { return a.size() == b.size(); };
  // The ring grows when a link becomes narrower.
  const std::size_t ring = state_.uplink.inputs.size();
  const auto fits = [&](const std::vector<port_set>& sets, std::size_t each) {
    return sets.size() == ring * each;
  };
  const auto line_fits = [&](const plane_state::delay_line& line) {
    return fits(line.inputs, 1) && line.queue.size() == ring * parameters_.ports;
  };
  if (!same_shape(state_.flows, before.flows) || !same_shape(state_.sendable, before.sendable) ||
      !same_shape(state_.send_from, before.send_from) ||
      !same_shape(state_.send_turn, before.send_turn) ||
      !same_shape(state_.receive_credits, before.receive_credits) ||
      !same_shape(state_.groups, before.groups) || !same_shape(state_.hidden, before.hidden) ||
      !same_shape(state_.multicasters, before.multicasters) ||
      !same_shape(state_.slots_per_cell, before.slots_per_cell) ||
      !same_shape(state_.uplink_attempts, before.uplink_attempts) || ring == 0 ||
      (ring & (ring - 1)) != 0 || !line_fits(state_.uplink) || !line_fits(state_.credit) ||
      !line_fits(state_.reduction_credit) || !fits(state_.uplink_release, 1) ||
      !fits(state_.downlink_release, 1) || !fits(state_.receive_credit, parameters_.classes)) {
    from.refuse("a plane with other ports or latencies");
  }
  ring_mask_ = ring - 1;
  if (class_scheduler_ != nullptr) {
    class_scheduler_->restore(from);
  } else {
    scheduler_->restore(from);
  }
}

}  // namespace sn::fabric
