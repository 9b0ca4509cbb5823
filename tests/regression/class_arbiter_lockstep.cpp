// The Verilated arbiter with classes and its twin in lockstep on a shape, traffic and register
// accesses drawn from a seed, under the rules of the scoreboard: one run of a regression. Exit code
// 0: they agreed in every slot; 1: they did not, and the first difference is printed; 2: wrong
// options.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "alink_class_arbiter/slot_scoreboard.h"
#include "alink_class_arbiter/slot_traffic.h"
#include "arbiter/class_arbiter.h"
#include "arbiter/class_islip.h"
#include "arbiter/class_lockstep.h"
#include "arbiter/class_registers.h"
#include "arbiter/class_rtl.h"
#include "base/error.h"
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

/// Firmware: brings the registers to what the traffic wants, and reads and writes others.
class register_driver {
 public:
  register_driver(arbiter::class_scheduler& scheduler, std::uint64_t seed)
      : scheduler_(scheduler), random_(seed, 3) {}

  /// All registers stand at their reset values.
  void reset() {
    written_.clear();
    read_all();
  }

  /// Before a slot: an access of any kind now and then, then what the slot wants.
  void prepare(const bench::slot_inputs& in) {
    if (random_.chance(0.05)) {
      access_anything();
    }
    write(arbiter::class_offset::hold_limit, in.hold_limit);
    for (unsigned c = 0; c < scheduler_.classes(); ++c) {
      write(arbiter::class_offset::weight + 4 * c, in.weight[c]);
      write(arbiter::class_offset::age_limit + 4 * c, in.age_limit[c]);
    }
    for (unsigned word = 0; word < 4; ++word) {
      write(arbiter::class_offset::port_enable + 4 * word,
            static_cast<std::uint32_t>(in.enable.word[word / 2] >> (word % 2 * 32)));
    }
  }

  /// Reads every register: both must agree on each.
  void read_all() {
    for (std::uint32_t offset = 0; offset < 0x60; offset += 4) {
      read(offset);
    }
    for (unsigned c = 0; c < arbiter::class_limit; ++c) {
      for (unsigned output = 0; output <= scheduler_.ports() && output < 128; ++output) {
        read(arbiter::class_offset::grants + 4 * (128 * c + output));
      }
    }
  }

  /// Accesses that both refused.
  std::uint64_t refused() const { return refused_; }
  /// Accesses in all.
  std::uint64_t accesses() const { return accesses_; }

 private:
  void read(std::uint32_t offset) {
    ++accesses_;
    try {
      scheduler_.read_register(offset);
    } catch (const arbiter::register_access_error&) {
      ++refused_;
    }
  }

  void write(std::uint32_t offset, std::uint32_t value) {
    const auto known = written_.find(offset);
    if (known == written_.end() || known->second != value) {
      ++accesses_;
      scheduler_.write_register(offset, value);
      written_[offset] = value;
    }
  }

  void access_anything() {
    const std::array<std::uint64_t, 4> spans{0x70, 0x70, 0x2000, 0x10000};
    auto offset = static_cast<std::uint32_t>(random_.below(spans[random_.below(spans.size())]));
    if (random_.chance(0.9)) {
      offset &= ~3U;
    }
    if (random_.chance(0.5)) {
      read(offset);
      return;
    }
    ++accesses_;
    written_.erase(offset);
    try {
      scheduler_.write_register(offset, static_cast<std::uint32_t>(random_.next()));
    } catch (const arbiter::register_access_error&) {
      ++refused_;
    }
    if (random_.chance(0.7)) {
      scheduler_.write_register(arbiter::class_offset::control, 1);
    }
  }

  arbiter::class_scheduler& scheduler_;
  sn::base::random_generator random_;
  std::map<std::uint32_t, std::uint32_t> written_;
  std::uint64_t refused_ = 0;
  std::uint64_t accesses_ = 0;
};

void fill(const bench::slot_inputs& in, arbiter::class_request& request) {
  request.inputs_for_output = in.request;
  request.ready = in.ready;
  request.hold = in.hold;
  request.multicast = in.multicast_request;
  request.multicast_set = in.multicast_set;
  request.multicast_whole = in.multicast_whole;
}

bench::slot_outputs outputs_of(const arbiter::class_scheduler& scheduler,
                               const arbiter::class_grant& grant) {
  bench::slot_outputs out;
  out.valid = grant.granted;
  out.multicast = grant.multicast;
  out.input = grant.input_for_output;
  out.traffic_class = grant.class_for_output;
  if (const auto turn = scheduler.multicast_turn()) {
    out.turn.set(*turn);
  }
  return out;
}

int run(const options& given) {
  const auto scheduler = make_lockstep(given);
  bench::slot_traffic traffic(given.ports, given.classes, given.seed);
  bench::slot_scoreboard scoreboard(given.ports, given.classes);
  register_driver registers(*scheduler, given.seed);
  arbiter::class_request request;
  arbiter::class_grant grant;
  bench::slot_outputs last;
  std::uint64_t grants = 0;
  std::uint64_t multicasts = 0;
  std::uint64_t resets = 0;
  std::uint64_t slot = 0;
  fmt::print("{} ports, {} iterations, {} classes, seed {}\n", given.ports, given.iterations,
             given.classes, given.seed);
  try {
    for (; slot < given.slots; ++slot) {
      bench::slot_inputs in = traffic.next(last);
      if (in.reset) {
        scheduler->reset();
        registers.reset();
        last = {};
        in.multicast_set = {};  // nobody has the turn after a reset
        ++resets;
      }
      if (!in.slot) {
        continue;
      }
      registers.prepare(in);
      fill(in, request);
      scheduler->arbitrate(request, grant);
      const bench::slot_outputs now = outputs_of(*scheduler, grant);
      const std::string broken = scoreboard.check(in, last, now);
      if (!broken.empty() && !given.assertions) {
        throw sn::base::run_error("scoreboard: " + broken);
      }
      last = now;
      grants += grant.granted.count();
      multicasts += grant.multicast.count();
    }
    registers.read_all();
  } catch (const sn::base::run_error& error) {
    fmt::print("in slot {} of the run: {}\n", slot, error.what());
    return 1;
  }
  if (!given.bins.empty()) {
    std::ofstream(given.bins) << scoreboard.json();
  }
  fmt::print(
      "agreed in {} slots, {} grants, {} of them multicasts, {} resets, {} register accesses, {} "
      "of them refused\n",
      given.slots, grants, multicasts, resets, registers.accesses(), registers.refused());
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
