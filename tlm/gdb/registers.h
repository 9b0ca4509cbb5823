// The registers of a hart as GDB numbers and names them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hart/hart.h"

namespace sn::gdb {

/// x0 to x31 have the numbers 0 to 31.
inline constexpr unsigned pc_number = 32;
/// f0 to f31 have the numbers from this one on, where there is floating point.
inline constexpr unsigned first_float_number = 33;
/// CSR n has this number plus n, as in GDB itself.
inline constexpr unsigned first_csr_number = 65;

/// The mode of the hart: 0 user, 1 supervisor, 3 machine. It cannot be written.
inline constexpr unsigned mode_number = first_csr_number + 0x1000;

/// The target description, an XML document: the registers that this hart has.
std::string target_description(const hart::hart& hart);

/// Bytes of a register in packets.
unsigned register_bytes(unsigned xlen, std::uint64_t number);

/// Nothing, or false, when the hart has no such register or it cannot be written.
std::optional<std::uint64_t> read_register(const hart::hart& hart, std::uint64_t number);
bool write_register(hart::hart& hart, std::uint64_t number, std::uint64_t value);

}  // namespace sn::gdb
