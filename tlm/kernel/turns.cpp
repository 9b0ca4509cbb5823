#include "kernel/turns.h"

#include <utility>

#include "base/error.h"

namespace sn::kernel {

turns::turns(const sc_core::sc_module_name& name) : sc_core::sc_module(name), event_("event") {
  SC_METHOD(serve);
  sensitive << event_;
  dont_initialize();
}

turns::member turns::add(std::function<void()> action) {
  members_.push_back({std::move(action), sc_core::sc_max_time(), nowhere});
  return members_.size() - 1;
}

void turns::set(member who, const sc_core::sc_time& when) {
  demand& wanted = members_[who];
  if (wanted.when == when) {
    return;
  }
  base::ensure(when >= sc_core::sc_time_stamp(), "nobody has a turn in the past");
  wanted.when = when;
  if (when == sc_core::sc_max_time()) {
    remove(who);
    return;
  }
  if (wanted.place == nowhere) {
    heap_.push_back(who);
    wanted.place = heap_.size() - 1;
  }
  rise(wanted.place);
  sink(wanted.place);
  if (!serving_ && when < armed_) {
    armed_ = when;
    event_.notify(when - sc_core::sc_time_stamp());
  }
}

void turns::clear() {
  for (const member who : heap_) {
    members_[who].when = sc_core::sc_max_time();
    members_[who].place = nowhere;
  }
  heap_.clear();
}

void turns::serve() {
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  serving_ = true;
  while (!heap_.empty() && members_[heap_.front()].when <= now) {
    const member who = heap_.front();
    remove(who);
    members_[who].when = sc_core::sc_max_time();
    members_[who].action();
  }
  serving_ = false;
  armed_ = heap_.empty() ? sc_core::sc_max_time() : members_[heap_.front()].when;
  if (!heap_.empty()) {
    event_.notify(armed_ - now);
  }
}

bool turns::earlier(member a, member b) const {
  const sc_core::sc_time& when_a = members_[a].when;
  const sc_core::sc_time& when_b = members_[b].when;
  return when_a != when_b ? when_a < when_b : a < b;
}

void turns::put(member who, std::size_t place) {
  heap_[place] = who;
  members_[who].place = place;
}

void turns::rise(std::size_t place) {
  const member who = heap_[place];
  while (place != 0 && earlier(who, heap_[(place - 1) / 2])) {
    put(heap_[(place - 1) / 2], place);
    place = (place - 1) / 2;
  }
  put(who, place);
}

void turns::sink(std::size_t place) {
  const member who = heap_[place];
  for (std::size_t child = 2 * place + 1; child < heap_.size(); child = 2 * place + 1) {
    if (child + 1 < heap_.size() && earlier(heap_[child + 1], heap_[child])) {
      ++child;
    }
    if (!earlier(heap_[child], who)) {
      break;
    }
    put(heap_[child], place);
    place = child;
  }
  put(who, place);
}

void turns::remove(member who) {
  const std::size_t place = members_[who].place;
  if (place == nowhere) {
    return;
  }
  members_[who].place = nowhere;
  const member last = heap_.back();
  heap_.pop_back();
  if (last != who) {
    put(last, place);
    rise(place);
    sink(members_[last].place);
  }
}

}  // namespace sn::kernel
