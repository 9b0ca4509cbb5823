#include "estimate/booted_machine.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "estimate/bench_data.h"
#include "estimate/bench_options.h"
#include "estimate/job.h"

namespace sn::estimate {

booted_machine::booted_machine(const platform::description& machine,
                               const platform::system_options& options,
                               const snapshot_files& snapshots, const std::string& work)
    : machine_(machine),
      trace_(false),
      system_("platform", machine, options),
      boot_(system_, trace_),
      session_(snapshots, system_, boot_, work) {
  firmware_ = session_.boot(progress_);
}

void booted_machine::restore_caller(const std::function<void(base::state_restorer&)>& restore) {
  base::state_restorer io(session_.work_state());
  restore(io);
  io(first_tag_, fault_, fault_reported_, groups_, most_groups_);
}

booted_machine::outcome booted_machine::run(workload::collective what, bool check,
                                            const std::vector<std::uint32_t>& members) {
  what.first_tag = first_tag_;
  const workload::collective_program built = workload::expand(what);
  // Groups of accelerators, which need not be those of the first ranks.
  std::vector<std::vector<std::uint32_t>> groups = built.work.groups;
  for (auto& group : groups) {
    for (std::uint32_t& rank : group) {
      rank = members.empty() ? rank : members[rank];
    }
  }
  std::vector<gpu::gpu*> gpus;
  for (unsigned rank = 0; rank < what.all_ranks(); ++rank) {
    gpus.push_back(&system_.accelerator(members.empty() ? rank : members[rank]));
  }
  job work(built.work, gpus, machine_.topology.planes, trace_,
           check ? content::functional : content::timing_only, make_groups(groups));
  std::optional<bench_data> data;
  if (check) {
    check_host_memory(bench_data::host_memory(built.work),
                      base::bytes(what.elements * workload::element_size));
    data.emplace(what, work, gpus);
  }
  std::uint64_t delivered = 0;
  if (session_.in_work()) {
    base::state_restorer io(session_.work_state());
    io(work, delivered);
    session_.restore_machine();
  } else {
    if (data) {
      data->load(built.work.ranks.front().data_memory);
    }
    delivered = fabric_of(system_, machine_, fault_).statistics().bytes_delivered;
    if (planned_) {
      system_.inject(planned_->fault, sc_core::sc_time::from_value(planned_->when.value));
      planned_.reset();
    }
  }
  session_.begin_work([&](base::snapshot_writer& to) {
    base::state_saver io(to);
    if (save_caller_) {
      save_caller_(io);
    }
    io(first_tag_, fault_, fault_reported_, groups_, most_groups_, work, delivered);
  });
  run_to_end(work, progress_, session_.pace());
  session_.begin_work(nullptr);
  first_tag_ += built.tags;
  outcome result;
  if (data) {
    result.wrong = data->count_wrong();
  }
  result.time = collective_time(built.work, work.seen());
  if (system_.happened() && !fault_reported_) {
    fault_reported_ = true;
    result.fault = report_of(system_, machine_, fault_, work.seen().start, result.time, delivered);
  }
  return result;
}

/// Has firmware make groups of ranks, each with a number of its own in its domain; the numbers.
std::vector<unsigned> booted_machine::make_groups(
    const std::vector<std::vector<std::uint32_t>>& groups) {
  const platform::topology_parameters& topology = machine_.topology;
  std::vector<unsigned> numbers;
  numbers.reserve(groups.size());
  std::vector<unsigned> used(topology.domains());
  for (const auto& members : groups) {
    numbers.push_back(used[machine_.domain_of_accelerator(members.front())]++);
  }
  if (groups == groups_) {
    return numbers;
  }
  groups_ = groups;
  most_groups_ = std::max(most_groups_, *std::max_element(used.begin(), used.end()));
  for (unsigned number = 0; number < most_groups_; ++number) {
    std::vector<std::uint32_t> masks(topology.partitions());
    for (std::size_t g = 0; g < groups.size(); ++g) {
      for (const std::uint32_t rank : groups[g]) {
        const unsigned per_partition = topology.accelerators_per_partition;
        masks[rank / per_partition] |=
            numbers[g] == number ? std::uint32_t{1} << (rank % per_partition) : 0;
      }
    }
    tell_hosts(number, masks);
  }
  return numbers;
}

/// Every host has its CIPU's firmware set the members of a group among its GPUs. Snapshots hold no
/// host that waits for that, so that none is saved meanwhile.
void booted_machine::tell_hosts(unsigned group, const std::vector<std::uint32_t>& masks) {
  for (unsigned i = 0; i < masks.size(); ++i) {
    system_.host_of(i).post(platform::host::command::host_group, {group, masks[i], 0, 0});
  }
  const sc_core::sc_time latest = sc_core::sc_time_stamp() + sc_core::sc_time(1, sc_core::SC_SEC);
  std::vector<bool> answered(masks.size());
  for (std::size_t left = masks.size(); left != 0;) {
    if (sc_core::sc_time_stamp() > latest) {
      throw base::run_error("the firmware of a CIPU does not answer its host");
    }
    sc_core::sc_start(sc_core::sc_time(50, sc_core::SC_US));
    for (unsigned i = 0; i < masks.size(); ++i) {
      const auto answer = answered[i] ? std::nullopt : system_.host_of(i).poll();
      if (answer && answer->code != platform::host::result::ok) {
        throw base::run_error(fmt::format(
            "the firmware of CIPU {} could not make group {} of GPUs at the switches", i, group));
      }
      left -= answer ? 1 : 0;
      answered[i] = answered[i] || answer;
    }
  }
}

void booted_machine::plan(const planned_fault& fault) {
  planned_ = fault;
  fault_ = fault.fault;
}

workload::collective_rates rates_of(const platform::description& machine) {
  const platform::accelerator_parameters& gpu = machine.accelerator;
  workload::collective_rates rates;
  rates.step = gpu.command_fetch_latency + gpu.hbm_latency * 3 + machine.path_latency();
  rates.reduction = gpu.command_fetch_latency + gpu.kernel_launch_overhead;
  rates.launch = gpu.kernel_launch_overhead;
  rates.wire = machine.accelerator_payload_rate();
  rates.sum = base::bytes_per_second(static_cast<std::uint64_t>(
      static_cast<double>(gpu.hbm_bandwidth.value) * gpu.elementwise.memory));
  return rates;
}

}  // namespace sn::estimate
