#include "gdb/monitor.h"

#include <fmt/format.h>

#include <systemc>

#include "soc/bus.h"

namespace sn::gdb {
namespace {

std::string help() {
  return "monitor time         simulated time and the instructions of this controller\n"
         "monitor controllers  all controllers of the platform: pc, instructions, what they do\n"
         "monitor devices      what lies where in this controller's address space\n"
         "monitor reset        this controller and its firmware begin anew; its device does not\n"
         "monitor help         this text\n";
}

std::string time(const named_controller& current) {
  const std::uint64_t picoseconds = sc_core::sc_time_stamp().value();
  constexpr std::uint64_t second = 1'000'000'000'000;
  return fmt::format("{}.{:012} s, {}: {} instructions\n", picoseconds / second,
                     picoseconds % second, current.name, current.soc->instructions());
}

std::string controllers(const std::vector<named_controller>& all) {
  std::string text;
  for (const named_controller& each : all) {
    text += fmt::format("{:<12} RV{}  pc {:#010x}  {:>10} instructions  {}\n", each.name, each.xlen,
                        each.soc->program_counter(), each.soc->instructions(),
                        each.soc->waiting() ? "waiting" : "running");
  }
  return text;
}

std::string devices(const named_controller& current) {
  std::string text;
  for (const soc::address_window& window : current.soc->address_map()) {
    text += fmt::format("{:#014x} to {:#014x}  {}\n", window.base, window.base + window.size - 1,
                        window.name);
  }
  return text;
}

}  // namespace

std::string run_monitor_command(std::string_view command, const std::vector<named_controller>& all,
                                const named_controller& current) {
  if (command == "time") {
    return time(current);
  }
  if (command == "controllers") {
    return controllers(all);
  }
  if (command == "devices") {
    return devices(current);
  }
  if (command == "reset") {
    current.soc->reset();
    return fmt::format("{} is at its reset vector ('maintenance flush register-cache' shows it)\n",
                       current.name);
  }
  return command == "help" ? help() : fmt::format("no command '{}'\n{}", command, help());
}

}  // namespace sn::gdb
