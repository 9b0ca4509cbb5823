#include "cli/observation.h"

#include "base/error.h"

namespace sn::cli {
namespace {

void open(std::ofstream& file, const std::string& path, const char* option) {
  if (path.empty()) {
    return;
  }
  file.open(path, std::ios::binary);
  if (!file) {
    throw base::configuration_error(path, 0, option, "cannot be written");
  }
}

void close(std::ofstream& file, const std::string& path, const char* option) {
  if (!path.empty() && !file.flush()) {
    throw base::configuration_error(path, 0, option, "cannot be written");
  }
}

}  // namespace

void observation_options::add_to(CLI::App& command) {
  command.add_option("--trace", trace,
                     "Write every instruction to this file, with its effect on registers; slow");
  CLI::Option* file = command.add_option("--registers", registers,
                                         "Write every access to --trace-registers to this file");
  CLI::Option* what = command.add_option(
      "--trace-registers", chosen_registers,
      "Devices by name (such as uart or virtio*) and ranges FIRST-LAST of addresses, with commas");
  file->needs(what);
  what->needs(file);
  command.add_option("--interrupts", interrupts,
                     "Write how long each interrupt waited for its handler to this file; slow");
  command.add_option("--coverage", coverage,
                     "Write which lines and branches have been executed to this file (lcov); slow");
}

void observation_options::refuse_debugger() const {
  if (any_of_hart() || !coverage.empty()) {
    throw base::configuration_error(
        "", 0, "gdb", "cannot be used with traces, latencies and coverage: a debugger may go back");
  }
}

observation::observation(const observation_options& options) : options_(options) {
  open(trace_, options.trace, "trace");
  open(registers_, options.registers, "registers");
  open(interrupts_, options.interrupts, "interrupts");
  open(coverage_, options.coverage, "coverage");
}

void observation::add(each_hart& to, hart::observer& one) {
  to.all.add(one);
  to.module->core().observe(&to.all);
}

void observation::add(hart::observer& one) {
  add(*harts_.back(), one);
}

void observation::add(const observe::observed_hart& hart, bool in_detail) {
  each_hart& added = *harts_.emplace_back(std::make_unique<each_hart>());
  added.module = hart.module;
  if (in_detail && !options_.trace.empty()) {
    added.trace = std::make_unique<observe::instruction_trace>(hart, trace_);
    add(added, *added.trace);
  }
  if (in_detail && !options_.registers.empty()) {
    added.registers =
        std::make_unique<observe::register_trace>(hart, options_.chosen_registers, registers_);
  }
  if (in_detail && !options_.interrupts.empty()) {
    added.interrupts = std::make_unique<observe::interrupt_latency>(hart);
    add(added, *added.interrupts);
  }
  if (!options_.coverage.empty()) {
    for (const std::string& program : hart.programs) {
      added.counters.push_back(
          std::make_unique<observe::coverage::counter>(programs_[program], hart));
      add(added, *added.counters.back());
    }
  }
}

void observation::finish() {
  for (const auto& each : harts_) {
    if (each->interrupts != nullptr) {
      each->interrupts->write(interrupts_);
    }
  }
  for (const auto& [program, counts] : programs_) {
    counts.write(program, coverage_);
  }
  close(trace_, options_.trace, "trace");
  close(registers_, options_.registers, "registers");
  close(interrupts_, options_.interrupts, "interrupts");
  close(coverage_, options_.coverage, "coverage");
}

}  // namespace sn::cli
