// Floating-point instructions of a hart: registers, rounding modes and which operation is meant.
#include "hart/core.h"
#include "hart/csr.h"
#include "hart/float_arithmetic.h"

namespace sn::hart {
namespace {

namespace fp = floating;

constexpr std::uint64_t box = 0xffff'ffff'0000'0000;

constexpr unsigned field(std::uint32_t encoding, unsigned high, unsigned low) {
  return (encoding >> low) & ((1U << (high - low + 1)) - 1);
}

/// A value as a register holds it: those of single precision are boxed in ones.
template <typename F>
constexpr std::uint64_t boxed(std::uint64_t value) {
  return F::bits == 32 ? value | box : value;
}

/// The operand that a register holds; what is not boxed counts as NaN.
template <typename F>
constexpr std::uint64_t operand(std::uint64_t held) {
  if (F::bits == 64) {
    return held;
  }
  return (held & box) == box ? held & ~box : F::nan;
}

constexpr std::uint64_t sign_extend_word(std::uint64_t value) {
  return static_cast<std::uint64_t>(
      static_cast<std::int64_t>(static_cast<std::int32_t>(static_cast<std::uint32_t>(value))));
}

}  // namespace

template <unsigned xlen_bits>
bool core<xlen_bits>::float_enabled() const {
  return configuration_.with.f && (mstatus_ & csr::mstatus_fs) != 0;
}

template <unsigned xlen_bits>
void core<xlen_bits>::mark_float_dirty() {
  mstatus_ |= static_cast<word>(csr::mstatus_fs);
}

template <unsigned xlen_bits>
bool core<xlen_bits>::compute_float(std::uint32_t encoding) {
  if (!float_enabled()) {
    return false;
  }
  switch (field(encoding, 26, 25)) {
    case 0:
      return compute_float_of<fp::single>(encoding);
    case 1:
      return configuration_.with.d && compute_float_of<fp::twice>(encoding);
    default:
      return false;
  }
}

template <unsigned xlen_bits>
template <typename F>
bool core<xlen_bits>::compute_float_of(std::uint32_t encoding) {
  const unsigned rd = field(encoding, 11, 7);
  const unsigned rs1 = field(encoding, 19, 15);
  const unsigned rs2 = field(encoding, 24, 20);
  const unsigned funct3 = field(encoding, 14, 12);
  const unsigned opcode = field(encoding, 6, 0);
  const unsigned funct5 = field(encoding, 31, 27);

  const unsigned mode = funct3 == 7 ? fcsr >> 5 : funct3;
  const bool mode_exists = mode <= static_cast<unsigned>(fp::rounding::nearest_away);
  fp::environment e{static_cast<fp::rounding>(mode), 0};
  const auto a = [&] { return operand<F>(f[rs1]); };
  const auto b = [&] { return operand<F>(f[rs2]); };
  const auto to_float = [&](std::uint64_t value) {
    f[rd] = boxed<F>(value);
    fcsr |= e.flags;
    mark_float_dirty();
    return true;
  };
  const auto to_word = [&](std::uint64_t value) {
    if (rd != 0) {
      x[rd] = static_cast<word>(value);
    }
    if (e.flags != 0) {
      fcsr |= e.flags;
      mark_float_dirty();
    }
    return true;
  };

  constexpr unsigned op_fp = 0x53;
  if (opcode != op_fp) {
    // FMADD, FMSUB, FNMSUB and FNMADD: 0x43, 0x47, 0x4b and 0x4f.
    if (!mode_exists) {
      return false;
    }
    const bool negate_product = (opcode & 0x8) != 0;
    const bool negate_addend = (opcode & 0x4) != 0;
    const std::uint64_t c = operand<F>(f[field(encoding, 31, 27)]);
    const auto flip = [](std::uint64_t value, bool negate) {
      return negate && !F::is_nan(value) ? value ^ F::sign_bit : value;
    };
    return to_float(fp::multiply_add<F>(flip(a(), negate_product), b(), flip(c, negate_addend), e));
  }

  switch (funct5) {
    case 0x00:
      return mode_exists && to_float(fp::add<F>(a(), b(), e));
    case 0x01:
      return mode_exists && to_float(fp::subtract<F>(a(), b(), e));
    case 0x02:
      return mode_exists && to_float(fp::multiply<F>(a(), b(), e));
    case 0x03:
      return mode_exists && to_float(fp::divide<F>(a(), b(), e));
    case 0x0b:
      return rs2 == 0 && mode_exists && to_float(fp::square_root<F>(a(), e));
    case 0x04: {
      const std::uint64_t sign = b() & F::sign_bit;
      switch (funct3) {
        case 0:
          return to_float((a() & ~F::sign_bit) | sign);
        case 1:
          return to_float((a() & ~F::sign_bit) | (sign ^ F::sign_bit));
        case 2:
          return to_float(a() ^ sign);
        default:
          return false;
      }
    }
    case 0x05:
      switch (funct3) {
        case 0:
          return to_float(fp::minimum<F>(a(), b(), e));
        case 1:
          return to_float(fp::maximum<F>(a(), b(), e));
        default:
          return false;
      }
    case 0x08: {
      constexpr bool is_single = F::bits == 32;
      if (!mode_exists || !configuration_.with.d || rs2 != (is_single ? 1U : 0U)) {
        return false;
      }
      return is_single
                 ? to_float(fp::convert<fp::twice, fp::single>(operand<fp::twice>(f[rs1]), e))
                 : to_float(fp::convert<fp::single, fp::twice>(operand<fp::single>(f[rs1]), e));
    }
    case 0x14:
      switch (funct3) {
        case 0:
          return to_word(fp::less_or_equal<F>(a(), b(), e) ? 1 : 0);
        case 1:
          return to_word(fp::less<F>(a(), b(), e) ? 1 : 0);
        case 2:
          return to_word(fp::equal<F>(a(), b(), e) ? 1 : 0);
        default:
          return false;
      }
    case 0x18:
    case 0x1a: {
      // W, WU, L and LU.
      if (rs2 > (xlen_bits == 64 ? 3U : 1U) || !mode_exists) {
        return false;
      }
      const unsigned width = rs2 < 2 ? 32 : 64;
      const bool is_signed = rs2 % 2 == 0;
      if (funct5 == 0x18) {
        return to_word(fp::to_integer<F>(a(), width, is_signed, e));
      }
      std::uint64_t value = x[rs1];
      if (width == 32) {
        value = is_signed ? sign_extend_word(value) : value & ~box;
      }
      return to_float(fp::from_integer<F>(value, is_signed, e));
    }
    case 0x1c:
      if (rs2 != 0 || (F::bits > xlen_bits && funct3 == 0)) {
        return false;
      }
      if (funct3 == 0) {
        return to_word(F::bits == 32 ? sign_extend_word(f[rs1]) : f[rs1]);
      }
      return funct3 == 1 && to_word(fp::classify<F>(a()));
    case 0x1e:
      return rs2 == 0 && funct3 == 0 && F::bits <= xlen_bits &&
             to_float(F::bits == 32 ? std::uint64_t{x[rs1]} & ~box : std::uint64_t{x[rs1]});
    default:
      return false;
  }
}

template <unsigned xlen_bits>
void core<xlen_bits>::illegal_as_fetched(const step_type& s) {
  // The step does not hold its encoding: it is read again.
  std::uint32_t encoding = 0;
  for (unsigned part = 0; part < s.length; part += 2U) {
    std::uint64_t physical = static_cast<word>(s.pc + part);
    if (privilege_ != privilege::machine) {
      physical = locate(static_cast<word>(physical), 2, access_kind::fetch, privilege_).physical;
    }
    std::uint32_t half = 0;
    memory_.fetch(physical, half);
    encoding |= half << (8 * part);
  }
  trap(s, exception::illegal_instruction, encoding);
}

template class core<32>;
template class core<64>;

}  // namespace sn::hart
