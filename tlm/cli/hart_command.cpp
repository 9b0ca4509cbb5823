#include "cli/hart_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/snapshot.h"
#include "base/units.h"
#include "cli/console_port.h"
#include "cli/console_script.h"
#include "cli/debug_trace.h"
#include "cli/numbers.h"
#include "cli/observation.h"
#include "cli/result_file.h"
#include "cli/signature.h"
#include "estimate/host_usage.h"
#include "gdb/debugger.h"
#include "gdb/machine_targets.h"
#include "hart/elf.h"
#include "hart/profile.h"
#include "observe/mistake_log.h"
#include "soc/hart_module.h"
#include "soc/virt_machine.h"
#include "soc/virt_map.h"

namespace sn::cli {

namespace {

constexpr int exit_failed_run = 1;
constexpr int exit_limit = 124;
constexpr int exit_code_limit = 255;
constexpr unsigned mhartid = 0xf14;

struct arguments {
  std::string program;
  std::string isa;
  std::string machine = "virt";
  std::string memory = "512MiB";
  std::string script;
  std::string uart;
  std::string net;
  std::string console;  ///< of virtio
  std::string stats;
  std::string signature;
  unsigned signature_granularity = 4;  ///< bytes a line
  std::string profile;
  observation_options observed;
  std::string save;
  std::string save_at;
  std::string restore;
  std::string gdb;
  soc::virt_machine_configuration wanted;
  std::uint64_t max_instructions = std::numeric_limits<std::uint64_t>::max();
};

/// What the width of the program's file allows, with everything this hart has.
hart::isa isa_of(const arguments& given) {
  if (!given.isa.empty()) {
    return hart::parse_isa(given.isa);
  }
  const std::string& path = given.program.empty() ? given.wanted.bios : given.program;
  std::array<char, 5> head{};
  std::ifstream(path, std::ios::binary).read(head.data(), head.size());
  const bool narrow = std::string(head.data(), 4) == "\177ELF" && head[4] == 1;
  return hart::parse_isa(narrow ? "rv32imac_zba_zbb_zbs" : "rv64gc_zba_zbb_zbs");
}

std::string to_json(const soc::machine_statistics& done, double cpu_seconds) {
  const nlohmann::ordered_json json{
      {"instructions", done.instructions},
      {"cpu_seconds", cpu_seconds},
      {"mips", cpu_seconds > 0 ? static_cast<double>(done.instructions) / cpu_seconds / 1e6 : 0.0},
      {"traps", done.traps},
      {"interrupts", done.interrupts}};
  return json.dump(2) + "\n";
}

/// The ELF files that the machine runs.
std::vector<std::string> programs_of(const soc::virt_machine_configuration& wanted) {
  std::vector<std::string> all;
  for (const std::string& path : {wanted.program, wanted.bios, wanted.kernel}) {
    std::array<char, 4> head{};
    std::ifstream(path, std::ios::binary).read(head.data(), head.size());
    if (std::string(head.data(), head.size()) == "\177ELF") {
      all.push_back(path);
    }
  }
  return all;
}

/// Their symbols, by address.
std::vector<hart::elf_symbol> symbols_of(const soc::virt_machine_configuration& wanted) {
  std::vector<hart::elf_symbol> all;
  for (const std::string& path : programs_of(wanted)) {
    const hart::elf_image image =
        hart::read_elf(path, wanted.isa.xlen, {{soc::virt_map::ram, wanted.memory.value}});
    all.insert(all.end(), image.symbols.begin(), image.symbols.end());
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.address < b.address; });
  return all;
}

void write_profiles(const std::string& path,
                    const std::vector<std::unique_ptr<hart::profile>>& profiles) {
  std::ofstream file(path);
  for (std::size_t i = 0; i < profiles.size(); ++i) {
    profiles[i]->write(file, fmt::format("hart{}", i));
  }
  if (!file.flush()) {
    throw base::configuration_error(path, 0, "profile", "cannot be written");
  }
}

void print_mistake(const std::string& line) {
  std::fflush(stdout);
  fmt::print(stderr, "supernode: {}\n", line);
}

int report(const soc::machine_outcome& outcome) {
  switch (outcome.what) {
    case soc::machine_outcome::kind::passed:
      return 0;
    case soc::machine_outcome::kind::failed:
      fmt::print(stderr, "supernode: the program ended with code {}\n", outcome.code);
      // The host has 8 bits for it, and 0 would say that nothing failed.
      return outcome.code <= exit_code_limit ? static_cast<int>(outcome.code) : exit_code_limit;
    case soc::machine_outcome::kind::reset:
      fmt::print(stderr, "supernode: the program asked for a reset\n");
      return 0;
    case soc::machine_outcome::kind::instruction_limit:
      fmt::print(stderr, "supernode: the limit of instructions is reached\n");
      return exit_limit;
    default:
      fmt::print(stderr,
                 "supernode: every hart waits for an interrupt that nothing is left to raise\n");
      return exit_failed_run;
  }
}

/// "5 ms" is a time, "5000000" a count of instructions.
soc::pause_point parse_pause(const std::string& text) {
  soc::pause_point pause;
  try {
    if (text.find_first_not_of("0123456789") == std::string::npos) {
      pause.instructions = std::stoull(text);
    } else {
      pause.time = sc_core::sc_time::from_value(base::parse_time(text).value);
    }
  } catch (const std::exception&) {
    throw base::configuration_error(
        "", 0, "save-at",
        fmt::format("'{}', expected a time such as \"5 ms\" or a number of instructions", text));
  }
  return pause;
}

/// The script of --virtio-console; empty if it leads elsewhere.
std::string console_script_of(const arguments& given) {
  const std::string prefix = "script:";
  return given.console.compare(0, prefix.size(), prefix) == 0 ? given.console.substr(prefix.size())
                                                              : std::string();
}

void check_options(const arguments& given) {
  const auto refuse = [](const char* key, const char* message) {
    throw base::configuration_error("", 0, key, message);
  };
  if (given.save.empty() != given.save_at.empty()) {
    refuse("save", "--save FILE and --save-at TIME or INSTRUCTIONS belong together");
  }
  if (!given.save.empty() && !given.gdb.empty()) {
    refuse("save", "cannot be used with --gdb, whose stops would be in the state");
  }
  if (!given.restore.empty() && !given.profile.empty()) {
    refuse("profile", "counts a run from its beginning and cannot be used with --restore");
  }
  if (!given.uart.empty() && !given.script.empty()) {
    refuse("uart", "the script uses the UART: they cannot both");
  }
  if (!given.uart.empty() && !given.gdb.empty()) {
    refuse("uart", "cannot be used with --gdb, whose debugger may go back");
  }
  if (!given.console.empty() && console_script_of(given).empty() && !given.gdb.empty()) {
    refuse("virtio-console", "only script:FILE goes with --gdb, whose debugger may go back");
  }
  if (!given.wanted.net.capture.empty() && !given.gdb.empty()) {
    refuse("net", "pcap:FILE cannot be used with --gdb, whose debugger may go back");
  }
  if (!given.gdb.empty()) {
    given.observed.refuse_debugger();
  }
  if (!given.observed.coverage.empty() && programs_of(given.wanted).empty()) {
    refuse("coverage", "needs an ELF file with debug information");
  }
}

/// The consoles of a machine, each with its script if it has one.
struct consoles {
  std::optional<console_script> uart;
  std::optional<console_script> second;
};

void save_script(base::snapshot_writer& to, const std::string& path,
                 const std::optional<console_script>& script) {
  to.number(script.has_value());
  if (script.has_value()) {
    to.text(fmt::format("{:08x}", base::file_checksum(path)));
    script->save(to);
  }
}

/// A script goes on where it was if it is the same, while another one begins.
void restore_script(base::snapshot_reader& from, const std::string& path,
                    std::optional<console_script>& script) {
  bool goes_on = false;
  if (from.number<bool>()) {
    const std::string name = from.text();
    goes_on = script.has_value() && name == fmt::format("{:08x}", base::file_checksum(path));
    if (goes_on) {
      script->restore(from);
    } else {
      console_script::skip(from);
    }
  }
  if (script.has_value() && !goes_on) {
    script->begin();
  }
}

void save(const std::string& path, const arguments& given, const soc::virt_machine& machine,
          const consoles& scripts) {
  base::snapshot_writer to;
  machine.save(to);
  to.section("console");
  save_script(to, given.script, scripts.uart);
  save_script(to, console_script_of(given), scripts.second);
  to.write(path);
}

/// Goes on where --save was.
void restore(const std::string& path, const arguments& given, soc::virt_machine& machine,
             consoles& scripts) {
  base::snapshot_reader from = base::snapshot_reader::from_file(path);
  machine.restore(from);
  from.section("console");
  restore_script(from, given.script, scripts.uart);
  restore_script(from, console_script_of(given), scripts.second);
  from.end();
}

/// Runs to the end, and saves on the way.
soc::machine_outcome run_machine(const arguments& given, soc::virt_machine& machine,
                                 const consoles& scripts) {
  if (!given.save.empty()) {
    if (const auto ended = machine.run_to(parse_pause(given.save_at), given.max_instructions);
        ended.has_value()) {
      throw base::run_error(
          fmt::format("the run ended before {}: there is no {}", given.save_at, given.save));
    }
    save(given.save, given, machine, scripts);
  }
  return machine.run(given.max_instructions);
}

/// A debugger, if one is wanted: the machine stands still until it has come.
std::unique_ptr<gdb::debugger> debugger_for(const arguments& given, soc::virt_machine& machine,
                                            consoles& scripts) {
  if (given.gdb.empty()) {
    return nullptr;
  }
  if (!given.profile.empty()) {
    throw base::configuration_error("", 0, "profile", "cannot be counted under a debugger");
  }
  const gdb::tcp_address address = gdb::parse_address(given.gdb);
  const std::vector<gdb::named_target> harts = gdb::harts_of(machine);
  auto debugger = std::make_unique<gdb::debugger>(harts, harts, address);
  auto trace = std::make_shared<debug_trace>(
      [&given](const std::string&) { return symbols_of(given.wanted); },
      [each = debugger.get()] { return each->replaying(); });
  debugger->on_command("trace", [trace](const gdb::named_target& target, std::string_view words) {
    return trace->command(target, words);
  });
  debugger->on_snapshot({[&](const std::string& path) { save(path, given, machine, scripts); },
                         [&](const std::string& path) { restore(path, given, machine, scripts); },
                         [&](const std::string& path) {
                           base::snapshot_reader from = base::snapshot_reader::from_file(path);
                           return machine.saved_at(from);
                         }});
  fmt::print("waiting for GDB on {}:{}\n", address.host, debugger->port());
  std::fflush(stdout);
  debugger->wait_for_debugger();
  machine.advance_by(
      [each = debugger.get()](const sc_core::sc_time& span) { each->advance(span); });
  return debugger;
}

void connect_uart(const arguments& given, soc::virt_machine& machine, consoles& scripts,
                  console_port& port, const std::unique_ptr<gdb::debugger>& debugger) {
  if (!given.script.empty()) {
    scripts.uart.emplace(given.script);
    scripts.uart->on_send([&machine](std::string_view text) { machine.type(text); });
  } else {
    machine.on_input([&debugger, &port]() -> std::optional<std::string> {
      if (debugger == nullptr) {
        return port.receive();
      }
      if (debugger->replaying()) {
        return std::string();  // nothing was typed in the past that is repeated
      }
      std::optional<std::string> text = port.receive();
      if (!text.has_value() || !text->empty()) {
        debugger->forget_history();
      }
      return text;
    });
  }
  machine.on_character([&scripts, &port](char character) {
    if (scripts.uart.has_value()) {
      std::fputc(character, stdout);
      scripts.uart->take(character);
    } else {
      port.send(character);
    }
  });
}

/// The other end of the virtio console, if it has another one than a script.
std::unique_ptr<console_port> connect_console(const arguments& given, soc::virt_machine& machine,
                                              consoles& scripts) {
  if (given.console.empty()) {
    return nullptr;
  }
  if (const std::string script = console_script_of(given); !script.empty()) {
    scripts.second.emplace(script);
    scripts.second->on_send([&machine](std::string_view text) { machine.type_at_console(text); });
    machine.on_console_character([&scripts](char character) {
      std::fputc(character, stdout);
      scripts.second->take(character);
    });
    return nullptr;
  }
  auto port = open_console(given.console, {"virtio console", "--virtio-console"});
  machine.on_console_input([each = port.get()] { return each->receive(); });
  machine.on_console_character([each = port.get()](char character) { each->send(character); });
  return port;
}

/// Says so if the script has not seen all that it expects.
bool is_finished(const std::string& path, const std::optional<console_script>& script) {
  if (!script.has_value() || script->finished()) {
    return true;
  }
  fmt::print(stderr, "supernode: {}: \"{}\" was not seen\n", path, script->waiting_for());
  return false;
}

int run(arguments& given) {
  given.wanted.program = given.program;
  given.wanted.kind = given.machine == "bare" ? soc::machine_kind::bare : soc::machine_kind::virt;
  given.wanted.isa = isa_of(given);
  try {
    given.wanted.memory = base::parse_bytes(given.memory);
  } catch (const std::invalid_argument& error) {
    throw base::configuration_error("", 0, "memory", error.what());
  }
  if (!given.net.empty()) {
    given.wanted.net = soc::parse_connection(given.net);
  }
  given.wanted.virtio_console = !given.console.empty();
  check_options(given);
  given.wanted.keep_disk_writes =
      !given.save.empty() || !given.restore.empty() || !given.gdb.empty();
  result_file stats(given.stats, "stats");
  soc::virt_machine machine(given.wanted);
  std::optional<signature> left;
  if (!given.signature.empty()) {
    left.emplace(given.program, symbols_of(given.wanted), given.signature_granularity);
  }
  result_file signature_file(given.signature, "signature");

  std::unique_ptr<gdb::debugger> debugger;
  consoles scripts;
  const std::unique_ptr<console_port> uart = open_console(given.uart);
  connect_uart(given, machine, scripts, *uart, debugger);
  const std::unique_ptr<console_port> second = connect_console(given, machine, scripts);
  if (!given.restore.empty()) {
    restore(given.restore, given, machine, scripts);
  } else {
    for (auto* each : {&scripts.uart, &scripts.second}) {
      if (each->has_value()) {
        (*each)->begin();
      }
    }
  }
  std::vector<std::unique_ptr<hart::profile>> profiles;
  observation seen(given.observed);
  observe::observed_hart one{"", nullptr, symbols_of(given.wanted), programs_of(given.wanted),
                             machine.address_map()};
  std::vector<std::unique_ptr<observe::mistake_log>> mistakes;
  for (soc::hart_module* each : machine.harts()) {
    one.name = fmt::format("hart{}", each->core().read_csr(mhartid).value_or(0));
    one.module = each;
    mistakes.push_back(std::make_unique<observe::mistake_log>(
        one.name, *each, [symbols = one.symbols] { return symbols; }, print_mistake));
    seen.add(one, true);
    if (!given.profile.empty()) {
      profiles.push_back(std::make_unique<hart::profile>(one.symbols));
      seen.add(*profiles.back());
    }
  }
  debugger = debugger_for(given, machine, scripts);
  const estimate::host_meter meter;
  soc::machine_outcome outcome;
  try {
    outcome = run_machine(given, machine, scripts);
  } catch (const gdb::killed& end) {
    std::fflush(stdout);
    fmt::print(stderr, "\nsupernode: {}\n", end.what());
    return exit_failed_run;
  }
  const double cpu_seconds = meter.read().cpu_s;
  std::fflush(stdout);
  if (stats) {
    stats.write(to_json(machine.statistics(), cpu_seconds));
  }
  if (left.has_value()) {
    signature_file.write(
        left->text([&machine](std::uint64_t address, void* data, std::size_t size) {
          return machine.read_debug(address, data, size);
        }));
  }
  if (!given.profile.empty()) {
    write_profiles(given.profile, profiles);
  }
  seen.finish();
  for (const auto& each : mistakes) {
    each->finish();
  }
  const int code = report(outcome);
  if (debugger != nullptr) {
    debugger->end(code);
  }
  bool all_seen = is_finished(given.script, scripts.uart);
  all_seen = is_finished(console_script_of(given), scripts.second) && all_seen;
  return all_seen || code != 0 ? code : exit_failed_run;
}

}  // namespace

