#include "hart/profile.h"

#include <algorithm>
#include <limits>

namespace sn::hart {

profile::profile(const std::vector<elf_symbol>& symbols) : nodes_(1) {
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
  stack_.push_back({0, false});
}

std::size_t profile::function_at(std::uint64_t pc) {
  if (pc - functions_[recent_].begin < functions_[recent_].end - functions_[recent_].begin) {
    return recent_;
  }
  const auto after = std::upper_bound(
      functions_.begin() + 1, functions_.end(), pc,
      [](std::uint64_t value, const known_function& each) { return value < each.begin; });
  const auto index = static_cast<std::size_t>(after - functions_.begin()) - 1;
  return recent_ = index != 0 && pc < functions_[index].end ? index : 0;
}

void profile::push(std::size_t function, bool is_handler) {
  if (stack_.size() > depth_limit) {
    ++skipped_;
    return;
  }
  const std::size_t below = stack_.back().node;
  const auto [found, is_new] = nodes_[below].above.try_emplace(function, nodes_.size());
  const std::size_t index = found->second;
  if (is_new) {
    nodes_.push_back({below, function, 0, {}});
  }
  stack_.push_back({index, is_handler});
}

void profile::return_from_trap() {
  const auto handler = std::find_if(stack_.rbegin(), stack_.rend(),
                                    [](const frame& each) { return each.is_handler; });
  if (handler != stack_.rend()) {
    stack_.erase(handler.base() - 1, stack_.end());
    skipped_ = 0;
  }
}

void profile::on_instruction(std::uint64_t pc, call_effect effect, std::uint64_t entered_traps) {
  const std::size_t here = function_at(pc);
  const bool trapped = entered_traps != entered_traps_;
  // After a return an interrupt may be taken at once: both have happened.
  if (effect_ == call_effect::return_from_trap) {
    return_from_trap();
  } else if (effect_ == call_effect::jump_return) {
    if (skipped_ > 0) {
      --skipped_;
    } else {
      pop();
    }
  }
  if (trapped || effect_ == call_effect::call) {
    push(here, trapped);
  } else if (stack_.size() == 1) {
    push(here, false);
  } else if (skipped_ == 0 && nodes_[stack_.back().node].function != here) {
    const bool is_handler = stack_.back().is_handler;
    stack_.pop_back();
    push(here, is_handler);
  }
  ++nodes_[stack_.back().node].count;
  effect_ = effect;
  entered_traps_ = entered_traps;
}

void profile::write(std::ostream& out, const std::string& root) const {
  std::map<std::string, std::uint64_t> lines;
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    if (nodes_[i].count == 0) {
      continue;
    }
    std::string line;
    for (std::size_t each = i; each != 0; each = nodes_[each].below) {
      line.insert(0, ";" + functions_[nodes_[each].function].name);
    }
    lines[root + line] += nodes_[i].count;
  }
  for (const auto& [stack, count] : lines) {
    out << stack << ' ' << count << '\n';
  }
}

}  // namespace sn::hart
