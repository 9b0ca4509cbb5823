#include "arbiter/traffic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <numeric>
#include <utility>
#include <vector>

#include "arbiter/class_registers.h"
#include "arbiter/class_switch.h"
#include "arbiter/fairness.h"
#include "arbiter/latency_histogram.h"
#include "arbiter/voq_switch.h"
#include "base/error.h"
#include "base/random.h"

namespace sn::arbiter {

namespace {

/// The most cells in a VOQ: 128 ports of this depth take half a gigabyte.
constexpr unsigned voq_depth_limit = 4096;

void require(bool holds, const char* key, const std::string& message) {
  if (!holds) {
    throw base::configuration_error("", 0, key, message);
  }
}

void check_classes(const traffic_settings& settings) {
  const unsigned classes = settings.classes;
  require(
      classes <= class_limit, "classes",
      fmt::format("expected 0 (the arbiter without classes) to {}, not {}", class_limit, classes));
  const std::vector<double>& shares = settings.class_shares;
  require(shares.empty() || shares.size() == classes, "class-shares",
          fmt::format("expected {} shares, one per class, not {}", classes, shares.size()));
  require(std::all_of(shares.begin(), shares.end(), [](double share) { return share >= 0; }) &&
              (shares.empty() ||
               std::abs(std::accumulate(shares.begin(), shares.end(), 0.0) - 1) <= 1e-6),
          "class-shares", "expected shares of 0 or more that sum to 1");
  const std::vector<unsigned>& weights = settings.class_weights;
  const std::size_t lower_classes = classes == 0 ? 0 : classes - 1;
  require(weights.empty() || weights.size() == lower_classes, "class-weights",
          fmt::format("expected {} weights, one per class but the highest, not {}", lower_classes,
                      weights.size()));
  require(std::all_of(weights.begin(), weights.end(),
                      [](unsigned weight) { return weight >= 1 && weight <= 255; }),
          "class-weights", "expected weights of 1 to 255 slots");
  require(settings.age_limit <= 65535, "age-limit",
          fmt::format("expected 0 (no guard) to 65535 slots, not {}", settings.age_limit));
  require(classes == 0 || settings.voq_depth <= voq_depth_limit / classes, "voq-depth",
          fmt::format("expected at most {} cells with {} classes",
                      voq_depth_limit / std::max(classes, 1U), classes));
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
  check_classes(settings);
}

/// Latencies of the cells that left, and what follows from them.
class latency_record {
 public:
  void add(std::uint64_t slots) {
    histogram_.add(slots);
    max_ = std::max(max_, slots);
  }
  std::uint64_t cells() const { return histogram_.total(); }
  /// Fills the fields that traffic_result and class_result have in common; there must be a cell.
  template <class result_type>
  void fill(const traffic_settings& settings, result_type& result) const {
    result.latency_slots_mean = histogram_.mean();
    result.latency_slots_p50 = histogram_.percentile(50);
    result.latency_slots_p99 = histogram_.percentile(99);
    result.latency_slots_max = max_;
    result.accepted =
        static_cast<double>(cells()) / (static_cast<double>(settings.slots) * settings.ports);
  }