void add_hart_command(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<arguments>();
  CLI::App* command = app.add_subcommand("hart", "Run a program on one RISC-V computer");
  command->add_option("program", given->program, "ELF file, entered in machine mode");
  command->add_option(
      "--isa", given->isa,
      "Instruction set, such as rv64gc or rv32imac_zba (default: all there is, of the "
      "program's width)");
  command->add_option("--machine", given->machine, "virt: its devices; bare: memory only")
      ->check(CLI::IsMember({"virt", "bare"}))
      ->capture_default_str();
  command->add_option("--bios", given->wanted.bios, "Firmware: ELF, or raw for 0x80000000");
  command->add_option("--kernel", given->wanted.kernel,
                      "Supervisor software: ELF, or raw for 0x80200000 (RV32: 0x80400000)");
  command->add_option("--initrd", given->wanted.initrd, "Initial file system of the kernel");
  command->add_option("--append", given->wanted.append, "Boot arguments of the kernel");
  command->add_option(
      "--drive", given->wanted.drive,
      "Disk image behind the first virtio slot (written to, but for --save, --restore and "
      "--gdb)");
  command->add_option(
      "--flash", given->wanted.flash,
      "Image of the flash at 0x20000000, at most 64 MiB (written to, but for --save, --restore and "
      "--gdb)");
  command->add_option(
      "--net", given->net,
      "Network device behind the second virtio slot, and who is at the other end: none, loopback "
      "(every frame comes back), host (10.0.2.2, which answers ARP, ping and DHCP), host:FOLDER "
      "(its files too, by TFTP), replay:FILE (the frames of a pcap file, at their times); and, "
      "after a comma, pcap:FILE to write every frame to");
  command->add_option(
      "--virtio-console", given->console,
      "Console behind the third virtio slot, and where it leads: terminal, pty, tcp:PORT, or "
      "script:FILE (as for --script)");
  add_count(*command, "--harts", given->wanted.harts, "Number of harts")->capture_default_str();
  command->add_option("--memory", given->memory, "Size of RAM")->capture_default_str();
  command->add_option("--script", given->script,
                      "File of \"expect TEXT\" and \"send TEXT\" lines that uses the console");
  command->add_option("--uart", given->uart,
                      "Where the UART leads: terminal (every key at once), pty, or tcp:PORT "
                      "(loopback; 0: any); default: standard input and output");
  command->add_option("--stats", given->stats, "Write counts and speed to this file (JSON)");
  command->add_option("--signature", given->signature,
                      "Write memory from begin_signature up to end_signature to this file at the "
                      "end, as tests of the architecture want it");
  add_count(*command, "--signature-granularity", given->signature_granularity,
            "Bytes in a line of the signature: 1, 2, 4, 8 or 16")
      ->capture_default_str();
  command->add_option("--profile", given->profile,
                      "Count instructions by stack of calls into this file (folded stacks); slow");
  given->observed.add_to(*command);
  command->add_flag_callback(
      "--no-checkers", [given] { given->wanted.check_protocols = false; },
      "Leave out the checkers of TLM-2.0's rules; results are the same");
  command->add_option("--save", given->save,
                      "Write the machine's whole state to this file, at --save-at");
  command->add_option(
      "--save-at", given->save_at,
      "When: a simulated time (\"5 ms\"), or a number of instructions, to a quantum");
  command->add_option("--restore", given->restore, "Go on where this file was saved");
  command->add_option(
      "--gdb", given->gdb,
      "[HOST:]PORT: wait there for GDB before the first instruction (host: loopback; port 0: any)");
  add_count(*command, "--max-instructions", given->max_instructions,
            "End after exactly this many instructions of all harts (exit 124)");
  command->callback([given, &exit_code] { exit_code = run(*given); });
}

}  // namespace sn::cli
