#include "gdb/history.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <deque>

#include "base/error.h"

namespace sn::gdb {
namespace {

const char* const at_the_beginning = "T05replaylog:begin;thread:1;";
const char* const at_a_step = "T05thread:1;";

bool before(const soc::hart_position& a, const soc::hart_position& b) {
  return a.executed < b.executed || (a.executed == b.executed && a.interrupts < b.interrupts);
}

void put(base::snapshot_writer& to, const soc::hart_position& where) {
  to.number(where.executed);
  to.number(where.interrupts);
}

soc::hart_position get(base::snapshot_reader& from) {
  soc::hart_position where;
  from.number(where.executed);
  from.number(where.interrupts);
  return where;
}

std::string watch_answer(const hart::watchpoint& hit) {
  const char* const kind = hit.kind == hart::watch_kind::write  ? "watch"
                           : hit.kind == hart::watch_kind::read ? "rwatch"
                                                                : "awatch";
  return fmt::format("T05{}:{:x};thread:1;", kind, hit.address);
}

}  // namespace

void history::resumed(soc::debug_action action) {
  if (!log_.empty() && log_.back().stopped && log_.back().after == soc::debug_action::halt) {
    log_.back().after = action;
  } else if (action == soc::debug_action::step) {
    log_.push_back({hart_.position(), false, action});
  }
}

void history::stopped() {
  log_.push_back({hart_.position(), true, soc::debug_action::halt});
}

void history::forget() {
  moments_.clear();
  log_.clear();
}

std::optional<std::string> history::keep() {
  // Copies cost about as much as a tenth of this takes.
  const sc_core::sc_time interval(1, sc_core::SC_MS);
  const auto all = moments_.positions();
  const std::uint64_t here = hart_.position().executed;
  if (!all.empty() && (sc_core::sc_time_stamp() < next_checkpoint_ || here == all.back())) {
    return std::nullopt;
  }
  if (all.empty()) {
    first_checkpoint_ = sc_core::sc_time_stamp();
  }
  next_checkpoint_ = sc_core::sc_time_stamp() + interval;
  return moments_.checkpoint(here);
}

std::optional<std::size_t> history::checkpoint_before(std::uint64_t executed) const {
  const auto all = moments_.positions();
  for (std::size_t i = all.size(); i > 0; --i) {
    if (all[i - 1] < executed) {
      return i - 1;
    }
  }
  return std::nullopt;
}

void history::go_back(way how, const std::string& session) {
  task what;
  what.searching = true;
  what.how = how;
  what.goal = {hart_.position().executed, 0};
  what.session = session;
  if (const auto from = checkpoint_before(what.goal.executed); from.has_value()) {
    send(*from, what);
  }
}

void history::begin_anew(const sc_core::sc_time& time, const std::string& own_order,
                         const std::string& session) {
  if (moments_.positions().empty() || first_checkpoint_ > time) {
    return;
  }
  task what;
  what.own = own_order;
  what.session = session;
  send(0, what);
}

void history::send(std::size_t checkpoint, const task& what) {
  base::snapshot_writer to;
  to.section("order");
  to.number(what.searching);
  to.number(static_cast<std::uint8_t>(what.how));
  put(to, what.goal);
  to.text(what.answer);
  to.text(what.session);
  to.text(what.own);
  std::vector<entry> past;
  for (const entry& each : log_) {
    if (before(each.where, what.goal)) {
      past.push_back(each);
    }
  }
  to.number(std::uint64_t{past.size()});
  for (const entry& each : past) {
    put(to, each.where);
    to.number(each.stopped);
    to.number(static_cast<std::uint8_t>(each.after));
  }
  const std::vector<std::byte> content = to.finish();
  moments_.go_back(checkpoint,
                   std::string(reinterpret_cast<const char*>(content.data()), content.size()));
}

std::string history::begin(const std::string& order) {
  base::snapshot_reader from("order", reinterpret_cast<const std::byte*>(order.data()),
                             order.size());
  from.section("order");
  order_.searching = from.number<bool>();
  order_.how = way{from.number<std::uint8_t>()};
  order_.goal = get(from);
  order_.answer = from.text();
  order_.session = from.text();
  order_.own = from.text();
  // What is in the log already has been done when the checkpoint was made.
  next_entry_ = log_.size();
  log_.clear();
  for (auto left = from.number<std::uint64_t>(); left > 0; --left) {
    entry each;
    each.where = get(from);
    from.number(each.stopped);
    each.after = soc::debug_action{from.number<std::uint8_t>()};
    log_.push_back(each);
  }
  from.end();
  if (!order_.own.empty()) {
    return order_.session;
  }
  std::deque<soc::planned_event> plan;
  using kind = soc::planned_event::kind;
  for (std::size_t i = next_entry_; i < log_.size(); ++i) {
    plan.push_back({log_[i].where, log_[i].stopped ? kind::stop : kind::step});
  }
  plan.push_back({order_.goal, order_.searching ? kind::limit : kind::stop});
  hart_.plan(std::move(plan));
  hart_.note_stops(order_.searching);
  replaying_ = true;
  mute();
  return order_.session;
}

bool history::arrived_at_once() const {
  return !order_.searching && !before(hart_.position(), order_.goal);
}

bool history::step_replay() {
  while (next_entry_ < log_.size() && !log_[next_entry_].stopped) {
    ++next_entry_;
  }
  if (next_entry_ < log_.size()) {
    hart_.let(log_[next_entry_++].after);
    return true;
  }
  if (order_.searching) {
    search_on();
  }
  stopped();
  return false;
}

std::string history::arrive() {
  hart_.plan({});
  replaying_ = false;
  unmute();
  return order_.answer;
}

void history::search_on() {
  if (order_.how == way::step) {
    arrive_at({order_.goal.executed - 1, hart_.position().interrupts}, at_a_step);
  }
  if (const auto& found = hart_.last_noted(); found.has_value()) {
    const bool watched = found->stop.why == soc::debug_stop::cause::watchpoint;
    arrive_at(found->where, watched ? watch_answer(found->stop.hit) : "");
  }
  const auto all = moments_.positions();
  if (all.size() == 1) {
    arrive_at({all.front(), 0}, at_the_beginning);
  }
  task what = order_;
  what.goal = {all.back(), 0};
  send(*checkpoint_before(all.back()), what);
}

void history::arrive_at(const soc::hart_position& goal, const std::string& answer) {
  task what = order_;
  what.searching = false;
  what.goal = goal;
  what.answer = answer;
  send(checkpoint_before(goal.executed).value_or(0), what);
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
