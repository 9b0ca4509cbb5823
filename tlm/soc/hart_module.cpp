#include "soc/hart_module.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "hart/state_snapshot.h"

namespace sn::soc {

hart_module::hart_module(const sc_core::sc_module_name& name,
                         const hart_module_configuration& configuration)
    : sc_core::sc_module(name),
      socket("socket"),
      configuration_(configuration),
      clock_(configuration.clock),
      core_(hart::make_hart(configuration.hart, *this)),
      turn_(configuration.order, [this] { run(); }),
      held_(configuration.held_in_reset) {
  base::ensure(configuration.quantum > sc_core::SC_ZERO_TIME, "a hart has a quantum");
  turn_at(sc_core::SC_ZERO_TIME);
  socket.register_invalidate_direct_mem_ptr(this, &hart_module::invalidate_direct_mem_ptr);
}

void hart_module::run() {
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  if (now < busy_until_) {
    turn_at(busy_until_);
    return;
  }
  if (reset_requested_) {
    reset_requested_ = false;
    stop_.reset();
    core_->reset();
  }
  if (held_ || action_ == debug_action::halt || report_debug_stop()) {
    return;  // until wake()
  }
  if (now >= deadline_) {
    deadline_ = sc_core::sc_max_time();
    drive(hart::interrupt::timer, true);
  }
  if (core_->waiting()) {
    sleep();
  } else {
    execute();
  }
}

bool hart_module::report_debug_stop() {
  if (!stop_.has_value()) {
    return false;
  }
  // What the debugger has called off since then did not happen.
  const bool wanted = stop_->why == debug_stop::cause::breakpoint ? at_breakpoint()
                      : stop_->why == debug_stop::cause::wish     ? true
                      : stop_->why == debug_stop::cause::step     ? action_ == debug_action::step
                                                                  : !core_->watchpoints().empty();
  const hart_control::verdict verdict = control_->reported(*stop_, wanted);
  if (verdict != hart_control::verdict::stays) {
    stop_.reset();
  }
  if (verdict == hart_control::verdict::goes_on) {
    return false;
  }
  action_ = debug_action::halt;
  return true;
}

void hart_module::let(debug_action action) {
  action_ = action;
  wake();
}

void hart_module::sleep() {
  turn_at(deadline_);
}

void hart_module::execute() {
  const sc_core::sc_time& now = sc_core::sc_time_stamp();
  if (configuration_.last_runner != nullptr &&
      *configuration_.last_runner != configuration_.hart.hart_id) {
    *configuration_.last_runner = configuration_.hart.hart_id;
    core_->break_reservation();
  }
  // Up to the first instruction at or after the end of the quantum or the rise of the timer.
  const sc_core::sc_time span = std::min(configuration_.quantum, deadline_ - now);
  std::uint64_t cycles = clock_.cycles_at(span);
  if (clock_.time_of(cycles) < span) {
    ++cycles;
  }
  if (configuration_.instructions_left) {
    cycles = std::min(cycles, configuration_.instructions_left());
    if (cycles == 0) {
      turn_at(now + configuration_.quantum);
      return;
    }
  }
  stalled_ = sc_core::SC_ZERO_TIME;
  running_ = true;
  stop_requested_ = false;
  done_ = 0;
  run_for(cycles);
  running_ = false;
  const sc_core::sc_time spent = clock_.time_of(done_) + stalled_;
  done_ = 0;
  busy_until_ = now + spent;
  turn_at(busy_until_);
}

void hart_module::run_for(std::uint64_t cycles) {
  bool goes_on = true;
  // In the middle of it, a debugger may halt the hart only where it pauses.
  while (goes_on && done_ < cycles && action_ != debug_action::halt) {
    std::uint64_t left = cycles - done_;
    // A planned stop comes between coming to a place and leaving it.
    if (pause_.has_value() && !pause_leaving_ && !clears(*pause_, left)) {
      goes_on = tell_reached();
      continue;
    }
    if (!plan_.empty() && !clears(plan_.front().where, left)) {
      goes_on = stop_as_planned();
      continue;
    }
    if (pause_.has_value() && pause_leaving_ && !clears(*pause_, left)) {
      goes_on = tell_reached();
      continue;
    }
    if (left == 0) {
      return;  // the interrupt before that place comes later
    }
    goes_on = run_piece(left, action_ == debug_action::step);
    std::uint64_t unused = 1;
    if (pause_.has_value() && !pause_leaving_ && !clears(*pause_, unused)) {
      goes_on = tell_reached() && goes_on;
    }
  }
  if (stop_.has_value()) {
    control_->found(*stop_);
  }
}

bool hart_module::clears(const hart_position& where, std::uint64_t& left) {
  const std::uint64_t here = position().executed;
  if (here < where.executed) {
    left = std::min(left, where.executed - here);
    return true;
  }
  if (reaches(where)) {
    return false;
  }
  if (done_ > 0) {
    left = 0;
  }
  return true;
}

bool hart_module::reaches(const hart_position& where) {
  while (core_->interrupts() < where.interrupts && core_->take_pending_interrupt()) {
  }
  return core_->interrupts() >= where.interrupts;
}

bool hart_module::stop_as_planned() {
  const debug_stop planned = plan_.front().stop;
  plan_.pop_front();
  if (passes_stops_ && at_breakpoint()) {
    if (!tell_passed({debug_stop::cause::breakpoint, {}}, true)) {
      return false;
    }
    if (!passes_stops_) {
      return true;  // the debugger has made this the present
    }
  }
  stop_ = planned;
  return false;
}

bool hart_module::tell_reached() {
  pause_.reset();
  if (control_->reached()) {
    return true;
  }
  stop_ = {debug_stop::cause::wish, {}};
  return false;
}

bool hart_module::tell_passed(const debug_stop& stop, bool stops) {
  if (control_->passed(stop, stops)) {
    return true;
  }
  stop_ = {debug_stop::cause::wish, {}};
  return false;
}

bool hart_module::run_piece(std::uint64_t left, bool single) {
  const debug_stop breakpoint{debug_stop::cause::breakpoint, {}};
  if (single && passes_stops_ && at_breakpoint()) {
    if (!tell_passed(breakpoint, false)) {
      return false;
    }
    if (!passes_stops_) {
      return true;
    }
  }
  hart::run_result result = single ? core_->run_one() : core_->run(left);
  done_ += result.executed;
  if (result.reason == hart::stop_reason::breakpoint) {
    if (!passes_stops_) {
      stop_ = breakpoint;
      return false;
    }
    if (!tell_passed(breakpoint, false)) {
      return false;
    }
    if (!passes_stops_) {
      return true;
    }
    // No interrupt is pending here, or it would have been taken: one step is what would have
    // happened without the breakpoint.
    result = core_->run_one();
    done_ += result.executed;
    if (result.executed == 0) {
      return false;
    }
  }
  if (result.reason == hart::stop_reason::watchpoint) {
    const debug_stop watched{debug_stop::cause::watchpoint, core_->watch_hit()};
    if (!passes_stops_) {
      stop_ = watched;
      return false;
    }
    if (!tell_passed(watched, !plan_.empty() && plan_.front().where == position())) {
      return false;
    }
    result.reason = hart::stop_reason::budget;
  }
  if (single) {
    if (result.executed > 0 && action_ == debug_action::step) {
      stop_ = {debug_stop::cause::step, {}};
      if (!plan_.empty() && plan_.front().where == position()) {
        plan_.pop_front();  // it stops by itself
      }
    }
    return false;
  }
  return result.reason == hart::stop_reason::budget && !stop_requested_;
}

hart_position hart_module::position() const {
  return {core_->instructions() + core_->traps(), core_->interrupts()};
}

void hart_module::request_stop() {
  stop_requested_ = true;
  core_->request_stop();
}

sc_core::sc_time hart_module::local_offset() const {
  return running_ ? clock_.time_of(done_ + core_->executed()) + stalled_ : sc_core::SC_ZERO_TIME;
}

void hart_module::wake() {
  // While it is busy its next turn is known.
  if (!running_ && sc_core::sc_time_stamp() >= busy_until_) {
    turn_at(sc_core::sc_time_stamp());
  }
}

void hart_module::set_interrupt(hart::interrupt line, bool level) {
  drive(line, level);
  wake();
}

void hart_module::drive(hart::interrupt line, bool level) {
  const std::uint32_t bit = std::uint32_t{1} << static_cast<unsigned>(line);
  const std::uint32_t levels = level ? interrupt_levels_ | bit : interrupt_levels_ & ~bit;
  if (levels != interrupt_levels_ && interrupt_watch_) {
    interrupt_watch_(line, level);
  }
  interrupt_levels_ = levels;
  core_->set_interrupt(line, level);
}

void hart_module::set_timer_deadline(const sc_core::sc_time& time) {
  deadline_ = time;
  if (running_) {
    request_stop();
  }
  wake();
}

void hart_module::reset() {
  held_ = false;
  if (action_ == debug_action::halt && !running_) {
    stop_.reset();
    core_->reset();  // at once, for the debugger to see
    return;
  }
  reset_requested_ = true;
  if (running_) {
    request_stop();
  }
  wake();
}

void hart_module::start() {
  if (held_) {
    reset();
  }
}

void hart_module::hold() {
  held_ = true;
  if (running_) {
    request_stop();
  }
}

void hart_module::watch_stores(const hart::address_range& range,
                               std::function<void(std::uint64_t address, unsigned size)> stored) {
  core_->watch_stores({range, [this] { return local_offset() == sc_core::SC_ZERO_TIME; },
                       [this, stored = std::move(stored)](std::uint64_t address, unsigned size) {
                         end_turn();
                         stored(address, size);
                       }});
}

void hart_module::end_turn() {
  if (running_) {
    request_stop();
  }
}

void hart_module::save(base::snapshot_writer& to) const {
  to.section(name());
  to.number(held_);
  to.number(reset_requested_);
  to.number(deadline_.value());
  to.number(busy_until_.value());
  hart::save_state(core_->save(), to);
}

void hart_module::restore(base::snapshot_reader& from) {
  from.section(name());
  from.number(held_);
  from.number(reset_requested_);
  deadline_ = sc_core::sc_time::from_value(from.number<sc_dt::uint64>());
  busy_until_ = sc_core::sc_time::from_value(from.number<sc_dt::uint64>());
  const hart::hart_state state = hart::restore_state(from);
  core_->restore(state);
  interrupt_levels_ = static_cast<std::uint32_t>(state.mip);
  stop_.reset();
  // At once, so that it finds out itself what it waits for.
  turn_at(sc_core::sc_time_stamp());
}

hart::bus_status hart_module::read(std::uint64_t address, unsigned size, std::uint64_t& value) {
  value = 0;
  const hart::memory_range& ahead = configuration_.ahead_of_time;
  if (address - ahead.base >= ahead.size && local_offset() > sc_core::SC_ZERO_TIME) {
    return hart::bus_status::retry;
  }
  return transport(tlm::TLM_READ_COMMAND, address, size, value);
}

hart::bus_status hart_module::write(std::uint64_t address, unsigned size, std::uint64_t value) {
  if (local_offset() > sc_core::SC_ZERO_TIME) {
    return hart::bus_status::retry;
  }
  return transport(tlm::TLM_WRITE_COMMAND, address, size, value);
}

hart::bus_status hart_module::transport(tlm::tlm_command command, std::uint64_t address,
                                        unsigned size, std::uint64_t& value) {
  payload_.set_command(command);
  payload_.set_address(address);
  payload_.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload_.set_data_length(size);
  payload_.set_streaming_width(size);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  const sc_core::sc_time before = local_offset();
  sc_core::sc_time delay = before;
  socket->b_transport(payload_, delay);
  if (delay > before) {
    stalled_ += delay - before;
    request_stop();  // the quantum was counted without this
  }
  return payload_.is_response_ok() ? hart::bus_status::ok : hart::bus_status::error;
}

hart::direct_window hart_module::direct(std::uint64_t address) {
  for (const hart::direct_window& window : windows_) {
    if (address - window.base < window.size) {
      return window;
    }
  }
  for (const refused_range& range : refused_) {
    if (address >= range.first && address <= range.last) {
      return {};
    }
  }
  tlm::tlm_generic_payload payload;
  payload.set_address(address);
  payload.set_command(tlm::TLM_READ_COMMAND);
  tlm::tlm_dmi dmi;
  if (!socket->get_direct_mem_ptr(payload, dmi) || !dmi.is_read_allowed()) {
    // A target refuses for its whole window; single bytes would only fill the list.
    if (dmi.get_end_address() - dmi.get_start_address() >= 0xff) {
      refused_.push_back({dmi.get_start_address(), dmi.get_end_address()});
    }
    return {};
  }
  windows_.push_back({dmi.get_start_address(), dmi.get_end_address() - dmi.get_start_address() + 1,
                      reinterpret_cast<std::byte*>(dmi.get_dmi_ptr()), dmi.is_write_allowed()});
  return windows_.back();
}

void hart_module::invalidate_direct_mem_ptr(sc_dt::uint64 /*begin*/, sc_dt::uint64 /*end*/) {
  windows_.clear();
  refused_.clear();
  core_->forget_memory();
}

std::uint64_t hart_module::time() {
  return time_source_ == nullptr
             ? 0
             : time_source_->count_at(sc_core::sc_time_stamp() + local_offset());
}

bool hart_module::read_debug(std::uint64_t address, void* data, std::size_t size) {
  return access_debug(tlm::TLM_READ_COMMAND, address, static_cast<unsigned char*>(data), size);
}

bool hart_module::write_debug(std::uint64_t address, const void* data, std::size_t size) {
  // The payload has no pointer to const; a write does not change the data.
  return access_debug(tlm::TLM_WRITE_COMMAND, address,
                      static_cast<unsigned char*>(const_cast<void*>(data)), size);
}

bool hart_module::access_debug(tlm::tlm_command command, std::uint64_t address, unsigned char* data,
                               std::size_t size) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(address);
  payload.set_data_ptr(data);
  payload.set_data_length(static_cast<unsigned>(size));
  payload.set_streaming_width(static_cast<unsigned>(size));
  const bool done = socket->transport_dbg(payload) == size;
  if (done && command == tlm::TLM_WRITE_COMMAND) {
    core_->forget_code();
  }
  return done;
}

}  // namespace sn::soc
