#include "cli/firmware_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/trace.h"
#include "cli/console_port.h"
#include "cli/debug_trace.h"
#include "cli/fault_option.h"
#include "cli/observation.h"
#include "cli/snapshot_options.h"
#include "estimate/bring_up.h"
#include "estimate/installation.h"
#include "estimate/progress.h"
#include "estimate/saved_run.h"
#include "gdb/choice.h"
#include "gdb/debugger.h"
#include "gdb/target.h"
#include "hart/elf.h"
#include "hart/profile.h"
#include "observe/call_track.h"
#include "observe/mistake_log.h"
#include "platform/loader.h"
#include "platform/system.h"

namespace sn::cli {

namespace {

struct arguments {
  std::string platform;
  std::string images;
  std::string gdb;
  std::string controller = "cipu0";
  std::string uart;
  std::string run_on;
  std::string profile;
  std::string timeline;
  observation_options observed;
  snapshot_options snapshots;

  bool wants_symbols() const {
    return observed.any_of_hart() || !profile.empty() || !timeline.empty();
  }
};

void print(const std::string& name, const estimate::firmware_summary& done) {
  fmt::print("\n{} is up after {} of simulated time:\n", name, base::to_text(done.bring_up_time));
  fmt::print("  {} controllers, {} instructions\n", done.controllers, done.instructions);
  fmt::print("  {} GPUs ready, {} ports trained, {} routes, {} of pool mapped\n", done.gpus_ready,
             done.ports_trained, done.routes, base::to_text(done.pool_mapped));
  std::fflush(stdout);
}

/// Boots as ever, but under a debugger, which stays until it leaves: also when the boot fails.
void boot_debugged(estimate::saved_run& boot, gdb::debugger& debugger, const std::string& name,
                   estimate::progress_line& progress) {
  const sc_core::sc_time stride(100, sc_core::SC_US);
  boot.pace().advance_by([&debugger](const sc_core::sc_time& span) { debugger.advance(span); });
  std::optional<base::run_error> failure;
  try {
    print(name, boot.boot(progress));
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

/// "switch0.3" runs switch.elf.
std::string program_of(const std::string& images, const std::string& controller) {
  return fmt::format("{}/{}.elf", images,
                     controller.substr(0, controller.find_first_of("0123456789")));
}

std::vector<hart::elf_symbol> symbols_of(const std::string& program, unsigned xlen) {
  return hart::read_elf(program, xlen, {{soc::memory_map::ram, std::uint64_t{1} << 31}}).symbols;
}

/// What is seen of the controllers, and what is to be written of it at the end.
class observed_controllers {
 public:
  observed_controllers(const arguments& given, const std::string& images, platform::system& system,
                       base::trace& trace)
      : given_(given), seen_(given.observed) {
    const auto all = gdb::all_controllers(system);
    const auto chosen = gdb::choose(all, given.controller);
    std::map<std::string, std::vector<hart::elf_symbol>> symbols;
    for (const gdb::named_target& each : all) {
      const bool in_detail =
          std::any_of(chosen.begin(), chosen.end(),
                      [&each](const gdb::named_target& one) { return one.name == each.name; });
      const std::string program = program_of(images, each.name);
      auto& known = symbols[program];
      if (known.empty() && given.wants_symbols()) {
        known = symbols_of(program, each.xlen());
      }
      const observe::observed_hart hart{
          each.name, &each.hart(), known, {program}, each.what->address_map()};
      seen_.add(hart, in_detail);
      if (in_detail && !given.profile.empty()) {
        profiles_.push_back({each.name, std::make_unique<hart::profile>(known)});
        seen_.add(*profiles_.back().counts);
      }
      if (in_detail && trace.enabled()) {
        calls_.push_back(std::make_unique<observe::call_track>(hart, trace));
        seen_.add(*calls_.back());
      }
      mistakes_.push_back(std::make_unique<observe::mistake_log>(
          each.name, each.hart(),
          [program, xlen = each.xlen()] { return symbols_of(program, xlen); },
          [](const std::string& line) {
            std::fflush(stdout);
            fmt::print(stderr, "supernode: {}\n", line);
          }));
    }
  }

  /// Writes the files, when the run has ended, well or not.
  void finish(const base::trace& trace) {
    seen_.finish();
    for (const auto& each : mistakes_) {
      each->finish();
    }
    if (!given_.profile.empty()) {
      std::ofstream file(given_.profile, std::ios::binary);
      for (const named_profile& each : profiles_) {
        each.counts->write(file, each.name);
      }
      check_written(file, given_.profile, "profile");
    }
    for (const auto& each : calls_) {
      each->finish();
    }
    if (trace.enabled()) {
      std::ofstream file(given_.timeline, std::ios::binary);
      file << trace.to_json();
      check_written(file, given_.timeline, "timeline");
    }
  }

 private:
  struct named_profile {
    std::string name;
    std::unique_ptr<hart::profile> counts;
  };
  static void check_written(std::ofstream& file, const std::string& path, const char* option) {
    if (!file.flush()) {
      throw base::configuration_error(path, 0, option, "cannot be written");
    }
  }

  const arguments& given_;
  observation seen_;
  std::vector<named_profile> profiles_;
  std::vector<std::unique_ptr<observe::call_track>> calls_;
  std::vector<std::unique_ptr<observe::mistake_log>> mistakes_;
};

/// The UARTs of the chosen controllers, each with a port of its own.
class open_uarts {
 public:
  open_uarts(const arguments& given, platform::system& system) {
    if (given.uart.empty()) {
      return;
    }
    const auto chosen = gdb::choose(gdb::all_controllers(system), given.controller);
    const bool alone =
        given.uart == "terminal" || (given.uart.rfind("tcp:", 0) == 0 && given.uart != "tcp:0");
    if (alone && chosen.size() > 1) {
      throw base::configuration_error(
          "", 0, "uart",
          fmt::format("{} is for one controller, and {} are chosen: pty and tcp:0 "
                      "give each its own",
                      given.uart, chosen.size()));
    }
    for (const gdb::named_target& each : chosen) {
      soc::controller_soc& controller = gdb::controller_of(system, each.name);
      ports_.push_back({&controller, open_console(given.uart, {"UART of " + each.name, "--uart"})});
      controller.on_character(
          [port = ports_.back().port.get()](char character) { port->send(character); });
    }
  }
  bool any() const { return !ports_.empty(); }
  /// Types what has come meanwhile.
  void poll() {
    for (const port_of& each : ports_) {
      if (const auto typed = each.port->receive(); typed.has_value() && !typed->empty()) {
        each.controller->type(*typed);
      }
    }
  }

 private:
  struct port_of {
    soc::controller_soc* controller;
    std::unique_ptr<console_port> port;
  };
  std::vector<port_of> ports_;
};

/// "monitor faults" of a debugger: what has been broken, or breaks it now.
std::string inject_fault(platform::system& system, const std::string& words) {
  const platform::description& machine = system.machine();
  if (words.empty()) {
    return system.happened().has_value()
               ? fmt::format("broken at {}\n", observe::seconds(system.happened()->when))
               : std::string("nothing is broken\n");
  }
  const auto fault = fault_named(words);
  if (!fault.has_value()) {
    return "expected monitor faults plane 3, link gpu5:3 or lanes gpu5:3:2\n";
  }
  const bool whole = fault->what == platform::fabric_fault::kind::plane;
  if (fault->plane >= machine.topology.planes ||
      (!whole && (fault->endpoint >= machine.topology.accelerators ||
                  (fault->what == platform::fabric_fault::kind::lanes &&
                   (fault->lanes == 0 || fault->lanes >= machine.lanes_per_port()))))) {
    return "there is no such plane, GPU or number of lanes\n";
  }
  if (system.happened().has_value()) {
    return "something has been broken already, and that is all that a run can stand\n";
  }
  system.inject(*fault, sc_core::SC_ZERO_TIME);
  return "it breaks when time goes on\n";
}

base::picoseconds parsed_time(const std::string& text) {
  try {
    return base::parse_time(text);
  } catch (const std::invalid_argument& error) {
    throw base::configuration_error("", 0, "run-on", error.what());
  }
}

void boot(const arguments& given) {
  if (!given.gdb.empty()) {
    given.observed.refuse_debugger();
    if (!given.uart.empty() || !given.profile.empty() || !given.timeline.empty()) {
      throw base::configuration_error(
          "", 0, "gdb",
          "cannot be used with --uart, --profile and --timeline: a debugger may go back");
    }
    if (!given.snapshots.save.empty()) {
      throw base::configuration_error(
          "", 0, "--save", "cannot be used with --gdb, whose stops would be in the state");
    }
  }
  if (!given.snapshots.restore.empty() && (!given.profile.empty() || !given.timeline.empty())) {
    throw base::configuration_error("", 0, "--restore",
                                    "cannot be used with --profile and --timeline, which show a "
                                    "boot from its beginning");
  }
  const platform::description machine = platform::load(given.platform);
  const std::string images = given.images.empty() ? estimate::firmware_directory() : given.images;
  base::trace trace(!given.timeline.empty());
  platform::system system("platform", machine, {arbiter::kind::model, images, true});
  estimate::bring_up boot(system, trace);
  boot.on_line([](const std::string& line) { fmt::print("{}\n", line); });
  observed_controllers seen(given, images, system, trace);
  open_uarts uarts(given, system);
  estimate::progress_line progress;
  estimate::saved_run session(given.snapshots.read(), system, boot, "firmware");
  if (given.gdb.empty()) {
    const auto advance = [&uarts](const sc_core::sc_time& span) {
      const sc_core::sc_time end = sc_core::sc_time_stamp() + span;
      const sc_core::sc_time slice(100, sc_core::SC_US);
      while (sc_core::sc_time_stamp() < end) {
        uarts.poll();
        sc_core::sc_start(std::min(slice, end - sc_core::sc_time_stamp()));
      }
    };
    if (uarts.any()) {
      session.pace().advance_by(advance);
    }
    try {
      print(machine.name, session.boot(progress));
      if (!given.run_on.empty()) {
        session.pace().advance(sc_core::sc_time::from_value(parsed_time(given.run_on).value));
      }
    } catch (const base::run_error&) {
      seen.finish(trace);  // all the more of interest
      throw;
    }
    seen.finish(trace);
    session.expect_saved();
    return;
  }
  const gdb::tcp_address address = gdb::parse_address(given.gdb);
  const auto all = gdb::all_controllers(system);
  const auto chosen = gdb::choose(all, given.controller);
  gdb::debugger debugger(all, chosen, address);
  fmt::print("waiting for GDB on {}:{}\n", address.host, debugger.port());
  std::fflush(stdout);
  debug_trace traced(
      [&images](const std::string& name) {
        return symbols_of(program_of(images, name), name.rfind("cipu", 0) == 0 ? 64 : 32);
      },
      [&debugger] { return debugger.replaying(); });
  debugger.on_command("trace", [&traced](const gdb::named_target& target, std::string_view words) {
    return traced.command(target, words);
  });
  debugger.on_command("faults", [&system](const gdb::named_target&, std::string_view words) {
    return inject_fault(system, std::string(words));
  });
  debugger.wait_for_debugger();
  try {
    boot_debugged(session, debugger, machine.name, progress);
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
  CLI::Option* controller =
      command
          ->add_option("--controller", given->controller,
                       "What GDB, traces and --uart see: names (cipu0, switch0.3, "
                       "pool1) and groups (cipus, switches, "
                       "pools), with commas")
          ->capture_default_str();
  command->add_option("--uart", given->uart,
                      "Where the UARTs of --controller lead: terminal (every key at once), pty, or "
                      "tcp:PORT (loopback; 0: any)");
  command->add_option("--run-on", given->run_on, "Go on for this long when the platform is up");
  command->add_option("--profile", given->profile,
                      "Count the instructions of --controller by stack of calls into this file "
                      "(folded stacks); slow");
  command->add_option("--timeline", given->timeline,
                      "Write the stages of the boot, and the functions of --controller, to this "
                      "file for ui.perfetto.dev or chrome://tracing; slow");
  given->observed.add_to(*command);
  given->snapshots.add_to(*command);
  command->callback([given, controller, &exit_code] {
    if (controller->count() > 0 && given->gdb.empty() && given->uart.empty() &&
        !given->wants_symbols()) {
      throw base::configuration_error(
          "", 0, "--controller",
          "chooses for --gdb, --uart, --trace, --registers, --interrupts, --profile and "
          "--timeline, and none of them is given");
    }
    boot(*given);
    exit_code = 0;
  });
}

}  // namespace sn::cli
