#include "hart/csr.h"

#include "hart/core.h"

namespace sn::hart {
namespace {

/// Counters beyond cycle, time and instret, and their selectors: they exist and read as zero.
bool is_zero_counter(unsigned number, bool wide) {
  const auto within = [number](unsigned first, unsigned last) {
    return number >= first && number <= last;
  };
  if (within(csr::mhpmevent3, csr::mhpmevent31) || within(csr::mhpmcounter3, csr::mhpmcounter31) ||
      within(csr::tselect, csr::tdata3) || within(csr::hpmcounter3, csr::hpmcounter31)) {
    return true;
  }
  return !wide &&
         (within(csr::mhpmcounter3 + csr::high_half, csr::mhpmcounter31 + csr::high_half) ||
          within(csr::hpmcounter3 + csr::high_half, csr::hpmcounter31 + csr::high_half));
}

constexpr std::uint64_t low_mask = 0xffff'ffff;

/// `old` with the half that a write of an RV32 counter addresses replaced.
std::uint64_t replace_half(std::uint64_t old, std::uint64_t value, bool high) {
  return high ? (old & low_mask) | value << 32 : (old & ~low_mask) | value;
}

}  // namespace

template <unsigned xlen_bits>
std::optional<std::uint64_t> core<xlen_bits>::counter(unsigned number) const {
  switch (number) {
    case csr::mcycle:
    case csr::cycle:
      return cycle_offset_ + ((mcountinhibit_ & csr::inhibit_cycle) != 0 ? 0 : position());
    case csr::minstret:
    case csr::instret:
      return instret_offset_ + ((mcountinhibit_ & csr::inhibit_instret) != 0 ? 0 : instructions());
    case csr::time:
      return bus_.time();
    default:
      return std::nullopt;
  }
}

template <unsigned xlen_bits>
bool core<xlen_bits>::read_any_csr(unsigned number, word& value) const {
  if (const auto count = counter(number); count.has_value()) {
    value = static_cast<word>(*count);
    return true;
  }
  if (xlen_bits == 32 && (number & csr::high_half) != 0) {
    if (const auto count = counter(number & ~csr::high_half); count.has_value()) {
      value = static_cast<word>(*count >> 32);
      return true;
    }
  }
  switch (number) {
    case csr::mstatus:
      value = read_status();
      return true;
    case csr::misa:
      value = static_cast<word>(word{xlen_bits / 32} << (xlen_bits - 2) | csr::misa_extensions |
                                (configuration_.with.f ? csr::misa_f : 0) |
                                (configuration_.with.d ? csr::misa_d : 0) |
                                (configuration_.with.supervisor ? csr::misa_s | csr::misa_u : 0));
      return true;
    case csr::mie:
      value = mie_;
      return true;
    case csr::mtvec:
      value = mtvec_;
      return true;
    case csr::mscratch:
      value = mscratch_;
      return true;
    case csr::mepc:
      value = mepc_;
      return true;
    case csr::mcause:
      value = mcause_;
      return true;
    case csr::mtval:
      value = mtval_;
      return true;
    case csr::mip:
      value = mip_;
      return true;
    case csr::mhartid:
      value = static_cast<word>(configuration_.hart_id);
      return true;
    case csr::mcountinhibit:
      value = mcountinhibit_;
      return true;
    case csr::fflags:
      value = fcsr & 0x1f;
      return configuration_.with.f;
    case csr::frm:
      value = fcsr >> 5;
      return configuration_.with.f;
    case csr::fcsr:
      value = fcsr;
      return configuration_.with.f;
    case csr::mvendorid:
    case csr::marchid:
    case csr::mimpid:
    case csr::mconfigptr:
      value = 0;
      return true;
    case csr::mstatush:
      value = 0;
      return xlen_bits == 32;
    default:
      value = 0;
      return read_supervisor_csr(number, value) || is_zero_counter(number, xlen_bits == 64);
  }
}

template <unsigned xlen_bits>
bool core<xlen_bits>::write_any_csr(unsigned number, word value, unsigned completing) {
  word old = 0;
  if (csr::is_read_only(number) || !read_any_csr(number, old)) {
    return false;
  }
  const bool supervisor = configuration_.with.supervisor;
  switch (number) {
    case csr::mstatus:
      write_status(value, static_cast<word>(csr::mstatus_mie | csr::mstatus_mpie |
                                            (supervisor ? csr::mstatus_of_supervisor : 0)));
      break;
    case csr::mie:
      mie_ = static_cast<word>(
          value & (csr::machine_interrupts | (supervisor ? csr::supervisor_interrupts : 0)));
      break;
    case csr::mip:
      raised_ = static_cast<word>(value & (supervisor ? csr::supervisor_interrupts : 0));
      mip_ = lines_ | raised_;
      break;
    case csr::mtvec:
      mtvec_ = value & ~word{2};
      break;
    case csr::mscratch:
      mscratch_ = value;
      break;
    case csr::mepc:
      mepc_ = value & ~word{1};
      break;
    case csr::mcause:
      mcause_ = value;
      break;
    case csr::mtval:
      mtval_ = value;
      break;
    case csr::mcountinhibit:
      write_inhibit(value);
      break;
    case csr::fflags:
      fcsr = (fcsr & 0xe0) | (static_cast<std::uint32_t>(value) & 0x1f);
      mstatus_ |= static_cast<word>(csr::mstatus_fs);
      break;
    case csr::frm:
      fcsr = (fcsr & 0x1f) | (static_cast<std::uint32_t>(value) & 7) << 5;
      mstatus_ |= static_cast<word>(csr::mstatus_fs);
      break;
    case csr::fcsr:
      fcsr = static_cast<std::uint32_t>(value) & 0xff;
      mstatus_ |= static_cast<word>(csr::mstatus_fs);
      break;
    default:
      write_supervisor_csr(number, value);
      break;
  }
  // A counter has the written value when the next instruction reads it: the write takes the place
  // of the step that this instruction would have been, in the other half of RV32 too.
  const unsigned low = xlen_bits == 32 ? number & ~csr::high_half : number;
  if (low == csr::mcycle || low == csr::minstret) {
    const std::uint32_t inhibit = low == csr::mcycle ? csr::inhibit_cycle : csr::inhibit_instret;
    const std::uint64_t running = (mcountinhibit_ & inhibit) != 0 ? 0U : 1U;
    const std::uint64_t wanted =
        xlen_bits == 32 ? replace_half(*counter(low), value, low != number) : value;
    if (low == csr::mcycle) {
      cycle_offset_ = wanted - running * (position() + completing);
    } else {
      instret_offset_ = wanted - running * (instructions() + completing);
    }
  }
  update_attention();
  return true;
}

template <unsigned xlen_bits>
void core<xlen_bits>::write_inhibit(word value) {
  const std::uint64_t cycles = *counter(csr::mcycle);
  const std::uint64_t retired = *counter(csr::minstret);
  mcountinhibit_ = static_cast<std::uint32_t>(value) & (csr::inhibit_cycle | csr::inhibit_instret);
  cycle_offset_ = cycles - ((mcountinhibit_ & csr::inhibit_cycle) != 0 ? 0 : position());
  instret_offset_ = retired - ((mcountinhibit_ & csr::inhibit_instret) != 0 ? 0 : instructions());
}

template <unsigned xlen_bits>
bool core<xlen_bits>::csr_read(const step_type& s, unsigned number, word& value) {
  current_index_ = s.index;
  const bool exists = may_access_csr(number) && read_any_csr(number, value);
  current_index_ = 0;
  return exists;
}

template <unsigned xlen_bits>
bool core<xlen_bits>::csr_write(const step_type& s, unsigned number, word value) {
  current_index_ = s.index;
  const bool written = write_any_csr(number, value, 1);
  current_index_ = 0;
  return written;
}

template <unsigned xlen_bits>
std::optional<std::uint64_t> core<xlen_bits>::read_csr(unsigned number) const {
  word value = 0;
  if (!read_any_csr(number, value)) {
    return std::nullopt;
  }
  return value;
}

template <unsigned xlen_bits>
bool core<xlen_bits>::write_csr(unsigned number, std::uint64_t value) {
  return write_any_csr(number, static_cast<word>(value), 0);
}

template class core<32>;
template class core<64>;

}  // namespace sn::hart
