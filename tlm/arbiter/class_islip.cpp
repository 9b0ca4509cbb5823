#include "arbiter/class_islip.h"

#include <algorithm>

#include "base/state.h"

namespace sn::arbiter {

class_islip::class_islip(unsigned ports, unsigned iterations, unsigned classes)
    : ports_(ports),
      iterations_(iterations),
      classes_(classes),
      registers_(ports, iterations, classes) {}

void class_islip::put(const long_use& use) {
  registers_.put_counters(use.total, use.grants);
  state_.hold_timer = use.timer;
  state_.age_timer.fill(use.timer);
}

void class_islip::reset() {
  registers_.reset();
  state_ = {};
}

void class_islip::arbitrate(const class_request& request, class_grant& grant) {
  const base::port_set& enabled = registers_.enabled();
  grant.input_for_output.fill(class_grant::none);
  grant.class_for_output.fill(class_grant::none);
  grant.granted = {};
  grant.multicast = {};

  std::array<base::port_set, class_limit> asked{};
  base::port_set wanted;
  for (unsigned c = 0; c < classes_; ++c) {
    enabled.for_each([&](unsigned output) {
      if ((request.inputs_for_output[c][output] & enabled).any()) {
        asked[c].set(output);
      }
    });
    wanted = wanted | asked[c];
  }

  slot_work work;
  lock(request, grant, work);
  work.champion = live_champion();
  choose_champion(work.champion.has_value());
  work.free_outputs = request.ready & enabled & ~work.locked_outputs;
  work.free_inputs = enabled & ~work.locked_inputs;
  multicast(request, grant, work);
  order_classes();
  for (unsigned iteration = 0; iteration < iterations_; ++iteration) {
    iterate(request, iteration == 0, grant, work);
  }

  age(asked, grant);
  turn_wheel();
  registers_.count(grant, (work.offered & ~work.matched).count(),
                   (wanted & request.ready & ~grant.granted).count());
}

void class_islip::lock(const class_request& request, class_grant& grant, slot_work& work) {
  const base::port_set& enabled = registers_.enabled();
  const unsigned limit = registers_.hold_limit();
  const bool tick = limit != 0 && state_.hold_timer + 1 >= limit;
  if (request.hold.any()) {
    (state_.paired & enabled).for_each([&](unsigned output) {
      const unsigned input = state_.pair_input[output];
      const bool broken = tick && state_.old_locks.test(output);
      if (!request.hold.test(input) || !enabled.test(input) || broken) {
        return;
      }
      work.locked_outputs.set(output);
      work.locked_inputs.set(input);
      const unsigned traffic_class = state_.pair_class[output];
      if (request.ready.test(output) &&
          request.inputs_for_output[traffic_class][output].test(input)) {
        grant.input_for_output[output] = static_cast<std::uint8_t>(input);
        grant.class_for_output[output] = static_cast<std::uint8_t>(traffic_class);
        grant.granted.set(output);
      }
    });
  }
  state_.paired = work.locked_outputs;
  if (limit == 0) {
    state_.old_locks = {};
    state_.hold_timer = 0;
  } else if (tick) {
    state_.old_locks = work.locked_outputs;
    state_.hold_timer = 0;
  } else {
    state_.old_locks = state_.old_locks & work.locked_outputs;
    ++state_.hold_timer;
  }
}

std::optional<class_islip::class_of_output> class_islip::live_champion() const {
  if (state_.champion &&
      state_.expired[state_.champion->traffic_class].test(state_.champion->output)) {
    return state_.champion;
  }
  return std::nullopt;
}

// After a live champion a slot of rest; otherwise the first that has expired at or after the
// pointer, which goes through all outputs of a class before it comes to the next class.
void class_islip::choose_champion(bool one_was_live) {
  state_.champion.reset();
  if (one_was_live) {
    return;
  }
  class_of_output& pointer = state_.champion_pointer;
  for (unsigned step = 0; step <= classes_; ++step) {
    const unsigned c = (pointer.traffic_class + step) % classes_;
    base::port_set candidates = state_.expired[c];
    if (step == 0) {
      candidates = candidates & ~base::port_set::first(pointer.output);
    }
    if (candidates.any()) {
      const unsigned output = candidates.next_from(0);
      state_.champion = class_of_output{c, output};
      pointer = output + 1 == ports_ ? class_of_output{(c + 1) % classes_, 0}
                                     : class_of_output{c, output + 1};
      return;
    }
  }
}

void class_islip::multicast(const class_request& request, class_grant& grant, slot_work& work) {
  const base::port_set& enabled = registers_.enabled();
  const base::port_set asking = request.multicast & enabled;
  if (!state_.turn || !asking.test(*state_.turn)) {
    move_turn(asking);
    return;
  }
  const unsigned input = *state_.turn;
  const base::port_set wanted = request.multicast_set & enabled;
  bool waits = request.multicast_whole && wanted.any();
  if (!work.locked_inputs.test(input) && !work.champion) {
    const base::port_set available = wanted & work.free_outputs;
    const bool whole_is_kept_back = request.multicast_whole && available != wanted;
    const base::port_set served = whole_is_kept_back ? base::port_set{} : available;
    work.free_outputs = work.free_outputs & ~wanted;
    if (served.any() || waits) {
      work.free_inputs.reset(input);
    }
    served.for_each([&](unsigned output) {
      grant.input_for_output[output] = static_cast<std::uint8_t>(input);
      grant.class_for_output[output] = 0;
    });
    grant.granted = grant.granted | served;
    grant.multicast = served;
    waits = waits && served.none();
  }
  if (!waits) {
    move_turn(asking);
  }
}

void class_islip::move_turn(const base::port_set& asking) {
  state_.turn.reset();
  if (asking.any()) {
    state_.turn = asking.next_from(state_.turn_pointer);
    state_.turn_pointer = beyond(*state_.turn);
  }
}

void class_islip::order_classes() {
  order_[0] = classes_ - 1;
  for (unsigned place = 1; place < classes_; ++place) {
    order_[place] = (state_.wheel + place - 1) % (classes_ - 1);
  }
}

void class_islip::iterate(const class_request& request, bool first, class_grant& grant,
                          slot_work& work) {
  const bool champion_plays = first && work.champion;
  base::port_set offered_inputs;
  std::optional<unsigned> picked_by_champion;
  work.free_outputs.for_each([&](unsigned output) {
    const bool is_champion = champion_plays && work.champion->output == output;
    for (unsigned place = 0; place < classes_; ++place) {
      const unsigned c = order_[place];
      if (is_champion && work.champion->traffic_class != c) {
        continue;
      }
      const base::port_set asking = request.inputs_for_output[c][output] & work.free_inputs;
      if (asking.any()) {
        const unsigned input = asking.next_from(state_.grant_pointer[c][output]);
        offers_[c][input].set(output);
        offered_inputs.set(input);
        if (first) {
          work.offered.set(output);
        }
        if (is_champion) {
          picked_by_champion = input;
        }
        return;
      }
    }
  });
  offered_inputs.for_each([&](unsigned input) {
    unsigned traffic_class = 0;
    unsigned output = 0;
    if (picked_by_champion == input) {
      traffic_class = work.champion->traffic_class;
      output = work.champion->output;
    } else {
      unsigned place = 0;
      while (offers_[order_[place]][input].none()) {
        ++place;
      }
      traffic_class = order_[place];
      output = offers_[traffic_class][input].next_from(state_.accept_pointer[traffic_class][input]);
    }
    for (unsigned c = 0; c < classes_; ++c) {
      offers_[c][input] = {};
    }
    grant.input_for_output[output] = static_cast<std::uint8_t>(input);
    grant.class_for_output[output] = static_cast<std::uint8_t>(traffic_class);
    grant.granted.set(output);
    state_.paired.set(output);
    state_.pair_input[output] = static_cast<std::uint8_t>(input);
    state_.pair_class[output] = static_cast<std::uint8_t>(traffic_class);
    work.free_outputs.reset(output);
    if (first) {
      work.matched.set(output);
      state_.grant_pointer[traffic_class][output] = static_cast<std::uint8_t>(beyond(input));
      state_.accept_pointer[traffic_class][input] = static_cast<std::uint8_t>(beyond(output));
    }
  });
  work.free_inputs = work.free_inputs & ~offered_inputs;
}

void class_islip::age(const std::array<base::port_set, class_limit>& asked,
                      const class_grant& grant) {
  std::array<base::port_set, class_limit> served{};
  (grant.granted & ~grant.multicast).for_each([&](unsigned output) {
    served[grant.class_for_output[output]].set(output);
  });
  for (unsigned c = 0; c < classes_; ++c) {
    const unsigned limit = registers_.age_limit(c);
    base::port_set& mark = state_.mark[c];
    base::port_set& expired = state_.expired[c];
    const base::port_set waiting = asked[c] & ~served[c];
    if (limit == 0) {
      mark = {};
      expired = {};
      state_.age_timer[c] = 0;
    } else if (state_.age_timer[c] + 1 >= limit) {
      expired = (expired | mark) & waiting;
      mark = waiting;
      state_.age_timer[c] = 0;
    } else {
      expired = expired & waiting;
      mark = mark & waiting;
      ++state_.age_timer[c];
    }
  }
}

void class_islip::turn_wheel() {
  if (classes_ <= 2) {
    return;
  }
  if (state_.wheel_left == 0) {
    state_.wheel = (state_.wheel + 1) % (classes_ - 1);
    state_.wheel_left = std::max(registers_.weight(state_.wheel), 1U) - 1;
  } else {
    --state_.wheel_left;
  }
}

void class_islip::save(base::snapshot_writer& to) const {
  base::state_saver io(to);
  io(registers_, state_);
}

void class_islip::restore(base::snapshot_reader& from) {
  base::state_restorer io(from);
  io(registers_, state_);
}

}  // namespace sn::arbiter
