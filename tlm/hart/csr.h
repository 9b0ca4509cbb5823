// Numbers and fields of the control and status registers of machine mode.
#pragma once

#include <cstdint>

namespace sn::hart::csr {

inline constexpr unsigned mstatus = 0x300;
inline constexpr unsigned misa = 0x301;
inline constexpr unsigned mie = 0x304;
inline constexpr unsigned mtvec = 0x305;
inline constexpr unsigned mstatush = 0x310;       // RV32
inline constexpr unsigned mcountinhibit = 0x320;  // reads as zero: counters cannot be stopped
inline constexpr unsigned mhpmevent3 = 0x323;     // to 0x33f, read as zero
inline constexpr unsigned mhpmevent31 = 0x33f;
inline constexpr unsigned mscratch = 0x340;
inline constexpr unsigned mepc = 0x341;
inline constexpr unsigned mcause = 0x342;
inline constexpr unsigned mtval = 0x343;
inline constexpr unsigned mip = 0x344;
inline constexpr unsigned mcycle = 0xb00;
inline constexpr unsigned minstret = 0xb02;
inline constexpr unsigned mhpmcounter3 = 0xb03;  // to 0xb1f, read as zero
inline constexpr unsigned mhpmcounter31 = 0xb1f;
inline constexpr unsigned cycle = 0xc00;
inline constexpr unsigned time = 0xc01;
inline constexpr unsigned instret = 0xc02;
inline constexpr unsigned hpmcounter3 = 0xc03;
inline constexpr unsigned hpmcounter31 = 0xc1f;
inline constexpr unsigned mvendorid = 0xf11;
inline constexpr unsigned marchid = 0xf12;
inline constexpr unsigned mimpid = 0xf13;
inline constexpr unsigned mhartid = 0xf14;
inline constexpr unsigned mconfigptr = 0xf15;

/// The upper half of a 64-bit counter of RV32 has the number of the lower half plus this.
inline constexpr unsigned high_half = 0x80;

/// Writing is illegal for numbers of this form.
constexpr bool is_read_only(unsigned number) {
  return (number >> 10) == 3;
}

// Fields of mstatus. MPP reads as machine mode, the only one.
inline constexpr std::uint64_t mstatus_mie = 1U << 3;
inline constexpr std::uint64_t mstatus_mpie = 1U << 7;
inline constexpr std::uint64_t mstatus_mpp = 3U << 11;

/// Bits of mip and mie that exist: MSI, MTI and MEI.
inline constexpr std::uint64_t interrupt_bits = 1U << 3 | 1U << 7 | 1U << 11;

/// Extensions I, M, A and C in misa.
inline constexpr std::uint64_t misa_extensions = 1U << 8 | 1U << 12 | 1U << 0 | 1U << 2;

}  // namespace sn::hart::csr
