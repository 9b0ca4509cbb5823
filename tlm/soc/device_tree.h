// The device tree of the virt machine, as firmware and operating systems get it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hart/isa.h"

namespace sn::soc {

/// What differs from one virt machine to the next.
struct device_tree_parameters {
  hart::isa isa;
  unsigned harts = 1;
  std::uint64_t memory_base = 0;
  std::uint64_t memory_bytes = 0;
  std::uint64_t timebase_hz = 0;
  std::uint32_t flash_bank_bytes = 0;  ///< 0: no flash
  std::string boot_arguments;          ///< empty: none
  std::uint64_t initrd_base = 0;
  std::uint64_t initrd_bytes = 0;  ///< 0: none
};

/// The longest boot arguments.
inline constexpr std::size_t boot_arguments_limit = 4096;

/// The tree as a flattened blob.
std::vector<std::byte> make_device_tree(const device_tree_parameters& parameters);

}  // namespace sn::soc
