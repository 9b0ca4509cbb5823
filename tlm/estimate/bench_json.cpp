#include <nlohmann/json.hpp>

#include "estimate/bench.h"

namespace sn::estimate {

using json = nlohmann::ordered_json;

std::string bench_json(const bench_options& options, const std::string& fidelity,
                       const bench_result& result) {
  json rows = json::array();
  for (const bench_row& row : result.rows) {
    json entry = {{"bytes", row.size.value},
                  {"time_us", static_cast<double>(row.time.value) * 1e-6},
                  {"algbw_GBps", row.algorithm_bandwidth * 1e-9},
                  {"busbw_GBps", row.bus_bandwidth * 1e-9},
                  {"wrong", nullptr},
                  {"algorithm", std::string(workload::to_text(row.algorithm))}};
    if (row.wrong) {
      entry["wrong"] = *row.wrong;
    }
    if (!row.reason.empty()) {
      entry["reason"] = row.reason;
    }
    if (row.fault) {
      entry["fault"] = fault_json(*row.fault);
    }
    rows.push_back(entry);
  }
  json document = {
      {"schema", "supernode.bench/1"},
      {"platform", result.platform},
      {"collective", std::string(workload::to_text(options.kind))},
      {"ranks", result.ranks},
      {"groups", options.groups},
      {"fidelity", fidelity},
      {"traffic_class", options.traffic_class},
      {"line_rate_GBps", static_cast<double>(result.line_rate.value) * 1e-9},
      {"rows", rows},
  };
  if (!options.members.empty()) {
    document["members"] = options.members;
  }
  if (result.library.empty()) {
    document["fabric"] = {{"bytes_injected", result.bytes_injected.value},
                          {"bytes_delivered", result.bytes_delivered.value},
                          {"bytes_failed", result.bytes_failed.value},
                          {"bytes_reduced", result.bytes_reduced.value},
                          {"bytes_copied", result.bytes_copied.value},
                          {"bytes_replayed", result.bytes_replayed.value},
                          {"links_given_up", result.links_given_up}};
  } else {
    json assumed = json::array();
    for (const platform::assumption& one : result.library_assumptions) {
      assumed.push_back({{"key", one.key}, {"value", one.text}, {"source", one.source}});
    }
    document["library"] = {{"name", result.library}, {"assumed", assumed}};
  }
  return document.dump(2) + "\n";
}

}  // namespace sn::estimate
