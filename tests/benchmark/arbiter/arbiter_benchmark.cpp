// Slots per second of the twin, of the RTL behind the scheduler interface, and of the bare
// Verilated RTL, which is what the interface costs. items_per_second is slots per CPU second.
#include <benchmark/benchmark.h>
#include <verilated.h>

#include <cstring>
#include <memory>
#include <utility>

#include "arbiter/arbiter.h"
#include "arbiter/traffic.h"
#include "requests.h"
#include "valink_arbiter_64_1.h"
#include "valink_arbiter_80_1.h"

namespace {

void run(benchmark::State& state, sn::arbiter::kind which) {
  const auto ports = static_cast<unsigned>(state.range(0));
  const auto iterations = static_cast<unsigned>(state.range(1));
  const auto requests = sn::arbiter::requests_at_load_08(ports);
  const auto arbiter = sn::arbiter::make_scheduler(which, ports, iterations);
  sn::arbiter::slot_grant grant;
  std::size_t slot = 0;
  for (auto _ : state) {
    arbiter->arbitrate(requests[slot++ % requests.size()], grant);
    benchmark::DoNotOptimize(grant);
  }
  state.SetItemsProcessed(state.iterations());
}

void model(benchmark::State& state) {
  run(state, sn::arbiter::kind::model);
}
void rtl(benchmark::State& state) {
  run(state, sn::arbiter::kind::rtl);
}

/// The Verilated class alone: requests packed beforehand, grants not looked at.
template <class model_type, unsigned ports>
void bare_rtl(benchmark::State& state) {
  VerilatedContext context;
  model_type arbiter{&context};
  const auto packed = sn::arbiter::packed(sn::arbiter::requests_at_load_08(ports), ports);
  std::memset(&arbiter.ready_i, 0xff, ports / 8);
  arbiter.rst_ni = 1;
  arbiter.eval();
  arbiter.rst_ni = 0;
  arbiter.eval();
  arbiter.rst_ni = 1;
  std::size_t slot = 0;
  for (auto _ : state) {
    std::memcpy(&arbiter.req_i, packed[slot++ % packed.size()].data(), sizeof(arbiter.req_i));
    arbiter.clk_i = 1;
    arbiter.eval();
    arbiter.clk_i = 0;
    arbiter.eval();
  }
  state.SetItemsProcessed(state.iterations());
}

/// A whole switch at load 0.8: sources, VOQs, arbitration, statistics.
void traffic(benchmark::State& state, sn::arbiter::kind which) {
  sn::arbiter::traffic_settings settings;
  settings.arbiter = which;
  settings.source.load = 0.8;
  settings.warmup_slots = 0;
  settings.slots = 200'000;
  for (auto _ : state) {
    benchmark::DoNotOptimize(sn::arbiter::run_traffic(settings));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(settings.slots));
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const auto& [name, function] : {std::pair{"model", &model}, std::pair{"rtl", &rtl}}) {
    benchmark::RegisterBenchmark(name, function)
        ->Args({16, 1})
        ->Args({64, 1})
        ->Args({64, 2})
        ->Args({64, 4})
        ->Args({80, 1})
        ->Args({128, 1});
  }
  benchmark::RegisterBenchmark("bare_rtl/64/1", bare_rtl<valink_arbiter_64_1, 64>);
  benchmark::RegisterBenchmark("bare_rtl/80/1", bare_rtl<valink_arbiter_80_1, 80>);
  benchmark::RegisterBenchmark("traffic/model", traffic, sn::arbiter::kind::model)
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("traffic/rtl", traffic, sn::arbiter::kind::rtl)
      ->Unit(benchmark::kMillisecond);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
