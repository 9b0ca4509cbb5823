#include "estimate/booted_machine.h"

#include <algorithm>

#include "estimate/bench_data.h"
#include "estimate/bench_options.h"
#include "estimate/job.h"

namespace sn::estimate {

booted_machine::booted_machine(const platform::description& machine,
                               const platform::system_options& options)
    : machine_(machine),
      trace_(false),
      system_("platform", machine, options),
      boot_(system_, trace_) {
  firmware_ = boot_.run(boot_timeout, progress_);
}

booted_machine::outcome booted_machine::run(workload::collective what, bool check) {
  what.first_tag = next_tag_;
  const workload::collective_program built = workload::expand(what);
  next_tag_ += built.tags;
  std::vector<gpu::gpu*> gpus;
  for (unsigned rank = 0; rank < what.all_ranks(); ++rank) {
    gpus.push_back(&system_.accelerator(rank));
  }
  job work(built.work, gpus, machine_.topology.planes, trace_,
           check ? content::functional : content::timing_only);
  std::optional<bench_data> data;
  if (check) {
    check_host_memory(bench_data::host_memory(built.work),
                      base::bytes(what.elements * workload::element_size));
    data.emplace(what, work, gpus);
    data->load(built.work.ranks.front().data_memory);
  }
  const std::uint64_t delivered = system_.fabric(0).statistics().bytes_delivered;
  run_to_end(work, progress_);
  outcome result;
  if (data) {
    result.wrong = data->count_wrong();
  }
  result.time = collective_time(built.work, work.seen());
  if (system_.loss() && !loss_reported_) {
    loss_reported_ = true;
    result.loss = report_loss(work.seen().start, result.time, delivered);
  }
  return result;
}

void booted_machine::kill(const plane_kill& fault) {
  killed_plane_ = fault.plane;
  system_.lose_plane(0, fault.plane, sc_core::sc_time::from_value(fault.when.value));
}

plane_loss_report booted_machine::report_loss(base::picoseconds start, base::picoseconds length,
                                              std::uint64_t delivered_before) const {
  const platform::system::plane_loss& loss = *system_.loss();
  const base::picoseconds lost_at(loss.when.value());
  plane_loss_report result;
  result.plane = killed_plane_;
  result.when = lost_at - start;
  base::picoseconds recovered = lost_at;
  for (unsigned i = 0; i < machine_.topology.accelerators; ++i) {
    const auto again = system_.accelerator(i).totals().sent_again;
    result.bursts_sent_again += again.bursts;
    result.bytes_sent_again += again.size;
    recovered = std::max(recovered, again.last);
  }
  result.recovery = recovered - lost_at;
  const auto rate = [](std::uint64_t amount, base::picoseconds time) {
    return time.value == 0 ? 0.0 : static_cast<double>(amount) / base::to_seconds(time);
  };
  result.rate_before = rate(loss.carried.bytes_delivered - delivered_before, result.when);
  if (length > result.when) {
    result.rate_after =
        rate(system_.fabric(0).statistics().bytes_delivered - loss.carried.bytes_delivered,
             length - result.when);
  }
  const std::uint64_t planes = machine_.topology.planes;
  result.line_rate =
      base::bytes_per_second(machine_.accelerator_payload_rate().value * (planes - 1) / planes);
  return result;
}

workload::collective_rates rates_of(const platform::description& machine) {
  const platform::accelerator_parameters& gpu = machine.accelerator;
  workload::collective_rates rates;
  rates.step = gpu.command_fetch_latency + gpu.hbm_latency * 3 + machine.path_latency();
  rates.reduction = gpu.command_fetch_latency + gpu.kernel_launch_overhead;
  rates.wire = machine.accelerator_payload_rate();
  rates.sum = base::bytes_per_second(static_cast<std::uint64_t>(
      static_cast<double>(gpu.hbm_bandwidth.value) * gpu.elementwise.memory));
  return rates;
}

}  // namespace sn::estimate
