#include "soc/turns.h"

#include <algorithm>
#include <utility>

namespace sn::soc {

turns::turns(const sc_core::sc_module_name& name) : sc_core::sc_module(name), event_("event") {
  SC_METHOD(serve);
  sensitive << event_;
}

turns::member turns::add(std::function<void()> action) {
  members_.push_back({std::move(action), sc_core::SC_ZERO_TIME});
  return members_.size() - 1;
}

void turns::set(member who, const sc_core::sc_time& when) {
  members_[who].when = when;
  if (!serving_ && when < armed_) {
    armed_ = when;
    event_.notify(when - sc_core::sc_time_stamp());
  }
}

void turns::clear() {
  for (demand& each : members_) {
    each.when = sc_core::sc_max_time();
  }
}

turns::demand* turns::earliest() {
  // The first of several, as std::min_element has it, is the one that was added first.
  const auto found =
      std::min_element(members_.begin(), members_.end(),
                       [](const demand& a, const demand& b) { return a.when < b.when; });
  return found == members_.end() ? nullptr : &*found;
}

void turns::serve() {
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  serving_ = true;
  demand* next = earliest();
  for (; next != nullptr && next->when <= now; next = earliest()) {
    next->when = sc_core::sc_max_time();
    next->action();
  }
  serving_ = false;
  armed_ = next == nullptr ? sc_core::sc_max_time() : next->when;
  if (armed_ != sc_core::sc_max_time()) {
    event_.notify(armed_ - now);
  }
}

}  // namespace sn::soc
