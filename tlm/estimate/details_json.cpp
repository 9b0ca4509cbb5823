// details.json: what report.html draws.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "estimate/result_json.h"

namespace sn::estimate {

using json = nlohmann::ordered_json;

namespace {

constexpr std::size_t longest_excerpt = 60;  // lines of the boot log
constexpr std::uint64_t most_bins = 240;     // points of utilisation over time

std::string kind_text(workload::operation_kind kind) {
  switch (kind) {
    case workload::operation_kind::compute:
      return "compute";
    case workload::operation_kind::transfer:
      return "transfer";
    case workload::operation_kind::wait:
      return "wait";
    case workload::operation_kind::reduce:
      return "reduce";
  }
  return "";
}

json machine(const machine_record& machine) {
  json rows = json::array();
  for (const machine_row& row : machine.rows) {
    rows.push_back({{"name", row.name}, {"value", row.value}, {"basis", row.basis}});
  }
  return {{"validation_status", std::string(platform::to_text(machine.status))}, {"rows", rows}};
}

json phases(const run_record& run) {
  json result = json::array();
  for (const phase_time& entry : phase_breakdown(run.step.work, run.seen)) {
    result.push_back({{"name", to_text(entry.part)},
                      {"compute_s", entry.compute_ps * 1e-12},
                      {"wait_s", entry.wait_ps * 1e-12}});
  }
  return result;
}

json timeline(const run_record& run) {
  constexpr std::size_t rank = 0;
  json slices = json::array();
  const auto& queues = run.step.work.ranks[rank].queues;
  for (std::size_t q = 0; q < queues.size(); ++q) {
    for (std::size_t i = 0; i < queues[q].operations.size(); ++i) {
      const workload::operation& operation = queues[q].operations[i];
      const interval& when = run.seen.operations[rank][q][i];
      slices.push_back({{"queue", q},
                        {"kind", kind_text(operation.kind)},
                        {"phase", to_text(operation.part)},
                        {"layer", operation.layer},
                        {"name", operation.name},
                        {"begin_s", base::to_seconds(when.begin - run.seen.start)},
                        {"end_s", base::to_seconds(when.end - run.seen.start)}});
    }
  }
  return {{"rank", rank}, {"slices", slices}};
}

/// Slots of the step, as a double for ratios.
double step_slots(const run_record& run) {
  return static_cast<double>(step_time(run.seen).value) / static_cast<double>(run.slot_time.value);
}

/// Cells that all wired output ports of a plane could carry in `slots`.
double capacity_cells(const run_record& run, double slots) {
  double capacity = 0.0;
  for (const unsigned slots_per_cell : run.slots_per_cell) {
    capacity += slots / static_cast<double>(slots_per_cell);
  }
  return capacity;
}

json planes(const run_record& run) {
  const double ns_per_slot = static_cast<double>(run.slot_time.value) * 1e-3;
  json result = json::array();
  for (std::size_t p = 0; p < run.in_step.planes.size(); ++p) {
    const fabric::plane_statistics& plane = run.in_step.planes[p];
    result.push_back(
        {{"plane", p},
         {"cells", plane.cells},
         {"slots_busy", plane.slots},
         {"utilisation", static_cast<double>(plane.cells) / capacity_cells(run, step_slots(run))},
         {"mean_wait_ns", plane.mean_wait_slots() * ns_per_slot},
         {"max_voq_cells", plane.max_voq_cells}});
  }
  return result;
}

/// What ranks of a machine of links have sent and got, over what their links could have carried.
json rank_links(const run_record& run) {
  json result = json::array();
  const double most =
      static_cast<double>(run.rank_rate.value) * base::to_seconds(step_time(run.seen));
  const auto add = [&](std::size_t rank, const char* direction, base::bytes amount) {
    result.push_back({{"plane", 0},
                      {"endpoint", rank},
                      {"direction", direction},
                      {"bytes", amount.value},
                      {"utilisation", static_cast<double>(amount.value) / most}});
  };
  for (std::size_t rank = 0; rank < run.traffic.size(); ++rank) {
    add(rank, "in", run.traffic[rank].sent);
    add(rank, "out", run.traffic[rank].received);
  }
  return result;
}

json links(const run_record& run) {
  if (run.machine.of_links) {
    return rank_links(run);
  }
  json result = json::array();
  const double slots = step_slots(run);
  for (std::size_t p = 0; p < run.in_step.planes.size(); ++p) {
    const fabric::plane_statistics& plane = run.in_step.planes[p];
    const auto add = [&](std::size_t port, const char* direction,
                         const fabric::link_statistics& link) {
      result.push_back({{"plane", p},
                        {"endpoint", run.endpoint_of_port[port]},
                        {"direction", direction},
                        {"bytes", link.bytes},
                        {"utilisation", static_cast<double>(link.busy_slots) / slots}});
    };
    for (std::size_t port = 0; port < run.endpoint_of_port.size(); ++port) {
      add(port, "in", plane.uplinks[port]);
      add(port, "out", plane.downlinks[port]);
    }
  }
  return result;
}

json utilisation_over_time(const run_record& run) {
  if (run.machine.of_links) {
    return {{"bin_s", 0.0}, {"planes", json::array()}};
  }
  std::size_t bins = 0;
  for (const auto& plane : run.in_step.planes) {
    bins = std::max(bins, plane.cells_per_bin.size());
  }
  const std::uint64_t merged = std::max<std::uint64_t>(1, (bins + most_bins - 1) / most_bins);
  const double bin_slots = static_cast<double>(run.bin_slots * merged);
  const double capacity = capacity_cells(run, bin_slots);
  json result = json::array();
  for (const auto& plane : run.in_step.planes) {
    json series = json::array();
    for (std::size_t first = 0; first < bins; first += merged) {
      std::uint64_t cells = 0;
      for (std::size_t b = first; b < std::min<std::size_t>(first + merged, bins); ++b) {
        cells += b < plane.cells_per_bin.size() ? plane.cells_per_bin[b] : 0;
      }
      series.push_back(static_cast<double>(cells) / capacity);
    }
    result.push_back(series);
  }
  return {{"bin_s", bin_slots * base::to_seconds(run.slot_time)}, {"planes", result}};
}

json firmware(const run_record& run) {
  if (run.machine.of_links) {
    return {{"rows", json::array()}};
  }
  const firmware_summary& firmware = run.firmware;
  json rows = json::array();
  const auto row = [&](const char* name, const std::string& value) {
    rows.push_back({{"name", name}, {"value", value}});
  };
  row("Controllers that run firmware", std::to_string(firmware.controllers));
  row("Instructions until ready", std::to_string(firmware.instructions));
  row("Bring-up, simulated", base::to_text(firmware.bring_up_time));
  row("GPUs ready", std::to_string(firmware.gpus_ready));
  row("Ports trained", std::to_string(firmware.ports_trained));
  row("Routes written", std::to_string(firmware.routes));
  row("Pool mapped", base::to_text(firmware.pool_mapped));
  return {{"rows", rows}};
}

}  // namespace

std::string to_text(workload::phase part) {
  switch (part) {
    case workload::phase::embedding:
      return "embedding";
    case workload::phase::attention:
      return "attention";
    case workload::phase::dense:
      return "dense";
    case workload::phase::gate:
      return "gate";
    case workload::phase::dispatch:
      return "dispatch";
    case workload::phase::expert:
      return "expert";
    case workload::phase::combine:
      return "combine";
    case workload::phase::shared_expert:
      return "shared_expert";
    case workload::phase::head:
      return "head";
    case workload::phase::collective:
      return "collective";
  }
  return "";
}

std::string details_json(const run_record& run) {
  json imbalance = json::array();
  for (const auto& layer : run.step.imbalance) {
    imbalance.push_back({{"layer", layer.layer}, {"max_over_mean", layer.max_over_mean()}});
  }
  json checks = json::array();
  for (const check& c : run.checks) {
    checks.push_back({{"name", c.name}, {"holds", c.holds}, {"detail", c.detail}});
  }
  json excerpt = json::array();
  for (std::size_t i = 0; i < std::min(run.boot_log.size(), longest_excerpt); ++i) {
    excerpt.push_back(run.boot_log[i]);
  }
  const json details{
      {"schema", "supernode-details/1"},
      {"machine", machine(run.machine)},
      {"phases", phases(run)},
      {"timeline", timeline(run)},
      {"planes", planes(run)},
      {"links", links(run)},
      {"utilisation_over_time", utilisation_over_time(run)},
      {"imbalance", imbalance},
      {"firmware", firmware(run)},
      {"boot_log_excerpt", excerpt},
      {"checks", checks},
  };
  return details.dump(1) + "\n";
}

}  // namespace sn::estimate
