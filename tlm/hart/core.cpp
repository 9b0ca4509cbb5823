#include "hart/core.h"

#include <algorithm>
#include <utility>

#include "hart/csr.h"

namespace sn::hart {

template <unsigned xlen_bits>
core<xlen_bits>::core(const configuration& configuration, bus& memory)
    : configuration_(configuration), bus_(memory), memory_(memory), blocks_(memory_) {
  reset();
}

template <unsigned xlen_bits>
void core<xlen_bits>::reset() {
  x.fill(0);
  pc_ = static_cast<word>(configuration_.reset_pc);
  mstatus_ = csr::mstatus_mpp;
  mie_ = 0;
  mtvec_ = 0;
  mscratch_ = 0;
  mepc_ = 0;
  mcause_ = 0;
  mtval_ = 0;
  cycle_offset_ = 0 - position();
  instret_offset_ = 0 - instructions();
  reserved_ = false;
  waiting_ = false;
  watch_stop_ = false;
  forget_code();
}

template <unsigned xlen_bits>
run_result core<xlen_bits>::run(std::uint64_t max_instructions) {
  stop_requested_ = false;
  update_attention();
  run_result result;
  while (executed_ < max_instructions) {
    if (attention_ && attend(result.reason)) {
      break;
    }
    const std::uint64_t remaining = max_instructions - executed_;
    const block<xlen_bits>& next = blocks_.find(pc_);
    const step_type* first = remaining >= next.count
                                 ? next.steps.data()
                                 : blocks_.cut(next, static_cast<unsigned>(remaining)).steps.data();
    first->execute(*this, first);
  }
  result.executed = executed_;
  executed_before_ += executed_;
  executed_ = 0;
  current_index_ = 0;
  return result;
}

template <unsigned xlen_bits>
run_result core<xlen_bits>::run_one() {
  stepping_ = true;
  stop_requested_ = false;
  update_attention();
  run_result result;
  if (!attention_ || !attend(result.reason)) {
    const step_type* only = blocks_.single(pc_).steps.data();
    only->execute(*this, only);
  }
  if (watch_stop_) {
    watch_stop_ = false;
    result.reason = stop_reason::watchpoint;
  }
  result.executed = executed_;
  executed_before_ += executed_;
  executed_ = 0;
  current_index_ = 0;
  stepping_ = false;
  update_attention();
  return result;
}

template <unsigned xlen_bits>
void core<xlen_bits>::request_stop() {
  stop_requested_ = true;
  attention_ = true;
}

template <unsigned xlen_bits>
bool core<xlen_bits>::interrupt_pending() const {
  return (mstatus_ & csr::mstatus_mie) != 0 && (mip_ & mie_) != 0 && !stepping_;
}

template <unsigned xlen_bits>
void core<xlen_bits>::update_attention() {
  attention_ = stop_requested_ || waiting_ || code_removed_ || code_stale_ || windows_stale_ ||
               at_breakpoint_ || watch_stop_ || interrupt_pending();
}

template <unsigned xlen_bits>
bool core<xlen_bits>::attend(stop_reason& reason) {
  current_index_ = 0;
  if (windows_stale_) {
    memory_.forget_windows();
  }
  if (code_stale_ || windows_stale_) {
    blocks_.clear();
  } else if (code_removed_) {
    blocks_.collect();
  }
  windows_stale_ = code_stale_ = code_removed_ = false;
  if (watch_stop_) {
    watch_stop_ = false;
    reason = stop_reason::watchpoint;
    return true;
  }
  if (at_breakpoint_) {
    at_breakpoint_ = false;
    reason = stop_reason::breakpoint;
    return true;
  }
  if (stop_requested_) {
    reason = stop_reason::stopped;
    return true;
  }
  if (waiting()) {
    reason = stop_reason::waiting;
    return true;
  }
  waiting_ = false;
  if (interrupt_pending()) {
    take_interrupt();
  }
  update_attention();
  return false;
}

template <unsigned xlen_bits>
void core<xlen_bits>::enter_trap(word cause, word value, word from) {
  mepc_ = from;
  mcause_ = cause;
  mtval_ = value;
  mstatus_ = csr::mstatus_mpp | ((mstatus_ & csr::mstatus_mie) != 0 ? csr::mstatus_mpie : 0);
}

template <unsigned xlen_bits>
void core<xlen_bits>::take_interrupt() {
  const word active = mip_ & mie_;
  interrupt line = interrupt::timer;
  for (const interrupt candidate : {interrupt::external, interrupt::software}) {
    if ((active >> static_cast<unsigned>(candidate) & 1U) != 0) {
      line = candidate;
      break;
    }
  }
  const word code = static_cast<word>(line);
  enter_trap(word{1} << (xlen_bits - 1) | code, 0, pc_);
  const bool vectored = (mtvec_ & 1U) != 0;
  pc_ = static_cast<word>((mtvec_ & ~word{3}) + (vectored ? 4 * code : 0));
  ++interrupts_;
}

template <unsigned xlen_bits>
void core<xlen_bits>::trap(const step_type& s, exception cause, word value) {
  enter_trap(static_cast<word>(cause), value, s.pc);
  leave(s, mtvec_ & ~word{3});
  ++traps_;
  update_attention();
}

template <unsigned xlen_bits>
void core<xlen_bits>::wait(const step_type& s) {
  waiting_ = true;
  attention_ = true;
  leave(s, static_cast<word>(s.pc + s.length));
}

template <unsigned xlen_bits>
void core<xlen_bits>::return_from_trap(const step_type& s) {
  const bool enable = (mstatus_ & csr::mstatus_mpie) != 0;
  mstatus_ = csr::mstatus_mpp | csr::mstatus_mpie | (enable ? csr::mstatus_mie : 0);
  leave(s, mepc_);
  update_attention();
}

template <unsigned xlen_bits>
void core<xlen_bits>::break_before(const step_type& s) {
  at_breakpoint_ = true;
  attention_ = true;
  leave_before(s);
}

template <unsigned xlen_bits>
void core<xlen_bits>::set_breakpoints(const std::set<std::uint64_t>& addresses) {
  if (addresses != blocks_.breakpoints()) {
    blocks_.set_breakpoints(addresses);
    forget_code();
  }
}

template <unsigned xlen_bits>
void core<xlen_bits>::set_watchpoints(std::vector<watchpoint> watched) {
  memory_.set_watchpoints(std::move(watched));
}

template <unsigned xlen_bits>
void core<xlen_bits>::look_for_watchpoint(watch_kind kind, word address, unsigned size) {
  if (const watchpoint* found = memory_.find_watchpoint(kind, address, size); found != nullptr) {
    // Within the access and the watchpoint, so that a debugger knows which one it is.
    watch_hit_ = {found->kind, std::max<std::uint64_t>(address, found->address), size};
    watch_stop_ = true;
    attention_ = true;
  }
}

template <unsigned xlen_bits>
void core<xlen_bits>::fence_code(const step_type& s) {
  forget_code();
  leave(s, static_cast<word>(s.pc + s.length));
}

template <unsigned xlen_bits>
bool core<xlen_bits>::load_slow(const step_type& s, word address, unsigned size,
                                std::uint64_t& value) {
  current_index_ = s.index;
  const access outcome = memory_.read(address, size, value);
  current_index_ = 0;
  switch (outcome) {
    case access::fault:
      trap(s, exception::load_access_fault, address);
      return false;
    case access::misaligned:
      trap(s, exception::load_address_misaligned, address);
      return false;
    case access::retry:
      request_stop();
      leave_before(s);
      return false;
    default:
      look_for_watchpoint(watch_kind::read, address, size);
      return true;
  }
}

template <unsigned xlen_bits>
bool core<xlen_bits>::store_slow(const step_type& s, word address, unsigned size,
                                 std::uint64_t value) {
  current_index_ = s.index;
  const access outcome = memory_.write(address, size, value);
  current_index_ = 0;
  switch (outcome) {
    case access::fault:
      trap(s, exception::store_access_fault, address);
      return false;
    case access::misaligned:
      trap(s, exception::store_address_misaligned, address);
      return false;
    case access::retry:
      request_stop();
      leave_before(s);
      return false;
    case access::ok_in_code:
      if (blocks_.remove(address, size)) {
        code_removed_ = true;
        attention_ = true;
      }
      look_for_watchpoint(watch_kind::write, address, size);
      return true;
    default:
      look_for_watchpoint(watch_kind::write, address, size);
      return true;
  }
}

template <unsigned xlen_bits>
void core<xlen_bits>::reserve(word address, word value) {
  reserved_ = true;
  reserved_address_ = address;
  reserved_value_ = value;
}

template <unsigned xlen_bits>
bool core<xlen_bits>::take_reservation(word address, word& value) {
  const bool valid = reserved_ && reserved_address_ == address;
  reserved_ = false;
  value = reserved_value_;
  return valid;
}

template <unsigned xlen_bits>
void core<xlen_bits>::set_interrupt(interrupt line, bool level) {
  const word bit = word{1} << static_cast<unsigned>(line);
  mip_ = level ? mip_ | bit : mip_ & ~bit;
  update_attention();
}

template <unsigned xlen_bits>
void core<xlen_bits>::set_pc(std::uint64_t value) {
  pc_ = static_cast<word>(value) & ~word{1};
  waiting_ = false;
}

template <unsigned xlen_bits>
std::uint64_t core<xlen_bits>::read_register(unsigned index) const {
  return x.at(index % 32);
}

template <unsigned xlen_bits>
void core<xlen_bits>::write_register(unsigned index, std::uint64_t value) {
  if (index % 32 != 0) {
    x.at(index % 32) = static_cast<word>(value);
  }
}

template <unsigned xlen_bits>
void core<xlen_bits>::forget_code() {
  code_stale_ = true;
  attention_ = true;
}

template <unsigned xlen_bits>
void core<xlen_bits>::forget_memory() {
  windows_stale_ = true;
  attention_ = true;
}

template <unsigned xlen_bits>
hart_state core<xlen_bits>::save() const {
  hart_state state;
  state.pc = pc_;
  for (unsigned i = 0; i < 32; ++i) {
    state.x.at(i) = x.at(i);
  }
  state.mstatus = mstatus_;
  state.mie = mie_;
  state.mip = mip_;
  state.mtvec = mtvec_;
  state.mscratch = mscratch_;
  state.mepc = mepc_;
  state.mcause = mcause_;
  state.mtval = mtval_;
  state.mcycle = position() + cycle_offset_;
  state.minstret = instructions() + instret_offset_;
  state.executed = position();
  state.traps = traps_;
  state.interrupts = interrupts_;
  state.reserved_address = reserved_address_;
  state.reserved_value = reserved_value_;
  state.reserved = reserved_;
  state.waiting = waiting_;
  return state;
}

template <unsigned xlen_bits>
void core<xlen_bits>::restore(const hart_state& state) {
  pc_ = static_cast<word>(state.pc);
  for (unsigned i = 1; i < 32; ++i) {
    x.at(i) = static_cast<word>(state.x.at(i));
  }
  mstatus_ = static_cast<word>(state.mstatus);
  mie_ = static_cast<word>(state.mie);
  mip_ = static_cast<word>(state.mip);
  mtvec_ = static_cast<word>(state.mtvec);
  mscratch_ = static_cast<word>(state.mscratch);
  mepc_ = static_cast<word>(state.mepc);
  mcause_ = static_cast<word>(state.mcause);
  mtval_ = static_cast<word>(state.mtval);
  executed_before_ = state.executed;
  executed_ = 0;
  current_index_ = 0;
  traps_ = state.traps;
  interrupts_ = state.interrupts;
  cycle_offset_ = state.mcycle - position();
  instret_offset_ = state.minstret - instructions();
  reserved_address_ = static_cast<word>(state.reserved_address);
  reserved_value_ = static_cast<word>(state.reserved_value);
  reserved_ = state.reserved;
  waiting_ = state.waiting;
  forget_code();
}

template class core<32>;
template class core<64>;

}  // namespace sn::hart
