// Traps, interrupts and privilege modes of a hart.
#include <algorithm>

#include "hart/core.h"
#include "hart/csr.h"

namespace sn::hart {
namespace {

constexpr unsigned number_of(privilege mode) {
  return static_cast<unsigned>(mode);
}

/// Interrupts from the one that is taken first to the last.
constexpr std::array<interrupt, 6> by_priority{interrupt::external,
                                               interrupt::software,
                                               interrupt::timer,
                                               interrupt::supervisor_external,
                                               interrupt::supervisor_software,
                                               interrupt::supervisor_timer};

}  // namespace

template <unsigned xlen_bits>
typename core<xlen_bits>::word core<xlen_bits>::active_interrupts() const {
  const word pending = mip_ & mie_;
  if (pending == 0) {
    return 0;
  }
  const word for_machine = pending & ~mideleg_;
  const bool machine_open = privilege_ != privilege::machine || (mstatus_ & csr::mstatus_mie) != 0;
  if (for_machine != 0 && machine_open) {
    return for_machine;
  }
  const bool supervisor_open =
      privilege_ == privilege::user ||
      (privilege_ == privilege::supervisor && (mstatus_ & csr::mstatus_sie) != 0);
  return supervisor_open ? pending & mideleg_ : 0;
}

template <unsigned xlen_bits>
void core<xlen_bits>::take_interrupt() {
  const word active = active_interrupts();
  const auto first = std::find_if(by_priority.begin(), by_priority.end(), [active](interrupt each) {
    return (active >> static_cast<unsigned>(each) & 1U) != 0;
  });
  enter_trap(static_cast<word>(*first), true, 0, pc_);
  ++interrupts_;
}

template <unsigned xlen_bits>
void core<xlen_bits>::enter_trap(word cause, bool is_interrupt, word value, word from) {
  const word delegated = is_interrupt ? mideleg_ : medeleg_;
  const bool to_supervisor = privilege_ != privilege::machine && (delegated >> cause & 1U) != 0;
  const word reported = cause | (is_interrupt ? word{1} << (xlen_bits - 1) : word{0});
  word vector = 0;
  if (to_supervisor) {
    sepc_ = from;
    scause_ = reported;
    stval_ = value;
    const bool enabled = (mstatus_ & csr::mstatus_sie) != 0;
    mstatus_ =
        static_cast<word>(mstatus_ & ~(csr::mstatus_sie | csr::mstatus_spie | csr::mstatus_spp)) |
        static_cast<word>((enabled ? csr::mstatus_spie : 0) |
                          (privilege_ == privilege::supervisor ? csr::mstatus_spp : 0));
    privilege_ = privilege::supervisor;
    vector = stvec_;
  } else {
    mepc_ = from;
    mcause_ = reported;
    mtval_ = value;
    const bool enabled = (mstatus_ & csr::mstatus_mie) != 0;
    mstatus_ =
        static_cast<word>(mstatus_ & ~(csr::mstatus_mie | csr::mstatus_mpie | csr::mstatus_mpp)) |
        static_cast<word>((enabled ? csr::mstatus_mpie : 0) | std::uint64_t{number_of(privilege_)}
                                                                  << csr::mstatus_mpp_shift);
    privilege_ = privilege::machine;
    vector = mtvec_;
  }
  const bool vectored = is_interrupt && (vector & 1U) != 0;
  pc_ = static_cast<word>((vector & ~word{3}) + (vectored ? 4 * cause : 0));
  update_mode();
  if (observer_ != nullptr) {
    observer_->on_trap({cause, is_interrupt, value, from, pc_});
  }
}

template <unsigned xlen_bits>
void core<xlen_bits>::trap(const step_type& s, exception cause, word value) {
  enter_trap(static_cast<word>(cause), false, value, s.pc);
  executed_ += s.index + 1U;
  current_index_ = 0;
  ++traps_;
  if (exception_watch_) {
    exception_watch_({static_cast<word>(cause), false, value, s.pc, pc_});
  }
  update_attention();
}

template <unsigned xlen_bits>
void core<xlen_bits>::trap_on_fetch(exception cause, word value) {
  const word from = pc_;
  enter_trap(static_cast<word>(cause), false, value, from);
  ++executed_;
  ++traps_;
  if (exception_watch_) {
    exception_watch_({static_cast<word>(cause), false, value, from, pc_});
  }
  update_attention();
}

template <unsigned xlen_bits>
void core<xlen_bits>::call_environment(const step_type& s) {
  constexpr unsigned first = static_cast<unsigned>(exception::environment_call_from_user);
  trap(s, static_cast<exception>(first + number_of(privilege_)), 0);
}

template <unsigned xlen_bits>
void core<xlen_bits>::wait(const step_type& s) {
  if (privilege_ == privilege::user ||
      (privilege_ == privilege::supervisor && (mstatus_ & csr::mstatus_tw) != 0)) {
    return illegal(s);
  }
  waiting_ = true;
  attention_ = true;
  leave(s, static_cast<word>(s.pc + s.length));
}

template <unsigned xlen_bits>
void core<xlen_bits>::return_from_machine(const step_type& s) {
  if (privilege_ != privilege::machine) {
    return illegal(s);
  }
  const bool enable = (mstatus_ & csr::mstatus_mpie) != 0;
  const auto before = static_cast<privilege>(mstatus_ >> csr::mstatus_mpp_shift & word{3});
  word kept = mstatus_ & ~static_cast<word>(csr::mstatus_mie | csr::mstatus_mpp);
  kept |= static_cast<word>(csr::mstatus_mpie | (enable ? csr::mstatus_mie : 0));
  if (!configuration_.with.supervisor) {
    kept |= static_cast<word>(csr::mstatus_mpp);
  }
  if (before != privilege::machine) {
    kept &= ~static_cast<word>(csr::mstatus_mprv);
  }
  mstatus_ = kept;
  privilege_ = before;
  leave(s, mepc_);
  update_mode();
  update_attention();
}

template <unsigned xlen_bits>
void core<xlen_bits>::return_from_supervisor(const step_type& s) {
  const bool trapped = privilege_ == privilege::supervisor && (mstatus_ & csr::mstatus_tsr) != 0;
  if (!configuration_.with.supervisor || privilege_ == privilege::user || trapped) {
    return illegal(s);
  }
  const bool enable = (mstatus_ & csr::mstatus_spie) != 0;
  const bool was_supervisor = (mstatus_ & csr::mstatus_spp) != 0;
  mstatus_ &= ~static_cast<word>(csr::mstatus_sie | csr::mstatus_spp | csr::mstatus_mprv);
  mstatus_ |= static_cast<word>(csr::mstatus_spie | (enable ? csr::mstatus_sie : 0));
  privilege_ = was_supervisor ? privilege::supervisor : privilege::user;
  leave(s, sepc_);
  update_mode();
  update_attention();
}

template <unsigned xlen_bits>
void core<xlen_bits>::fence_translations(const step_type& s) {
  const bool trapped = privilege_ == privilege::supervisor && (mstatus_ & csr::mstatus_tvm) != 0;
  if (!configuration_.with.supervisor || privilege_ == privilege::user || trapped) {
    return illegal(s);
  }
  forget_translations();
  leave(s, static_cast<word>(s.pc + s.length));
}

template <unsigned xlen_bits>
privilege core<xlen_bits>::data_mode() const {
  if (privilege_ == privilege::machine && (mstatus_ & csr::mstatus_mprv) != 0) {
    return static_cast<privilege>(mstatus_ >> csr::mstatus_mpp_shift & word{3});
  }
  return privilege_;
}

template class core<32>;
template class core<64>;

}  // namespace sn::hart
