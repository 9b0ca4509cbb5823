// The stack of functions that a hart is in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "hart/elf.h"
#include "hart/function_table.h"
#include "hart/observer.h"

namespace sn::hart {

/// Follows the calls of one hart. Calls and returns are those of the RISC-V calling convention; a
/// function that is jumped to replaces the one that jumps; a trap handler lies on top of what it
/// interrupts.
class call_observer : public observer {
 public:
  /// `symbols` ascending by address, as an elf_image has them; functions and plain labels count.
  explicit call_observer(const std::vector<elf_symbol>& symbols) : functions_(symbols) {}

  void on_instruction(const executed_instruction& done) final;

 protected:
  /// A function lies on top of the stack now, or does no more; and an instruction has been executed
  /// in the one that lies on top. Functions are those of functions().
  virtual void entered(std::size_t function) = 0;
  virtual void left() = 0;
  virtual void executed() = 0;

  const function_table& functions() const { return functions_; }
  std::size_t depth() const { return stack_.size(); }

 private:
  struct frame {
    std::size_t function;
    bool is_handler;
  };
  void push(std::size_t function, bool is_handler);
  void pop();
  void return_from_trap();

  /// Deeper calls belong to the function at this depth.
  static constexpr std::size_t depth_limit = 512;

  function_table functions_;
  std::vector<frame> stack_;
  std::size_t skipped_ = 0;                 ///< calls beyond the limit that have not returned
  call_effect effect_ = call_effect::none;  ///< of the instruction before
  std::uint64_t entered_traps_ = 0;
};

}  // namespace sn::hart
