#include "estimate/dcn_loads.h"

#include <algorithm>

#include "network/live_flows.h"

namespace sn::estimate {

namespace {

constexpr std::uint64_t token_bytes = 4;

base::bytes part_of(base::bytes whole, double part) {
  return base::bytes(static_cast<std::uint64_t>(static_cast<double>(whole.value) * part));
}

/// When the last byte of each of `loads` has come, if they all begin at once.
std::vector<base::picoseconds> arrivals(const network::partition_dcn& network,
                                        const std::vector<const dcn_load*>& loads) {
  network::live_flows flows(network);
  for (std::size_t which = 0; which < loads.size(); ++which) {
    const dcn_load& one = *loads[which];
    for (std::uint32_t rank = 0; rank < one.size.size(); ++rank) {
      if (one.size[rank].value != 0) {
        flows.begin(base::picoseconds(0), network.service(network.partition_of(rank), one.from),
                    rank, one.size[rank], which);
      }
    }
  }
  std::vector<base::picoseconds> last(loads.size());
  std::vector<network::flow_end> ended;
  while (!flows.idle()) {
    flows.run(flows.next(), ended);
  }
  flows.audit();
  for (const network::flow_end& one : ended) {
    last[one.label] = std::max(last[one.label], one.when + one.latency);
  }
  return last;
}

}  // namespace

base::bytes dcn_load::total() const {
  base::bytes sum;
  for (const base::bytes one : size) {
    sum += one;
  }
  return sum;
}

network::partition_dcn::parameters dcn_of(const platform::description& machine) {
  network::partition_dcn::parameters result;
  result.partitions = machine.topology.partitions();
  result.accelerators_per_partition = machine.topology.accelerators_per_partition;
  result.dcn_rate = machine.cipu.dcn_rate;
  result.storage_rate = machine.dcn.storage_bandwidth;
  result.cipu_rate = machine.accelerator_payload_rate() * machine.cipu.ports_per_plane;
  result.accelerator_rate = machine.accelerator_payload_rate();
  result.latency = machine.cipu.nic_latency + machine.path_latency();
  return result;
}

std::vector<dcn_load> loads_of(const workload::scenario& run, const workload::program& step,
                               const dcn_options& options) {
  dcn_load weights{"weights from storage", network::dcn_service::storage, {}, {}, {}};
  dcn_load cache{"KV cache from its store", network::dcn_service::kv_store, {}, {}, {}};
  dcn_load prompts{"prompts from users", network::dcn_service::front_end, {}, {}, {}};
  for (const workload::rank_program& rank : step.ranks) {
    weights.size.push_back(part_of(rank.weight_memory, options.weights));
    cache.size.push_back(part_of(rank.cache_memory, options.kv_cache));
    prompts.size.push_back(
        part_of(base::bytes(run.batch * run.context * token_bytes), options.prompts));
  }
  std::vector<dcn_load> result;
  for (dcn_load* one : {&weights, &cache, &prompts}) {
    if (one->total().value != 0) {
      result.push_back(*one);
    }
  }
  return result;
}

void time_loads(const network::partition_dcn& network, std::vector<dcn_load>& loads) {
  std::vector<const dcn_load*> all;
  for (dcn_load& one : loads) {
    one.alone = arrivals(network, {&one}).front();
    all.push_back(&one);
  }
  const std::vector<base::picoseconds> last = arrivals(network, all);
  for (std::size_t which = 0; which < loads.size(); ++which) {
    loads[which].together = last[which];
  }
}

}  // namespace sn::estimate
