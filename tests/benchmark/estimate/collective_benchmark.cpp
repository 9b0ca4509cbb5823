// Cost of collectives: on AL128 once it is up, and on machines of links from the file to the
// result.
//
//     collective_benchmark [flow|cell] [options of Google Benchmark]
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <systemc>
#include <vector>

#include "base/error.h"
#include "estimate/booted_machine.h"
#include "estimate/host_usage.h"
#include "estimate/installation.h"
#include "estimate/network_bench.h"
#include "platform/loader.h"
#include "platform/network_loader.h"

namespace sn::estimate {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20U;
constexpr unsigned ranks_of_domain = 64;
constexpr double to_us = 1e-6;

/// What is done, and its size by the definition of nccl-tests.
struct case_of {
  const char* name;
  workload::collective_kind kind;
  workload::collective_algorithm algorithm;
  std::uint64_t bytes;
};

void report(benchmark::State& state, base::picoseconds time) {
  state.counters["simulated_us"] = static_cast<double>(time.value) * to_us;
  state.counters["peak_MB"] = static_cast<double>(host_meter().read().peak_memory_bytes) * 1e-6;
}

/// The machine is up: the collective alone, without the boot.
void on_al128(benchmark::State& state, booted_machine& machine, const case_of& one, bool flow) {
  workload::collective what;
  what.kind = one.kind;
  what.algorithm = one.algorithm;
  what.ranks = ranks_of_domain;
  what.elements = one.bytes / workload::element_size;
  what.long_messages = flow;
  booted_machine::outcome done;
  for (auto _ : state) {
    done = machine.run(what, false);
  }
  report(state, done.time);
}

/// From the file to the time. Without an algorithm the cheapest is found, too.
void on_links(benchmark::State& state, const std::string& platform,
              std::optional<workload::collective_algorithm> algorithm, std::uint64_t bytes) {
  bench_options options;
  options.platform_file = std::string(SN_SOURCE_DIR "/platforms/") + platform;
  options.algorithm = algorithm;
  options.begin = options.end = base::bytes(bytes);
  options.engine = platform::fabric_engine::flow;
  base::picoseconds time;
  for (auto _ : state) {
    const auto machine = platform::load_network(options.platform_file);
    base::ensure(machine.has_value(), "the benchmark needs a machine of links");
    time = run_network_bench(
               options, *machine, [](const bench_result&) {}, [](const bench_row&) {})
               .rows.front()
               .time;
  }
  report(state, time);
}

}  // namespace
}  // namespace sn::estimate

/// libsystemc, which the fabric links, owns main(). SystemC elaborates once: one engine per
/// process.
int sc_main(int argc, char** argv) {
  using sn::estimate::mib;
  using sn::workload::collective_algorithm;
  using sn::workload::collective_kind;
  benchmark::Initialize(&argc, argv);
  const std::string engine = argc == 2 ? argv[1] : "flow";
  if (argc > 2 || (engine != "flow" && engine != "cell")) {
    std::fprintf(stderr, "expected flow or cell, and options of Google Benchmark\n");
    return 2;
  }
  const bool flow = engine == "flow";
  const std::string prefix = engine + "/al128/64_ranks/";

  sn::platform::system_options options;
  options.firmware = sn::estimate::firmware_directory();
  options.engine = flow ? sn::platform::fabric_engine::flow : sn::platform::fabric_engine::cell;
  const sn::estimate::host_meter meter;
  sn::estimate::booted_machine al128(sn::platform::load(SN_SOURCE_DIR "/platforms/al128.yaml"),
                                     options);
  std::printf("AL128 is up after %.3f s of CPU time\n", meter.read().cpu_s);

  const std::vector<sn::estimate::case_of> cases{
      {"all_to_all/64_MiB", collective_kind::all_to_all, collective_algorithm::direct, 64 * mib},
      {"all_to_all/1_GiB", collective_kind::all_to_all, collective_algorithm::direct, 1024 * mib},
      {"all_reduce_direct/1_GiB", collective_kind::all_reduce, collective_algorithm::direct,
       1024 * mib},
      {"all_reduce_ring/1_GiB", collective_kind::all_reduce, collective_algorithm::ring,
       1024 * mib},
  };
  for (const sn::estimate::case_of& one : cases) {
    benchmark::RegisterBenchmark((prefix + one.name).c_str(), [&al128, &one,
                                                               flow](benchmark::State& state) {
      sn::estimate::on_al128(state, al128, one, flow);
    })->Unit(benchmark::kMillisecond);
  }
  const auto links = [](const char* name, const char* platform,
                        std::optional<collective_algorithm> algorithm, std::uint64_t bytes) {
    benchmark::RegisterBenchmark(name, [=](benchmark::State& state) {
      sn::estimate::on_links(state, platform, algorithm, bytes);
    })->Unit(benchmark::kMillisecond);
  };
  if (flow) {
    links("flow/links/128_ranks/all_reduce_direct/1_GiB", "one_switch_14t_128.yaml",
          collective_algorithm::direct, 1024 * mib);
    links("flow/links/128_ranks/all_reduce_ring/1_GiB", "one_switch_14t_128.yaml",
          collective_algorithm::ring, 1024 * mib);
    links("flow/links/165888_ranks/all_reduce/1_GiB", "cloudmatrix384_cluster.yaml", std::nullopt,
          1024 * mib);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
