// Speed of one plane with its links, credits and bursts, in slots per second.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>
#include <systemc>
#include <vector>

#include "arbiter/arbiter.h"
#include "base/random.h"
#include "fabric/plane.h"

namespace sn::fabric {
namespace {

constexpr std::uint64_t payload = 595;

plane_parameters al128_plane(unsigned ports) {
  plane_parameters parameters;
  parameters.ports = ports;
  parameters.slots_per_cell.assign(ports, 1);
  parameters.voq_depth_cells = 64;
  parameters.uplink_slots = 12;
  parameters.credit_slots = 12;
  return parameters;
}

/// Uniform random traffic: in every slot each input starts a share with probability load / cells,
/// of `cells` cells, to a random output.
void uniform_load(benchmark::State& state) {
  const auto ports = static_cast<unsigned>(state.range(0));
  const double load = static_cast<double>(state.range(1)) / 100.0;
  const auto cells = static_cast<std::uint64_t>(state.range(2));
  const auto kind = static_cast<arbiter::kind>(state.range(3));
  const auto scheduler = arbiter::make_scheduler(kind, ports, 1);
  plane model(al128_plane(ports), *scheduler);
  base::random_generator random(1);

  // The traffic is made beforehand: what is measured is the plane.
  constexpr std::uint64_t slots = 20'000;
  std::vector<plane_injection> traffic;
  for (std::uint64_t slot = 0; slot < slots; ++slot) {
    for (unsigned input = 0; input < ports; ++input) {
      if (random.chance(load / static_cast<double>(cells))) {
        plane_injection share;
        share.slot = slot;
        share.burst = input;
        share.input = static_cast<base::port_id>(input);
        share.output = static_cast<base::port_id>(random.below(ports));
        share.bytes = cells * payload;
        traffic.push_back(share);
      }
    }
  }

  std::vector<plane_completion> done;
  std::uint64_t start = 0;
  for (auto _ : state) {
    auto next = traffic.begin();
    for (std::uint64_t until = 32; until <= slots; until += 32) {
      for (; next != traffic.end() && next->slot < until; ++next) {
        plane_injection share = *next;
        share.slot += start;
        model.inject(share);
      }
      model.run(start + until, done);
      done.clear();
    }
    start += slots;
  }
  model.audit();
  state.counters["slots/s"] = benchmark::Counter(static_cast<double>(model.statistics().slots),
                                                 benchmark::Counter::kIsRate);
  state.counters["cells/slot"] =
      static_cast<double>(model.statistics().cells) / static_cast<double>(model.statistics().slots);
}

BENCHMARK(uniform_load)
    ->ArgNames({"ports", "load%", "cells", "arbiter"})
    ->Args({64, 80, 1, 0})
    ->Args({64, 80, 4, 0})
    ->Args({64, 80, 40, 0})
    ->Args({80, 80, 4, 0})
    ->Args({128, 80, 4, 0})
    ->Args({64, 80, 4, 1})
    ->Args({80, 80, 4, 1})
    ->Unit(benchmark::kMillisecond);

/// All-to-all: every input has a share of `cells` cells for every other output, all from the start.
void all_to_all(benchmark::State& state) {
  const auto ports = static_cast<unsigned>(state.range(0));
  const auto cells = static_cast<std::uint64_t>(state.range(1));
  const auto scheduler = arbiter::make_scheduler(arbiter::kind::model, ports, 1);
  plane model(al128_plane(ports), *scheduler);
  std::vector<plane_completion> done;
  for (auto _ : state) {
    for (unsigned input = 0; input < ports; ++input) {
      for (unsigned output = 0; output < ports; ++output) {
        if (input == output) {
          continue;
        }
        plane_injection share;
        share.slot = model.save().next_slot;
        share.input = static_cast<base::port_id>(input);
        share.output = static_cast<base::port_id>(output);
        share.bytes = cells * payload;
        model.inject(share);
      }
    }
    done.clear();
    model.run(~std::uint64_t{0}, done);
  }
  state.counters["slots/s"] = benchmark::Counter(static_cast<double>(model.statistics().slots),
                                                 benchmark::Counter::kIsRate);
  state.counters["cells/slot"] =
      static_cast<double>(model.statistics().cells) / static_cast<double>(model.statistics().slots);
}

BENCHMARK(all_to_all)
    ->ArgNames({"ports", "cells"})
    ->Args({64, 100})
    ->Args({80, 100})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sn::fabric

/// libsystemc, which the fabric links, owns main().
int sc_main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
