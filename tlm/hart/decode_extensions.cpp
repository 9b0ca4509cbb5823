#include "hart/decode_extensions.h"

namespace sn::hart {
namespace {

using u32 = std::uint32_t;
using op = operation;

constexpr u32 bits(u32 word, unsigned high, unsigned low) {
  return (word >> low) & ((u32{1} << (high - low + 1)) - 1);
}

/// Encodings of two registers: funct7 and funct3.
op decode_register(u32 funct7, u32 funct3, u32 rs2, unsigned xlen, const extensions& with) {
  switch (funct7 << 4 | funct3) {
    case 0x204:
      return with.zbb ? op::xnor : op::illegal;
    case 0x206:
      return with.zbb ? op::orn : op::illegal;
    case 0x207:
      return with.zbb ? op::andn : op::illegal;
    case 0x054:
      return with.zbb ? op::min : op::illegal;
    case 0x055:
      return with.zbb ? op::minu : op::illegal;
    case 0x056:
      return with.zbb ? op::max : op::illegal;
    case 0x057:
      return with.zbb ? op::maxu : op::illegal;
    case 0x301:
      return with.zbb ? op::rol : op::illegal;
    case 0x305:
      return with.zbb ? op::ror : op::illegal;
    case 0x044:
      return with.zbb && xlen == 32 && rs2 == 0 ? op::zext_h : op::illegal;
    case 0x102:
      return with.zba ? op::sh1add : op::illegal;
    case 0x104:
      return with.zba ? op::sh2add : op::illegal;
    case 0x106:
      return with.zba ? op::sh3add : op::illegal;
    case 0x241:
      return with.zbs ? op::bclr : op::illegal;
    case 0x245:
      return with.zbs ? op::bext : op::illegal;
    case 0x341:
      return with.zbs ? op::binv : op::illegal;
    case 0x141:
      return with.zbs ? op::bset : op::illegal;
    default:
      return op::illegal;
  }
}

op decode_register_32(u32 funct7, u32 funct3, u32 rs2, const extensions& with) {
  switch (funct7 << 4 | funct3) {
    case 0x040:
      return with.zba ? op::add_uw : op::illegal;
    case 0x102:
      return with.zba ? op::sh1add_uw : op::illegal;
    case 0x104:
      return with.zba ? op::sh2add_uw : op::illegal;
    case 0x106:
      return with.zba ? op::sh3add_uw : op::illegal;
    case 0x301:
      return with.zbb ? op::rolw : op::illegal;
    case 0x305:
      return with.zbb ? op::rorw : op::illegal;
    case 0x044:
      return with.zbb && rs2 == 0 ? op::zext_h : op::illegal;
    default:
      return op::illegal;
  }
}

/// Operations of one register, whose rs2 says which.
op decode_unary(u32 which) {
  switch (which) {
    case 0:
      return op::clz;
    case 1:
      return op::ctz;
    case 2:
      return op::cpop;
    case 4:
      return op::sext_b;
    case 5:
      return op::sext_h;
    default:
      return op::illegal;
  }
}

/// Encodings of a register and a shift amount of 6 bits (RV64) or 5.
op decode_shift(u32 e, unsigned xlen, const extensions& with) {
  const u32 funct3 = bits(e, 14, 12);
  const u32 upper_12 = bits(e, 31, 20);
  const u32 funct6 = bits(e, 31, 26);
  const bool amount_fits = xlen == 64 || bits(e, 25, 25) == 0;
  if (funct3 == 1) {
    if (with.zbb && bits(e, 31, 25) == 0x30) {
      return decode_unary(bits(e, 24, 20));
    }
    if (!with.zbs || !amount_fits) {
      return op::illegal;
    }
    switch (funct6) {
      case 0x12:
        return op::bclri;
      case 0x1a:
        return op::binvi;
      case 0x0a:
        return op::bseti;
      default:
        return op::illegal;
    }
  }
  if (funct3 != 5) {
    return op::illegal;
  }
  if (with.zbb && upper_12 == 0x287) {
    return op::orc_b;
  }
  if (with.zbb && upper_12 == (xlen == 64 ? 0x6b8U : 0x698U)) {
    return op::rev8;
  }
  if (with.zbb && funct6 == 0x18 && amount_fits) {
    return op::rori;
  }
  return with.zbs && funct6 == 0x12 && amount_fits ? op::bexti : op::illegal;
}

op decode_shift_32(u32 e, const extensions& with, decoded& d) {
  const u32 funct3 = bits(e, 14, 12);
  if (with.zba && funct3 == 1 && bits(e, 31, 26) == 0x02) {
    d.immediate = bits(e, 25, 20);
    return op::slli_uw;
  }
  d.immediate = bits(e, 24, 20);
  if (!with.zbb || bits(e, 31, 25) != 0x30) {
    return op::illegal;
  }
  if (funct3 == 5) {
    return op::roriw;
  }
  if (funct3 != 1) {
    return op::illegal;
  }
  switch (bits(e, 24, 20)) {
    case 0:
      return op::clzw;
    case 1:
      return op::ctzw;
    case 2:
      return op::cpopw;
    default:
      return op::illegal;
  }
}

}  // namespace

operation decode_float(u32 e, const extensions& with, decoded& d) {
  if (!with.f) {
    return op::illegal;
  }
  const u32 width = bits(e, 14, 12);
  const bool is_double = width == 3;
  switch (bits(e, 6, 0)) {
    case 0x07:
      d.immediate = static_cast<std::int32_t>(e) >> 20;
      d.rs2 = static_cast<std::uint8_t>(bits(e, 11, 7));
      if (is_double) {
        return with.d ? op::fld : op::illegal;
      }
      return width == 2 ? op::flw : op::illegal;
    case 0x27:
      d.immediate =
          (static_cast<std::int32_t>(e) >> 25) * 32 + static_cast<std::int32_t>(bits(e, 11, 7));
      if (is_double) {
        return with.d ? op::fsd : op::illegal;
      }
      return width == 2 ? op::fsw : op::illegal;
    case 0x43:
    case 0x47:
    case 0x4b:
    case 0x4f:
    case 0x53:
      d.immediate = e;
      return op::float_compute;
    default:
      return op::illegal;
  }
}

operation decode_bits(u32 e, unsigned xlen, const extensions& with, decoded& d) {
  const u32 funct7 = bits(e, 31, 25);
  const u32 funct3 = bits(e, 14, 12);
  const u32 rs2 = bits(e, 24, 20);
  switch (bits(e, 6, 0)) {
    case 0x13:
      d.immediate = xlen == 64 ? bits(e, 25, 20) : bits(e, 24, 20);
      return decode_shift(e, xlen, with);
    case 0x1b:
      return xlen == 64 ? decode_shift_32(e, with, d) : op::illegal;
    case 0x33:
      return decode_register(funct7, funct3, rs2, xlen, with);
    case 0x3b:
      return xlen == 64 ? decode_register_32(funct7, funct3, rs2, with) : op::illegal;
    default:
      return op::illegal;
  }
}

}  // namespace sn::hart
