#include "observe/instruction_trace.h"

#include <fmt/format.h>

#include <iterator>

namespace sn::observe {
namespace {

char letter(hart::privilege mode) {
  switch (mode) {
    case hart::privilege::machine:
      return 'M';
    case hart::privilege::supervisor:
      return 'S';
    default:
      return 'U';
  }
}

}  // namespace

instruction_trace::instruction_trace(const observed_hart& hart, std::ostream& out)
    : name_(hart.name),
      module_(*hart.module),
      out_(out),
      functions_(hart.symbols),
      disassemble_(hart.module->core().xlen()) {
  remember();
}

void instruction_trace::remember() {
  const hart::hart& core = module_.core();
  for (unsigned i = 1; i < 32; ++i) {
    registers_.at(i) = core.read_register(i);
  }
  mode_ = core.mode();
}

std::string instruction_trace::place(std::uint64_t pc) {
  const std::string name = functions_.describe(pc);
  const int digits = module_.core().xlen() == 64 ? 16 : 8;
  return name.empty() ? fmt::format("{:0{}x}", pc, digits)
                      : fmt::format("{:0{}x} <{}>", pc, digits, name);
}

void instruction_trace::on_instruction(const hart::executed_instruction& done) {
  fmt::memory_buffer line;
  const auto to = std::back_inserter(line);
  fmt::format_to(to, "{} {} {} {}: {:0{}x} {}",
                 seconds(module_.local_time() - module_.instruction_time()), name_, letter(mode_),
                 place(done.pc), done.encoding, (done.encoding & 3U) == 3U ? 8 : 4,
                 disassemble_(done.encoding));
  const hart::hart& core = module_.core();
  const char* separator = " ; ";
  for (unsigned i = 1; i < 32; ++i) {
    const std::uint64_t value = core.read_register(i);
    if (value != registers_.at(i)) {
      fmt::format_to(to, "{}x{}={:x}", separator, i, value);
      separator = " ";
    }
  }
  line.push_back('\n');
  out_.write(line.data(), static_cast<std::streamsize>(line.size()));
  out_ << trap_;
  trap_.clear();
  remember();
}

void instruction_trace::on_trap(const hart::taken_trap& taken) {
  const bool fetched = taken.cause != 1 && taken.cause != 12;
  std::string line =
      fmt::format("{} {} {} at {}, value {:x}, to {}\n", seconds(module_.local_time()), name_,
                  name_of(taken), place(taken.from), taken.value, place(taken.handler));
  if (taken.is_interrupt || !fetched) {
    out_ << line;
    mode_ = module_.core().mode();
  } else {
    trap_ = std::move(line);
  }
}

}  // namespace sn::observe
