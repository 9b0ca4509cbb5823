#include "arbiter/traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "arbiter/fairness.h"
#include "arbiter/latency_histogram.h"
#include "arbiter/voq_switch.h"
#include "base/error.h"

namespace sn::arbiter {

namespace {

/// The most cells in a VOQ: 128 ports of this depth take half a gigabyte.
constexpr unsigned voq_depth_limit = 4096;

void require(bool holds, const char* key, const std::string& message) {
  if (!holds) {
    throw base::configuration_error("", 0, key, message);
  }
}

void check(const traffic_settings& settings) {
  const source_settings& source = settings.source;
  require(
      source.load > 0 && source.load <= 1, "load",
      fmt::format("expected cells per input and slot, above 0 and at most 1, not {}", source.load));
  require(source.hotspot_share >= 0 && source.hotspot_share <= 1, "hotspot-share",
          fmt::format("expected 0 to 1, not {}", source.hotspot_share));
  require(source.burst_length >= 1, "burst-length",
          fmt::format("expected at least 1 cell, not {}", source.burst_length));
  require(settings.voq_depth >= 1 && settings.voq_depth <= voq_depth_limit, "voq-depth",
          fmt::format("expected 1 to {} cells, not {}", voq_depth_limit, settings.voq_depth));
  require(settings.slots >= 1, "slots", "expected at least 1 slot");
}

}  // namespace

traffic_result run_traffic(const traffic_settings& settings) {
  check(settings);
  voq_switch crossbar(make_scheduler(settings.arbiter, settings.ports, settings.iterations),
                      settings.voq_depth);
  traffic_source source(settings.source, settings.ports, settings.seed);
  traffic_source::arrivals arrivals{};
  latency_histogram latency;
  std::uint64_t latency_max = 0;
  std::vector<std::uint64_t> cells_of_input(settings.ports);

  const std::clock_t begin = std::clock();
  for (std::uint64_t slot = 0; slot < settings.warmup_slots; ++slot) {
    source.next(arrivals);
    crossbar.run_slot(arrivals);
  }
  for (std::uint64_t slot = 0; slot < settings.slots; ++slot) {
    source.next(arrivals);
    const departures& left = crossbar.run_slot(arrivals);
    for (unsigned i = 0; i < left.count; ++i) {
      const departure& cell = left.cell[i];
      latency.add(cell.latency_slots);
      latency_max = std::max(latency_max, cell.latency_slots);
      ++cells_of_input[cell.input];
    }
  }
  const double cpu_seconds =
      static_cast<double>(std::max<std::clock_t>(std::clock() - begin, 1)) / CLOCKS_PER_SEC;

  const std::uint64_t cells = latency.total();
  if (cells == 0) {
    throw base::run_error(
        fmt::format("traffic: no cell left the switch in {} slots", settings.slots));
  }
  traffic_result result;
  result.latency_slots_mean = latency.mean();
  result.latency_slots_p50 = latency.percentile(50);
  result.latency_slots_p99 = latency.percentile(99);
  result.latency_slots_max = latency_max;
  result.accepted =
      static_cast<double>(cells) / (static_cast<double>(settings.slots) * settings.ports);
  result.fairness_jain = jain_index(cells_of_input);
  result.slots = settings.slots;
  result.slots_per_cpu_second =
      static_cast<double>(settings.warmup_slots + settings.slots) / cpu_seconds;
  return result;
}

}  // namespace sn::arbiter
