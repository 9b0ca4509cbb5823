// The registers of a hart as GDB numbers and names them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "hart/hart.h"

namespace sn::gdb {

/// x0 to x31 have the numbers 0 to 31.
inline constexpr unsigned pc_number = 32;
/// CSR n has this number plus n, as in GDB itself.
inline constexpr unsigned first_csr_number = 65;

/// The target description: an XML document.
std::string target_description(unsigned xlen);

/// Nothing, or false, when the hart has no such register or it cannot be written.
std::optional<std::uint64_t> read_register(const hart::hart& hart, std::uint64_t number);
bool write_register(hart::hart& hart, std::uint64_t number, std::uint64_t value);

}  // namespace sn::gdb
