// Encodings of RISC-V instructions, written down from the tables of the unprivileged specification.
#pragma once

#include <cstdint>

namespace sn::hart::test::assembler {

using word = std::uint32_t;

constexpr word r_type(word funct7, word rs2, word rs1, word funct3, word rd, word opcode) {
  return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr word i_type(int immediate, word rs1, word funct3, word rd, word opcode) {
  return (static_cast<word>(immediate) & 0xfff) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
constexpr word s_type(int immediate, word rs2, word rs1, word funct3) {
  const word bits = static_cast<word>(immediate);
  return (bits >> 5 & 0x7f) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (bits & 0x1f) << 7 |
         0x23;
}
constexpr word b_type(int offset, word rs2, word rs1, word funct3) {
  const word bits = static_cast<word>(offset);
  return (bits >> 12 & 1) << 31 | (bits >> 5 & 0x3f) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 |
         (bits >> 1 & 0xf) << 8 | (bits >> 11 & 1) << 7 | 0x63;
}

constexpr word addi(word rd, word rs1, int immediate) {
  return i_type(immediate, rs1, 0, rd, 0x13);
}
constexpr word li(word rd, int immediate) {
  return addi(rd, 0, immediate);
}
constexpr word nop() {
  return addi(0, 0, 0);
}
constexpr word add(word rd, word rs1, word rs2) {
  return r_type(0, rs2, rs1, 0, rd, 0x33);
}
constexpr word lui(word rd, word upper_20) {
  return upper_20 << 12 | rd << 7 | 0x37;
}
constexpr word auipc(word rd, word upper_20) {
  return upper_20 << 12 | rd << 7 | 0x17;
}
constexpr word jal(word rd, int offset) {
  const word bits = static_cast<word>(offset);
  return (bits >> 20 & 1) << 31 | (bits >> 1 & 0x3ff) << 21 | (bits >> 11 & 1) << 20 |
         (bits >> 12 & 0xff) << 12 | rd << 7 | 0x6f;
}
constexpr word jalr(word rd, word rs1, int offset) {
  return i_type(offset, rs1, 0, rd, 0x67);
}

constexpr word beq(word rs1, word rs2, int offset) {
  return b_type(offset, rs2, rs1, 0);
}
constexpr word bne(word rs1, word rs2, int offset) {
  return b_type(offset, rs2, rs1, 1);
}

constexpr word lb(word rd, word rs1, int offset) {
  return i_type(offset, rs1, 0, rd, 0x03);
}
constexpr word lh(word rd, word rs1, int offset) {
  return i_type(offset, rs1, 1, rd, 0x03);
}
constexpr word lw(word rd, word rs1, int offset) {
  return i_type(offset, rs1, 2, rd, 0x03);
}
constexpr word ld(word rd, word rs1, int offset) {
  return i_type(offset, rs1, 3, rd, 0x03);
}
constexpr word lbu(word rd, word rs1, int offset) {
  return i_type(offset, rs1, 4, rd, 0x03);
}
constexpr word lhu(word rd, word rs1, int offset) {
  return i_type(offset, rs1, 5, rd, 0x03);
}
constexpr word lwu(word rd, word rs1, int offset) {
  return i_type(offset, rs1, 6, rd, 0x03);
}
constexpr word sb(word rs2, word rs1, int offset) {
  return s_type(offset, rs2, rs1, 0);
}
constexpr word sh(word rs2, word rs1, int offset) {
  return s_type(offset, rs2, rs1, 1);
}
constexpr word sw(word rs2, word rs1, int offset) {
  return s_type(offset, rs2, rs1, 2);
}
constexpr word sd(word rs2, word rs1, int offset) {
  return s_type(offset, rs2, rs1, 3);
}

/// Atomics: `width` 2 for words, 3 for doublewords.
constexpr word atomic(word funct5, word width, word rd, word rs2, word rs1) {
  return r_type(funct5 << 2, rs2, rs1, width, rd, 0x2f);
}
constexpr word lr(word width, word rd, word rs1) {
  return atomic(0x02, width, rd, 0, rs1);
}
constexpr word sc(word width, word rd, word rs2, word rs1) {
  return atomic(0x03, width, rd, rs2, rs1);
}

constexpr word csrrw(word rd, word csr, word rs1) {
  return csr << 20 | rs1 << 15 | 1 << 12 | rd << 7 | 0x73;
}
constexpr word csrrs(word rd, word csr, word rs1) {
  return csr << 20 | rs1 << 15 | 2 << 12 | rd << 7 | 0x73;
}
constexpr word csrrc(word rd, word csr, word rs1) {
  return csr << 20 | rs1 << 15 | 3 << 12 | rd << 7 | 0x73;
}
constexpr word csrrwi(word rd, word csr, word immediate) {
  return csr << 20 | immediate << 15 | 5 << 12 | rd << 7 | 0x73;
}
constexpr word csrrsi(word rd, word csr, word immediate) {
  return csr << 20 | immediate << 15 | 6 << 12 | rd << 7 | 0x73;
}
constexpr word csrrci(word rd, word csr, word immediate) {
  return csr << 20 | immediate << 15 | 7 << 12 | rd << 7 | 0x73;
}

inline constexpr word ecall = 0x0000'0073;
inline constexpr word ebreak = 0x0010'0073;
inline constexpr word mret = 0x3020'0073;
inline constexpr word sret = 0x1020'0073;
inline constexpr word sfence_vma = 0x1200'0073;
inline constexpr word wfi = 0x1050'0073;
inline constexpr word fence = 0x0ff0'000f;
inline constexpr word fence_i = 0x0000'100f;

}  // namespace sn::hart::test::assembler
