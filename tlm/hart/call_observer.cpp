#include "hart/call_observer.h"

#include <algorithm>

namespace sn::hart {

void call_observer::push(std::size_t function, bool is_handler) {
  if (stack_.size() >= depth_limit) {
    ++skipped_;
    return;
  }
  stack_.push_back({function, is_handler});
  entered(function);
}

void call_observer::pop() {
  if (!stack_.empty()) {
    stack_.pop_back();
    left();
  }
}

void call_observer::return_from_trap() {
  const bool in_handler =
      std::any_of(stack_.begin(), stack_.end(), [](const frame& each) { return each.is_handler; });
  for (bool goes_on = in_handler; goes_on;) {
    goes_on = !stack_.back().is_handler;
    pop();
  }
  if (in_handler) {
    skipped_ = 0;
  }
}

void call_observer::on_instruction(const executed_instruction& done) {
  const std::size_t here = functions_.at(done.pc);
  const bool trapped = done.entered_traps != entered_traps_;
  // After a return an interrupt may be taken at once: both have happened.
  if (effect_ == call_effect::return_from_trap) {
    return_from_trap();
  } else if (effect_ == call_effect::jump_return) {
    if (skipped_ > 0) {
      --skipped_;
    } else {
      pop();
    }
  }
  if (trapped || effect_ == call_effect::call) {
    push(here, trapped);
  } else if (stack_.empty()) {
    push(here, false);
  } else if (skipped_ == 0 && stack_.back().function != here) {
    const bool is_handler = stack_.back().is_handler;
    pop();
    push(here, is_handler);
  }
  executed();
  effect_ = done.effect;
  entered_traps_ = done.entered_traps;
}

}  // namespace sn::hart
