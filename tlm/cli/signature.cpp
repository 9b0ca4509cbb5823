#include "cli/signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"

namespace sn::cli {

signature::signature(const std::string& program, const std::vector<hart::elf_symbol>& symbols,
                     unsigned granularity)
    : granularity_(granularity) {
  constexpr std::array<unsigned, 5> known{1, 2, 4, 8, 16};
  if (std::find(known.begin(), known.end(), granularity) == known.end()) {
    throw base::configuration_error(
        "", 0, "signature-granularity",
        fmt::format("{} bytes a line, expected 1, 2, 4, 8 or 16", granularity));
  }
  const auto address_of = [&](const char* name) {
    const auto found = std::find_if(symbols.begin(), symbols.end(),
                                    [name](const auto& each) { return each.name == name; });
    if (found == symbols.end()) {
      throw base::configuration_error(program, 0, "signature",
                                      fmt::format("there is no symbol {}", name));
    }
    return found->address;
  };
  begin_ = address_of("begin_signature");
  end_ = address_of("end_signature");
  if (end_ < begin_) {
    throw base::configuration_error(
        program, 0, "signature",
        fmt::format("end_signature, {:#x}, lies before begin_signature, {:#x}", end_, begin_));
  }
}

std::string signature::text(const memory_reader& read) const {
  std::string lines;
  for (std::uint64_t line = begin_; line < end_; line += granularity_) {
    std::array<std::uint8_t, 16> bytes{};
    const std::uint64_t size = std::min<std::uint64_t>(granularity_, end_ - line);
    if (!read(line, bytes.data(), size)) {
      throw base::run_error(fmt::format("there is no memory at {:#x}, in the signature", line));
    }
    for (unsigned i = granularity_; i > 0; --i) {
      lines += fmt::format("{:02x}", bytes.at(i - 1));
    }
    lines += '\n';
  }
  return lines;
}

}  // namespace sn::cli
