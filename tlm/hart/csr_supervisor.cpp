// Control and status registers that supervisor mode brings: its own, delegation, protection.
#include "hart/core.h"
#include "hart/csr.h"

namespace sn::hart {
namespace {

/// Counters that xcounteren opens: cycle, time and instret, and the spare ones.
constexpr std::uint64_t counter_enables = 0xffff'ffff;

bool is_user_counter(unsigned number, unsigned xlen) {
  const unsigned low = xlen == 32 ? number & ~csr::high_half : number;
  return low >= csr::cycle && low <= csr::hpmcounter31;
}

}  // namespace

template <unsigned xlen_bits>
typename core<xlen_bits>::word core<xlen_bits>::read_status() const {
  std::uint64_t value = mstatus_;
  if (xlen_bits == 64 && configuration_.with.supervisor) {
    value |= csr::mstatus_uxl_64 | csr::mstatus_sxl_64;
  }
  if ((mstatus_ & csr::mstatus_fs) == csr::mstatus_fs) {
    value |= std::uint64_t{1} << (xlen_bits - 1);
  }
  return static_cast<word>(value);
}

template <unsigned xlen_bits>
void core<xlen_bits>::write_status(word value, word writable) {
  if (configuration_.with.f) {
    writable |= static_cast<word>(csr::mstatus_fs);
  }
  word next = (mstatus_ & ~writable) | (value & writable);
  constexpr word reserved_mode = word{2} << csr::mstatus_mpp_shift;
  if ((next & csr::mstatus_mpp) == reserved_mode) {
    next = static_cast<word>((next & ~csr::mstatus_mpp) | (mstatus_ & csr::mstatus_mpp));
  }
  constexpr word for_translation =
      static_cast<word>(csr::mstatus_sum | csr::mstatus_mxr | csr::mstatus_mprv | csr::mstatus_mpp);
  const word changed = mstatus_ ^ next;
  mstatus_ = next;
  if ((changed & (csr::mstatus_sum | csr::mstatus_mxr)) != 0) {
    forget_translations();
  } else if ((changed & for_translation) != 0) {
    update_mode();
  }
}

template <unsigned xlen_bits>
void core<xlen_bits>::write_satp(word value) {
  // There are no ASIDs. A write with a mode that does not exist does nothing.
  if constexpr (xlen_bits == 32) {
    constexpr word mode = word{1} << 31;
    satp_ = (value & mode) != 0 ? static_cast<word>(value & (mode | csr::satp_ppn_32)) : 0;
  } else {
    const auto mode = static_cast<translation_mode>(value >> 60);
    if (mode == translation_mode::bare) {
      satp_ = 0;
    } else if (mode == translation_mode::sv39 || mode == translation_mode::sv48) {
      satp_ = value & (word{0xf} << 60 | csr::satp_ppn_64);
    }
  }
  forget_translations();
}

template <unsigned xlen_bits>
bool core<xlen_bits>::may_access_csr(unsigned number) const {
  const unsigned mode = static_cast<unsigned>(privilege_);
  if (csr::lowest_mode(number) > mode) {
    return false;
  }
  if (number >= csr::fflags && number <= csr::fcsr) {
    return (mstatus_ & csr::mstatus_fs) != 0;
  }
  if (number == csr::satp && privilege_ == privilege::supervisor) {
    return (mstatus_ & csr::mstatus_tvm) == 0;
  }
  if (is_user_counter(number, xlen_bits) && privilege_ != privilege::machine) {
    const word bit = word{1} << (number & 0x1f);
    return (mcounteren_ & bit) != 0 &&
           (privilege_ == privilege::supervisor || (scounteren_ & bit) != 0);
  }
  return true;
}

template <unsigned xlen_bits>
bool core<xlen_bits>::read_supervisor_csr(unsigned number, word& value) const {
  if (!configuration_.with.supervisor) {
    return false;
  }
  switch (number) {
    case csr::sstatus: {
      std::uint64_t fields = csr::sstatus_fields | csr::mstatus_fs;
      fields |= std::uint64_t{1} << (xlen_bits - 1);
      fields |= xlen_bits == 64 ? std::uint64_t{3} << 32 : 0;
      value = static_cast<word>(read_status() & fields);
      return true;
    }
    case csr::sie:
      value = mie_ & mideleg_;
      return true;
    case csr::sip:
      value = mip_ & mideleg_;
      return true;
    case csr::stvec:
      value = stvec_;
      return true;
    case csr::scounteren:
      value = scounteren_;
      return true;
    case csr::senvcfg:
      value = senvcfg_;
      return true;
    case csr::sscratch:
      value = sscratch_;
      return true;
    case csr::sepc:
      value = sepc_;
      return true;
    case csr::scause:
      value = scause_;
      return true;
    case csr::stval:
      value = stval_;
      return true;
    case csr::satp:
      value = satp_;
      return true;
    case csr::medeleg:
      value = medeleg_;
      return true;
    case csr::mideleg:
      value = mideleg_;
      return true;
    case csr::mcounteren:
      value = mcounteren_;
      return true;
    case csr::menvcfg:
      value = menvcfg_;
      return true;
    case csr::menvcfgh:
      value = 0;
      return xlen_bits == 32;
    default:
      return read_pmp_csr(number, value);
  }
}

template <unsigned xlen_bits>
bool core<xlen_bits>::write_supervisor_csr(unsigned number, word value) {
  switch (number) {
    case csr::sstatus:
      write_status(value, static_cast<word>(csr::sstatus_fields));
      break;
    case csr::sie:
      mie_ = (mie_ & ~mideleg_) | (value & mideleg_);
      break;
    case csr::sip: {
      const word writable = mideleg_ & word{1}
                                           << static_cast<unsigned>(interrupt::supervisor_software);
      raised_ = (raised_ & ~writable) | (value & writable);
      mip_ = lines_ | raised_;
      break;
    }
    case csr::stvec:
      stvec_ = value & ~word{2};
      break;
    case csr::scounteren:
      scounteren_ = static_cast<word>(value & counter_enables);
      break;
    case csr::senvcfg:
      senvcfg_ = static_cast<word>(value & csr::envcfg_fiom);
      break;
    case csr::sscratch:
      sscratch_ = value;
      break;
    case csr::sepc:
      sepc_ = value & ~word{1};
      break;
    case csr::scause:
      scause_ = value;
      break;
    case csr::stval:
      stval_ = value;
      break;
    case csr::satp:
      write_satp(value);
      break;
    case csr::medeleg:
      medeleg_ = static_cast<word>(value & csr::delegable_exceptions);
      break;
    case csr::mideleg:
      mideleg_ = static_cast<word>(value & csr::supervisor_interrupts);
      break;
    case csr::mcounteren:
      mcounteren_ = static_cast<word>(value & counter_enables);
      break;
    case csr::menvcfg:
      menvcfg_ = static_cast<word>(value & csr::envcfg_fiom);
      break;
    default:
      write_pmp_csr(number, value);
      break;
  }
  return true;
}

template <unsigned xlen_bits>
bool core<xlen_bits>::read_pmp_csr(unsigned number, word& value) const {
  if (number >= csr::pmpaddr0 && number < csr::pmpaddr0 + pmp::entries) {
    value = static_cast<word>(pmp_.address(number - csr::pmpaddr0));
    return true;
  }
  constexpr unsigned bytes = xlen_bits / 8;
  const unsigned first = (number - csr::pmpcfg0) * 4;
  if (number < csr::pmpcfg0 || first >= pmp::entries || first % bytes != 0) {
    return false;
  }
  value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    value |= static_cast<word>(pmp_.configuration(first + i)) << (8 * i);
  }
  return true;
}

template <unsigned xlen_bits>
void core<xlen_bits>::write_pmp_csr(unsigned number, word value) {
  if (number >= csr::pmpaddr0 && number < csr::pmpaddr0 + pmp::entries) {
    pmp_.write_address(number - csr::pmpaddr0, value);
  } else if (number >= csr::pmpcfg0 && number < csr::pmpcfg0 + pmp::entries / 4) {
    const unsigned first = (number - csr::pmpcfg0) * 4;
    for (unsigned i = 0; i < xlen_bits / 8; ++i) {
      pmp_.write_configuration(first + i, static_cast<std::uint8_t>(value >> (8 * i)));
    }
  } else {
    return;
  }
  forget_translations();
}

template class core<32>;
template class core<64>;

}  // namespace sn::hart
