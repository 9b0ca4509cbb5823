#include "hart/decode.h"

#include <array>

#include "hart/compressed.h"
#include "hart/decode_extensions.h"

namespace sn::hart {
namespace {

using u32 = std::uint32_t;
using op = operation;

constexpr u32 bits(u32 word, unsigned high, unsigned low) {
  return (word >> low) & ((u32{1} << (high - low + 1)) - 1);
}
constexpr std::int64_t signed_word(u32 value) {
  return static_cast<std::int32_t>(value);
}

constexpr std::int64_t i_immediate(u32 e) {
  return signed_word(e) >> 20;
}
constexpr std::int64_t s_immediate(u32 e) {
  return (signed_word(e) >> 25) * 32 + static_cast<std::int64_t>(bits(e, 11, 7));
}
constexpr std::int64_t b_immediate(u32 e) {
  return (signed_word(e) >> 31) * 4096 + static_cast<std::int64_t>(bits(e, 7, 7) << 11) +
         static_cast<std::int64_t>(bits(e, 30, 25) << 5) +
         static_cast<std::int64_t>(bits(e, 11, 8) << 1);
}
constexpr std::int64_t u_immediate(u32 e) {
  return signed_word(e & 0xffff'f000);
}
constexpr std::int64_t j_immediate(u32 e) {
  return (signed_word(e) >> 31) * 1'048'576 + static_cast<std::int64_t>(bits(e, 19, 12) << 12) +
         static_cast<std::int64_t>(bits(e, 20, 20) << 11) +
         static_cast<std::int64_t>(bits(e, 30, 21) << 1);
}

using row_of_8 = std::array<op, 8>;

op decode_shift_right(u32 upper, op logical, op arithmetic, u32 arithmetic_code) {
  if (upper == 0) {
    return logical;
  }
  return upper == arithmetic_code ? arithmetic : op::illegal;
}

void decode_op_imm(u32 e, bool wide, decoded& d) {
  constexpr row_of_8 row{op::addi, op::illegal, op::slti, op::sltiu,
                         op::xori, op::illegal, op::ori,  op::andi};
  const u32 funct3 = bits(e, 14, 12);
  if (funct3 != 1 && funct3 != 5) {
    d.op = row[funct3];
    d.immediate = i_immediate(e);
    return;
  }
  // The shift amount has 6 bits in RV64, 5 in RV32; what lies above names the shift.
  const u32 upper = wide ? bits(e, 31, 26) : bits(e, 31, 25);
  d.immediate = wide ? bits(e, 25, 20) : bits(e, 24, 20);
  if (funct3 == 1) {
    d.op = upper == 0 ? op::slli : op::illegal;
  } else {
    d.op = decode_shift_right(upper, op::srli, op::srai, wide ? 0x10 : 0x20);
  }
}

void decode_op_imm_32(u32 e, decoded& d) {
  switch (bits(e, 14, 12)) {
    case 0:
      d.op = op::addiw;
      d.immediate = i_immediate(e);
      break;
    case 1:
      d.op = bits(e, 31, 25) == 0 ? op::slliw : op::illegal;
      d.immediate = bits(e, 24, 20);
      break;
    case 5:
      d.op = decode_shift_right(bits(e, 31, 25), op::srliw, op::sraiw, 0x20);
      d.immediate = bits(e, 24, 20);
      break;
    default:
      break;
  }
}

op decode_op(u32 e) {
  constexpr row_of_8 base{op::add,    op::sll, op::slt,   op::sltu,
                          op::op_xor, op::srl, op::op_or, op::op_and};
  constexpr row_of_8 multiply{op::mul, op::mulh, op::mulhsu, op::mulhu,
                              op::div, op::divu, op::rem,    op::remu};
  const u32 funct3 = bits(e, 14, 12);
  switch (bits(e, 31, 25)) {
    case 0x00:
      return base[funct3];
    case 0x01:
      return multiply[funct3];
    case 0x20:
      if (funct3 == 0) {
        return op::sub;
      }
      return funct3 == 5 ? op::sra : op::illegal;
    default:
      return op::illegal;
  }
}

op decode_op_32(u32 e) {
  constexpr row_of_8 base{op::addw,    op::sllw, op::illegal, op::illegal,
                          op::illegal, op::srlw, op::illegal, op::illegal};
  constexpr row_of_8 multiply{op::mulw, op::illegal, op::illegal, op::illegal,
                              op::divw, op::divuw,   op::remw,    op::remuw};
  const u32 funct3 = bits(e, 14, 12);
  switch (bits(e, 31, 25)) {
    case 0x00:
      return base[funct3];
    case 0x01:
      return multiply[funct3];
    case 0x20:
      if (funct3 == 0) {
        return op::subw;
      }
      return funct3 == 5 ? op::sraw : op::illegal;
    default:
      return op::illegal;
  }
}

op decode_load(u32 e, bool wide) {
  constexpr row_of_8 narrow_row{op::lb,  op::lh,  op::lw,      op::illegal,
                                op::lbu, op::lhu, op::illegal, op::illegal};
  constexpr row_of_8 wide_row{op::lb,  op::lh,  op::lw,  op::ld,
                              op::lbu, op::lhu, op::lwu, op::illegal};
  return (wide ? wide_row : narrow_row)[bits(e, 14, 12)];
}

op decode_store(u32 e, bool wide) {
  switch (bits(e, 14, 12)) {
    case 0:
      return op::sb;
    case 1:
      return op::sh;
    case 2:
      return op::sw;
    case 3:
      return wide ? op::sd : op::illegal;
    default:
      return op::illegal;
  }
}

op decode_branch(u32 e) {
  constexpr row_of_8 row{op::beq, op::bne, op::illegal, op::illegal,
                         op::blt, op::bge, op::bltu,    op::bgeu};
  return row[bits(e, 14, 12)];
}

op decode_atomic(u32 e, bool wide) {
  const u32 width = bits(e, 14, 12);
  if (width != 2 && !(width == 3 && wide)) {
    return op::illegal;
  }
  const bool word = width == 2;
  switch (bits(e, 31, 27)) {
    case 0x00:
      return word ? op::amoadd_w : op::amoadd_d;
    case 0x01:
      return word ? op::amoswap_w : op::amoswap_d;
    case 0x02:
      if (bits(e, 24, 20) != 0) {
        return op::illegal;
      }
      return word ? op::lr_w : op::lr_d;
    case 0x03:
      return word ? op::sc_w : op::sc_d;
    case 0x04:
      return word ? op::amoxor_w : op::amoxor_d;
    case 0x08:
      return word ? op::amoor_w : op::amoor_d;
    case 0x0c:
      return word ? op::amoand_w : op::amoand_d;
    case 0x10:
      return word ? op::amomin_w : op::amomin_d;
    case 0x14:
      return word ? op::amomax_w : op::amomax_d;
    case 0x18:
      return word ? op::amominu_w : op::amominu_d;
    case 0x1c:
      return word ? op::amomaxu_w : op::amomaxu_d;
    default:
      return op::illegal;
  }
}

op decode_system(u32 e) {
  constexpr row_of_8 csr{op::illegal, op::csrrw,  op::csrrs,  op::csrrc,
                         op::illegal, op::csrrwi, op::csrrsi, op::csrrci};
  switch (e) {
    case 0x0000'0073:
      return op::ecall;
    case 0x0010'0073:
      return op::ebreak;
    case 0x1050'0073:
      return op::wfi;
    case 0x3020'0073:
      return op::mret;
    case 0x1020'0073:
      return op::sret;
    default:
      if (bits(e, 31, 25) == 0x09 && bits(e, 14, 7) == 0) {
        return op::sfence_vma;
      }
      return csr[bits(e, 14, 12)];
  }
}

op decode_fence(u32 e) {
  switch (bits(e, 14, 12)) {
    case 0:
      return op::fence;
    case 1:
      return op::fence_i;
    default:
      return op::illegal;
  }
}

/// A 32-bit encoding of IMAC.
decoded decode_base(u32 e, unsigned xlen) {
  const bool wide = xlen == 64;
  decoded d;
  d.rd = static_cast<std::uint8_t>(bits(e, 11, 7));
  d.rs1 = static_cast<std::uint8_t>(bits(e, 19, 15));
  d.rs2 = static_cast<std::uint8_t>(bits(e, 24, 20));
  switch (bits(e, 6, 0)) {
    case 0x03:
      d.op = decode_load(e, wide);
      d.immediate = i_immediate(e);
      break;
    case 0x0f:
      d.op = decode_fence(e);
      break;
    case 0x13:
      decode_op_imm(e, wide, d);
      break;
    case 0x17:
      d.op = op::auipc;
      d.immediate = u_immediate(e);
      break;
    case 0x1b:
      if (wide) {
        decode_op_imm_32(e, d);
      }
      break;
    case 0x23:
      d.op = decode_store(e, wide);
      d.immediate = s_immediate(e);
      break;
    case 0x2f:
      d.op = decode_atomic(e, wide);
      break;
    case 0x33:
      d.op = decode_op(e);
      break;
    case 0x37:
      d.op = op::lui;
      d.immediate = u_immediate(e);
      break;
    case 0x3b:
      d.op = wide ? decode_op_32(e) : op::illegal;
      break;
    case 0x63:
      d.op = decode_branch(e);
      d.immediate = b_immediate(e);
      break;
    case 0x67:
      d.op = bits(e, 14, 12) == 0 ? op::jalr : op::illegal;
      d.immediate = i_immediate(e);
      break;
    case 0x6f:
      d.op = op::jal;
      d.immediate = j_immediate(e);
      break;
    case 0x73:
      d.op = decode_system(e);
      d.immediate = e;
      break;
    default:
      break;
  }
  return d;
}

decoded decode_32(u32 e, unsigned xlen, const extensions& with) {
  decoded d = decode_base(e, xlen);
  if (d.op == op::illegal) {
    d.op = decode_float(e, with, d);
  }
  if (d.op == op::illegal) {
    d.op = decode_bits(e, xlen, with, d);
  }
  return d;
}

}  // namespace

decoded decode(std::uint32_t encoding, unsigned xlen, const extensions& with) {
  const unsigned length = instruction_length(encoding);
  decoded d = decode_32(length == 2 ? expand_compressed(encoding, xlen) : encoding, xlen, with);
  d.length = static_cast<std::uint8_t>(length);
  if (d.op == operation::illegal) {
    d.immediate = encoding;
  }
  return d;
}

}  // namespace sn::hart
