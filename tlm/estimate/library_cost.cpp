#include "estimate/library_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/error.h"

namespace sn::estimate {

namespace {

using workload::collective;
using workload::collective_algorithm;
using workload::collective_kind;

double bytes_of(const collective& what) {
  return static_cast<double>(what.elements * workload::element_size);
}

bool is_exchange(collective_kind kind) {
  return kind == collective_kind::all_to_all || kind == collective_kind::all_to_all_v ||
         kind == collective_kind::send_receive;
}

/// Steps of a ring that wait for one another, and bytes on its links.
struct ring_work {
  double steps;
  double bytes;
};

ring_work ring_of(const collective& what) {
  const double n = what.ranks;
  const double part = bytes_of(what) * (n - 1) / n;
  switch (what.kind) {
    case collective_kind::all_reduce:
      return {2 * (n - 1), 2 * part};
    case collective_kind::broadcast:
      return {n - 1, bytes_of(what)};
    default:
      return {n - 1, part};
  }
}

double rate_of(const library_links& links,
               const platform::library_parameters::bulk_protocol& bulk) {
  return bulk.efficiency * static_cast<double>(links.payload.value);
}

library_choice ring_time(const platform::library_parameters& library, const library_links& links,
                         const collective& what) {
  const ring_work work = ring_of(what);
  const auto& small = library.low_latency;
  library_choice result;
  result.low_latency = bytes_of(what) <= static_cast<double>(small.up_to.value);
  const double waiting = work.steps * base::to_seconds(small.step_latency);
  const double wire = work.bytes / static_cast<double>(links.payload.value);
  result.time =
      base::from_seconds(result.low_latency ? waiting + small.exposed * small.wire_overhead * wire
                                            : base::to_seconds(library.ring.launch) + waiting +
                                                  work.bytes / rate_of(links, library.ring));
  return result;
}

/// What the rank that gives or gets most exchanges with others.
double exchanged_bytes(const collective& what) {
  if (what.kind == collective_kind::send_receive) {
    return bytes_of(what);
  }
  if (what.kind == collective_kind::all_to_all) {
    return bytes_of(what) * (what.ranks - 1) / what.ranks;
  }
  const std::vector<workload::element_range> parts = workload::exchanged_parts(what);
  std::vector<std::uint64_t> given(what.ranks);
  std::vector<std::uint64_t> got(what.ranks);
  for (std::uint32_t source = 0; source < what.ranks; ++source) {
    for (std::uint32_t other = 0; other < what.ranks; ++other) {
      const std::uint64_t part =
          source == other ? 0 : parts[std::size_t{source} * what.ranks + other].count;
      given[source] += part;
      got[other] += part;
    }
  }
  const std::uint64_t most = std::max(*std::max_element(given.begin(), given.end()),
                                      *std::max_element(got.begin(), got.end()));
  return static_cast<double>(most * workload::element_size);
}

library_choice exchange_time(const platform::library_parameters& library,
                             const library_links& links, const collective& what) {
  library_choice result;
  result.algorithm = collective_algorithm::direct;
  result.time = base::from_seconds(base::to_seconds(library.exchange.launch) +
                                   exchanged_bytes(what) / rate_of(links, library.exchange));
  return result;
}

library_choice in_switch_time(const platform::library_parameters& library,
                              const library_links& links, const collective& what) {
  const auto& how = library.in_switch;
  const double size = bytes_of(what);
  const double fill = how.fill_depth * std::min(size, static_cast<double>(how.fill_limit.value));
  library_choice result;
  result.algorithm = collective_algorithm::in_switch;
  result.time =
      base::from_seconds(base::to_seconds(how.bulk.launch) +
                         (1.0 + 1.0 / what.ranks) * (size + fill) / rate_of(links, how.bulk));
  return result;
}

}  // namespace

library_choice library_time(const platform::library_parameters& library, const library_links& links,
                            const collective& what) {
  if (is_exchange(what.kind)) {
    return exchange_time(library, links, what);
  }
  const library_choice ring = ring_time(library, links, what);
  if (what.kind != collective_kind::all_reduce || !links.reduce_in_switch) {
    return ring;
  }
  const library_choice in_switch = in_switch_time(library, links, what);
  return ring.low_latency && ring.time < in_switch.time ? ring : in_switch;
}

library_choice library_time_of(const platform::library_parameters& library,
                               const library_links& links, const collective& what,
                               collective_algorithm algorithm) {
  switch (algorithm) {
    case collective_algorithm::ring:
      if (!is_exchange(what.kind)) {
        return ring_time(library, links, what);
      }
      break;
    case collective_algorithm::direct:
      if (is_exchange(what.kind)) {
        return exchange_time(library, links, what);
      }
      break;
    case collective_algorithm::in_switch:
      if (what.kind == collective_kind::all_reduce && links.reduce_in_switch) {
        return in_switch_time(library, links, what);
      }
      break;
    default:
      break;
  }
  throw base::configuration_error(
      "", 0, "--algorithm",
      fmt::format("the library {} does no {} by {} here; expected {}, or --no-library",
                  library.name, workload::to_text(what.kind), workload::to_text(algorithm),
                  is_exchange(what.kind) ? "direct"
                  : what.kind == collective_kind::all_reduce && links.reduce_in_switch
                      ? "ring or in_switch"
                      : "ring"));
}

}  // namespace sn::estimate
