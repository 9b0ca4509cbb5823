#include "cli/run_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "cli/fault_option.h"
#include "cli/fidelity.h"
#include "cli/numbers.h"
#include "cli/snapshot_options.h"
#include "estimate/installation.h"
#include "estimate/metrics.h"
#include "estimate/network_run.h"
#include "estimate/run.h"
#include "platform/network_loader.h"

namespace sn::cli {

namespace {

void print_summary(const estimate::finished_run& run, const std::string& out) {
  const estimate::run_record& record = run.record;
  fmt::print("{} on {}, fidelity {}, seed {}\n\n", record.scenario.name, record.machine.name,
             record.fidelity, record.seed);
  const estimate::firmware_summary& firmware = record.firmware;
  if (record.machine.of_links) {
    fmt::print(
        "  links and accelerators only: fair shares of every link, no switch, no firmware\n\n");
  } else {
    fmt::print(
        "  bring-up    {} GPUs, {} ports trained, {} routes, {} of pool mapped, "
        "{} instructions\n\n",
        firmware.gpus_ready, firmware.ports_trained, firmware.routes,
        base::to_text(firmware.pool_mapped), firmware.instructions);
  }
  for (const estimate::metric& metric : estimate::decode_metrics(record)) {
    fmt::print("  {:<28} {:>14.6g} {}\n", metric.name, metric.value,
               metric.unit == "1" ? "" : metric.unit);
  }
  fmt::print("\n  bytes       {} injected = {} delivered + {} failed\n",
             record.total.bytes_injected, record.total.bytes_delivered, record.total.bytes_failed);
  if (!record.machine.of_links) {
    fmt::print("  cells       {} in {} slots\n", record.total.cells, record.total.slots);
  }
  if (record.fault) {
    for (const std::string& line : estimate::sentences(*record.fault)) {
      fmt::print("  fault       {}\n", line);
    }
  }
  fmt::print("  host        {:.1f} s, {:.1f} s of CPU, {}\n", run.used.wall_s, run.used.cpu_s,
             base::to_text(base::bytes(run.used.peak_memory_bytes)));
  fmt::print("\n  The result rests on {} assumed values; {}/report.html lists them.\n",
             estimate::assumptions_of(record).size(), out);
  const std::string error =
      record.machine.of_links ? estimate::links_error() : error_of(fidelity_of(record.fidelity));
  if (!error.empty()) {
    fmt::print("  {}\n", error);
  }
  if (record.machine.status == platform::validation_status::prediction_only) {
    fmt::print("  Figures of {} are predictions: no measurement of it is reproduced.\n",
               record.machine.name);
  }
}

}  // namespace

void add_run_command(CLI::App& app, int& exit_code) {
  struct arguments {
    estimate::run_options options;
    std::string fidelity;  ///< empty: flow for a machine of links, else cell
    fault_arguments fault;
    snapshot_options snapshots;
  };
  auto given = std::make_shared<arguments>();
  CLI::App* command = app.add_subcommand("run", "Bring a platform up and run a scenario on it");
  command->add_option("platform", given->options.platform_file, "Platform file (YAML)")->required();
  command->add_option("scenario", given->options.scenario_file, "Scenario file (YAML)")->required();
  add_fidelity_option(*command, given->fidelity);
  add_fault_options(*command, given->fault);
  add_count(*command, "--seed", given->options.seed, "Seed of all randomness")
      ->capture_default_str();
  command->add_option("--out", given->options.out,
                      "Results directory (default: results/PLATFORM_SCENARIO)");
  command->add_flag("--trace", given->options.trace,
                    "Also write trace.json for ui.perfetto.dev or chrome://tracing");
  command->add_flag_callback(
      "--no-checkers", [given] { given->options.check_protocols = false; },
      "Leave out the checkers of TLM-2.0's rules and of the order of bursts; results are the "
      "same");
  command->add_option("--firmware", given->options.firmware,
                      "Folder of cipu.elf, switch.elf and pool.elf (default: as built)");
  given->snapshots.add_to(*command);
  command->callback([given, &exit_code] {
    estimate::run_options options = given->options;
    options.fidelity = given->fidelity;
    if (options.fidelity.empty()) {
      options.fidelity = platform::load_network(options.platform_file) ? "flow" : "cell";
    }
    const fidelity chosen = fidelity_of(options.fidelity);
    options.fault = fault_of(given->fault);
    options.snapshots = given->snapshots.read();
    options.engine = chosen.engine;
    options.arbiter = chosen.arbiter;
    if (options.firmware.empty()) {
      options.firmware = estimate::firmware_directory();
    }
    const estimate::finished_run run = estimate::run(options);
    print_summary(run, run.out);
    exit_code = 0;
  });
}

}  // namespace sn::cli
