// Instructions as text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace sn::observe {

/// LLVM's disassembler, for all extensions that a hart may have.
class disassembler {
 public:
  explicit disassembler(unsigned xlen);

  /// The instruction, such as "addi sp, sp, -32"; targets of jumps are relative to it. An encoding
  /// that is no instruction is ".short" or ".word".
  std::string operator()(std::uint32_t encoding) const;

 private:
  std::shared_ptr<void> context_;
};

}  // namespace sn::observe
