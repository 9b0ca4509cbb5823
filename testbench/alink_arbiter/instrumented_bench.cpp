// The arbiter in lockstep with its twin, on a model that instrumented.py Verilated for a purpose:
// with a waveform, with coverage counters, or with mutants of which an input chooses one. Exit code
// 0: agreed, or all mutants tried; 1: a difference, printed; 2: wrong options.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <string>

#include "alink_arbiter/functional_coverage.h"
#include "alink_arbiter/scoreboard.h"
#include "arbiter/islip.h"
#include "arbiter/lockstep.h"
#include "arbiter/verilated_arbiter.h"
#include "bench_model.h"
#include "regression/stimulus.h"

namespace {

namespace bench = sn::testbench;

using verilated =
    sn::arbiter::verilated_arbiter<bench::model, bench::model_ports, bench::model_iterations>;

struct options {
  unsigned ports = bench::model_ports;
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  std::uint64_t slots = 2000;
  unsigned mutants = 0;
  std::string record;
  std::string bins;
};

struct failure {
  std::uint64_t seed;
  std::uint64_t slot;
  std::string reason;
};

/// Runs one seed; null if RTL and twin agree and the scoreboard has no objection.
std::unique_ptr<failure> run_seed(const options& given, std::uint64_t seed, unsigned mutant,
                                  bench::functional_coverage* coverage) {
  auto tested = std::make_unique<verilated>(given.ports);
  tested->model().begin(mutant, given.record);
  sn::arbiter::lockstep both(
      std::make_unique<sn::arbiter::islip>(given.ports, bench::model_iterations),
      std::move(tested));
  both.reset();
  sn::test::stimulus stimulus(given.ports, seed);
  bench::scoreboard scoreboard(given.ports, bench::model_iterations);
  sn::arbiter::slot_request request;
  sn::arbiter::slot_grant grant;
  for (std::uint64_t slot = 0; slot < given.slots; ++slot) {
    const bool reset = stimulus.next(grant, request);
    if (reset) {
      both.reset();
      scoreboard.reset();
    }
    try {
      both.arbitrate(request, grant);
    } catch (const sn::arbiter::lockstep_error& error) {
      return std::make_unique<failure>(failure{seed, slot, error.what()});
    }
    std::string broken = scoreboard.check(request, grant);
    if (!broken.empty()) {
      return std::make_unique<failure>(failure{seed, slot, std::move(broken)});
    }
    if (coverage != nullptr) {
      coverage->sample(reset, request, grant);
    }
  }
  return nullptr;
}

/// Every mutant until a seed kills it; one line for each: number, seed and slot, or "survived".
int run_mutants(const options& given) {
  for (unsigned mutant = 0; mutant <= given.mutants; ++mutant) {
    std::unique_ptr<failure> killed;
    for (std::uint64_t seed = given.seed; seed < given.seed + given.seeds && !killed; ++seed) {
      killed = run_seed(given, seed, mutant, nullptr);
    }
    fmt::print("mutant {} {}\n", mutant,
               killed ? fmt::format("killed {} {}", killed->seed, killed->slot) : "survived");
  }
  return 0;
}

int run(const options& given) {
  bench::functional_coverage coverage(given.ports, bench::model_iterations);
  std::unique_ptr<failure> failed;
  for (std::uint64_t seed = given.seed; seed < given.seed + given.seeds && !failed; ++seed) {
    failed = run_seed(given, seed, 0, &coverage);
  }
  if (!given.bins.empty()) {
    std::ofstream(given.bins) << coverage.json();
  }
  if (failed) {
    fmt::print("seed {}, slot {} of the run: {}\n", failed->seed, failed->slot, failed->reason);
    return 1;
  }
  fmt::print("{} ports, {} iterations: agreed in {} slots of each of {} seeds\n", given.ports,
             bench::model_iterations, given.slots, given.seeds);
  return 0;
}

int run(int count, char** arguments) {
  options given;
  CLI::App app("The arbiter in lockstep with its twin on an instrumented model");
  app.add_option("--ports", given.ports, "ports in use")
      ->check(CLI::Range(1U, bench::model_ports))
      ->capture_default_str();
  app.add_option("--seed", given.seed, "the first seed")->capture_default_str();
  app.add_option("--seeds", given.seeds, "how many seeds")->capture_default_str();
  app.add_option("--slots", given.slots, "slots of each seed")->capture_default_str();
  app.add_option("--mutants", given.mutants, "try mutants 0 (none) to this");
  app.add_option("--record", given.record, "write the waveform, or the coverage, of the last seed");
  app.add_option("--bins", given.bins, "write functional coverage as JSON");
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return given.mutants != 0 ? run_mutants(given) : run(given);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "instrumented_bench: %s\n", error.what());
    return 2;
  }
}
