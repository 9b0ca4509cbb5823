#include "estimate/booted_machine.h"

#include "estimate/bench.h"
#include "estimate/bench_data.h"
#include "estimate/bench_options.h"
#include "estimate/bring_up.h"
#include "estimate/job.h"

namespace sn::estimate {

booted_machine::booted_machine(const platform::description& machine,
                               const platform::system_options& options)
    : machine_(machine), trace_(false), system_("platform", machine, options) {
  bring_up boot(system_, trace_);
  firmware_ = boot.run(boot_timeout, progress_);
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
  run_to_end(work, progress_);
  outcome result;
  if (data) {
    result.wrong = data->count_wrong();
  }
  result.time = collective_time(built.work, work.seen());
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
