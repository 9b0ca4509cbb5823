#include "gdb/history.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <deque>

#include "base/error.h"

namespace sn::gdb {
namespace {

constexpr std::uint64_t no_end = ~std::uint64_t{0};

void put(base::snapshot_writer& to, const history::place& place) {
  to.number(std::uint64_t{place.thread});
  to.number(place.where.executed);
  to.number(place.where.interrupts);
  to.number(static_cast<std::uint8_t>(place.stop.why));
  to.number(static_cast<std::uint8_t>(place.stop.hit.kind));
  to.number(place.stop.hit.address);
  to.number(place.stop.hit.size);
  to.number(place.leaving);
}

history::place get_place(base::snapshot_reader& from) {
  history::place place;
  place.thread = from.number<std::uint64_t>();
  from.number(place.where.executed);
  from.number(place.where.interrupts);
  place.stop.why = soc::debug_stop::cause{from.number<std::uint8_t>()};
  place.stop.hit.kind = hart::watch_kind{from.number<std::uint8_t>()};
  from.number(place.stop.hit.address);
  from.number(place.stop.hit.size);
  from.number(place.leaving);
  return place;
}

bool same(const history::place& a, const history::place& b) {
  return a.thread == b.thread && a.where == b.where;
}

}  // namespace

// The present.

history::place history::here(std::size_t thread, const soc::debug_stop& stop) const {
  return {thread, harts_[thread]->position(), stop};
}

void history::found(std::size_t thread, const soc::debug_stop& stop) {
  entry one;
  one.what = entry::kind::found;
  one.at = here(thread, stop);
  one.time = sc_core::sc_time_stamp().value();
  log_.push_back(one);
}

void history::reported(std::size_t thread, verdict answer) {
  entry one;
  one.what = entry::kind::reported;
  one.at = here(thread, {});
  one.answer = answer;
  one.time = sc_core::sc_time_stamp().value();
  log_.push_back(one);
}

void history::interrupted() {
  entry one;
  one.what = entry::kind::interrupted;
  one.time = sc_core::sc_time_stamp().value();
  log_.push_back(one);
}

void history::resumed(const actions& what) {
  if (entry* const last = last_halt(); last != nullptr && last->after.empty()) {
    last->after = what;
  }
}

history::entry* history::last_halt() {
  const auto halts = [](const entry& each) {
    return each.what == entry::kind::interrupted ||
           (each.what == entry::kind::reported && each.answer == verdict::stops);
  };
  const auto found = std::find_if(log_.rbegin(), log_.rend(), halts);
  return found == log_.rend() ? nullptr : &*found;
}

void history::forget() {
  moments_.clear();
  marks_.clear();
  log_.clear();
  if (past()) {
    end_repetition();
  }
}

std::optional<std::string> history::keep() {
  // Copies cost about as much as a tenth of this takes.
  const sc_core::sc_time interval(1, sc_core::SC_MS);
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  const bool first = moments_.positions().empty();
  // A search ends where a checkpoint is, before anything happens at that time.
  if (!first && (now < next_checkpoint_ || (!log_.empty() && log_.back().time == now.value()))) {
    return std::nullopt;
  }
  mark here{now, {}};
  for (const soc::hart_module* each : harts_) {
    here.executed.push_back(each->position().executed);
  }
  const auto is_here = [&](const auto& other) { return other.second.executed == here.executed; };
  if (std::any_of(marks_.begin(), marks_.end(), is_here)) {
    return std::nullopt;
  }
  next_checkpoint_ = now + interval;
  const std::uint64_t number = marks_.empty() ? 0 : marks_.rbegin()->first + 1;
  marks_.emplace(number, here);
  return moments_.checkpoint(number);
}

// Going back.

void history::go_back(way how, std::size_t thread, const std::string& session) {
  order what;
  what.what = task::search;
  what.how = how;
  what.session = session;
  const auto all = moments_.positions();
  const entry* const last = last_halt();
  if ((past() && !arrived_.has_value()) || last == nullptr || all.empty()) {
    return;
  }
  std::size_t from = all.size() - 1;
  if (how == way::step) {
    what.end = here(thread, {});
    what.end->where.interrupts = 0;
    while (marks_.at(all[from]).executed[thread] >= what.end->where.executed) {
      if (from == 0) {
        return;
      }
      --from;
    }
  } else if (!past()) {
    what.end_entry = static_cast<std::uint64_t>(last - log_.data());
  } else if (arrived_entry_.has_value()) {
    what.end_entry = *arrived_entry_;
  } else {
    what.end = arrived_;
  }
  send(from, what);
}

void history::begin_anew(const sc_core::sc_time& time, const std::string& own_order,
                         const std::string& session) {
  if (marks_.empty() || marks_.begin()->second.time > time) {
    return;
  }
  order what;
  what.own = own_order;
  what.session = session;
  send(0, what);
}

void history::save(const entry& one, base::snapshot_writer& to) const {
  to.number(static_cast<std::uint8_t>(one.what));
  put(to, one.at);
  to.number(static_cast<std::uint8_t>(one.answer));
  to.number(one.time);
  to.number(!one.after.empty());
  for (const soc::debug_action each : one.after) {
    to.number(static_cast<std::uint8_t>(each));
  }
}

history::entry history::restore_entry(base::snapshot_reader& from) const {
  entry one;
  one.what = entry::kind{from.number<std::uint8_t>()};
  one.at = get_place(from);
  one.answer = verdict{from.number<std::uint8_t>()};
  from.number(one.time);
  if (from.number<bool>()) {
    for (std::size_t i = 0; i < harts_.size(); ++i) {
      one.after.push_back(soc::debug_action{from.number<std::uint8_t>()});
    }
  }
  return one;
}

void history::send(std::size_t checkpoint, const order& what) {
  base::snapshot_writer to;
  to.section("order");
  to.number(static_cast<std::uint8_t>(what.what));
  to.number(static_cast<std::uint8_t>(what.how));
  to.number(what.end.has_value());
  put(to, what.end.value_or(place{}));
  to.number(what.end_entry.value_or(no_end));
  to.number(what.end_time.value_or(no_end));
  to.number(what.to_the_beginning);
  put(to, what.goal);
  to.text(what.session);
  to.text(what.own);
  to.number(std::uint64_t{log_.size()});
  for (const entry& each : log_) {
    save(each, to);
  }
  const std::vector<std::byte> content = to.finish();
  moments_.go_back(checkpoint,
                   std::string(reinterpret_cast<const char*>(content.data()), content.size()));
}

// The past.

std::string history::begin(const std::string& content) {
  base::snapshot_reader from("order", reinterpret_cast<const std::byte*>(content.data()),
                             content.size());
  from.section("order");
  order_ = {};
  order_.what = task{from.number<std::uint8_t>()};
  order_.how = way{from.number<std::uint8_t>()};
  const bool has_end = from.number<bool>();
  const place end = get_place(from);
  if (has_end) {
    order_.end = end;
  }
  if (const auto number = from.number<std::uint64_t>(); number != no_end) {
    order_.end_entry = number;
  }
  if (const auto number = from.number<std::uint64_t>(); number != no_end) {
    order_.end_time = number;
  }
  from.number(order_.to_the_beginning);
  order_.goal = get_place(from);
  order_.session = from.text();
  order_.own = from.text();
  // What is in the log already had been done when the checkpoint was made.
  next_ = log_.size();
  log_.clear();
  for (auto left = from.number<std::uint64_t>(); left > 0; --left) {
    log_.push_back(restore_entry(from));
  }
  from.end();
  if (!order_.own.empty()) {
    return order_.session;
  }
  doing_ = order_.what;
  halt_.reset();
  passed_.reset();
  arrived_entry_.reset();
  arrived_.reset();
  repeated_.reset();
  known_.assign(harts_.size(), std::nullopt);
  watched_.assign(harts_.size(), std::nullopt);
  step_ends_.assign(harts_.size(), std::nullopt);
  std::vector<std::deque<soc::planned_stop>> plans(harts_.size());
  for (std::size_t i = next_; i < log_.size(); ++i) {
    if (log_[i].what == entry::kind::found) {
      plans[log_[i].at.thread].push_back({log_[i].at.where, log_[i].at.stop});
    }
  }
  for (std::size_t i = 0; i < harts_.size(); ++i) {
    harts_[i]->plan(std::move(plans[i]));
    harts_[i]->pass_stops(heeds_points());
  }
  if (doing_ == task::search && order_.end.has_value()) {
    harts_[order_.end->thread]->pause_at(order_.end->where, order_.end->leaving);
  }
  seeks_entry_ = doing_ == task::seek && !order_.to_the_beginning &&
                 order_.goal.stop.why != soc::debug_stop::cause::step && stopped_then(order_.goal);
  if (doing_ == task::seek && !order_.to_the_beginning && !seeks_entry_) {
    harts_[order_.goal.thread]->pause_at(order_.goal.where, order_.goal.leaving);
  }
  mute();
  return order_.session;
}

bool history::stopped_then(const place& where) const {
  return std::any_of(log_.begin() + static_cast<std::ptrdiff_t>(next_), log_.end(),
                     [&where](const entry& each) {
                       return each.what == entry::kind::reported && each.answer == verdict::stops &&
                              same(each.at, where);
                     });
}

void history::skip_found() {
  while (next_ < log_.size() && log_[next_].what == entry::kind::found) {
    ++next_;
  }
}

void history::walk(const actions& what) {
  doing_ = task::walk;
  wanted_ = what;
  arrived_.reset();
  for (std::size_t i = 0; i < harts_.size(); ++i) {
    harts_[i]->pass_stops(true);
    if (what[i] == soc::debug_action::step) {
      step_ends_[i] = harts_[i]->position().executed + 1;
      harts_[i]->pause_at(soc::hart_position{*step_ends_[i], 0});
    }
  }
}

history::verdict history::report_again(std::size_t thread) {
  skip_found();
  base::ensure(next_ < log_.size() && log_[next_].what == entry::kind::reported &&
                   same(log_[next_].at, here(thread, {})),
               "the past repeats itself");
  const verdict answer = log_[next_].answer;
  if (answer == verdict::stops) {
    halt_ = next_;
  }
  ++next_;
  return answer;
}

bool history::stands_at(const place& here, bool stops) {
  if (stops && stopped_then(here)) {
    if (here.stop.why == soc::debug_stop::cause::watchpoint) {
      watched_[here.thread] = here;
    }
    return false;
  }
  if (doing_ == task::search) {
    passed_ = here;
    return false;
  }
  if (known_[here.thread] == here.where) {
    return false;
  }
  arrive(here);
  return true;
}

bool history::stands_at_pause(std::size_t thread) {
  if (doing_ == task::search) {
    search_ends();
  }
  const place now = here(thread, {soc::debug_stop::cause::step, {}});
  if (doing_ == task::walk && stopped_then(now)) {
    return false;  // it stops here by itself
  }
  arrive(doing_ == task::seek ? order_.goal : now);
  return true;
}

sc_core::sc_time history::next_halt() const {
  std::uint64_t next = sc_core::sc_max_time().value();
  for (std::size_t i = next_; i < log_.size(); ++i) {
    if (log_[i].what != entry::kind::found) {
      if (log_[i].what == entry::kind::interrupted) {
        next = log_[i].time;
      }
      break;
    }
  }
  if (doing_ == task::search && order_.end_time.has_value()) {
    next = std::min(next, *order_.end_time);
  }
  return sc_core::sc_time::from_value(next);
}

history::halt history::halted() {
  if (doing_ == task::search && order_.end_time.has_value() &&
      sc_core::sc_time_stamp().value() >= *order_.end_time) {
    search_ends();
  }
  skip_found();
  const bool is_report = halt_.has_value();
  const std::size_t index = is_report ? *halt_ : next_++;
  halt_.reset();
  const entry& now = log_[index];
  const bool is_present = now.after.empty();
  if (doing_ == task::search && (is_present || order_.end_entry == index)) {
    search_ends();
  }
  place why = now.at;
  bool wanted = false;
  if (is_report) {
    const auto& watched = watched_[why.thread];
    const auto& step_end = step_ends_[why.thread];
    const hart::hart& core = harts_[why.thread]->core();
    if (heeds_points() && core.breakpoints().count(core.pc()) != 0) {
      why.stop.why = soc::debug_stop::cause::breakpoint;
      wanted = true;
    } else if (watched.has_value() && watched->where == why.where) {
      why = *watched;
      wanted = true;
    } else if (step_end.has_value() && why.where.executed >= *step_end) {
      why.stop.why = soc::debug_stop::cause::step;
      wanted = true;
    } else if (seeks_entry_ && doing_ == task::seek && same(why, order_.goal)) {
      why = order_.goal;
      wanted = true;
    }
  }
  repeated_ = now.after;
  if (doing_ == task::search) {
    if (wanted) {
      passed_ = why;
    }
    return halt::passes;
  }
  if (is_present) {
    base::ensure(doing_ == task::walk, "the present is no place to go back to");
    end_repetition();
    if (wanted) {
      arrived_ = why;
    }
    return wanted ? halt::presents : halt::present;
  }
  if (wanted) {
    arrive(why);
    arrived_entry_ = index;
    repeated_ = now.after;
    return halt::stands;
  }
  return halt::passes;
}

void history::arrive(const place& where) {
  arrived_ = where;
  arrived_entry_.reset();
  repeated_.reset();
  known_[where.thread] = where.where;
  step_ends_.assign(harts_.size(), std::nullopt);
  for (soc::hart_module* each : harts_) {
    each->pause_at(std::nullopt);
  }
}

void history::end_repetition() {
  doing_ = task::none;
  arrived_.reset();
  for (soc::hart_module* each : harts_) {
    each->plan({});
    each->pause_at(std::nullopt);
    each->pass_stops(false);
  }
  unmute();
}

void history::search_ends() {
  if (order_.how == way::step) {
    place goal = *order_.end;
    goal.where = {goal.where.executed - 1, harts_[goal.thread]->position().interrupts};
    goal.stop.why = soc::debug_stop::cause::step;
    goal.leaving = true;
    seek(goal);
  }
  if (passed_.has_value()) {
    seek(*passed_);
  }
  const auto all = moments_.positions();
  order what = order_;
  if (all.size() == 1) {
    what.what = task::seek;
    what.to_the_beginning = true;
    send(0, what);
  }
  what.end.reset();
  what.end_entry.reset();
  what.end_time = marks_.at(all.back()).time.value();
  send(all.size() - 2, what);
}

void history::seek(const place& goal) {
  order what = order_;
  what.what = task::seek;
  what.goal = goal;
  send(moments_.positions().size() - 1, what);
}

void history::mute() {
  std::fflush(nullptr);
  const int nothing = open("/dev/null", O_WRONLY | O_CLOEXEC);
  output_ = dup(STDOUT_FILENO);
  errors_ = dup(STDERR_FILENO);
  dup2(nothing, STDOUT_FILENO);
  dup2(nothing, STDERR_FILENO);
  close(nothing);
}

void history::unmute() {
  std::fflush(nullptr);
  dup2(output_, STDOUT_FILENO);
  dup2(errors_, STDERR_FILENO);
  close(output_);
  close(errors_);
}

}  // namespace sn::gdb
