#include "gdb/monitor.h"

#include <fmt/format.h>

#include <systemc>

#include "soc/bus.h"

namespace sn::gdb {
namespace {

std::string help() {
  return "monitor time         simulated time and the instructions of this hart\n"
         "monitor harts        all harts: pc, mode, instructions, traps, what they do\n"
         "monitor devices      what lies where in this hart's physical memory\n"
         "monitor reset        this controller and its firmware begin anew, its device does not;\n"
         "                     or the whole machine of supernode hart\n"
         "monitor snapshot save FILE, monitor snapshot restore FILE\n"
         "                     the whole machine, as supernode hart --save and --restore do\n"
         "monitor trace on FILE, monitor trace off\n"
         "                     every instruction of this hart, as --trace shows them\n"
         "monitor faults       of a platform: what has been broken; once in a run, to break:\n"
         "monitor faults plane 3, link gpu5:3, or lanes gpu5:3:2\n"
         "monitor help         this text\n";
}

std::string time(const named_target& current) {
  const std::uint64_t picoseconds = current.hart().local_time().value();
  constexpr std::uint64_t second = 1'000'000'000'000;
  return fmt::format("{}.{:012} s, {}: {} instructions\n", picoseconds / second,
                     picoseconds % second, current.name, current.hart().core().instructions());
}

char mode(hart::privilege of) {
  switch (of) {
    case hart::privilege::user:
      return 'U';
    case hart::privilege::supervisor:
      return 'S';
    default:
      return 'M';
  }
}

std::string harts(const std::vector<named_target>& all) {
  std::string text;
  for (const named_target& each : all) {
    const hart::hart& hart = each.hart().core();
    text += fmt::format("{:<12} RV{}  {}  pc {:#010x}  {:>10} instructions  {:>6} traps  {}\n",
                        each.name, each.xlen(), mode(hart.mode()), hart.pc(), hart.instructions(),
                        hart.traps(), hart.waiting() ? "waiting" : "running");
  }
  return text;
}

std::string devices(const named_target& current) {
  std::string text;
  for (const soc::address_window& window : current.what->address_map()) {
    text += fmt::format("{:#014x} to {:#014x}  {}\n", window.base, window.base + window.size - 1,
                        window.name);
  }
  return text;
}

}  // namespace

std::string run_monitor_command(std::string_view command, const std::vector<named_target>& all,
                                const named_target& current) {
  if (command == "time") {
    return time(current);
  }
  if (command == "harts") {
    return harts(all);
  }
  if (command == "devices") {
    return devices(current);
  }
  if (command == "reset") {
    return fmt::format("{} is at its reset vector ('maintenance flush register-cache' shows it)\n",
                       current.what->reset().value_or(current.name));
  }
  return command == "help" ? help() : fmt::format("no command '{}'\n{}", command, help());
}

}  // namespace sn::gdb
