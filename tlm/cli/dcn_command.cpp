#include "cli/dcn_command.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/numbers.h"
#include "cli/result_file.h"
#include "estimate/dcn_loads.h"
#include "platform/loader.h"
#include "platform/network_loader.h"
#include "workload/decode_step.h"

namespace sn::cli {

namespace {

constexpr double giga = 1e9;

struct arguments {
  estimate::dcn_options options;
  std::string platform_file;
  std::string scenario_file;
  std::string json_file;
};

platform::description load_machine(const std::string& file) {
  if (platform::load_network(file)) {
    throw base::configuration_error(file, 0, "cipu",
                                    "expected a machine with CIPUs, found one of links");
  }
  return platform::load(file);
}

void print(const platform::description& machine, const workload::scenario& run,
           const std::vector<estimate::dcn_load>& loads) {
  fmt::print("# {} on {}: {} ranks, {} GPUs share the DCN link of a CIPU\n", run.name, machine.name,
             run.ranks, machine.topology.accelerators_per_partition);
  fmt::print("# DCN {} per CIPU, storage {} per partition; max-min fair shares\n",
             base::to_text(machine.cipu.dcn_rate), base::to_text(machine.dcn.storage_bandwidth));
  fmt::print("#\n# {:<24} {:>12} {:>12} {:>12} {:>12} {:>12}\n", "load", "all ranks", "alone", "",
             "together", "");
  fmt::print("# {:<24} {:>12} {:>12} {:>12} {:>12} {:>12}\n", "", "(GB)", "(s)", "(GB/s)", "(s)",
             "(GB/s)");
  for (const estimate::dcn_load& one : loads) {
    const double bytes = static_cast<double>(one.total().value) / giga;
    const double alone = base::to_seconds(one.alone);
    const double together = base::to_seconds(one.together);
    fmt::print("  {:<24} {:>12.3f} {:>12.4g} {:>12.2f} {:>12.4g} {:>12.2f}\n", one.name, bytes,
               alone, bytes / alone, together, bytes / together);
  }
}

std::string to_json(const platform::description& machine, const workload::scenario& run,
                    const std::vector<estimate::dcn_load>& loads) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const estimate::dcn_load& one : loads) {
    rows.push_back({{"name", one.name},
                    {"bytes", one.total().value},
                    {"alone_s", base::to_seconds(one.alone)},
                    {"together_s", base::to_seconds(one.together)}});
  }
  const nlohmann::ordered_json json{{"schema", "supernode.dcn/1"},
                                    {"platform", machine.name},
                                    {"scenario", run.name},
                                    {"ranks", run.ranks},
                                    {"rows", rows}};
  return json.dump(2) + "\n";
}

void run(const arguments& given) {
  const platform::description machine = load_machine(given.platform_file);
  const workload::scenario scenario = workload::load_scenario(given.scenario_file);
  if (scenario.ranks > machine.topology.accelerators) {
    throw base::configuration_error(
        given.scenario_file, 0, "ranks",
        fmt::format("{} ranks do not fit into {} ({} GPUs)", scenario.ranks, machine.name,
                    machine.topology.accelerators));
  }
  result_file file(given.json_file, "--json");
  const workload::decode_step step = workload::build_decode_step(scenario, 1);
  std::vector<estimate::dcn_load> loads = loads_of(scenario, step.work, given.options);
  const network::partition_dcn network(estimate::dcn_of(machine));
  time_loads(network, loads);
  print(machine, scenario, loads);
  if (file) {
    file.write(to_json(machine, scenario, loads));
  }
}

}  // namespace

void add_dcn_command(CLI::App& app, int& exit_code) {
  auto given = std::make_shared<arguments>();
  CLI::App* command = app.add_subcommand(
      "dcn", "Times what a scenario fetches over the DCN: weights, KV caches, prompts");
  command->add_option("platform", given->platform_file, "Platform file (YAML)")->required();
  command->add_option("scenario", given->scenario_file, "Scenario file (YAML)")->required();
  const CLI::Range part(0.0, 1.0);
  command->add_option("--weights", given->options.weights, "Part of the weights, from storage")
      ->check(finite_number())
      ->check(part)
      ->capture_default_str();
  command->add_option("--kv-cache", given->options.kv_cache, "Part of the KV cache, from its store")
      ->check(finite_number())
      ->check(part)
      ->capture_default_str();
  command->add_option("--prompts", given->options.prompts, "Part of the context, from users")
      ->check(finite_number())
      ->check(part)
      ->capture_default_str();
  command->add_option("--json", given->json_file, "File to write the result to");
  command->callback([given, &exit_code] {
    run(*given);
    exit_code = 0;
  });
}

}  // namespace sn::cli
