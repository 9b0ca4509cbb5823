#include "gdb/stub.h"

#include <fmt/format.h>

#include <algorithm>
#include <systemc>

#include "gdb/hexadecimal.h"
#include "gdb/monitor.h"
#include "gdb/packet.h"
#include "gdb/registers.h"
#include "hart/translation.h"

namespace sn::gdb {
namespace {

const char* const ok = "OK";
/// GDB shows the number and no more.
const char* const error = "E01";
constexpr unsigned signal_interrupt = 2;
constexpr unsigned signal_trap = 5;

}  // namespace

class stub::control final : public soc::hart_control {
 public:
  control(stub& all, std::size_t thread) : all_(all), thread_(thread) {}

  void found(const soc::debug_stop& stop) override { all_.found(thread_, stop); }
  verdict reported(const soc::debug_stop& stop, bool wanted) override {
    return all_.reported(thread_, stop, wanted);
  }
  bool passed(const soc::debug_stop& stop, bool stops) override {
    return all_.passed(thread_, stop, stops);
  }
  bool reached() override { return all_.reached(thread_); }

 private:
  stub& all_;
  const std::size_t thread_;
};

stub::stub(std::vector<named_target> all, std::vector<named_target> chosen)
    : all_(std::move(all)), chosen_(std::move(chosen)) {
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    controls_.push_back(std::make_unique<control>(*this, i));
    chosen_[i].hart().debug(*controls_.back());
  }
}

stub::~stub() = default;

void stub::remember(history& past, std::function<bool()> stand) {
  history_ = &past;
  stand_ = std::move(stand);
}

std::vector<soc::hart_module*> stub::harts() const {
  std::vector<soc::hart_module*> all;
  for (const named_target& each : chosen_) {
    all.push_back(&each.hart());
  }
  return all;
}

std::optional<history::way> stub::take_reverse() {
  const std::optional<history::way> wanted = reverse_;
  reverse_.reset();
  return wanted;
}

void stub::save(base::snapshot_writer& to) const {
  to.number(tells_breakpoints_);
  to.number(step_thread_.all);
  to.number(std::uint64_t{step_thread_.index});
  to.number(std::uint64_t{breakpoints_.size()});
  for (const auto& [kind, address] : breakpoints_) {
    to.number(static_cast<std::uint8_t>(kind));
    to.number(address);
  }
  to.number(std::uint64_t{watchpoints_.size()});
  for (const hart::watchpoint& each : watchpoints_) {
    to.number(static_cast<std::uint8_t>(each.kind));
    to.number(each.address);
    to.number(each.size);
  }
}

void stub::restore(base::snapshot_reader& from) {
  from.number(tells_breakpoints_);
  from.number(step_thread_.all);
  step_thread_.index = from.number<std::uint64_t>();
  breakpoints_.clear();
  for (auto left = from.number<std::uint64_t>(); left > 0; --left) {
    const point kind{from.number<std::uint8_t>()};
    breakpoints_.insert({kind, from.number<std::uint64_t>()});
  }
  watchpoints_.clear();
  for (auto left = from.number<std::uint64_t>(); left > 0; --left) {
    hart::watchpoint each;
    each.kind = hart::watch_kind{from.number<std::uint8_t>()};
    from.number(each.address);
    from.number(each.size);
    watchpoints_.push_back(each);
  }
}

void stub::replay() {
  if (history_->heeds_points()) {
    apply_points();
  } else {
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      hart_of(i).set_breakpoints({});
      hart_of(i).set_watchpoints({});
    }
  }
  running_ = true;
}

bool stub::replay_halt() {
  switch (history_->halted()) {
    case history::halt::passes:
      let(*history_->repeated());
      running_ = true;
      return false;
    case history::halt::present:
      resume(history_->wanted());
      return false;
    case history::halt::stands:
    case history::halt::presents:
      break;
  }
  arrive();
  return true;
}

void stub::arrive() {
  running_ = false;
  apply_points();
  if (const auto& at = history_->arrived(); at.has_value()) {
    current_ = at->thread;
    stop_reply_ = reply(at->thread, at->stop);
  } else {
    current_ = 0;
    stop_reply_ = fmt::format("T{:02x}replaylog:begin;thread:1;", signal_trap);
  }
}

