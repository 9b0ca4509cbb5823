#include "gdb/debugger.h"

#include <algorithm>

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
  while (sc_core::sc_time_stamp() < end && sc_core::sc_get_status() != sc_core::SC_STOPPED) {
    serve(false);
    while (!stub_.running()) {
      serve(true);
    }
    if (interrupted_ && !stub_.stop_pending()) {
      interrupted_ = false;
      stub_.interrupt();
      send(stub_.stop_reply());
      continue;
    }
    sc_core::sc_start(end - sc_core::sc_time_stamp());
    if (!stub_.running()) {
      interrupted_ = false;
      send(stub_.stop_reply());
    }
  }
}

void debugger::serve(bool wait) {
  if (!attached()) {
    if (!server_.accept(wait)) {
      return;
    }
    reader_ = packet_reader();
    acknowledges_ = true;
    interrupted_ = false;
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

void debugger::handle_packet(const std::string& payload) {
  if (payload == "QStartNoAckMode") {
    send("OK");
    acknowledges_ = false;
    return;
  }
  if (const auto answer = stub_.answer(payload)) {
    send(*answer);
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
