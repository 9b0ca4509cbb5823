#include "gdb/debugger.h"

#include <fmt/format.h>

#include <algorithm>

#include "gdb/hexadecimal.h"

namespace sn::gdb {
debugger::debugger(const std::vector<named_target>& all, const std::vector<named_target>& chosen,
                   const tcp_address& address)
    : stub_(all, chosen), server_(address) {
  for (const named_target& each : all) {
    each.hart().let(soc::debug_action::halt);
  }
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  // Nothing happens before time goes on.
  for (const named_target& each : all) {
    each.hart().let(soc::debug_action::run);
  }
}

void debugger::wait_for_debugger() {
  while (!attached()) {
    serve(true);
  }
}

void debugger::advance(const sc_core::sc_time& span) {
  const sc_core::sc_time end = sc_core::sc_time_stamp() + span;
  // Checkpoints are made in between.
  const sc_core::sc_time slice(100, sc_core::SC_US);
  while (sc_core::sc_time_stamp() < end && sc_core::sc_get_status() != sc_core::SC_STOPPED) {
    if (stub_.running() && !replaying()) {
      serve(false);
    }
    while (!stub_.running()) {
      serve(true);
    }
    sc_core::sc_time stride = std::min(end - sc_core::sc_time_stamp(), slice);
    if (replaying()) {
      const sc_core::sc_time halt = history_->next_halt();
      if (halt <= sc_core::sc_time_stamp()) {
        if (stub_.replay_halt()) {
          send(stub_.stop_reply());
        }
        continue;
      }
      stride = std::min(stride, halt - sc_core::sc_time_stamp());
    } else {
      if (interrupted_ && !stub_.stop_pending()) {
        interrupted_ = false;
        stub_.interrupt();
        send(stub_.stop_reply());
        continue;
      }
      if (history_.has_value() && attached() && !stub_.stop_pending()) {
        if (const auto order = history_->keep(); order.has_value()) {
          come_back(*order);
          continue;
        }
      }
    }
    sc_core::sc_start(stride);
    if (stub_.running()) {
      continue;
    }
    if (replaying()) {
      if (stub_.replay_halt()) {
        send(stub_.stop_reply());
      }
      continue;
    }
    interrupted_ = false;
    if (waiting_.has_value()) {
      const std::string packet = *waiting_;
      waiting_.reset();
      handle_packet(packet);
    } else {
      send(stub_.stop_reply());
    }
  }
}

void debugger::end(int status) {
  if (attached() && stub_.running()) {
    send(fmt::format("W{:02x}", status));
  }
}

bool debugger::stand() {
  send(stub_.stop_reply());
  in_turn_ = true;
  while (!stub_.running()) {
    serve(true);
  }
  in_turn_ = false;
  return !waiting_.has_value();
}

std::string debugger::session() const {
  base::snapshot_writer to;
  to.section("session");
  to.number(acknowledges_);
  stub_.save(to);
  const std::vector<std::byte> all = to.finish();
  return std::string(reinterpret_cast<const char*>(all.data()), all.size());
}

std::string debugger::take_snapshot(std::string_view command) {
  const bool saves = take(command, "save ");
  if ((!saves && !take(command, "restore ")) || command.empty()) {
    return "expected monitor snapshot save FILE or monitor snapshot restore FILE\n";
  }
  if (!snapshots_.save) {
    return "there are snapshots of the machine of supernode hart only\n";
  }
  const std::string path(command);
  try {
    return saves ? save_snapshot(path) : restore_snapshot(path);
  } catch (const base::configuration_error& error) {
    return std::string(error.what()) + '\n';
  }
}

std::string debugger::save_snapshot(const std::string& path) {
  // Between two times there is nothing under way; whatever still happens now, no repetition does.
  if (sc_core::sc_pending_activity_at_current_time()) {
    forget_history();
    while (sc_core::sc_pending_activity_at_current_time()) {
      sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
  }
  snapshots_.save(path);
  return "saved\n";
}

std::string debugger::restore_snapshot(const std::string& path) {
  const sc_core::sc_time when = snapshots_.saved_at(path);
  if (when < sc_core::sc_time_stamp()) {
    if (history_.has_value()) {
      history_->begin_anew(when, path, session());
    }
    return "it was saved before the present time, and there is no way back: start again with "
           "--restore\n";
  }
  forget_history();
  snapshots_.restore(path);
  return "restored ('maintenance flush register-cache' shows it)\n";
}

void debugger::go_back(history::way how) {
  const std::size_t thread = stub_.stepped_thread();
  history_->go_back(how, thread, session());
  send(fmt::format("T05replaylog:begin;thread:{:x};", thread + 1));
}

void debugger::come_back(const std::string& order) {
  const std::string what = history_->begin(order);
  base::snapshot_reader from("session", reinterpret_cast<const std::byte*>(what.data()),
                             what.size());
  from.section("session");
  from.number(acknowledges_);
  stub_.restore(from);
  from.end();
  interrupted_ = false;
  if (!history_->own_order().empty()) {
    stub_.stand_still();
    const std::string text = take_snapshot("restore " + history_->own_order());
    send(to_hex(text.data(), text.size()));
    return;
  }
  stub_.replay();
  if (history_->begins_here()) {
    stub_.arrive();
    send(stub_.stop_reply());
  }
}

void debugger::serve(bool wait) {
  if (history_.has_value()) {
    history_->check_alive();
  }
  if (!attached()) {
    if (!server_.accept(wait)) {
      return;
    }
    reader_ = packet_reader();
    acknowledges_ = true;
    interrupted_ = false;
    if (!history_.has_value()) {
      history_.emplace(stub_.harts());
      stub_.remember(*history_, [this] { return stand(); });
    }
    stub_.attach();
    return;
  }
  reader_.feed(server_.receive(wait));
  while (attached()) {
    const auto event = reader_.next();
    if (!event.has_value()) {
      break;
    }
    handle(*event);
  }
  if (!attached()) {
    interrupted_ = false;
    stub_.detach();
  }
}

void debugger::handle(const packet_event& event) {
  using kind = packet_event::kind;
  switch (event.what) {
    case kind::packet:
    case kind::too_long:
      if (acknowledges_) {
        server_.send("+");
      }
      if (event.what == kind::too_long) {
        send("E01");
      } else {
        handle_packet(event.payload);
      }
      break;
    case kind::damaged:
      if (acknowledges_) {
        server_.send("-");
      }
      break;
    case kind::interrupt:
      interrupted_ = stub_.running();
      break;
    case kind::refused:
      if (acknowledges_) {
        server_.send(last_sent_);
      }
      break;
    case kind::acknowledged:
      break;
  }
}

bool debugger::needs_end_of_turn(std::string_view packet) const {
  if (packet == "k" || take(packet, "vKill")) {
    return true;
  }
  if (!take(packet, "qRcmd,")) {
    return false;
  }
  const std::string words = from_hex(packet).value_or("");
  const std::string name = words.substr(0, words.find(' '));
  return name == "reset" || name == "snapshot" || commands_.count(name) != 0;
}

void debugger::handle_packet(const std::string& payload) {
  if (payload == "QStartNoAckMode") {
    send("OK");
    acknowledges_ = false;
    return;
  }
  if (in_turn_ && needs_end_of_turn(payload)) {
    forget_history();
    waiting_ = payload;
    stub_.run_to_stop();
    return;
  }
  std::string_view command = payload;
  if (take(command, "qRcmd,")) {
    const auto text = from_hex(command);
    std::string_view words = text.has_value() ? std::string_view(*text) : std::string_view();
    if (take(words, "snapshot")) {
      take(words, " ");
      const std::string answer = take_snapshot(words);
      send(to_hex(answer.data(), answer.size()));
      return;
    }
    const std::string_view name = words.substr(0, words.find(' '));
    if (const auto found = commands_.find(std::string(name)); found != commands_.end()) {
      take(words, name);
      take(words, " ");
      forget_history();
      const std::string answer = found->second(stub_.current(), words);
      send(to_hex(answer.data(), answer.size()));
      return;
    }
  }
  if (const auto answer = stub_.answer(payload)) {
    send(*answer);
  }
  if (const auto how = stub_.take_reverse(); how.has_value()) {
    go_back(*how);
  }
  if (stub_.killed()) {
    throw killed();
  }
  if (stub_.left()) {
    server_.close_peer();
  }
}

void debugger::send(const std::string& payload) {
  last_sent_ = frame(payload);
  server_.send(last_sent_);
}

}  // namespace sn::gdb