void stub::stand_still() {
  running_ = false;
  current_ = 0;
  apply_points();
}

void stub::change_history() {
  if (history_ != nullptr) {
    history_->forget();
  }
}

void stub::attach() {
  change_history();
  running_ = false;
  left_ = false;
  current_ = 0;
  step_thread_ = {true, 0};
  tells_breakpoints_ = false;
  stop_reply_ = fmt::format("T{:02x}thread:1;", signal_trap);
}

void stub::detach() {
  change_history();
  breakpoints_.clear();
  watchpoints_.clear();
  apply_points();
  resume(std::vector<soc::debug_action>(chosen_.size(), soc::debug_action::run));
}

bool stub::stop_pending() const {
  return std::any_of(chosen_.begin(), chosen_.end(),
                     [](const named_target& each) { return each.hart().debug_stop_pending(); });
}

void stub::interrupt() {
  running_ = false;
  if (history_ != nullptr) {
    history_->interrupted();
  }
  stop_reply_ = fmt::format("T{:02x}thread:{:x};", signal_interrupt, current_ + 1);
}

void stub::found(std::size_t thread, const soc::debug_stop& stop) {
  if (history_ != nullptr && !in_past()) {
    history_->found(thread, stop);
  }
}

soc::hart_control::verdict stub::reported(std::size_t thread, const soc::debug_stop& stop,
                                          bool wanted) {
  using verdict = soc::hart_control::verdict;
  verdict answer = !wanted    ? verdict::goes_on
                   : running_ ? verdict::stops
                              : verdict::stays;  // another one was first
  if (in_past()) {
    answer = history_->report_again(thread);
  } else if (history_ != nullptr) {
    history_->reported(thread, answer);
  }
  if (answer == verdict::stops) {
    running_ = false;
    current_ = thread;
    stop_reply_ = reply(thread, stop);
    sc_core::sc_pause();
  }
  return answer;
}

bool stub::passed(std::size_t thread, const soc::debug_stop& stop, bool stops) {
  const bool leaving = stop.why == soc::debug_stop::cause::breakpoint && !stops;
  if (!history_->stands_at({thread, chosen_[thread].hart().position(), stop, leaving}, stops)) {
    return true;
  }
  arrive();
  return stand_();
}

bool stub::reached(std::size_t thread) {
  if (!history_->stands_at_pause(thread)) {
    return true;
  }
  arrive();
  return stand_();
}

std::string stub::reply(std::size_t thread, const soc::debug_stop& stop) {
  return fmt::format("T{:02x}{}thread:{:x};", signal_trap, reason(thread, stop), thread + 1);
}

std::string stub::reason(std::size_t thread, const soc::debug_stop& stop) {
  using cause = soc::debug_stop::cause;
  if (stop.why == cause::breakpoint && tells_breakpoints_) {
    const bool software = breakpoints_.count({point::software, hart_of(thread).pc()}) != 0;
    return software ? "swbreak:;" : "hwbreak:;";
  }
  if (stop.why != cause::watchpoint) {
    return "";
  }
  const char* const kind = stop.hit.kind == hart::watch_kind::write  ? "watch"
                           : stop.hit.kind == hart::watch_kind::read ? "rwatch"
                                                                     : "awatch";
  return fmt::format("{}:{:x};", kind, stop.hit.address);
}

