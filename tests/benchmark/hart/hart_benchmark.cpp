// How fast a hart executes C code that is compiled at -O2: alone, and as a controller in SystemC at
// its default settings. The counter is guest instructions per second.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <systemc>

#include "hart/hart.h"
#include "soc/soc.h"
#include "unit/hart/plain_memory.h"

namespace {

std::string program(unsigned xlen) {
  return std::string(SN_KERNELS) + "/kernels_" + std::to_string(xlen) + ".elf";
}

void report(benchmark::State& state, std::uint64_t instructions, std::uint64_t traps) {
  if (traps != 0) {
    state.SkipWithError("the program trapped");
  }
  state.counters["instructions/s"] =
      benchmark::Counter(static_cast<double>(instructions), benchmark::Counter::kIsRate);
}

void bare_core(benchmark::State& state) {
  const auto xlen = static_cast<unsigned>(state.range(0));
  sn::hart::test::plain_memory memory;
  const sn::hart::elf_image image = memory.load(program(xlen), xlen);
  const auto hart = sn::hart::make_hart({xlen, 0, image.entry}, memory);
  for (auto _ : state) {
    hart->run(10'000'000);
  }
  report(state, hart->instructions(), hart->traps());
}
BENCHMARK(bare_core)->ArgName("xlen")->Arg(32)->Arg(64)->Unit(benchmark::kMillisecond);

/// SystemC elaborates once: both controllers exist, and one of them runs at a time.
struct controllers {
  std::unique_ptr<sn::soc::controller_soc> narrow = make("narrow", 32);
  std::unique_ptr<sn::soc::controller_soc> wide = make("wide", 64);

  static std::unique_ptr<sn::soc::controller_soc> make(const char* name, unsigned xlen) {
    sn::soc::controller_configuration configuration;
    configuration.xlen = xlen;
    configuration.firmware = program(xlen);
    configuration.held_in_reset = true;
    return std::make_unique<sn::soc::controller_soc>(name, configuration);
  }
};

void in_systemc(benchmark::State& state, sn::soc::controller_soc& controller) {
  controller.start();
  const std::uint64_t before = controller.instructions();
  for (auto _ : state) {
    sc_core::sc_start(sc_core::sc_time(10, sc_core::SC_MS));  // 10 million cycles at 1 GHz
  }
  report(state, controller.instructions() - before, 0);
  controller.hold();
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
}

}  // namespace

int sc_main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const controllers all;
  benchmark::RegisterBenchmark("in_systemc/xlen:32", in_systemc, std::ref(*all.narrow))
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("in_systemc/xlen:64", in_systemc, std::ref(*all.wide))
      ->Unit(benchmark::kMillisecond);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
