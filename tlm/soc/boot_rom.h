// The code at the reset vector.
#pragma once

#include <cstdint>
#include <vector>

namespace sn::soc {

/// Position-independent code that sets a0 to mhartid and a1 to `argument`, and jumps to `entry`.
/// The two values follow it as words of `xlen` bits. Returned as 32-bit words.
std::vector<std::uint32_t> make_boot_code(unsigned xlen, std::uint64_t entry,
                                          std::uint64_t argument);

}  // namespace sn::soc
