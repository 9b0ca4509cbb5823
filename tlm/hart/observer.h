// Something that sees every instruction of a hart.
#pragma once

#include <cstdint>

namespace sn::hart {

/// What an instruction does to the stack of calls.
enum class call_effect {
  none,
  call,              ///< a jump that links
  jump_return,       ///< a jump to the link
  return_from_trap,  ///< MRET, SRET
};

/// Called by the hart that it has been given to.
class observer {
 public:
  observer() = default;
  observer(const observer&) = delete;
  observer& operator=(const observer&) = delete;
  virtual ~observer() = default;

  /// The hart has executed the instruction at `pc` (or taken its exception), having taken
  /// `entered_traps` exceptions and interrupts before it.
  virtual void on_instruction(std::uint64_t pc, call_effect effect,
                              std::uint64_t entered_traps) = 0;
};

}  // namespace sn::hart
