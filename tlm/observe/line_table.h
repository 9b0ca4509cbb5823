// Which addresses belong to which source line, by a program's debug information.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sn::observe {

/// Code from `begin` to `end` that belongs to one line.
struct line_range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string file;
  unsigned line = 0;  ///< 0: no line
  bool is_statement = false;
  std::vector<std::uint16_t> code;  ///< as the file has it
};

/// A function that has code of its own.
struct source_function {
  std::uint64_t begin = 0;
  std::string name;
  std::string file;
  unsigned line = 0;
};

/// What a program's debug information says.
struct line_table {
  std::vector<line_range> ranges;
  std::vector<source_function> functions;
};

/// Reads the ELF file at `path`. Throws base::configuration_error when it has no line of code.
line_table read_lines(const std::string& path);

}  // namespace sn::observe
