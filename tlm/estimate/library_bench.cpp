#include "estimate/library_bench.h"

#include <fmt/format.h>

#include "base/error.h"
#include "estimate/bench_options.h"
#include "estimate/library_cost.h"

namespace sn::estimate {

bench_result run_library_bench(const bench_options& options, const platform::description& machine,
                               const std::function<void(const bench_result&)>& begun,
                               const std::function<void(const bench_row&)>& row_done) {
  bench_result result;
  result.platform = machine.name;
  result.ranks = options.ranks == 0 ? machine.topology.accelerators_per_domain : options.ranks;
  result.line_rate = machine.accelerator_payload_rate();
  result.library = machine.library.name;
  result.library_assumptions = platform::assumptions(machine, {"collectives", "scale_up"});
  check_sizes(options);
  if (result.ranks < 2) {
    throw base::configuration_error("", 0, "--ranks", "a collective needs at least two ranks");
  }
  check_ranks(options, machine, result.ranks);
  const library_links links{result.line_rate, machine.scale_up.in_network_reduction};

  workload::collective what;
  what.kind = options.kind;
  what.ranks = result.ranks;
  const auto choose = [&](base::bytes size) {
    what.elements = size.value / workload::element_size;
    return options.algorithm ? library_time_of(machine.library, links, what, *options.algorithm)
                             : library_time(machine.library, links, what);
  };
  choose(options.begin);  // what cannot be done is refused before anything is printed
  begun(result);
  for (const base::bytes size : sizes_of(options)) {
    const library_choice chosen = choose(size);
    bench_row row;
    row.size = size;
    row.algorithm = chosen.algorithm;
    row.reason = fmt::format("{}{}", workload::to_text(chosen.algorithm),
                             chosen.low_latency ? ", low latency" : "");
    row.time = chosen.time;
    row.algorithm_bandwidth = static_cast<double>(size.value) / base::to_seconds(row.time);
    row.bus_bandwidth = row.algorithm_bandwidth * workload::bus_factor(options.kind, result.ranks);
    row_done(row);
    result.rows.push_back(row);
  }
  return result;
}

}  // namespace sn::estimate
