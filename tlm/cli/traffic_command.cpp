#include "cli/traffic_command.h"

#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "arbiter/traffic.h"
#include "base/error.h"
#include "cli/numbers.h"
#include "cli/result_file.h"

namespace sn::cli {

namespace {

/// The options as given; names are looked up when the command runs.
struct options {
  arbiter::traffic_settings settings;
  std::string pattern = "uniform";
  std::string arbiter = "model";
  std::string json_file;
  const CLI::Option* hotspot_share = nullptr;
  const CLI::Option* burst_length = nullptr;
};

const std::map<std::string, arbiter::pattern>& patterns() {
  static const std::map<std::string, arbiter::pattern> names = {
      {"uniform", arbiter::pattern::uniform},
      {"permutation", arbiter::pattern::permutation},
      {"hotspot", arbiter::pattern::hotspot},
      {"bursty", arbiter::pattern::bursty}};
  return names;
}

const std::map<std::string, arbiter::kind>& arbiters() {
  static const std::map<std::string, arbiter::kind> names = {{"model", arbiter::kind::model},
                                                             {"rtl", arbiter::kind::rtl},
                                                             {"lockstep", arbiter::kind::lockstep}};
  return names;
}

template <class value>
value look_up(const std::map<std::string, value>& names, const std::string& name, const char* key) {
  const auto found = names.find(name);
  if (found != names.end()) {
    return found->second;
  }
  std::string known;
  for (const auto& entry : names) {
    known += (known.empty() ? "" : ", ") + entry.first;
  }
  throw base::configuration_error("", 0, key, "expected one of " + known + ", not " + name);
}

void add_class_options(CLI::App& command, arbiter::traffic_settings& settings) {
  add_count(command, "--classes", settings.classes,
            "Traffic classes, 1 to 4, the last one strictly first; 0: the arbiter without classes");
  command
      .add_option("--class-shares", settings.class_shares,
                  "Share of all cells of each class, as 0.5,0.3,0.2; all alike unless given")
      ->delimiter(',')
      ->check(finite_number());
  command
      .add_option("--class-weights", settings.class_weights,
                  "Weight of each class but the last, as 3,1; 1 each unless given")
      ->delimiter(',')
      ->check(count_within(1, 255));
  add_count(command, "--age-limit", settings.age_limit,
            "Slots after which the guard begins to help a class that waits; 0: never");
}

void add_options(CLI::App& command, options& given) {
  arbiter::traffic_settings& settings = given.settings;
  // --help shows the defaults.
  command.option_defaults()->always_capture_default();
  add_class_options(command, settings);
  const auto add_number = [&command](const char* name, double& value, const char* text) {
    return command.add_option(name, value, text)->check(finite_number());
  };
  add_count(command, "--ports", settings.ports, "Inputs and outputs, 1 to 128");
  add_count(command, "--iterations", settings.iterations, "iSLIP iterations per slot, 1 to 4");
  command.add_option("--pattern", given.pattern, "uniform, permutation, hotspot or bursty");
  add_number("--load", settings.source.load, "Cells per input and slot, above 0 and at most 1");
  add_count(command, "--voq-depth", settings.voq_depth, "Cells that a VOQ holds");
  command.add_option("--arbiter", given.arbiter,
                     "model (C++ twin), rtl (Verilated) or lockstep (both, compared)");
  given.hotspot_share = add_number("--hotspot-share", settings.source.hotspot_share,
                                   "Of hotspot: share of all cells that go to output 0");
  given.burst_length = add_number("--burst-length", settings.source.burst_length,
                                  "Of bursty: mean cells in a burst");
  add_count(command, "--warmup", settings.warmup_slots, "Slots before the measured ones");
  add_count(command, "--slots", settings.slots,
            "Measured slots; an overloaded switch keeps every cell that waits in memory", 1);
  add_count(command, "--seed", settings.seed, "Seed of the traffic");
  command.add_option("--json", given.json_file, "File to write the results to");
}

/// One class; the last, which is strictly first, has no weight.
nlohmann::ordered_json class_to_json(const arbiter::traffic_settings& settings, std::size_t c,
                                     const arbiter::class_result& result) {
  nlohmann::ordered_json json = {
      {"share", settings.class_shares.empty() ? 1.0 / settings.classes : settings.class_shares[c]}};
  if (c + 1 < settings.classes) {
    json["weight"] = settings.class_weights.empty() ? 1U : settings.class_weights[c];
  }
  json["cells"] = result.cells;
  json["latency_slots_mean"] = result.latency_slots_mean;
  json["latency_slots_p50"] = result.latency_slots_p50;
  json["latency_slots_p99"] = result.latency_slots_p99;
  json["latency_slots_max"] = result.latency_slots_max;
  json["accepted"] = result.accepted;
  return json;
}

nlohmann::ordered_json to_json(const options& given, const arbiter::traffic_result& result) {
  const arbiter::traffic_settings& settings = given.settings;
  nlohmann::ordered_json json = {
      {"schema", "supernode.traffic/1"},
      {"ports", settings.ports},
      {"iterations", settings.iterations},
      {"pattern", given.pattern},
      {"load", settings.source.load},
      {"voq_depth", settings.voq_depth},
      {"arbiter", given.arbiter},
      {"warmup_slots", settings.warmup_slots},
      {"seed", settings.seed},
  };
  if (settings.source.shape == arbiter::pattern::hotspot) {
    json["hotspot_share"] = settings.source.hotspot_share;
  }
  if (settings.source.shape == arbiter::pattern::bursty) {
    json["burst_length"] = settings.source.burst_length;
  }
  json["latency_slots_mean"] = result.latency_slots_mean;
  json["latency_slots_p50"] = result.latency_slots_p50;
  json["latency_slots_p99"] = result.latency_slots_p99;
  json["latency_slots_max"] = result.latency_slots_max;
  json["accepted"] = result.accepted;
  json["fairness_jain"] = result.fairness_jain;
  json["slots"] = result.slots;
  json["slots_per_cpu_second"] = result.slots_per_cpu_second;
  if (settings.classes > 0) {
    json["age_limit"] = settings.age_limit;
    json["classes"] = nlohmann::ordered_json::array();
    for (std::size_t c = 0; c < result.classes.size(); ++c) {
      json["classes"].push_back(class_to_json(settings, c, result.classes[c]));
    }
  }
  return json;
}

void print(const arbiter::traffic_result& result) {
  std::printf("latency       %10.3f slots mean\n", result.latency_slots_mean);
  std::printf("              %10llu p50\n",
              static_cast<unsigned long long>(result.latency_slots_p50));
  std::printf("              %10llu p99\n",
              static_cast<unsigned long long>(result.latency_slots_p99));
  std::printf("              %10llu max\n",
              static_cast<unsigned long long>(result.latency_slots_max));
  std::printf("accepted      %10.4f cells per port and slot\n", result.accepted);
  std::printf("fairness      %10.4f (Jain, over inputs)\n", result.fairness_jain);
  std::printf("measured      %10llu slots\n", static_cast<unsigned long long>(result.slots));
  for (std::size_t c = 0; c < result.classes.size(); ++c) {
    const arbiter::class_result& of_class = result.classes[c];
    std::printf("class %zu       %10.3f slots mean, %llu p99; %.4f cells per port and slot\n", c,
                of_class.latency_slots_mean,
                static_cast<unsigned long long>(of_class.latency_slots_p99), of_class.accepted);
  }
  std::printf("speed         %10.0f slots per CPU second\n", result.slots_per_cpu_second);
}

/// Options of classes say nothing without classes.
void refuse_class_options(const arbiter::traffic_settings& settings) {
  const auto refuse = [](const char* key) {
    throw base::configuration_error("", 0, key, "expected only with --classes of 1 or more");
  };
  if (settings.classes == 0 && !settings.class_shares.empty()) {
    refuse("class-shares");
  }
  if (settings.classes == 0 && !settings.class_weights.empty()) {
    refuse("class-weights");
  }
  if (settings.classes == 0 && settings.age_limit != arbiter::traffic_settings{}.age_limit) {
    refuse("age-limit");
  }
}

/// Options of one pattern say nothing about the others.
void refuse_pattern_options(const options& given) {
  const auto refuse = [&given](const CLI::Option& option, arbiter::pattern of, const char* name) {
    if (option.count() != 0 && given.settings.source.shape != of) {
      throw base::configuration_error("", 0, option.get_name(),
                                      std::string("expected only with --pattern ") + name);
    }
  };
  refuse(*given.hotspot_share, arbiter::pattern::hotspot, "hotspot");
  refuse(*given.burst_length, arbiter::pattern::bursty, "bursty");
}

void run(options& given) {
  refuse_class_options(given.settings);
  given.settings.source.shape = look_up(patterns(), given.pattern, "pattern");
  refuse_pattern_options(given);
  given.settings.arbiter = look_up(arbiters(), given.arbiter, "arbiter");
  result_file file(given.json_file, "--json");
  const arbiter::traffic_result result = arbiter::run_traffic(given.settings);
  print(result);
  if (file) {
    file.write(to_json(given, result).dump(2) + "\n");
  }
}

}  // namespace

void add_traffic_command(CLI::App& app, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("traffic", "Runs one arbitrated switch under synthetic traffic");
  const auto given = std::make_shared<options>();
  add_options(*command, *given);
  command->callback([given, &exit_code] {
    run(*given);
    exit_code = 0;
  });
}

}  // namespace sn::cli
