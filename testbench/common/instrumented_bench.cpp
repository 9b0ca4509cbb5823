// A design in lockstep with its twin, on a model that instrumented.py Verilated for a purpose: with
// a waveform, with coverage counters, or with mutants of which an input chooses one. Exit code 0:
// agreed, or all mutants tried; 1: a difference, printed; 2: wrong options.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <optional>
#include <string>

#include "common/seed_runner.h"

namespace {

namespace bench = sn::testbench;

struct options {
  unsigned ports = bench::ports_of_model();
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  std::uint64_t slots = 2000;
  unsigned mutants = 0;
  std::string record;
  std::string bins;
};

/// Runs the seeds until one fails, and says which.
std::optional<bench::seed_failure> run_seeds(const options& given, bench::seed_runner& runner,
                                             bench::seed_run& run) {
  std::optional<bench::seed_failure> failed;
  for (std::uint64_t seed = given.seed; seed < given.seed + given.seeds && !failed; ++seed) {
    run.seed = seed;
    failed = runner.run(run);
  }
  return failed;
}

/// Every mutant until a seed kills it; one line for each: number, seed and slot, or "survived".
int run_mutants(const options& given, bench::seed_runner& runner) {
  bench::seed_run run;
  run.slots = given.slots;
  for (run.mutant = 0; run.mutant <= given.mutants; ++run.mutant) {
    const auto killed = run_seeds(given, runner, run);
    fmt::print("mutant {} {}\n", run.mutant,
               killed ? fmt::format("killed {} {}", run.seed, killed->slot) : "survived");
  }
  return 0;
}

int run_once(const options& given, bench::seed_runner& runner) {
  bench::seed_run run;
  run.slots = given.slots;
  run.record = given.record;
  run.count_bins = !given.bins.empty();
  const auto failed = run_seeds(given, runner, run);
  if (!given.bins.empty()) {
    std::ofstream(given.bins) << runner.bins();
  }
  if (failed) {
    fmt::print("seed {}, slot {} of the run: {}\n", run.seed, failed->slot, failed->reason);
    return 1;
  }
  fmt::print("{} ports: agreed in {} slots of each of {} seeds\n", given.ports, given.slots,
             given.seeds);
  return 0;
}

int run(int count, char** arguments) {
  options given;
  CLI::App app("A design in lockstep with its twin on an instrumented model");
  app.add_option("--ports", given.ports, "ports in use")
      ->check(CLI::Range(1U, bench::ports_of_model()))
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
  const auto runner = bench::make_seed_runner(given.ports);
  return given.mutants != 0 ? run_mutants(given, *runner) : run_once(given, *runner);
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
