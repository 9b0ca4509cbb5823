#include "estimate/result_json.h"

#include <nlohmann/json.hpp>

#include "estimate/metrics.h"

namespace sn::estimate {

using json = nlohmann::ordered_json;

std::string result_json(const run_record& run) {
  json metrics;
  for (const metric& m : decode_metrics(run)) {
    metrics[m.name] = {{"value", m.value}, {"unit", m.unit}};
  }
  json assumptions = json::array();
  for (const auto& a : assumptions_of(run)) {
    assumptions.push_back({{"key", a.key}, {"value", a.text}, {"source", a.source}});
  }
  json result{
      {"schema", "supernode-result/1"},
      {"platform", run.machine.name},
      {"scenario", run.scenario.name},
      {"fidelity", run.fidelity},
      {"seed", run.seed},
      {"simulated_time_s", base::to_seconds(run.simulated_time)},
      {"metrics", metrics},
      {"fabric",
       {{"bytes_injected", run.total.bytes_injected},
        {"bytes_delivered", run.total.bytes_delivered},
        {"bytes_replayed", run.total.bytes_replayed},
        {"bytes_failed", run.total.bytes_failed},
        {"cells", run.total.cells},
        {"slots", run.total.slots}}},
      {"firmware",
       {{"instructions", run.firmware.instructions},
        {"ports_trained", run.firmware.ports_trained},
        {"routes", run.firmware.routes}}},
      {"assumptions", assumptions},
  };
  if (run.fault) {
    result["fault"] = fault_json(*run.fault);
    result["fault"]["text"] = sentences(*run.fault);
  }
  return result.dump(2) + "\n";
}

std::string host_json(const run_record& run, const host_usage& used) {
  const json host{
      {"schema", "supernode-host/1"},
      {"wall_s", used.wall_s},
      {"cpu_s", used.cpu_s},
      {"peak_memory_bytes", used.peak_memory_bytes},
      {"slots_per_cpu_second", static_cast<double>(run.total.slots) / used.cpu_s},
      {"version", SN_VERSION},
      {"compiler", __VERSION__},
  };
  return host.dump(2) + "\n";
}

}  // namespace sn::estimate