 private:
  latency_histogram histogram_;
  std::uint64_t max_ = 0;
};

/// Runs the slots of `run_slot`, which returns the cells that left, and hands each measured one to
/// `visit`.
template <class slot_runner, class visitor>
traffic_result measure(const traffic_settings& settings, slot_runner&& run_slot, visitor&& visit) {
  latency_record latency;
  std::vector<std::uint64_t> cells_of_input(settings.ports);
  const std::clock_t begin = std::clock();
  for (std::uint64_t slot = 0; slot < settings.warmup_slots; ++slot) {
    run_slot();
  }
  for (std::uint64_t slot = 0; slot < settings.slots; ++slot) {
    const departures& left = run_slot();
    for (unsigned i = 0; i < left.count; ++i) {
      const departure& cell = left.cell[i];
      latency.add(cell.latency_slots);
      ++cells_of_input[cell.input];
      visit(cell);
    }
  }
  const double cpu_seconds =
      static_cast<double>(std::max<std::clock_t>(std::clock() - begin, 1)) / CLOCKS_PER_SEC;
  if (latency.cells() == 0) {
    throw base::run_error(
        fmt::format("traffic: no cell left the switch in {} slots", settings.slots));
  }
  traffic_result result;
  latency.fill(settings, result);
  result.fairness_jain = jain_index(cells_of_input);
  result.slots = settings.slots;
  result.slots_per_cpu_second =
      static_cast<double>(settings.warmup_slots + settings.slots) / cpu_seconds;
  return result;
}

/// Draws the class of each cell.
class class_source {
 public:
  explicit class_source(const traffic_settings& settings)
      : random_(settings.seed, 1), bounds_(settings.classes) {
    double sum = 0;
    for (unsigned c = 0; c < settings.classes; ++c) {
      sum += settings.class_shares.empty() ? 1.0 / settings.classes : settings.class_shares[c];
      bounds_[c] = sum;
    }
    // Rounding leaves no gap at the end, and a last class without share gets nothing.
    for (unsigned c = settings.classes; c > 0; --c) {
      bounds_[c - 1] = 1;
      if (settings.class_shares.empty() || settings.class_shares[c - 1] > 0) {
        break;
      }
    }
  }

  std::uint8_t next() {
    const double draw = random_.uniform();
    std::uint8_t c = 0;
    while (draw >= bounds_[c]) {
      ++c;
    }
    return c;
  }

 private:
  base::random_generator random_;
  /// Per class: the sum of the shares up to it.
  std::vector<double> bounds_;
};

traffic_result run_with_classes(const traffic_settings& settings) {
  auto arbiter =
      make_class_scheduler(settings.arbiter, settings.ports, settings.iterations, settings.classes);
  for (unsigned c = 0; c < settings.classes; ++c) {
    arbiter->write_register(class_offset::age_limit + 4 * c, settings.age_limit);
  }
  for (unsigned c = 0; c < settings.class_weights.size(); ++c) {
    arbiter->write_register(class_offset::weight + 4 * c, settings.class_weights[c]);
  }
  class_switch crossbar(std::move(arbiter), settings.voq_depth);
  traffic_source source(settings.source, settings.ports, settings.seed);
  class_source classes(settings);
  traffic_source::arrivals arrivals{};
  class_switch::classes_of_arrivals classes_of_arrivals{};
  std::vector<latency_record> latency(settings.classes);
  traffic_result result = measure(
      settings,
      [&]() -> const departures& {
        source.next(arrivals);
        if (settings.classes > 1) {
          for (unsigned input = 0; input < settings.ports; ++input) {
            if (arrivals[input] != traffic_source::none) {
              classes_of_arrivals[input] = classes.next();
            }
          }
        }
        return crossbar.run_slot(arrivals, classes_of_arrivals);
      },
      [&](const departure& cell) { latency[cell.traffic_class].add(cell.latency_slots); });
  for (const latency_record& record : latency) {
    class_result of_class;
    of_class.cells = record.cells();
    if (of_class.cells > 0) {
      record.fill(settings, of_class);
    }
    result.classes.push_back(of_class);
  }
  return result;
}

}  // namespace

traffic_result run_traffic(const traffic_settings& settings) {
  check(settings);
  if (settings.classes > 0) {
    return run_with_classes(settings);
  }
  voq_switch crossbar(make_scheduler(settings.arbiter, settings.ports, settings.iterations),
                      settings.voq_depth);
  traffic_source source(settings.source, settings.ports, settings.seed);
  traffic_source::arrivals arrivals{};
  return measure(
      settings,
      [&]() -> const departures& {
        source.next(arrivals);
        return crossbar.run_slot(arrivals);
      },
      [](const departure&) {});
}

}  // namespace sn::arbiter
