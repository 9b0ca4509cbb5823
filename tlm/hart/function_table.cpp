#include "hart/function_table.h"

#include <algorithm>
#include <limits>

namespace sn::hart {

function_table::function_table(const std::vector<elf_symbol>& symbols) {
  functions_.push_back({0, 0, "(unknown)"});
  const bool any_function = std::any_of(symbols.begin(), symbols.end(),
                                        [](const elf_symbol& each) { return each.is_function; });
  for (const elf_symbol& each : symbols) {
    // Assembly often marks nothing as a function; then every label is one, but for the marks of
    // the assembler ($x, $d).
    if (each.name.empty() || each.name.front() == '$' || (any_function && !each.is_function) ||
        (functions_.size() > 1 && functions_.back().begin == each.address)) {
      continue;
    }
    // Without a size it reaches to the next one.
    if (functions_.size() > 1 && functions_.back().end > each.address) {
      functions_.back().end = each.address;
    }
    functions_.push_back(
        {each.address,
         each.size != 0 ? each.address + each.size : std::numeric_limits<std::uint64_t>::max(),
         each.name});
  }
}

std::size_t function_table::at(std::uint64_t pc) {
  if (pc - functions_[recent_].begin < functions_[recent_].end - functions_[recent_].begin) {
    return recent_;
  }
  const auto after = std::upper_bound(
      functions_.begin() + 1, functions_.end(), pc,
      [](std::uint64_t value, const known_function& each) { return value < each.begin; });
  const auto index = static_cast<std::size_t>(after - functions_.begin()) - 1;
  return recent_ = index != 0 && pc < functions_[index].end ? index : 0;
}

std::string function_table::describe(std::uint64_t pc) {
  const std::size_t index = at(pc);
  if (index == 0) {
    return {};
  }
  const std::uint64_t offset = pc - functions_[index].begin;
  return offset == 0 ? functions_[index].name
                     : functions_[index].name + "+" + std::to_string(offset);
}

}  // namespace sn::hart
