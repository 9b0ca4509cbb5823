// Something that sees what a hart does.
#pragma once

#include <cstdint>
#include <vector>

namespace sn::hart {

/// What an instruction does to the stack of calls.
enum class call_effect {
  none,
  call,              ///< a jump that links
  jump_return,       ///< a jump to the link
  return_from_trap,  ///< MRET, SRET
};

/// An instruction that has been executed, or has taken its exception.
struct executed_instruction {
  std::uint64_t pc = 0;
  std::uint32_t encoding = 0;  ///< 16 bits if its two lowest are not both set
  call_effect effect = call_effect::none;
  std::uint64_t entered_traps = 0;  ///< exceptions and interrupts that the hart had taken before it
};

/// An exception or an interrupt as it is taken.
struct taken_trap {
  std::uint64_t cause = 0;  ///< without its top bit
  bool is_interrupt = false;
  std::uint64_t value = 0;    ///< mtval or stval
  std::uint64_t from = 0;     ///< mepc or sepc
  std::uint64_t handler = 0;  ///< where it goes
};

/// Called by the hart that it has been given to.
class observer {
 public:
  observer() = default;
  observer(const observer&) = delete;
  observer& operator=(const observer&) = delete;
  virtual ~observer() = default;

  virtual void on_instruction(const executed_instruction& done) = 0;
  /// Before on_instruction() of the instruction with the exception, or of the handler's first.
  virtual void on_trap(const taken_trap& /*taken*/) {}
};

/// Bytes by physical address, both ends included.
struct address_range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// A load or store, or half of an atomic, that has been done; one of bytes in two pages is several.
struct done_access {
  std::uint64_t pc = 0;
  std::uint64_t address = 0;  ///< physical
  unsigned size = 0;
  std::uint64_t value = 0;
  bool is_write = false;
  bool failed = false;  ///< the device refused it
};

/// Called by the hart that it has been given to.
class access_observer {
 public:
  access_observer() = default;
  access_observer(const access_observer&) = delete;
  access_observer& operator=(const access_observer&) = delete;
  virtual ~access_observer() = default;

  virtual void on_access(const done_access& done) = 0;
};

}  // namespace sn::hart
