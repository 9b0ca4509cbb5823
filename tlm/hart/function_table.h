// Which function of a program an address belongs to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hart/elf.h"

namespace sn::hart {

/// The functions of a program. Where nothing is marked as a function, as in assembly, every label
/// is one.
class function_table {
 public:
  /// `symbols` ascending by address, as an elf_image has them.
  explicit function_table(const std::vector<elf_symbol>& symbols);

  /// Index of the function at `pc`; 0 if there is none.
  std::size_t at(std::uint64_t pc);
  /// "(unknown)" for 0.
  const std::string& name(std::size_t index) const { return functions_[index].name; }
  /// "name+offset", "name" at its beginning, nothing where there is no function.
  std::string describe(std::uint64_t pc);

 private:
  struct known_function {
    std::uint64_t begin;
    std::uint64_t end;
    std::string name;
  };
  std::vector<known_function> functions_;
  std::size_t recent_ = 0;
};

}  // namespace sn::hart
