// The Verilated arbiter with classes and its twin in lockstep on a shape, traffic and register
// accesses drawn from a seed, under the rules of the scoreboard: one run of a regression. Exit code
// 0: they agreed in every slot; 1: they did not, and the first difference is printed; 2: wrong
// options.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "alink_class_arbiter/lockstep_run.h"
#include "alink_class_arbiter/slot_scoreboard.h"
#include "arbiter/class_arbiter.h"
#include "arbiter/class_islip.h"
#include "arbiter/class_lockstep.h"
#include "arbiter/class_rtl.h"
#include "base/error.h"
#include "base/random.h"
#include "regression/class_planted_bugs.h"

namespace {

namespace arbiter = sn::arbiter;
namespace bench = sn::testbench;

struct options {
  unsigned ports = 0;
  unsigned iterations = 0;
  unsigned classes = 0;
  std::uint64_t seed = 1;
  std::uint64_t slots = 5'000;
  std::string planted_bug;
  bool assertions = false;
  std::string bins;
};

/// A shape that was built, and of its ports all or some.
void draw_shape(options& given) {
  if (!given.planted_bug.empty()) {
    given.ports = sn::test::class_bug_ports;
    given.iterations = sn::test::class_bug_iterations;
    given.classes = sn::test::class_bug_classes;
    return;
  }
  sn::base::random_generator random(given.seed, 0);
  const auto& shapes = arbiter::class_rtl_shapes();
  const arbiter::class_rtl_shape& shape = shapes[random.below(shapes.size())];
  const auto ports =
      random.chance(0.5) ? shape.ports : static_cast<unsigned>(1 + random.below(shape.ports));
  given.ports = given.ports == 0 ? ports : given.ports;
  given.iterations = given.iterations == 0 ? shape.iterations : given.iterations;
  given.classes = given.classes == 0 ? shape.classes : given.classes;
}

std::unique_ptr<arbiter::class_scheduler> make_lockstep(const options& given) {
  if (given.planted_bug.empty()) {
    return arbiter::make_class_scheduler(arbiter::kind::lockstep, given.ports, given.iterations,
                                         given.classes);
  }
  auto planted = sn::test::make_class_planted_bug(given.planted_bug, given.assertions);
  if (given.assertions) {
    return planted;
  }
  return std::make_unique<arbiter::class_lockstep>(
      std::make_unique<arbiter::class_islip>(given.ports, given.iterations, given.classes),
      std::move(planted));
}

/// Ports of the Verilated model that serves: the smallest that has enough.
unsigned model_ports(const options& given) {
  if (!given.planted_bug.empty()) {
    return sn::test::class_bug_ports;
  }
  for (const arbiter::class_rtl_shape& shape : arbiter::class_rtl_shapes()) {
    if (shape.ports >= given.ports && shape.iterations == given.iterations &&
        shape.classes == given.classes) {
      return shape.ports;
    }
  }
  return 0;
}

int run(const options& given) {
  const auto scheduler = make_lockstep(given);
  bench::slot_scoreboard scoreboard(given.ports, given.classes);
  bench::run_watchers watchers;
  watchers.rules = given.assertions ? nullptr : &scoreboard;
  watchers.bins = given.bins.empty() ? nullptr : &scoreboard;
  bench::lockstep_run lockstep(*scheduler, given.seed, watchers);
  fmt::print("{} ports, {} iterations, {} classes, seed {}, on a model of {} ports\n", given.ports,
             given.iterations, given.classes, given.seed, model_ports(given));
  try {
    lockstep.run(given.slots);
  } catch (const sn::base::run_error& error) {
    fmt::print("in slot {} of the run: {}\n", lockstep.slot(), error.what());
    return 1;
  }
  if (!given.bins.empty()) {
    std::ofstream(given.bins) << scoreboard.json();
  }
  fmt::print(
      "agreed in {} slots, {} grants, {} of them multicasts, {} resets, {} register accesses, {} "
      "of them refused\n",
      given.slots, lockstep.grants(), lockstep.multicasts(), lockstep.resets(),
      lockstep.registers().accesses(), lockstep.registers().refused());
  return 0;
}

/// Reads the options and runs; the exit code.
int run(int count, char** arguments) {
  options given;
  CLI::App app("The RTL arbiter with classes and its twin in lockstep on traffic from a seed");
  app.add_option("--ports", given.ports, "1 to 64; drawn from the seed unless given");
  app.add_option("--iterations", given.iterations, "drawn from the seed unless given");
  app.add_option("--classes", given.classes, "drawn from the seed unless given");
  app.add_option("--seed", given.seed, "of the traffic and of the shape")->capture_default_str();
  app.add_option("--slots", given.slots, "slots to run")->capture_default_str();
  app.add_option("--planted-bug", given.planted_bug,
                 "a bug of testbench/alink_class_arbiter/planted_bugs.json in the RTL, to be found")
      ->check(CLI::IsMember(sn::test::class_planted_bug_names()));
  app.add_flag("--assertions", given.assertions,
               "with --planted-bug: no twin and no scoreboard, an assertion is to find the bug")
      ->needs("--planted-bug");
  app.add_option("--bins", given.bins, "write the functional coverage of the run as JSON");
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  draw_shape(given);
  return run(given);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "class_arbiter_lockstep: %s\n", error.what());
    return 2;
  }
}