std::optional<std::string> stub::answer(std::string_view packet) {
  if (packet.empty()) {
    return "";
  }
  const char command = packet.front();
  const std::string_view rest = packet.substr(1);
  switch (command) {
    case '?':
      return stop_reply_;
    case 'q':
      return query(rest);
    case 'H':
      return choose_thread(rest);
    case 'T': {
      std::string_view text = rest;
      return take_thread(text).has_value() ? ok : error;
    }
    case 'g':
      return read_registers();
    case 'G':
      change_history();
      return write_registers(rest);
    case 'p':
      return read_one_register(rest);
    case 'P':
      change_history();
      return write_one_register(rest);
    case 'm':
      return read_memory(rest);
    case 'M':
      change_history();
      return write_memory(rest, false);
    case 'X':
      change_history();
      return write_memory(rest, true);
    case 'Z':
      return change_point(rest, true);
    case 'z':
      return change_point(rest, false);
    case 'c':
      return continue_all(rest, soc::debug_action::run, false);
    case 'C':
      return continue_all(rest, soc::debug_action::run, true);
    case 's':
      return continue_all(rest, soc::debug_action::step, false);
    case 'S':
      return continue_all(rest, soc::debug_action::step, true);
    case 'b':
      if (history_ == nullptr || (rest != "s" && rest != "c")) {
        return "";
      }
      if (running_) {
        return error;
      }
      reverse_ = rest == "s" ? history::way::step : history::way::run;
      return std::nullopt;
    case 'D':
      left_ = true;
      return ok;
    case 'k':
      killed_ = true;
      return std::nullopt;
    case 'v': {
      std::string_view text = rest;
      if (text == "Cont?") {
        return "vCont;c;C;s;S";
      }
      if (take(text, "Cont;")) {
        return continue_some(text);
      }
      if (take(text, "Kill")) {
        killed_ = true;
        return ok;
      }
      return "";
    }
    default:
      return "";
  }
}

std::string stub::query(std::string_view packet) {
  if (take(packet, "Supported")) {
    tells_breakpoints_ = packet.find("swbreak+") != std::string_view::npos &&
                         packet.find("hwbreak+") != std::string_view::npos;
    return fmt::format(
        "PacketSize={:x};qXfer:features:read+;QStartNoAckMode+;swbreak+;hwbreak+;vContSupported+{}",
        longest_packet, history_ == nullptr ? "" : ";ReverseStep+;ReverseContinue+");
  }
  if (packet == "C") {
    return fmt::format("QC{:x}", current_ + 1);
  }
  if (packet == "fThreadInfo") {
    std::string text = "m1";
    for (std::size_t i = 1; i < chosen_.size(); ++i) {
      text += fmt::format(",{:x}", i + 1);
    }
    return text;
  }
  if (packet == "sThreadInfo") {
    return "l";
  }
  if (take(packet, "ThreadExtraInfo,")) {
    const auto thread = take_thread(packet);
    if (!thread.has_value() || thread->all) {
      return error;
    }
    const std::string text = chosen_[thread->index].name +
                             (hart_of(thread->index).waiting() ? ", waiting for an interrupt" : "");
    return to_hex(text.data(), text.size());
  }
  if (packet == "Attached") {
    return "1";  // leaving does not end the run
  }
  if (packet == "Symbol::") {
    return ok;
  }
  if (take(packet, "Xfer:features:read:target.xml:")) {
    return describe_target(packet);
  }
  if (take(packet, "Rcmd,")) {
    const auto command = from_hex(packet);
    if (!command.has_value()) {
      return error;
    }
    const std::string text = monitor(*command);
    return to_hex(text.data(), text.size());
  }
  return "";
}

std::string stub::describe_target(std::string_view range) const {
  const auto offset = take_number(range);
  if (!offset.has_value() || !take(range, ",")) {
    return error;
  }
  const auto length = take_number(range);
  if (!length.has_value() || !range.empty()) {
    return error;
  }
  const std::string text = target_description(chosen_.front().hart().core());
  if (*offset >= text.size()) {
    return "l";
  }
  // Half a packet has room for every character escaped.
  const std::uint64_t count = std::min<std::uint64_t>(*length, longest_packet / 2);
  const std::string part = text.substr(*offset, count);
  return (*offset + part.size() < text.size() ? "m" : "l") + part;
}

std::string stub::monitor(std::string_view command) {
  if (command == "reset") {
    change_history();
  }
  return run_monitor_command(command, all_, chosen_[current_]);
}

std::optional<stub::thread_choice> stub::take_thread(std::string_view& text) const {
  if (take(text, "-1")) {
    return thread_choice{true, 0};
  }
  const auto number = take_number(text);
  if (!number.has_value() || *number > chosen_.size()) {
    return std::nullopt;
  }
  return thread_choice{false, *number == 0 ? current_ : *number - 1};
}

std::string stub::choose_thread(std::string_view packet) {
  const bool for_registers = take(packet, "g");
  if (!for_registers && !take(packet, "c")) {
    return "";
  }
  const bool any = packet == "0";
  const auto thread = take_thread(packet);
  if (!thread.has_value() || !packet.empty()) {
    return error;
  }
  if (!for_registers) {
    step_thread_ = any ? thread_choice{true, 0} : *thread;
  } else if (!thread->all) {
    current_ = thread->index;
  }
  return ok;
}

