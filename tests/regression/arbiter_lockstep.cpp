// The Verilated arbiter and its twin in lockstep on a shape and requests drawn from a seed: one run
// of a regression. Exit code 0: they agreed in every slot; 1: they did not, and the first
// difference is printed with the slots before it; 2: wrong options.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <deque>
#include <exception>
#include <memory>
#include <string>

#include "alink_arbiter/scoreboard.h"
#include "arbiter/arbiter.h"
#include "arbiter/islip.h"
#include "arbiter/lockstep.h"
#include "arbiter/rtl_scheduler.h"
#include "base/error.h"
#include "regression/planted_bugs.h"
#include "regression/stimulus.h"

namespace {

struct options {
  unsigned ports = 0;
  unsigned iterations = 0;
  std::uint64_t seed = 1;
  std::uint64_t slots = 20'000;
  std::string planted_bug;
  bool assertions = false;
};

std::unique_ptr<sn::arbiter::scheduler> make_tested(const options& given) {
  if (given.assertions) {
    return sn::test::make_planted_bug(given.planted_bug, true);
  }
  if (given.planted_bug.empty()) {
    return sn::arbiter::make_scheduler(sn::arbiter::kind::lockstep, given.ports, given.iterations);
  }
  return std::make_unique<sn::arbiter::lockstep>(
      std::make_unique<sn::arbiter::islip>(given.ports, given.iterations),
      sn::test::make_planted_bug(given.planted_bug, false));
}

/// Shapes are drawn so that the sizes with a model of their own, those that leave ports unused and
/// the smallest are all frequent.
void draw_shape(options& given) {
  sn::base::random_generator random(given.seed, 0);
  constexpr std::array<unsigned, 8> limits{4, 8, 16, 16, 64, 64, 80, 128};
  const auto limit = limits[random.below(limits.size())];
  const auto ports = random.chance(0.5) ? limit : static_cast<unsigned>(1 + random.below(limit));
  const auto iterations = static_cast<unsigned>(1 + random.below(4));
  given.ports = given.ports == 0 ? ports : given.ports;
  given.iterations = given.iterations == 0 ? iterations : given.iterations;
}

/// Ports of the Verilated model that serves: the smallest that has enough.
unsigned model_ports(const options& given) {
  if (!given.planted_bug.empty()) {
    return sn::test::planted_bug_ports;
  }
  for (const sn::arbiter::rtl_shape& shape : sn::arbiter::rtl_shapes()) {
    if (shape.ports >= given.ports && shape.iterations == given.iterations) {
      return shape.ports;
    }
  }
  return 0;
}

/// A slot as a line of the log.
std::string line(std::uint64_t slot, bool reset, const sn::arbiter::slot_request& request,
                 unsigned ports) {
  std::string text = fmt::format("slot {}{}: ready", slot, reset ? " (after reset)" : "");
  request.ready.for_each([&](unsigned output) { text += fmt::format(" {}", output); });
  text += "; asked";
  for (unsigned output = 0; output < ports; ++output) {
    request.inputs_for_output[output].for_each(
        [&](unsigned input) { text += fmt::format(" {}<-{}", output, input); });
  }
  return text;
}

int run(const options& given) {
  constexpr std::size_t kept_slots = 8;
  const auto arbiter = make_tested(given);
  sn::test::stimulus stimulus(given.ports, given.seed);
  sn::testbench::scoreboard scoreboard(given.ports, given.iterations);
  sn::arbiter::slot_request request;
  sn::arbiter::slot_grant grant;
  std::deque<std::string> kept;
  std::uint64_t grants = 0;
  std::uint64_t resets = 0;
  fmt::print("{} ports, {} iterations, seed {}, on a model of {} ports\n", given.ports,
             given.iterations, given.seed, model_ports(given));
  for (std::uint64_t slot = 0; slot < given.slots; ++slot) {
    const bool reset = stimulus.next(grant, request);
    if (reset) {
      arbiter->reset();
      scoreboard.reset();
      ++resets;
    }
    if (kept.size() == kept_slots) {
      kept.pop_front();
    }
    kept.push_back(line(slot, reset, request, given.ports));
    try {
      arbiter->arbitrate(request, grant);
      const std::string broken = given.assertions ? "" : scoreboard.check(request, grant);
      if (!broken.empty()) {
        throw sn::base::run_error("scoreboard: " + broken);
      }
    } catch (const sn::base::run_error& error) {
      for (const std::string& text : kept) {
        fmt::print("{}\n", text);
      }
      fmt::print("in slot {} of the run: {}\n", slot, error.what());
      return 1;
    }
    grants += grant.granted.count();
  }
  fmt::print("agreed in {} slots, {} grants, {} resets; slots by sequence:", given.slots, grants,
             resets);
  for (std::size_t kind = 0; kind < sn::test::sequence_names.size(); ++kind) {
    fmt::print(" {} {}", sn::test::sequence_names[kind], stimulus.slots()[kind]);
  }
  fmt::print("\n");
  return 0;
}

/// Reads the options and runs; the exit code.
int run(int count, char** arguments) {
  options given;
  CLI::App app("The RTL arbiter and its twin in lockstep on requests drawn from a seed");
  app.add_option("--ports", given.ports, "1 to 128; drawn from the seed unless given");
  app.add_option("--iterations", given.iterations, "1 to 4; drawn from the seed unless given");
  app.add_option("--seed", given.seed, "of the requests and of the shape")->capture_default_str();
  app.add_option("--slots", given.slots, "slots to run")->capture_default_str();
  CLI::Option* bug =
      app.add_option("--planted-bug", given.planted_bug,
                     "a bug of testbench/alink_arbiter/planted_bugs.json in the RTL, to be found")
          ->check(CLI::IsMember(sn::test::planted_bug_names()));
  app.add_flag("--assertions", given.assertions,
               "with --planted-bug: no twin and no scoreboard, an assertion is to find the bug")
      ->needs(bug);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  draw_shape(given);
  if (!given.planted_bug.empty()) {
    given.ports = sn::test::planted_bug_ports;
    given.iterations = sn::test::planted_bug_iterations;
  }
  return run(given);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "arbiter_lockstep: %s\n", error.what());
    return 2;
  }
}
