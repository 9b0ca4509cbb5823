// The options of commands that let one see what harts do, and the files that they fill.
#pragma once

#include <CLI/CLI.hpp>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "observe/coverage.h"
#include "observe/instruction_trace.h"
#include "observe/interrupt_latency.h"
#include "observe/observed_hart.h"
#include "observe/register_trace.h"

namespace sn::cli {

/// Files to write; empty: not wanted.
struct observation_options {
  std::string trace;
  std::string registers;
  std::string chosen_registers;
  std::string interrupts;
  std::string coverage;

  void add_to(CLI::App& command);
  /// Throws base::configuration_error if anything is wanted: a debugger goes back in time, and what
  /// is written cannot.
  void refuse_debugger() const;
  /// Any of what is written hart by hart.
  bool any_of_hart() const { return !trace.empty() || !registers.empty() || !interrupts.empty(); }
};

/// Observes harts as the options ask, and writes the files.
class observation {
 public:
  /// Throws base::configuration_error when a file cannot be written.
  explicit observation(const observation_options& options);

  /// Before the hart runs. Nothing but coverage if not `in_detail`.
  void add(const observe::observed_hart& hart, bool in_detail);
  /// Another observer of the hart added last.
  void add(hart::observer& one);
  /// Completes the files.
  void finish();

 private:
  struct each_hart {
    observe::observers all;
    std::unique_ptr<observe::instruction_trace> trace;
    std::unique_ptr<observe::register_trace> registers;
    std::unique_ptr<observe::interrupt_latency> interrupts;
    std::vector<std::unique_ptr<observe::coverage::counter>> counters;
    soc::hart_module* module = nullptr;
  };
  void add(each_hart& to, hart::observer& one);

  const observation_options options_;
  std::ofstream trace_;
  std::ofstream registers_;
  std::ofstream interrupts_;
  std::ofstream coverage_;
  std::vector<std::unique_ptr<each_hart>> harts_;
  std::map<std::string, observe::coverage> programs_;
};

}  // namespace sn::cli
