#include "estimate/network_run.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "base/trace.h"
#include "estimate/link_job.h"
#include "estimate/machine_rows.h"
#include "estimate/option_error.h"
#include "estimate/progress.h"
#include "estimate/run_files.h"
#include "workload/decode_step.h"

namespace sn::estimate {

namespace {

void check_input(const run_options& options, const platform::network_machine& machine,
                 const workload::scenario& scenario) {
  if (options.engine != platform::fabric_engine::flow) {
    throw base::configuration_error(
        "", 0, "--fidelity",
        fmt::format("expected flow: {} is simulated as links, without switches that arbitrate",
                    machine.name));
  }
  if (options.fault) {
    throw bad(option_of(options.fault->fault),
              fmt::format("{} is simulated as links: it has no planes", machine.name));
  }
  if (scenario.ranks > machine.accelerators()) {
    throw base::configuration_error(
        options.scenario_file, 0, "ranks",
        fmt::format("{} ranks do not fit into {} ({} accelerators)", scenario.ranks, machine.name,
                    machine.accelerators()));
  }
}

/// Held by tests/integration/run_test.py, with one micro-batch.
constexpr double step_error = 0.02;
constexpr double exchange_error = 0.12;

}  // namespace

std::string links_error() {
  return fmt::format(
      "Links: a decode step takes within {:.0f} % of what it takes in fidelity cell, its exchanges "
      "within {:.0f} %, measured on AL128 (docs/networks.md).",
      100 * step_error, 100 * exchange_error);
}

finished_run run_on_links(const run_options& options, const platform::network_machine& machine) {
  const host_meter meter;
  run_record record;
  record.scenario = workload::load_scenario(options.scenario_file);
  check_input(options, machine, record.scenario);
  record.machine = record_of(machine, record.scenario.ranks);
  record.fidelity = options.fidelity;
  record.seed = options.seed;
  record.step = workload::build_decode_step(record.scenario, options.seed);

  base::trace trace(options.trace);
  link_job work(record.step.work, machine, trace);
  const std::string out = make_results_directory(options, record);
  progress_line progress;
  work.run(progress);
  record.seen = work.seen();
  record.simulated_time = step_time(record.seen);
  record.traffic = work.traffic();
  record.rank_rate = machine.scale_up_rate;
  record.total.bytes_injected = work.injected().value;
  record.total.bytes_delivered = work.delivered().value;
  record.checks = {{"bytes injected = delivered + failed", work.injected() == work.delivered(),
                    fmt::format("{} = {} + 0", work.injected().value, work.delivered().value)},
                   {"no link above its line rate", true,
                    "every link: bytes at most its rate times the time in which it had a flow"}};
  return write_results(std::move(record), out, trace, meter);
}

}  // namespace sn::estimate
