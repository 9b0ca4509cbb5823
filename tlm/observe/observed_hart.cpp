#include "observe/observed_hart.h"

#include <fmt/format.h>

#include <array>

namespace sn::observe {

void observers::on_instruction(const hart::executed_instruction& done) {
  for (hart::observer* each : all_) {
    each->on_instruction(done);
  }
}

void observers::on_trap(const hart::taken_trap& taken) {
  for (hart::observer* each : all_) {
    each->on_trap(taken);
  }
}

std::string name_of(const hart::taken_trap& trap) {
  constexpr std::array<const char*, 16> exceptions{"instruction address misaligned",
                                                   "instruction access fault",
                                                   "illegal instruction",
                                                   "breakpoint",
                                                   "load address misaligned",
                                                   "load access fault",
                                                   "store address misaligned",
                                                   "store access fault",
                                                   "call from user mode",
                                                   "call from supervisor mode",
                                                   nullptr,
                                                   "call from machine mode",
                                                   "instruction page fault",
                                                   "load page fault",
                                                   nullptr,
                                                   "store page fault"};
  constexpr std::array<const char*, 12> interrupts{
      nullptr, "supervisor software interrupt", nullptr, "software interrupt",
      nullptr, "supervisor timer interrupt",    nullptr, "timer interrupt",
      nullptr, "supervisor external interrupt", nullptr, "external interrupt"};
  const char* name = nullptr;
  if (trap.is_interrupt) {
    name = trap.cause < interrupts.size() ? interrupts.at(trap.cause) : nullptr;
  } else {
    name = trap.cause < exceptions.size() ? exceptions.at(trap.cause) : nullptr;
  }
  return name != nullptr
             ? name
             : fmt::format("{} {}", trap.is_interrupt ? "interrupt" : "exception", trap.cause);
}

std::string seconds(const sc_core::sc_time& time) {
  constexpr std::uint64_t ps_per_s = 1'000'000'000'000;
  const std::uint64_t ps = time.value();  // the resolution is 1 ps
  return fmt::format("{}.{:012}", ps / ps_per_s, ps % ps_per_s);
}

}  // namespace sn::observe
