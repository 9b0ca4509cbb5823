// Which lines and branches of a program have been executed.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <unordered_map>

#include "hart/observer.h"
#include "observe/observed_hart.h"

namespace sn::observe {

/// Counts executed instructions and taken branches of the harts that run one program; the lines
/// are found afterwards, in its debug information.
class coverage {
 public:
  /// Counts for one hart.
  class counter final : public hart::observer {
   public:
    counter(coverage& sum, const observed_hart& hart) : sum_(sum), core_(hart.module->core()) {}
    void on_instruction(const hart::executed_instruction& done) override;
    void on_trap(const hart::taken_trap& taken) override;

   private:
    coverage& sum_;
    const hart::hart& core_;
    bool trapped_ = false;
  };

  /// Writes records of lcov for the ELF file `program`. A line was executed as often as that of its
  /// statements' first instructions that was executed most often; a branch is a conditional
  /// instruction, with what it did when it was taken first. Throws base::configuration_error when
  /// the file says nothing of lines.
  void write(const std::string& program, std::ostream& out) const;

 private:
  struct counts {
    std::uint64_t executed = 0;
    std::uint64_t taken = 0;  ///< as a branch
  };
  counts at(std::uint64_t pc) const;

  std::unordered_map<std::uint64_t, counts> instructions_;  ///< looked up, never iterated
};

}  // namespace sn::observe