std::string stub::read_registers() {
  std::string text;
  const unsigned bytes = chosen_.front().xlen() / 8;
  for (unsigned i = 0; i <= pc_number; ++i) {
    text += to_hex_little_endian(*read_register(hart_of(current_), i), bytes);
  }
  return text;
}

std::string stub::write_registers(std::string_view text) {
  const unsigned bytes = chosen_.front().xlen() / 8;
  const std::size_t digits = std::size_t{2} * bytes;
  std::vector<std::uint64_t> values;
  if (text.size() != digits * (pc_number + 1)) {
    return error;
  }
  for (unsigned i = 0; i <= pc_number; ++i) {
    const auto value = register_from_hex(text.substr(i * digits, digits), bytes);
    if (!value.has_value()) {
      return error;
    }
    values.push_back(*value);
  }
  for (unsigned i = 0; i <= pc_number; ++i) {
    write_register(hart_of(current_), i, values[i]);
  }
  return ok;
}

std::string stub::read_one_register(std::string_view text) {
  const auto number = take_number(text);
  if (!number.has_value() || !text.empty()) {
    return error;
  }
  const auto value = read_register(hart_of(current_), *number);
  return value.has_value()
             ? to_hex_little_endian(*value, register_bytes(chosen_.front().xlen(), *number))
             : error;
}

std::string stub::write_one_register(std::string_view text) {
  const auto number = take_number(text);
  if (!number.has_value() || !take(text, "=")) {
    return error;
  }
  const auto value = register_from_hex(text, register_bytes(chosen_.front().xlen(), *number));
  return value.has_value() && write_register(hart_of(current_), *number, *value) ? ok : error;
}

std::string stub::read_memory(std::string_view text) {
  const auto address = take_number(text);
  if (!address.has_value() || !take(text, ",")) {
    return error;
  }
  const auto length = take_number(text);
  if (!length.has_value() || !text.empty()) {
    return error;
  }
  std::vector<unsigned char> bytes(std::min<std::uint64_t>(*length, longest_packet / 2));
  if (bytes.empty()) {
    return "";
  }
  const std::size_t count = read_virtual(*address, bytes.data(), bytes.size());
  return count == 0 ? error : to_hex(bytes.data(), count);
}

std::size_t stub::read_virtual(std::uint64_t address, unsigned char* data, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    // Pages need not follow each other.
    const std::uint64_t here = address + done;
    const std::size_t in_page =
        std::min<std::uint64_t>(size - done, hart::page_bytes - here % hart::page_bytes);
    const auto physical = hart_of(current_).translate(here);
    if (!physical.has_value()) {
      return done;
    }
    target& from = *chosen_[current_].what;
    if (from.read_debug(*physical, data + done, in_page)) {
      done += in_page;
      continue;
    }
    // What can be read of it, from the beginning.
    std::size_t count = 0;
    while (count < in_page && from.read_debug(*physical + count, data + done + count, 1)) {
      ++count;
    }
    return done + count;
  }
  return done;
}

bool stub::write_virtual(std::uint64_t address, const unsigned char* data, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const std::uint64_t here = address + done;
    const std::size_t in_page =
        std::min<std::uint64_t>(size - done, hart::page_bytes - here % hart::page_bytes);
    const auto physical = hart_of(current_).translate(here);
    if (!physical.has_value() ||
        !chosen_[current_].what->write_debug(*physical, data + done, in_page)) {
      return false;
    }
    done += in_page;
  }
  return true;
}

std::string stub::write_memory(std::string_view text, bool binary) {
  const auto address = take_number(text);
  if (!address.has_value() || !take(text, ",")) {
    return error;
  }
  const auto length = take_number(text);
  if (!length.has_value() || !take(text, ":")) {
    return error;
  }
  const auto bytes = binary ? std::optional<std::string>(text) : from_hex(text);
  if (!bytes.has_value() || bytes->size() != *length) {
    return error;
  }
  const bool done =
      write_virtual(*address, reinterpret_cast<const unsigned char*>(bytes->data()), bytes->size());
  return done ? ok : error;
}

