#include "hart/profile.h"

namespace sn::hart {

void profile::entered(std::size_t function) {
  const std::size_t below = stack_.back();
  const auto [found, is_new] = nodes_[below].above.try_emplace(function, nodes_.size());
  const std::size_t index = found->second;
  if (is_new) {
    nodes_.push_back({below, function, 0, {}});
  }
  stack_.push_back(index);
}

void profile::write(std::ostream& out, const std::string& root) const {
  std::map<std::string, std::uint64_t> lines;
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    if (nodes_[i].count == 0) {
      continue;
    }
    std::string line;
    for (std::size_t each = i; each != 0; each = nodes_[each].below) {
      line.insert(0, ";" + functions().name(nodes_[each].function));
    }
    lines[root + line] += nodes_[i].count;
  }
  for (const auto& [stack, count] : lines) {
    out << stack << ' ' << count << '\n';
  }
}

}  // namespace sn::hart
