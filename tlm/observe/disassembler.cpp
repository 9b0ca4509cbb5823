#include "observe/disassembler.h"

#include <fmt/format.h>
#include <llvm-c/Disassembler.h>
#include <llvm-c/Target.h>

#include <algorithm>
#include <array>

#include "base/error.h"

namespace sn::observe {

disassembler::disassembler(unsigned xlen) {
  LLVMInitializeRISCVTargetInfo();
  LLVMInitializeRISCVTargetMC();
  LLVMInitializeRISCVDisassembler();
  const char* features = xlen == 64 ? "+m,+a,+f,+d,+c,+zba,+zbb,+zbs" : "+m,+a,+c,+zba,+zbb,+zbs";
  context_ = {LLVMCreateDisasmCPUFeatures(xlen == 64 ? "riscv64" : "riscv32", "", features, nullptr,
                                          0, nullptr, nullptr),
              [](void* context) { LLVMDisasmDispose(context); }};
  base::ensure(context_ != nullptr, "LLVM knows RISC-V");
}

std::string disassembler::operator()(std::uint32_t encoding) const {
  const std::size_t length = (encoding & 3U) == 3U ? 4 : 2;
  std::array<std::uint8_t, 4> bytes{};
  for (unsigned i = 0; i < length; ++i) {
    bytes.at(i) = static_cast<std::uint8_t>(encoding >> (8 * i));
  }
  std::array<char, 128> buffer{};
  if (LLVMDisasmInstruction(context_.get(), bytes.data(), length, 0, buffer.data(),
                            buffer.size()) == 0) {
    return length == 4 ? fmt::format(".word {:#010x}", encoding)
                       : fmt::format(".short {:#06x}", encoding);
  }
  // "<tab>name<tab>operands"
  std::string text(buffer.data());
  text.erase(0, text.find_first_not_of('\t'));
  std::replace(text.begin(), text.end(), '\t', ' ');
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace sn::observe
