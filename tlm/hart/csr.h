// Numbers and fields of the control and status registers.
#pragma once

#include <cstdint>

namespace sn::hart::csr {

inline constexpr unsigned fflags = 0x001;
inline constexpr unsigned frm = 0x002;
inline constexpr unsigned fcsr = 0x003;

inline constexpr unsigned sstatus = 0x100;
inline constexpr unsigned sie = 0x104;
inline constexpr unsigned stvec = 0x105;
inline constexpr unsigned scounteren = 0x106;
inline constexpr unsigned senvcfg = 0x10a;
inline constexpr unsigned sscratch = 0x140;
inline constexpr unsigned sepc = 0x141;
inline constexpr unsigned scause = 0x142;
inline constexpr unsigned stval = 0x143;
inline constexpr unsigned sip = 0x144;
inline constexpr unsigned satp = 0x180;

inline constexpr unsigned mstatus = 0x300;
inline constexpr unsigned misa = 0x301;
inline constexpr unsigned medeleg = 0x302;
inline constexpr unsigned mideleg = 0x303;
inline constexpr unsigned mie = 0x304;
inline constexpr unsigned mtvec = 0x305;
inline constexpr unsigned mcounteren = 0x306;
inline constexpr unsigned menvcfg = 0x30a;
inline constexpr unsigned mstatush = 0x310;  // RV32
inline constexpr unsigned menvcfgh = 0x31a;  // RV32
inline constexpr unsigned mcountinhibit = 0x320;
inline constexpr unsigned mhpmevent3 = 0x323;  // to 0x33f, read as zero
inline constexpr unsigned mhpmevent31 = 0x33f;
inline constexpr unsigned mscratch = 0x340;
inline constexpr unsigned mepc = 0x341;
inline constexpr unsigned mcause = 0x342;
inline constexpr unsigned mtval = 0x343;
inline constexpr unsigned mip = 0x344;
inline constexpr unsigned pmpcfg0 = 0x3a0;   // to 0x3a3; RV64 has the even ones only
inline constexpr unsigned pmpaddr0 = 0x3b0;  // to 0x3bf
inline constexpr unsigned tselect = 0x7a0;   // there are no triggers: tdata1 says so
inline constexpr unsigned tdata1 = 0x7a1;
inline constexpr unsigned tdata3 = 0x7a3;
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

/// The lowest mode that may access a CSR, as numbered by privilege.
constexpr unsigned lowest_mode(unsigned number) {
  return number >> 8 & 3U;
}

// Fields of mstatus and sstatus.
inline constexpr std::uint64_t mstatus_sie = 1U << 1;
inline constexpr std::uint64_t mstatus_mie = 1U << 3;
inline constexpr std::uint64_t mstatus_spie = 1U << 5;
inline constexpr std::uint64_t mstatus_mpie = 1U << 7;
inline constexpr std::uint64_t mstatus_spp = 1U << 8;
inline constexpr unsigned mstatus_mpp_shift = 11;
inline constexpr std::uint64_t mstatus_mpp = 3U << mstatus_mpp_shift;
inline constexpr std::uint64_t mstatus_fs = 3U << 13;
inline constexpr std::uint64_t mstatus_mprv = 1U << 17;
inline constexpr std::uint64_t mstatus_sum = 1U << 18;
inline constexpr std::uint64_t mstatus_mxr = 1U << 19;
inline constexpr std::uint64_t mstatus_tvm = 1U << 20;
inline constexpr std::uint64_t mstatus_tw = 1U << 21;
inline constexpr std::uint64_t mstatus_tsr = 1U << 22;
inline constexpr std::uint64_t mstatus_uxl_64 = std::uint64_t{2} << 32;
inline constexpr std::uint64_t mstatus_sxl_64 = std::uint64_t{2} << 34;

/// Fields that supervisor and user mode add.
inline constexpr std::uint64_t mstatus_of_supervisor =
    mstatus_sie | mstatus_spie | mstatus_spp | mstatus_mpp | mstatus_mprv | mstatus_sum |
    mstatus_mxr | mstatus_tvm | mstatus_tw | mstatus_tsr;
/// The fields of sstatus, without FS.
inline constexpr std::uint64_t sstatus_fields =
    mstatus_sie | mstatus_spie | mstatus_spp | mstatus_sum | mstatus_mxr;

/// Bits of mip and mie that every hart has: MSI, MTI and MEI.
inline constexpr std::uint64_t machine_interrupts = 1U << 3 | 1U << 7 | 1U << 11;
/// And those of supervisor mode: SSI, STI and SEI. They can be delegated.
inline constexpr std::uint64_t supervisor_interrupts = 1U << 1 | 1U << 5 | 1U << 9;
/// Exceptions that can be delegated: all but the call from machine mode and the reserved ones.
inline constexpr std::uint64_t delegable_exceptions = 0xb3ff;

/// Bits of mcountinhibit.
inline constexpr std::uint32_t inhibit_cycle = 1U << 0;
inline constexpr std::uint32_t inhibit_instret = 1U << 2;

/// Extensions I, M, A and C in misa, and what may come with them.
inline constexpr std::uint64_t misa_extensions = 1U << 8 | 1U << 12 | 1U << 0 | 1U << 2;
inline constexpr std::uint64_t misa_d = 1U << 3;
inline constexpr std::uint64_t misa_f = 1U << 5;
inline constexpr std::uint64_t misa_s = 1U << 18;
inline constexpr std::uint64_t misa_u = 1U << 20;

/// satp: where the root table lies, in pages, without ASID and mode.
inline constexpr std::uint64_t satp_ppn_32 = (std::uint64_t{1} << 22) - 1;
inline constexpr std::uint64_t satp_ppn_64 = (std::uint64_t{1} << 44) - 1;

/// FIOM, the one field of menvcfg and senvcfg; it changes nothing, since every fence orders all.
inline constexpr std::uint64_t envcfg_fiom = 1U << 0;

}  // namespace sn::hart::csr
