// Cost of collectives against bytes and ranks: on AL128 once it is up, and on machines of links
// from the file to the result. scripts/plot_collective_cost draws it.
//
//     collective_benchmark [flow|cell] [options of Google Benchmark]
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <systemc>

#include "base/error.h"
#include "estimate/booted_machine.h"
#include "estimate/host_usage.h"
#include "estimate/installation.h"
#include "estimate/network_bench.h"
#include "platform/loader.h"
#include "platform/network_loader.h"

namespace sn::estimate {
namespace {

using workload::collective_algorithm;
using workload::collective_kind;

constexpr std::int64_t kib = std::int64_t{1} << 10U;
constexpr std::int64_t mib = std::int64_t{1} << 20U;
constexpr std::int64_t gib = std::int64_t{1} << 30U;

void report(benchmark::State& state, base::picoseconds time) {
  state.counters["simulated_us"] = static_cast<double>(time.value) * 1e-6;
  state.counters["peak_MB"] = static_cast<double>(host_meter().read().peak_memory_bytes) * 1e-6;
}

/// A direct collective on a machine that is up, without the boot.
void on_al128(benchmark::State& state, booted_machine& machine, collective_kind kind, bool flow) {
  workload::collective what;
  what.kind = kind;
  what.algorithm = collective_algorithm::direct;
  what.ranks = static_cast<std::uint32_t>(state.range(0));
  what.elements = static_cast<std::uint64_t>(state.range(1)) / workload::element_size;
  what.long_messages = flow;
  booted_machine::outcome done;
  for (auto _ : state) {
    done = machine.run(what, false);
  }
  report(state, done.time);
}

/// From the file to the time. Without an algorithm the cheapest is found, too.
void on_links(benchmark::State& state, const std::string& platform, collective_kind kind,
              std::optional<collective_algorithm> algorithm) {
  bench_options options;
  options.kind = kind;
  options.platform_file = SN_SOURCE_DIR "/platforms/" + platform;
  options.algorithm = algorithm;
  options.ranks = static_cast<std::uint32_t>(state.range(0));
  options.begin = options.end = base::bytes(static_cast<std::uint64_t>(state.range(1)));
  options.engine = platform::fabric_engine::flow;
  base::picoseconds time;
  for (auto _ : state) {
    const auto machine = platform::load_network(options.platform_file);
    base::ensure(machine.has_value(), "the benchmark needs a machine of links");
    const bench_result result = run_network_bench(
        options, *machine, [](const bench_result&) {}, [](const bench_row&) {});
    time = result.rows.front().time;
  }
  report(state, time);
}

void register_al128(booted_machine& machine, const std::string& engine) {
  for (const collective_kind kind : {collective_kind::all_to_all, collective_kind::all_reduce}) {
    auto* each = benchmark::RegisterBenchmark(
        (engine + "/al128/" + std::string(workload::to_text(kind))).c_str(),
        [&machine, kind, flow = engine == "flow"](benchmark::State& state) {
          on_al128(state, machine, kind, flow);
        });
    each->Unit(benchmark::kMillisecond)->ArgNames({"ranks", "bytes"});
    for (std::int64_t bytes = kib; bytes <= gib; bytes *= 4) {
      each->Args({64, bytes});
    }
    for (std::int64_t ranks = 2; ranks < 64; ranks *= 2) {
      each->Args({ranks, 64 * mib});
    }
  }
}

void register_links() {
  const auto add = [](const char* name, const char* platform,
                      std::optional<collective_algorithm> algorithm,
                      collective_kind kind = collective_kind::all_reduce) {
    return benchmark::RegisterBenchmark(
               name, [=](benchmark::State& state) { on_links(state, platform, kind, algorithm); })
        ->Unit(benchmark::kMillisecond)
        ->ArgNames({"ranks", "bytes"});
  };
  add("flow/one_switch_14t_128/all_reduce_direct", "one_switch_14t_128.yaml",
      collective_algorithm::direct)
      ->Args({128, gib});
  add("flow/one_switch_14t_128/all_reduce_ring", "one_switch_14t_128.yaml",
      collective_algorithm::ring)
      ->Args({128, gib});
  // Parts of different length: no two flows are alike, and links are shared out anew as they end.
  auto* uneven = add("flow/atlas950/all_to_all_v", "atlas950.yaml", collective_algorithm::direct,
                     collective_kind::all_to_all_v);
  for (const std::int64_t ranks : {64, 128, 256, 512}) {
    uneven->Args({ranks, 64 * mib});
  }
  auto* cluster =
      add("flow/cloudmatrix384_cluster/all_reduce", "cloudmatrix384_cluster.yaml", std::nullopt);
  for (std::int64_t bytes = kib; bytes <= gib; bytes *= 32) {
    cluster->Args({165'888, bytes});
  }
  for (const std::int64_t ranks : {8, 64, 384, 1536, 6144, 24'576}) {
    cluster->Args({ranks, 64 * mib});
  }
  cluster->Args({165'888, 64 * mib});
}

}  // namespace
}  // namespace sn::estimate

/// libsystemc, which the fabric links, owns main(). SystemC elaborates once: one engine a process.
int sc_main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const std::string engine = argc == 2 ? argv[1] : "flow";
  if (argc > 2 || (engine != "flow" && engine != "cell")) {
    std::fprintf(stderr, "expected flow or cell, and options of Google Benchmark\n");
    return 2;
  }
  sn::platform::system_options options;
  options.firmware = sn::estimate::firmware_directory();
  options.engine =
      engine == "flow" ? sn::platform::fabric_engine::flow : sn::platform::fabric_engine::cell;
  const sn::estimate::host_meter meter;
  sn::estimate::booted_machine al128(sn::platform::load(SN_SOURCE_DIR "/platforms/al128.yaml"),
                                     options, {}, "");
  std::fprintf(stderr, "AL128 is up after %.2f s of CPU time\n", meter.read().cpu_s);
  sn::estimate::register_al128(al128, engine);
  if (engine == "flow") {
    sn::estimate::register_links();
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
