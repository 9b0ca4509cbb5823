#include "estimate/bench.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/trace.h"
#include "estimate/bench_data.h"
#include "estimate/bench_options.h"
#include "estimate/bring_up.h"
#include "estimate/job.h"
#include "estimate/progress.h"
#include "platform/loader.h"
#include "platform/system.h"
#include "workload/collective_choice.h"

namespace sn::estimate {

namespace {

/// The collective of one size; the algorithm is filled in.
workload::collective collective_of(const bench_options& options, std::uint32_t ranks,
                                   base::bytes size) {
  workload::collective what;
  what.kind = options.kind;
  what.ranks = ranks;
  what.groups = options.groups;
  what.elements = size.value / workload::element_size;
  return what;
}

/// The machine as the choice of an algorithm sees it: HBM is passed three times between a command
/// and the arrival of its first byte, for the message table, the bytes to send and those that came.
workload::collective_rates rates_of(const platform::description& machine,
                                    base::bytes_per_second line_rate) {
  const platform::accelerator_parameters& gpu = machine.accelerator;
  workload::collective_rates rates;
  rates.step = gpu.command_fetch_latency + gpu.hbm_latency * 3 + machine.path_latency();
  rates.reduction = gpu.command_fetch_latency + gpu.kernel_launch_overhead;
  rates.wire = line_rate;
  rates.sum = base::bytes_per_second(static_cast<std::uint64_t>(
      static_cast<double>(gpu.hbm_bandwidth.value) * gpu.elementwise.memory));
  return rates;
}

}  // namespace

base::picoseconds collective_time(const workload::program& work, const observations& seen) {
  base::picoseconds end = seen.start;
  for (std::size_t rank = 0; rank < work.ranks.size(); ++rank) {
    for (std::size_t q = 0; q < work.ranks[rank].queues.size(); ++q) {
      const auto& operations = work.ranks[rank].queues[q].operations;
      for (std::size_t i = 0; i < operations.size(); ++i) {
        if (operations[i].kind != workload::operation_kind::transfer) {
          end = std::max(end, seen.operations[rank][q][i].end);
        }
      }
    }
  }
  return end - seen.start;
}

bench_result run_bench(const bench_options& options,
                       const std::function<void(const bench_result&)>& begun,
                       const std::function<void(const bench_row&)>& row_done) {
  const platform::description machine = platform::load(options.platform_file);
  bench_result result;
  result.platform = machine.name;
  result.ranks = options.ranks == 0 ? machine.topology.accelerators_per_domain : options.ranks;
  result.line_rate = machine.accelerator_payload_rate();
  check_sizes(options);
  check_ranks(options, machine, result.ranks);
  const workload::collective_rates rates = rates_of(machine, result.line_rate);

  const auto chosen = [&](workload::collective what, std::string& reason) {
    if (options.algorithm) {
      what.algorithm = *options.algorithm;
    } else {
      const auto choice = workload::choose_algorithm(what, rates);
      what.algorithm = choice.algorithm;
      reason = choice.reason;
    }
    return what;
  };
  {
    // What cannot be done is refused before the platform boots.
    workload::collective probe = collective_of(options, result.ranks, options.begin);
    if (probe.ranks >= 2 || options.algorithm) {
      std::string unused;
      probe = chosen(probe, unused);
    }
    workload::expand(probe);
  }

  base::trace trace(false);
  platform::system system("platform", machine,
                          {options.arbiter, options.firmware, true, options.engine});
  std::vector<gpu::gpu*> gpus;
  for (unsigned rank = 0; rank < result.ranks * options.groups; ++rank) {
    gpus.push_back(&system.accelerator(rank));
  }
  progress_line progress;
  bring_up boot(system, trace);
  result.firmware = boot.run(boot_timeout, progress);
  begun(result);

  std::uint32_t next_tag = 1;
  for (const base::bytes size : sizes_of(options)) {
    bench_row row;
    row.size = size;
    workload::collective what = chosen(collective_of(options, result.ranks, size), row.reason);
    what.first_tag = next_tag;
    row.algorithm = what.algorithm;
    const workload::collective_program built = workload::expand(what);
    next_tag += built.tags;

    job work(built.work, gpus, machine.topology.planes, trace,
             options.check ? content::functional : content::timing_only);
    std::optional<bench_data> data;
    if (options.check) {
      check_host_memory(bench_data::host_memory(built.work), size);
      data.emplace(what, work, gpus);
      data->load(built.work.ranks.front().data_memory);
    }
    run_to_end(work, progress);
    if (data) {
      row.wrong = data->count_wrong();
    }
    row.time = collective_time(built.work, work.seen());
    row.algorithm_bandwidth = static_cast<double>(size.value) / base::to_seconds(row.time);
    row.bus_bandwidth = row.algorithm_bandwidth * workload::bus_factor(options.kind, result.ranks);
    row_done(row);
    result.rows.push_back(row);
  }
  const fabric::engine_statistics carried = system.audited_totals();
  result.bytes_injected = base::bytes(carried.bytes_injected);
  result.bytes_delivered = base::bytes(carried.bytes_delivered);
  result.bytes_failed = base::bytes(carried.bytes_failed);
  return result;
}

}  // namespace sn::estimate
