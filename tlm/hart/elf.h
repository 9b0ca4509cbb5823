// Reads RISC-V programs: ELF executables of 32 or 64 bits, little-endian, statically linked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sn::hart {

/// A part of memory that the program fills: `data`, and zeros up to `size`.
struct elf_segment {
  std::uint64_t address = 0;  ///< physical, where it is loaded
  std::uint64_t size = 0;
  std::vector<std::byte> data;
};

/// A function or an object by name.
struct elf_symbol {
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  std::string name;
  bool is_function = false;
};

/// A program.
struct elf_image {
  std::uint64_t entry = 0;
  std::vector<elf_segment> segments;  ///< ascending by address, none overlap, none empty
  std::vector<elf_symbol> symbols;    ///< ascending by address
};

/// A range of memory that programs may be loaded to.
struct memory_range {
  std::uint64_t base = 0;
  std::uint64_t size = 0;
};

/// Reads the file at `path`. Throws base::configuration_error that names it when it is no RISC-V
/// executable of width `xlen`, is broken, has overlapping segments, one outside of `memory`, or no
/// entry address in one of its segments.
elf_image read_elf(const std::string& path, unsigned xlen, const std::vector<memory_range>& memory);

/// The same from the content of a file; `name` is for errors.
elf_image parse_elf(const std::string& name, const std::byte* content, std::size_t size,
                    unsigned xlen, const std::vector<memory_range>& memory);

}  // namespace sn::hart
