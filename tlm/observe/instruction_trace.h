// What a hart executes, line by line.
#pragma once

#include <array>
#include <cstdint>
#include <ostream>
#include <string>

#include "hart/function_table.h"
#include "hart/observer.h"
#include "observe/disassembler.h"
#include "observe/observed_hart.h"

namespace sn::observe {

/// Writes a line per instruction, and one per trap:
///
///     0.000000001000 hart0 M 80000004 <main+4>: fe010113 addi sp, sp, -32 ; x2=80000fe0
///     0.000000002000 hart0 load access fault at 80000008 <main+8>, value 0, to 80000100 <trap>
///
/// The time is that of the instruction's beginning, the mode the one it was executed in, and what
/// follows the semicolon the integer registers that it has changed.
class instruction_trace final : public hart::observer {
 public:
  instruction_trace(const observed_hart& hart, std::ostream& out);

  void on_instruction(const hart::executed_instruction& done) override;
  void on_trap(const hart::taken_trap& taken) override;

 private:
  std::string place(std::uint64_t pc);
  void remember();

  const std::string name_;
  soc::hart_module& module_;
  std::ostream& out_;
  hart::function_table functions_;
  const disassembler disassemble_;
  std::array<std::uint64_t, 32> registers_{};
  hart::privilege mode_{};
  std::string trap_;  ///< of the instruction that is shown next
};

}  // namespace sn::observe
