#include "estimate/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/state.h"
#include "base/trace.h"
#include "estimate/bring_up.h"
#include "estimate/job.h"
#include "estimate/machine_rows.h"
#include "estimate/network_run.h"
#include "estimate/progress.h"
#include "estimate/run_files.h"
#include "estimate/saved_run.h"
#include "platform/loader.h"
#include "platform/network_loader.h"
#include "platform/system.h"
#include "workload/decode_step.h"

namespace sn::estimate {

namespace {

void check_ranks(const platform::description& machine, const workload::scenario& scenario,
                 const run_options& options) {
  if (scenario.ranks > machine.topology.accelerators_per_domain) {
    throw base::configuration_error(
        options.scenario_file, 0, "ranks",
        fmt::format("{} ranks do not fit into a scale-up domain of {} ({} GPUs)", scenario.ranks,
                    machine.name, machine.topology.accelerators_per_domain));
  }
}

/// Leaves only the bins from the one that holds slot `first` on.
void drop_bins_before(fabric::engine_statistics& statistics, std::uint64_t first,
                      std::uint64_t bin_slots) {
  for (auto& plane : statistics.planes) {
    const auto begin = plane.cells_per_bin.begin();
    const auto count = std::min<std::uint64_t>(first / bin_slots, plane.cells_per_bin.size());
    plane.cells_per_bin.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
  }
}

/// What audited_totals() has checked: it aborts on a broken book, and what can be shown as figures
/// is shown.
std::vector<check> checked_books(platform::fabric_engine engine,
                                 const fabric::engine_statistics& total) {
  const bool conserved = total.bytes_injected == total.bytes_delivered + total.bytes_failed;
  std::vector<check> result{{"bytes injected = delivered + failed", conserved,
                             fmt::format("{} = {} + {}", total.bytes_injected,
                                         total.bytes_delivered, total.bytes_failed)},
                            {"no link above its line rate", true,
                             "every link of every plane: cells sent at most slots elapsed"}};
  if (engine == platform::fabric_engine::cell) {
    result.push_back({"every credit came home", true, "all VOQ and receive credits, all planes"});
  }
  return result;
}

}  // namespace

finished_run run(const run_options& options) {
  if (const auto links = platform::load_network(options.platform_file)) {
    if (!options.snapshots.save.empty() || !options.snapshots.restore.empty()) {
      throw base::configuration_error(
          "", 0, "--save", "snapshots are of machines with firmware, not of machines of links");
    }
    return run_on_links(options, *links);
  }
  const host_meter meter;
  run_record record;
  const platform::description machine = platform::load(options.platform_file);
  record.machine = record_of(machine);
  record.scenario = workload::load_scenario(options.scenario_file);
  record.fidelity = options.fidelity;
  record.seed = options.seed;
  check_ranks(machine, record.scenario, options);
  if (options.fault) {
    check_fault(options.fault->fault, machine);
  }
  record.step = workload::build_decode_step(record.scenario, options.seed);

  base::trace trace(options.trace);
  platform::system system(
      "platform", machine,
      {options.arbiter, options.firmware, true, options.engine, options.check_protocols});
  std::vector<gpu::gpu*> gpus;
  for (unsigned rank = 0; rank < record.scenario.ranks; ++rank) {
    gpus.push_back(&system.accelerator(rank));
  }
  const std::string out = make_results_directory(options, record);

  progress_line progress;
  bring_up boot(system, trace);
  if (options.trace && !options.snapshots.restore.empty()) {
    throw base::configuration_error("", 0, "--trace",
                                    "shows a run from its beginning and cannot be used with "
                                    "--restore");
  }
  saved_run session(options.snapshots, system, boot,
                    fmt::format("run of the scenario with checksum {:08x}, seed {}{}",
                                base::file_checksum(options.scenario_file), options.seed,
                                options.fault ? ", " + name_of(*options.fault) : ""));
  const auto write_boot_log = [&] {
    record.boot_log = boot.log();
    std::string text;
    for (const std::string& line : record.boot_log) {
      text += line + "\n";
    }
    write_file(out + "/boot.log", text);
  };
  fabric::engine& engine = system.fabric(0);
  try {
    record.firmware = session.boot(progress);
    job work(record.step.work, gpus, machine.topology.planes, trace);
    fabric::engine_statistics before;
    std::uint64_t delivered = 0;  // by the fabric that a fault hits
    if (session.in_work()) {
      base::state_restorer io(session.work_state());
      io(work, before, delivered);
      session.restore_machine();
    } else {
      before = engine.statistics();
      if (options.fault) {
        const platform::fabric_fault& fault = options.fault->fault;
        delivered = fabric_of(system, machine, fault).statistics().bytes_delivered;
        system.inject(fault, sc_core::sc_time::from_value(options.fault->when.value));
      }
    }
    session.begin_work([&](base::snapshot_writer& to) {
      base::state_saver io(to);
      io(work, before, delivered);
    });
    run_to_end(work, progress, session.pace());
    session.expect_saved();
    record.seen = work.seen();
    record.in_step = fabric::difference(before, engine.statistics());
    if (options.fault && !system.happened()) {
      throw base::run_error("the step had ended before the fault was to happen");
    }
    if (options.fault) {
      record.fault = report_of(system, machine, options.fault->fault, record.seen.start,
                               step_time(record.seen), delivered);
    }
  } catch (const base::run_error&) {
    progress.clear();
    write_boot_log();
    throw;
  }
  write_boot_log();

  record.simulated_time = record.seen.start + step_time(record.seen);
  record.total = system.audited_totals();
  record.checks = checked_books(options.engine, record.total);
  record.slot_time = machine.slot_time();
  record.bin_slots = engine.bin_slots();
  drop_bins_before(record.in_step, record.seen.start.value / record.slot_time.value,
                   record.bin_slots);
  for (unsigned index = 0; index < engine.endpoints(); ++index) {
    const fabric::endpoint_parameters& endpoint = engine.endpoint(index);
    record.endpoint_of_port.push_back(endpoint.id);
    record.slots_per_cell.push_back(endpoint.slots_per_cell);
  }

  engine.trace_utilisation(trace);
  return write_results(std::move(record), out, trace, meter);
}

}  // namespace sn::estimate
