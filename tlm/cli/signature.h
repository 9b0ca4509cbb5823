// The result that a test of the architecture leaves in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "hart/elf.h"

namespace sn::cli {

/// The bytes from the symbol begin_signature up to end_signature.
class signature {
 public:
  /// Reads physical memory; false if it cannot.
  using memory_reader = std::function<bool(std::uint64_t address, void* data, std::size_t size)>;

  /// Throws base::configuration_error with the key "signature" if `symbols`, those of `program`, do
  /// not say where it lies, or `granularity` is none.
  signature(const std::string& program, const std::vector<hart::elf_symbol>& symbols,
            unsigned granularity);

  /// Lines of `granularity` bytes each, the last byte first, in hexadecimal; what the last line has
  /// too much is zero. Throws base::run_error if memory cannot be read.
  std::string text(const memory_reader& read) const;

 private:
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  unsigned granularity_;
};

}  // namespace sn::cli
