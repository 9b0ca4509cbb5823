#include "hart/compressed.h"

namespace sn::hart {
namespace {

using u32 = std::uint32_t;

// The registers that the expansions name.
constexpr u32 zero = 0;
constexpr u32 ra = 1;
constexpr u32 sp = 2;

// Major opcodes of the expansions.
constexpr u32 load = 0x03;
constexpr u32 load_float = 0x07;
constexpr u32 op_imm = 0x13;
constexpr u32 op_imm_32 = 0x1b;
constexpr u32 store = 0x23;
constexpr u32 store_float = 0x27;
constexpr u32 op = 0x33;
constexpr u32 lui = 0x37;
constexpr u32 op_32 = 0x3b;
constexpr u32 branch = 0x63;
constexpr u32 jalr = 0x67;
constexpr u32 jal = 0x6f;
constexpr u32 ebreak = 0x0010'0073;

constexpr u32 field(u32 word, unsigned high, unsigned low) {
  return (word >> low) & ((u32{1} << (high - low + 1)) - 1);
}

/// Bits high..low of `word`, moved to `to` and up.
constexpr u32 move(u32 word, unsigned high, unsigned low, unsigned to) {
  return field(word, high, low) << to;
}

/// Sign extension of a `bits` wide number to 32 bits.
constexpr u32 sign_extend(u32 value, unsigned bits) {
  const u32 sign = u32{1} << (bits - 1);
  return (value ^ sign) - sign;
}

constexpr u32 r_type(u32 funct7, u32 rs2, u32 rs1, u32 funct3, u32 rd, u32 opcode) {
  return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr u32 i_type(u32 immediate, u32 rs1, u32 funct3, u32 rd, u32 opcode) {
  return (immediate & 0xfff) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr u32 s_type(u32 immediate, u32 rs2, u32 rs1, u32 funct3, u32 opcode = store) {
  return field(immediate, 11, 5) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 |
         field(immediate, 4, 0) << 7 | opcode;
}
constexpr u32 b_type(u32 offset, u32 rs1, u32 funct3) {
  return field(offset, 12, 12) << 31 | field(offset, 10, 5) << 25 | zero << 20 | rs1 << 15 |
         funct3 << 12 | field(offset, 4, 1) << 8 | field(offset, 11, 11) << 7 | branch;
}
constexpr u32 j_type(u32 offset, u32 rd) {
  return field(offset, 20, 20) << 31 | field(offset, 10, 1) << 21 | field(offset, 11, 11) << 20 |
         field(offset, 19, 12) << 12 | rd << 7 | jal;
}

/// The fields that most formats share.
struct fields {
  explicit constexpr fields(u32 c)
      : rd(field(c, 11, 7)),
        rs2(field(c, 6, 2)),
        rd_low(8 + field(c, 4, 2)),
        rs1_low(8 + field(c, 9, 7)),
        imm6(sign_extend(move(c, 12, 12, 5) | field(c, 6, 2), 6)),
        shamt(move(c, 12, 12, 5) | field(c, 6, 2)) {}
  u32 rd;  ///< also rs1 of the two-operand forms
  u32 rs2;
  u32 rd_low;   ///< rd' or rs2' of the three-bit forms
  u32 rs1_low;  ///< rs1' or rd'
  u32 imm6;
  u32 shamt;
};

constexpr u32 word_offset(u32 c) {
  return move(c, 12, 10, 3) | move(c, 6, 6, 2) | move(c, 5, 5, 6);
}
constexpr u32 double_offset(u32 c) {
  return move(c, 12, 10, 3) | move(c, 6, 5, 6);
}
constexpr u32 jump_offset(u32 c) {
  return sign_extend(move(c, 12, 12, 11) | move(c, 11, 11, 4) | move(c, 10, 9, 8) |
                         move(c, 8, 8, 10) | move(c, 7, 7, 6) | move(c, 6, 6, 7) |
                         move(c, 5, 3, 1) | move(c, 2, 2, 5),
                     12);
}
constexpr u32 branch_offset(u32 c) {
  return sign_extend(move(c, 12, 12, 8) | move(c, 11, 10, 3) | move(c, 6, 5, 6) | move(c, 4, 3, 1) |
                         move(c, 2, 2, 5),
                     9);
}

u32 expand_quadrant_0(u32 c, bool wide) {
  const fields f(c);
  switch (field(c, 15, 13)) {
    case 0: {  // C.ADDI4SPN
      const u32 immediate =
          move(c, 12, 11, 4) | move(c, 10, 7, 6) | move(c, 6, 6, 2) | move(c, 5, 5, 3);
      return immediate == 0 ? 0 : i_type(immediate, sp, 0, f.rd_low, op_imm);
    }
    case 1:  // C.FLD
      return wide ? i_type(double_offset(c), f.rs1_low, 3, f.rd_low, load_float) : 0;
    case 2:  // C.LW
      return i_type(word_offset(c), f.rs1_low, 2, f.rd_low, load);
    case 3:  // C.LD
      return wide ? i_type(double_offset(c), f.rs1_low, 3, f.rd_low, load) : 0;
    case 5:  // C.FSD
      return wide ? s_type(double_offset(c), f.rd_low, f.rs1_low, 3, store_float) : 0;
    case 6:  // C.SW
      return s_type(word_offset(c), f.rd_low, f.rs1_low, 2);
    case 7:  // C.SD
      return wide ? s_type(double_offset(c), f.rd_low, f.rs1_low, 3) : 0;
    default:
      return 0;
  }
}

u32 expand_arithmetic(u32 c, bool wide) {
  const fields f(c);
  const u32 rd = f.rs1_low;
  switch (field(c, 11, 10)) {
    case 0:  // C.SRLI
      return wide || f.shamt < 32 ? i_type(f.shamt, rd, 5, rd, op_imm) : 0;
    case 1:  // C.SRAI
      return wide || f.shamt < 32 ? i_type(0x400 | f.shamt, rd, 5, rd, op_imm) : 0;
    case 2:  // C.ANDI
      return i_type(f.imm6, rd, 7, rd, op_imm);
    default:
      break;
  }
  switch (field(c, 12, 12) << 2 | field(c, 6, 5)) {
    case 0:  // C.SUB
      return r_type(0x20, f.rd_low, rd, 0, rd, op);
    case 1:  // C.XOR
      return r_type(0, f.rd_low, rd, 4, rd, op);
    case 2:  // C.OR
      return r_type(0, f.rd_low, rd, 6, rd, op);
    case 3:  // C.AND
      return r_type(0, f.rd_low, rd, 7, rd, op);
    case 4:  // C.SUBW
      return wide ? r_type(0x20, f.rd_low, rd, 0, rd, op_32) : 0;
    case 5:  // C.ADDW
      return wide ? r_type(0, f.rd_low, rd, 0, rd, op_32) : 0;
    default:
      return 0;
  }
}

u32 expand_quadrant_1(u32 c, bool wide) {
  const fields f(c);
  switch (field(c, 15, 13)) {
    case 0:  // C.NOP, C.ADDI
      return i_type(f.imm6, f.rd, 0, f.rd, op_imm);
    case 1:  // C.ADDIW, C.JAL
      if (!wide) {
        return j_type(jump_offset(c), ra);
      }
      return f.rd == zero ? 0 : i_type(f.imm6, f.rd, 0, f.rd, op_imm_32);
    case 2:  // C.LI
      return i_type(f.imm6, zero, 0, f.rd, op_imm);
    case 3:
      if (f.imm6 == 0) {
        return 0;
      }
      if (f.rd == sp) {  // C.ADDI16SP
        const u32 immediate = sign_extend(move(c, 12, 12, 9) | move(c, 6, 6, 4) | move(c, 5, 5, 6) |
                                              move(c, 4, 3, 7) | move(c, 2, 2, 5),
                                          10);
        return i_type(immediate, sp, 0, sp, op_imm);
      }
      return f.imm6 << 12 | f.rd << 7 | lui;  // C.LUI
    case 4:
      return expand_arithmetic(c, wide);
    case 5:  // C.J
      return j_type(jump_offset(c), zero);
    case 6:  // C.BEQZ
      return b_type(branch_offset(c), f.rs1_low, 0);
    default:  // C.BNEZ
      return b_type(branch_offset(c), f.rs1_low, 1);
  }
}

u32 expand_jump_or_move(u32 c) {
  const fields f(c);
  if (field(c, 12, 12) == 0) {
    if (f.rs2 != zero) {  // C.MV
      return r_type(0, f.rs2, zero, 0, f.rd, op);
    }
    return f.rd == zero ? 0 : i_type(0, f.rd, 0, zero, jalr);  // C.JR
  }
  if (f.rs2 != zero) {  // C.ADD
    return r_type(0, f.rs2, f.rd, 0, f.rd, op);
  }
  return f.rd == zero ? ebreak : i_type(0, f.rd, 0, ra, jalr);  // C.EBREAK, C.JALR
}

u32 expand_quadrant_2(u32 c, bool wide) {
  const fields f(c);
  switch (field(c, 15, 13)) {
    case 0:  // C.SLLI
      return wide || f.shamt < 32 ? i_type(f.shamt, f.rd, 1, f.rd, op_imm) : 0;
    case 1: {  // C.FLDSP
      const u32 offset = move(c, 12, 12, 5) | move(c, 6, 5, 3) | move(c, 4, 2, 6);
      return wide ? i_type(offset, sp, 3, f.rd, load_float) : 0;
    }
    case 2: {  // C.LWSP
      const u32 offset = move(c, 12, 12, 5) | move(c, 6, 4, 2) | move(c, 3, 2, 6);
      return f.rd == zero ? 0 : i_type(offset, sp, 2, f.rd, load);
    }
    case 3: {  // C.LDSP
      const u32 offset = move(c, 12, 12, 5) | move(c, 6, 5, 3) | move(c, 4, 2, 6);
      return f.rd == zero || !wide ? 0 : i_type(offset, sp, 3, f.rd, load);
    }
    case 4:
      return expand_jump_or_move(c);
    case 5:  // C.FSDSP
      return wide ? s_type(move(c, 12, 10, 3) | move(c, 9, 7, 6), f.rs2, sp, 3, store_float) : 0;
    case 6:  // C.SWSP
      return s_type(move(c, 12, 9, 2) | move(c, 8, 7, 6), f.rs2, sp, 2);
    case 7:  // C.SDSP
      return wide ? s_type(move(c, 12, 10, 3) | move(c, 9, 7, 6), f.rs2, sp, 3) : 0;
    default:
      return 0;
  }
}

}  // namespace

std::uint32_t expand_compressed(std::uint32_t encoding, unsigned xlen) {
  const bool wide = xlen == 64;
  switch (encoding & 3) {
    case 0:
      return expand_quadrant_0(encoding, wide);
    case 1:
      return expand_quadrant_1(encoding, wide);
    case 2:
      return expand_quadrant_2(encoding, wide);
    default:
      return 0;
  }
}

}  // namespace sn::hart
