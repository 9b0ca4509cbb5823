// Where the instructions of a hart go: counts by stack of calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "hart/call_observer.h"

namespace sn::hart {

/// Counts the instructions of one hart by the stack of functions that they are executed in.
class profile final : public call_observer {
 public:
  explicit profile(const std::vector<elf_symbol>& symbols)
      : call_observer(symbols), nodes_(1), stack_(1) {}

  /// A line per stack, "outer;inner count", in the order of its names; `root` is the outermost.
  void write(std::ostream& out, const std::string& root) const;

 private:
  /// A stack, as the one below it and the function on top.
  struct node {
    std::size_t below = 0;
    std::size_t function = 0;
    std::uint64_t count = 0;
    std::map<std::size_t, std::size_t> above;
  };

  void entered(std::size_t function) override;
  void left() override { stack_.pop_back(); }
  void executed() override { ++nodes_[stack_.back()].count; }

  std::vector<node> nodes_;         ///< the first is the root
  std::vector<std::size_t> stack_;  ///< of nodes; the first is the root
};

}  // namespace sn::hart
