#include "cli/firmware_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/trace.h"
#include "cli/observation.h"
#include "estimate/bring_up.h"
#include "estimate/installation.h"
#include "estimate/progress.h"
#include "gdb/choice.h"
#include "gdb/debugger.h"
#include "gdb/target.h"
#include "hart/elf.h"
#include "platform/loader.h"
#include "platform/system.h"

namespace sn::cli {

namespace {

struct arguments {
  std::string platform;
  std::string images;
  std::string gdb;
  std::string controller = "cipu0";
  observation_options observed;
};

void print(const std::string& name, const estimate::firmware_summary& done) {
  fmt::print("\n{} is up after {} of simulated time:\n", name, base::to_text(done.bring_up_time));
  fmt::print("  {} controllers, {} instructions\n", done.controllers, done.instructions);
  fmt::print("  {} GPUs ready, {} ports trained, {} routes, {} of pool mapped\n", done.gpus_ready,
             done.ports_trained, done.routes, base::to_text(done.pool_mapped));
  std::fflush(stdout);
}

/// Boots as ever, but under a debugger, which stays until it leaves: also when the boot fails.
void boot_debugged(estimate::bring_up& boot, gdb::debugger& debugger, const std::string& name,
                   estimate::progress_line& progress) {
  const sc_core::sc_time stride(100, sc_core::SC_US);
  boot.advance_by([&debugger](const sc_core::sc_time& span) { debugger.advance(span); });
  std::optional<base::run_error> failure;
  try {
    print(name, boot.run(estimate::boot_timeout, progress));
  } catch (const gdb::killed&) {
    throw;
  } catch (const base::run_error& error) {
    progress.clear();
    failure = error;
    if (debugger.attached()) {
      fmt::print("\n{}\n", error.what());
      std::fflush(stdout);
    }
  }
  while (debugger.attached()) {
    debugger.advance(stride);
  }
  if (failure.has_value()) {
    throw *failure;
  }
}

/// Lets the controllers be seen as the options ask.
void observe(observation& seen, const arguments& given, const std::string& images,
             platform::system& system) {
  const auto all = gdb::all_controllers(system);
  const auto chosen = gdb::choose(all, given.controller);
  std::map<std::string, std::vector<hart::elf_symbol>> symbols;
  for (const gdb::named_target& each : all) {
    const bool in_detail =
        std::any_of(chosen.begin(), chosen.end(),
                    [&each](const gdb::named_target& one) { return one.name == each.name; });
    // "switch0.3" runs switch.elf.
    const std::string kind = each.name.substr(0, each.name.find_first_of("0123456789"));
    const std::string program = fmt::format("{}/{}.elf", images, kind);
    auto& known = symbols[kind];
    if (known.empty() && given.observed.any_of_hart()) {
      known = hart::read_elf(program, each.xlen(), {{soc::memory_map::ram, std::uint64_t{1} << 31}})
                  .symbols;
    }
    seen.add({each.name, &each.hart(), known, {program}, each.what->address_map()}, in_detail);
  }
}

void boot(const arguments& given) {
  if (!given.gdb.empty()) {
    given.observed.refuse_debugger();
  }
  const platform::description machine = platform::load(given.platform);
  const std::string images = given.images.empty() ? estimate::firmware_directory() : given.images;
  base::trace trace;
  platform::system system("platform", machine, {arbiter::kind::model, images, true});
  estimate::bring_up boot(system, trace);
  boot.on_line([](const std::string& line) { fmt::print("{}\n", line); });
  observation seen(given.observed);
  observe(seen, given, images, system);
  estimate::progress_line progress;
  if (given.gdb.empty()) {
    try {
      print(machine.name, boot.run(estimate::boot_timeout, progress));
    } catch (const base::run_error&) {
      seen.finish();  // all the more of interest
      throw;
    }
    seen.finish();
    return;
  }
  const gdb::tcp_address address = gdb::parse_address(given.gdb);
  const auto all = gdb::all_controllers(system);
  const auto chosen = gdb::choose(all, given.controller);
  gdb::debugger debugger(all, chosen, address);
  fmt::print("waiting for GDB on {}:{}\n", address.host, debugger.port());
  std::fflush(stdout);
  debugger.wait_for_debugger();
  try {
    boot_debugged(boot, debugger, machine.name, progress);
  } catch (const gdb::killed& end) {
    progress.clear();
    fmt::print("\n{}\n", end.what());
  }
}

}  // namespace

void add_firmware_command(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<arguments>();
  CLI::App* command =
      app.add_subcommand("firmware", "Boot a platform's firmware and print every UART");
  command->add_option("platform", given->platform, "Platform file (YAML)")->required();
  command->add_option("--firmware", given->images,
                      "Folder of cipu.elf, switch.elf and pool.elf (default: as built)");
  command->add_option(
      "--gdb", given->gdb,
      "[HOST:]PORT: wait there for GDB before the first instruction (host: loopback; port 0: any)");
  CLI::Option* controller = command
                                ->add_option("--controller", given->controller,
                                             "What GDB and traces see: names (cipu0, switch0.3, "
                                             "pool1) and groups (cipus, switches, "
                                             "pools), with commas")
                                ->capture_default_str();
  given->observed.add_to(*command);
  command->callback([given, controller, &exit_code] {
    if (controller->count() > 0 && given->gdb.empty() && !given->observed.any_of_hart()) {
      throw base::configuration_error("", 0, "--controller",
                                      "chooses for --gdb, --trace, --registers and --interrupts, "
                                      "and none of them is given");
    }
    boot(*given);
    exit_code = 0;
  });
}

}  // namespace sn::cli
