#include "alink/link.h"

#include <algorithm>

namespace sn::alink {
namespace {

unsigned largest_power_of_two_below(unsigned limit) {
  unsigned power = 1;
  while (2 * power < limit) {
    power *= 2;
  }
  return power;
}

}  // namespace

link::link(const sc_core::sc_module_name& name, const link_parameters& parameters)
    : sc_core::sc_module(name),
      parameters_(parameters),
      working_lanes_(parameters.lanes),
      width_(parameters.lanes),
      timer_(parameters.order, [this] { advance(); }) {}

void link::enable(link_end end, bool on) {
  bool& enabled = enabled_.at(static_cast<std::size_t>(end));
  if (enabled == on) {
    return;
  }
  enabled = on;
  if (!on) {
    lost_ = false;
    timer_.cancel();
    enter(link_state::down);
  } else if (state_ == link_state::failed) {
    return;  // the end that failed has to be disabled first
  }
  const auto ends = std::count(enabled_.begin(), enabled_.end(), true);
  if (ends == 1 || (ends == 2 && broken_)) {
    timer_.set_in(parameters_.detect_timeout);
    enter(link_state::detect);
  } else if (ends == 2) {
    timer_.set_in(parameters_.training_time);
    enter(link_state::training);
  }
}

void link::break_down() {
  broken_ = true;
  give_up();
}

void link::give_up() {
  timer_.cancel();
  lost_ = lost_ || up();
  if (std::count(enabled_.begin(), enabled_.end(), true) != 0) {
    enter(link_state::failed);
  }
}

void link::lose_lanes(unsigned count) {
  working_lanes_ -= std::min(count, working_lanes_);
  if (working_lanes_ == 0) {
    break_down();
    return;
  }
  while (width_ > working_lanes_) {
    width_ = largest_power_of_two_below(width_);
  }
  if (up()) {
    lost_ = true;
    timer_.set_in(parameters_.training_time);
    enter(link_state::training);
  }
}

void link::advance() {
  if (state_ == link_state::detect) {
    enter(link_state::failed);
  } else if (state_ == link_state::training) {
    lost_ = false;
    enter(link_state::up);
  }
}

void link::enter(link_state next) {
  if (state_ == next) {
    return;
  }
  state_ = next;
  for (const auto& on_change : listeners_) {
    on_change(next);
  }
}

}  // namespace sn::alink
