#include "estimate/nic_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "estimate/option_error.h"
#include "network/rdma_network.h"

namespace sn::estimate {

namespace {

/// Packets of a run at most: more take minutes.
constexpr std::uint64_t packet_limit = 100'000'000;

struct flow {
  std::uint32_t from;
  std::uint32_t to;
};

std::vector<flow> flows_of(nic_pattern pattern, std::uint32_t nics) {
  std::vector<flow> result;
  switch (pattern) {
    case nic_pattern::single:
      result.push_back({0, nics - 1});
      break;
    case nic_pattern::incast:
      for (std::uint32_t i = 1; i < nics; ++i) {
        result.push_back({i, 0});
      }
      break;
    case nic_pattern::shift:
      for (std::uint32_t i = 0; i < nics; ++i) {
        result.push_back({i, (i + nics / 2) % nics});
      }
      break;
    case nic_pattern::all_to_all:
      for (std::uint32_t i = 0; i < nics; ++i) {
        for (std::uint32_t j = 1; j < nics; ++j) {
          result.push_back({i, (i + j) % nics});
        }
      }
      break;
  }
  return result;
}

void check_options(const nic_bench_options& options, const platform::network_machine& machine) {
  if (!machine.packets) {
    throw bad("cluster.network.nic",
              fmt::format("expected this section in {}: it says what its NICs are", machine.name));
  }
  if (options.nics < 2 || options.stride < 1 ||
      std::uint64_t{options.nics - 1} * options.stride >= machine.accelerators()) {
    throw bad("--nics",
              fmt::format("expected two or more, at most the {} accelerators of {} with "
                          "stride {}, not {}",
                          machine.accelerators(), machine.name, options.stride, options.nics));
  }
  if (options.size.value == 0) {
    throw bad("--size", "expected at least a byte");
  }
  if (options.loss < 0.0 || options.loss > 0.5) {
    throw bad("--loss", fmt::format("expected a probability of at most 0.5, not {}", options.loss));
  }
  const std::uint64_t pairs = flows_of(options.pattern, options.nics).size();
  const std::uint64_t packets = options.size.value / machine.packets->nic.mtu.value + 1;
  if (packets > packet_limit / pairs) {
    throw bad("--size", fmt::format("expected at most {} packets in all, {} pairs make {} each",
                                    packet_limit, pairs, packets));
  }
}

}  // namespace

nic_bench_result run_nic_bench(const nic_bench_options& options,
                               const platform::network_machine& machine) {
  check_options(options, machine);
  network::nic_parameters nic = machine.packets->nic;
  nic.repeat = options.repeat.value_or(nic.repeat);
  nic.ways = options.ways.value_or(nic.ways);
  std::vector<std::uint32_t> accelerators;
  for (std::uint32_t i = 0; i < options.nics; ++i) {
    accelerators.push_back(i * options.stride);
  }
  network::packet_fabric_parameters fabric = packet_fabric_of(machine, accelerators);
  fabric.loss = options.loss;
  fabric.seed = options.seed;
  network::rdma_network network(nic, fabric);
  for (const flow& one : flows_of(options.pattern, options.nics)) {
    network.post(network.connect(one.from, one.to), options.size);
  }
  network.run_to_end();

  nic_bench_result result;
  result.pairs = flows_of(options.pattern, options.nics).size();
  const auto mtu = static_cast<double>(nic.mtu.value);
  result.line_rate =
      static_cast<double>(nic.rate.value) * mtu / (mtu + static_cast<double>(nic.overhead.value));
  double sum = 0.0;
  double squares = 0.0;
  base::bytes placed;
  for (network::queue_pair_id pair = 0; pair < result.pairs; ++pair) {
    const network::queue_pair_statistics seen = network.statistics(pair);
    const double rate = static_cast<double>(seen.placed.value) / base::to_seconds(seen.last);
    sum += rate;
    squares += rate * rate;
    result.least = pair == 0 ? rate : std::min(result.least, rate);
    result.most = std::max(result.most, rate);
    result.time = std::max(result.time, seen.last);
    result.packets += seen.packets_sent;
    result.repeated += seen.packets_repeated;
    result.duplicates += seen.duplicates;
    result.timeouts += seen.timeouts;
    placed += seen.placed;
  }
  base::ensure(placed == options.size * result.pairs, "bytes that did not come, or came twice");
  result.mean = sum / static_cast<double>(result.pairs);
  result.fairness = sum * sum / (static_cast<double>(result.pairs) * squares);
  result.goodput = static_cast<double>(placed.value) / base::to_seconds(result.time);
  result.lost = network.lost();
  result.dropped = network.fabric().dropped();
  result.most_queued = network.fabric().most_queued();
  return result;
}

std::string nic_bench_json(const nic_bench_options& options,
                           const platform::network_machine& machine,
                           const nic_bench_result& result) {
  constexpr double giga = 1e9;
  const nlohmann::ordered_json json{
      {"schema", "supernode.nic/1"},
      {"platform", machine.name},
      {"pattern", std::string(to_text(options.pattern))},
      {"nics", options.nics},
      {"bytes", options.size.value},
      {"loss", options.loss},
      {"seed", options.seed},
      {"pairs", result.pairs},
      {"time_us", base::to_seconds(result.time) * 1e6},
      {"line_rate_GBps", result.line_rate / giga},
      {"goodput_GBps", result.goodput / giga},
      {"least_GBps", result.least / giga},
      {"mean_GBps", result.mean / giga},
      {"most_GBps", result.most / giga},
      {"fairness_jain", result.fairness},
      {"packets", result.packets},
      {"repeated", result.repeated},
      {"duplicates", result.duplicates},
      {"lost", result.lost},
      {"dropped", result.dropped},
      {"timeouts", result.timeouts},
      {"most_queued_bytes", result.most_queued.value},
  };
  return json.dump(2) + "\n";
}

std::string_view to_text(nic_pattern pattern) {
  switch (pattern) {
    case nic_pattern::single:
      return "single";
    case nic_pattern::incast:
      return "incast";
    case nic_pattern::shift:
      return "shift";
    case nic_pattern::all_to_all:
      return "all_to_all";
  }
  return "unknown";
}

}  // namespace sn::estimate
