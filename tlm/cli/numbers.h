// Options that are numbers.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>

namespace sn::cli {

/// What CLI11 asks before it converts a value: an empty text, or what is wrong.
using value_check = std::function<std::string(const std::string&)>;

/// Decimal digits only, within these bounds. CLI11 by itself reads "-1" and what is too large as
/// the largest number, and "010" as 8.
value_check count_within(std::uint64_t least, std::uint64_t most);

/// A number that is neither infinite nor NaN.
value_check finite_number();

/// An option that is a count and fits into `value`.
template <class count>
CLI::Option* add_count(CLI::App& command, const std::string& name, count& value,
                       const std::string& text, std::uint64_t least = 0) {
  return command.add_option(name, value, text)
      ->check(count_within(least, std::numeric_limits<count>::max()));
}

}  // namespace sn::cli
