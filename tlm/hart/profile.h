// Where the instructions of a hart go: counts by stack of calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "hart/elf.h"
#include "hart/function_table.h"
#include "hart/observer.h"

namespace sn::hart {

/// Counts the instructions of one hart by the stack of functions that they are executed in. Calls
/// and returns are those of the RISC-V calling convention; a function that is jumped to replaces
/// the one that jumps; a trap handler lies on top of what it interrupts.
class profile final : public observer {
 public:
  /// `symbols` ascending by address, as an elf_image has them; functions and plain labels count.
  explicit profile(const std::vector<elf_symbol>& symbols);

  void on_instruction(const executed_instruction& done) override;

  /// A line per stack, "outer;inner count", in the order of its names; `root` is the outermost.
  void write(std::ostream& out, const std::string& root) const;

 private:
  struct frame {
    std::size_t node;
    bool is_handler;
  };
  /// A stack, as the one below it and the function on top.
  struct node {
    std::size_t below = 0;
    std::size_t function = 0;
    std::uint64_t count = 0;
    std::map<std::size_t, std::size_t> above;
  };

  void push(std::size_t function, bool is_handler);
  void pop() {
    if (stack_.size() > 1) {
      stack_.pop_back();
    }
  }
  void return_from_trap();

  /// Deeper calls are counted in the function at this depth.
  static constexpr std::size_t depth_limit = 512;

  function_table functions_;
  std::vector<node> nodes_;                 ///< the first is the root
  std::vector<frame> stack_;                ///< the first is the root
  std::size_t skipped_ = 0;                 ///< calls beyond the limit that have not returned
  call_effect effect_ = call_effect::none;  ///< of the instruction before
  std::uint64_t entered_traps_ = 0;
};

}  // namespace sn::hart
