#include "cli/numbers.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <exception>
#include <system_error>

namespace sn::cli {

value_check count_within(std::uint64_t least, std::uint64_t most) {
  return [least, most](const std::string& text) -> std::string {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data(), end, value);
    const bool zeros_first = text.size() > 1 && text.front() == '0';
    if (error == std::errc() && last == end && !zeros_first && value >= least && value <= most) {
      return {};
    }
    return fmt::format("expected a whole number from {} to {}, not {}", least, most, text);
  };
}

value_check finite_number() {
  return [](const std::string& text) -> std::string {
    try {
      std::size_t length = 0;
      if (std::isfinite(std::stod(text, &length)) && length == text.size()) {
        return {};
      }
    } catch (const std::exception&) {
      // What is no number, or none that a double can hold, is refused below.
    }
    return fmt::format("expected a number, not {}", text);
  };
}

}  // namespace sn::cli