std::string stub::change_point(std::string_view text, bool set) {
  const auto type = take_number(text);
  if (!type.has_value() || *type >= static_cast<unsigned>(point::count)) {
    return "";
  }
  if (!take(text, ",")) {
    return error;
  }
  const auto address = take_number(text);
  if (!address.has_value() || !take(text, ",")) {
    return error;
  }
  const auto size = take_number(text);
  if (!size.has_value() || !text.empty()) {
    return error;
  }
  const point kind{static_cast<unsigned>(*type)};
  if (kind == point::software || kind == point::hardware) {
    if (set) {
      breakpoints_.insert({kind, *address});
    } else {
      breakpoints_.erase({kind, *address});
    }
  } else {
    if (*size == 0 || *address + *size < *address) {
      return error;
    }
    const hart::watch_kind watched = kind == point::write  ? hart::watch_kind::write
                                     : kind == point::read ? hart::watch_kind::read
                                                           : hart::watch_kind::access;
    const hart::watchpoint changed{watched, *address, *size};
    // Setting one twice is setting it once.
    watchpoints_.erase(std::remove(watchpoints_.begin(), watchpoints_.end(), changed),
                       watchpoints_.end());
    if (set) {
      watchpoints_.push_back(changed);
    }
  }
  apply_points();
  return ok;
}

void stub::apply_points() {
  std::set<std::uint64_t> addresses;
  for (const auto& each : breakpoints_) {
    addresses.insert(each.second);
  }
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    hart_of(i).set_breakpoints(addresses);
    hart_of(i).set_watchpoints(watchpoints_);
  }
}

void stub::resume(const std::vector<soc::debug_action>& actions) {
  running_ = true;
  if (in_past()) {
    history_->walk(actions);
    if (history_->repeated().has_value()) {
      let(*history_->repeated());
    }
    return;
  }
  let(actions);
  if (history_ != nullptr) {
    history_->resumed(actions);
  }
}

void stub::let(const std::vector<soc::debug_action>& actions) {
  for (std::size_t i = 0; i < chosen_.size(); ++i) {
    chosen_[i].hart().let(actions[i]);
  }
}

std::optional<std::string> stub::continue_some(std::string_view text) {
  if (running_) {
    return error;
  }
  std::vector<std::optional<soc::debug_action>> given(chosen_.size());
  do {
    if (text.empty()) {
      return error;
    }
    const char letter = text.front();
    text.remove_prefix(1);
    const bool with_signal = letter == 'C' || letter == 'S';
    if (std::string_view("cCsS").find(letter) == std::string_view::npos ||
        (with_signal && !take_number(text).has_value())) {
      return error;
    }
    const auto action =
        letter == 'c' || letter == 'C' ? soc::debug_action::run : soc::debug_action::step;
    thread_choice threads{true, 0};
    if (take(text, ":")) {
      const auto named = take_thread(text);
      if (!named.has_value()) {
        return error;
      }
      threads = *named;
    }
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (!given[i].has_value() && (threads.all || threads.index == i)) {
        given[i] = action;
      }
    }
  } while (take(text, ";"));
  if (!text.empty()) {
    return error;
  }
  std::vector<soc::debug_action> actions(given.size(), soc::debug_action::halt);
  for (std::size_t i = 0; i < given.size(); ++i) {
    actions[i] = given[i].value_or(soc::debug_action::halt);
  }
  resume(actions);
  return std::nullopt;
}

std::optional<std::string> stub::continue_all(std::string_view text, soc::debug_action action,
                                              bool with_signal) {
  if (running_ || (with_signal && !take_number(text).has_value())) {
    return error;
  }
  if (with_signal && !text.empty() && !take(text, ";")) {
    return error;
  }
  const std::size_t stepped = stepped_thread();
  if (!text.empty()) {
    const auto address = take_number(text);
    if (!address.has_value() || !text.empty()) {
      return error;
    }
    change_history();
    hart_of(stepped).set_pc(*address);
  }
  std::vector<soc::debug_action> actions(
      chosen_.size(), step_thread_.all ? soc::debug_action::run : soc::debug_action::halt);
  actions[stepped] = action;
  resume(actions);
  return std::nullopt;
}

}  // namespace sn::gdb
