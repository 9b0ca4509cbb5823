#include "hart/core.h"

#include <algorithm>
#include <utility>

#include "hart/csr.h"

namespace sn::hart {

template <unsigned xlen_bits>
core<xlen_bits>::core(const configuration& configuration, bus& memory)
    : configuration_(configuration),
      bus_(memory),
      memory_(memory),
      blocks_(memory_, configuration.with) {
  reset();
}

template <unsigned xlen_bits>
void core<xlen_bits>::reset() {
  x.fill(0);
  f.fill(0);
  fcsr = 0;
  pc_ = static_cast<word>(configuration_.reset_pc);
  privilege_ = privilege::machine;
  // Without other modes the mode before a trap always was machine mode.
  mstatus_ = configuration_.with.supervisor ? word{0} : word{csr::mstatus_mpp};
  for (word* each : {&medeleg_, &mideleg_, &mie_, &raised_, &mtvec_, &mscratch_, &mepc_, &mcause_,
                     &mtval_, &mcounteren_, &menvcfg_, &stvec_, &sscratch_, &sepc_, &scause_,
                     &stval_, &satp_, &scounteren_, &senvcfg_}) {
    *each = 0;
  }
  mip_ = lines_;
  pmp_.reset();
  mcountinhibit_ = 0;
  cycle_offset_ = 0 - position();
  instret_offset_ = 0 - instructions();
  reserved_ = false;
  waiting_ = false;
  watch_stop_ = false;
  forget_translations();
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
    const std::uint64_t remaining = observer_ != nullptr ? 1 : max_instructions - executed_;
    const block<xlen_bits>* next = paged_fetch_ ? find_paged(false) : &blocks_.find(pc_);
    if (next == nullptr) {
      continue;
    }
    const step_type* first =
        remaining >= next->count
            ? next->steps.data()
            : blocks_.cut(*next, static_cast<unsigned>(remaining)).steps.data();
    if (observer_ == nullptr) {
      first->execute(*this, first);
      continue;
    }
    execute_shown(*first, *next);
  }
  if (watch_stop_) {  // by the last instruction
    watch_stop_ = false;
    result.reason = stop_reason::watchpoint;
  }
  result.executed = executed_;
  executed_before_ += executed_;
  executed_ = 0;
  current_index_ = 0;
  return result;
}

template <unsigned xlen_bits>
void core<xlen_bits>::execute_shown(const step_type& first, const block<xlen_bits>& of) {
  // As it is before it is executed, which may change it.
  std::uint32_t encoding = 0;
  if (!of.source.empty()) {
    const auto& begin = of.source.front();
    memory_.fetch(begin.begin, encoding);
    if ((encoding & 3U) == 3U) {
      std::uint32_t high = 0;
      // Another page, or nothing if a shorter instruction has been overwritten since.
      if (begin.end - begin.begin > 2) {
        memory_.fetch(begin.begin + 2, high);
      } else if (of.source.size() > 1) {
        memory_.fetch(of.source[1].begin, high);
      }
      encoding |= high << 16;
    }
  }
  const std::uint64_t executed_so_far = executed_;
  const std::uint64_t entered_traps = traps_ + interrupts_;
  first.execute(*this, &first);
  // An access that has to be tried again has not been executed; where nothing can be fetched there
  // is no instruction.
  if (executed_ != executed_so_far && first.op != operation::fetch_fault) {
    show(first, encoding, entered_traps);
  }
}

template <unsigned xlen_bits>
void core<xlen_bits>::show(const step_type& s, std::uint32_t encoding,
                           std::uint64_t entered_traps) {
  // The link registers of the calling convention are x1 and x5.
  const auto links = [](std::uint8_t index) { return index == 1 || index == 5; };
  call_effect effect = call_effect::none;
  if (s.op == operation::lui) {
    // A trace holds JAL as LUI of the link, and goes on at its target.
    const auto following = static_cast<word>(s.pc + s.length);
    const bool jumps = s.immediate == following && (&s + 1)->pc != following;
    effect = jumps && links(s.rd) ? call_effect::call : call_effect::none;
  } else if (s.op == operation::jalr && links(s.rd)) {
    effect = call_effect::call;
  } else if (s.op == operation::jalr && s.rd == discard && links(s.rs1)) {
    effect = call_effect::jump_return;
  } else if (s.op == operation::mret || s.op == operation::sret) {
    effect = call_effect::return_from_trap;
  }
  observer_->on_instruction({s.pc, encoding, effect, entered_traps});
}

