#include "hart/profile.h"

#include <algorithm>

namespace sn::hart {

profile::profile(const std::vector<elf_symbol>& symbols) : functions_(symbols), nodes_(1) {
  stack_.push_back({0, false});
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

void profile::on_instruction(const executed_instruction& done) {
  const std::size_t here = functions_.at(done.pc);
  const bool trapped = done.entered_traps != entered_traps_;
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
  effect_ = done.effect;
  entered_traps_ = done.entered_traps;
}

void profile::write(std::ostream& out, const std::string& root) const {
  std::map<std::string, std::uint64_t> lines;
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    if (nodes_[i].count == 0) {
      continue;
    }
    std::string line;
    for (std::size_t each = i; each != 0; each = nodes_[each].below) {
      line.insert(0, ";" + functions_.name(nodes_[each].function));
    }
    lines[root + line] += nodes_[i].count;
  }
  for (const auto& [stack, count] : lines) {
    out << stack << ' ' << count << '\n';
  }
}

}  // namespace sn::hart
