// What a program does wrong, in the log.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hart/elf.h"
#include "hart/observer.h"
#include "soc/hart_module.h"

namespace sn::observe {

/// Says of each exception that is a mistake of the program what it was, where and when:
///
///     0.000000002000 hart0 load access fault at 80000008 <main+8>, value 10
///
/// Access faults, misaligned accesses, and instructions that are illegal. Page faults, calls and
/// breakpoints are none, and neither are accesses to CSRs, by which firmware finds out which there
/// are. After `limit` lines the rest is only counted.
class mistake_log {
 public:
  static constexpr std::uint64_t limit = 10;

  using symbol_source = std::function<std::vector<hart::elf_symbol>()>;
  using line_sink = std::function<void(const std::string& line)>;

  /// `symbols` is asked with the first mistake.
  mistake_log(std::string name, soc::hart_module& hart, symbol_source symbols, line_sink sink);

  /// Says how many mistakes there were beyond the limit.
  void finish() const;

 private:
  void on_exception(const hart::taken_trap& taken);

  const std::string name_;
  soc::hart_module& module_;
  const symbol_source symbols_;
  const line_sink sink_;
  std::vector<hart::elf_symbol> known_;
  std::uint64_t mistakes_ = 0;
};

}  // namespace sn::observe