template <unsigned xlen_bits>
run_result core<xlen_bits>::run_one() {
  stepping_ = true;
  stop_requested_ = false;
  update_attention();
  run_result result;
  if (!attention_ || !attend(result.reason)) {
    const block<xlen_bits>* next =
        paged_fetch_ ? find_paged(true)
                     : &blocks_.single(code_place<xlen_bits>::unpaged(pc_), false);
    if (next != nullptr && observer_ != nullptr) {
      execute_shown(next->steps.front(), *next);
    } else if (next != nullptr) {
      next->steps.front().execute(*this, next->steps.data());
    }
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
bool core<xlen_bits>::take_pending_interrupt() {
  if (!interrupt_pending()) {
    return false;
  }
  waiting_ = false;
  take_interrupt();
  update_attention();
  return true;
}

template <unsigned xlen_bits>
void core<xlen_bits>::request_stop() {
  stop_requested_ = true;
  attention_ = true;
}

template <unsigned xlen_bits>
void core<xlen_bits>::update_attention() {
  attention_ = stop_requested_ || waiting_ || code_removed_ || code_stale_ || windows_stale_ ||
               at_breakpoint_ || watch_stop_ || mode_changed_ || interrupt_pending();
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
  windows_stale_ = code_stale_ = code_removed_ = mode_changed_ = false;
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
  lines_ = level ? lines_ | bit : lines_ & ~bit;
  mip_ = lines_ | raised_;
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
  state.mip = lines_;
  state.mtvec = mtvec_;
  state.mscratch = mscratch_;
  state.mepc = mepc_;
  state.mcause = mcause_;
  state.mtval = mtval_;
  state.mcycle = *counter(csr::mcycle);
  state.minstret = *counter(csr::minstret);
  state.mode = privilege_;
  state.f = f;
  state.fcsr = fcsr;
  state.medeleg = medeleg_;
  state.mideleg = mideleg_;
  state.interrupts_raised = raised_;
  state.mcounteren = mcounteren_;
  state.mcountinhibit = mcountinhibit_;
  state.menvcfg = menvcfg_;
  state.stvec = stvec_;
  state.sscratch = sscratch_;
  state.sepc = sepc_;
  state.scause = scause_;
  state.stval = stval_;
  state.satp = satp_;
  state.scounteren = scounteren_;
  state.senvcfg = senvcfg_;
  for (unsigned i = 0; i < pmp::entries; ++i) {
    state.pmp_configuration.at(i) = pmp_.configuration(i);
    state.pmp_address.at(i) = pmp_.address(i);
  }
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
  lines_ = static_cast<word>(state.mip);
  raised_ = static_cast<word>(state.interrupts_raised);
  mip_ = lines_ | raised_;
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
  mcountinhibit_ = static_cast<std::uint32_t>(state.mcountinhibit);
  cycle_offset_ = state.mcycle - ((mcountinhibit_ & csr::inhibit_cycle) != 0 ? 0 : position());
  instret_offset_ =
      state.minstret - ((mcountinhibit_ & csr::inhibit_instret) != 0 ? 0 : instructions());
  privilege_ = state.mode;
  f = state.f;
  fcsr = static_cast<std::uint32_t>(state.fcsr);
  medeleg_ = static_cast<word>(state.medeleg);
  mideleg_ = static_cast<word>(state.mideleg);
  mcounteren_ = static_cast<word>(state.mcounteren);
  menvcfg_ = static_cast<word>(state.menvcfg);
  stvec_ = static_cast<word>(state.stvec);
  sscratch_ = static_cast<word>(state.sscratch);
  sepc_ = static_cast<word>(state.sepc);
  scause_ = static_cast<word>(state.scause);
  stval_ = static_cast<word>(state.stval);
  satp_ = static_cast<word>(state.satp);
  scounteren_ = static_cast<word>(state.scounteren);
  senvcfg_ = static_cast<word>(state.senvcfg);
  pmp_.load(state.pmp_configuration, state.pmp_address);
  reserved_address_ = static_cast<word>(state.reserved_address);
  reserved_value_ = static_cast<word>(state.reserved_value);
  reserved_ = state.reserved;
  waiting_ = state.waiting;
  forget_translations();
  forget_code();
}

template class core<32>;
template class core<64>;

}  // namespace sn::hart
