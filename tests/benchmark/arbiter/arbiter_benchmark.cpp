// Slots per second of the twin, of the RTL behind the scheduler interface, and of the bare
// Verilated RTL, which is what the interface costs. items_per_second is slots per CPU second.
#include <benchmark/benchmark.h>
#include <verilated.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "arbiter/arbiter.h"
#include "base/random.h"
#include "valink_arbiter_64_1.h"
#include "valink_arbiter_80_1.h"

namespace {

/// Requests as a switch meets them at load 0.8: a VOQ that gets a cell asks until it is served.
std::vector<sn::arbiter::slot_request> requests_at_load_08(unsigned ports) {
  constexpr int count = 256;
  const auto arbiter = sn::arbiter::make_scheduler(sn::arbiter::kind::model, ports, 1);
  sn::base::random_generator random(1);
  std::vector<std::vector<unsigned>> cells(ports, std::vector<unsigned>(ports));
  sn::arbiter::slot_request request;
  request.ready = sn::base::port_set::first(ports);
  sn::arbiter::slot_grant grant;
  std::vector<sn::arbiter::slot_request> requests;
  for (int slot = 0; slot < 2000 + count; ++slot) {
    for (unsigned input = 0; input < ports; ++input) {
      if (random.chance(0.8)) {
        const auto output = static_cast<unsigned>(random.below(ports));
        ++cells[output][input];
        request.inputs_for_output[output].set(input);
      }
    }
    if (slot >= 2000) {
      requests.push_back(request);
    }
    arbiter->arbitrate(request, grant);
    grant.granted.for_each([&](unsigned output) {
      const unsigned input = grant.input_for_output[output];
      if (--cells[output][input] == 0) {
        request.inputs_for_output[output].reset(input);
      }
    });
  }
  return requests;
}

void run(benchmark::State& state, sn::arbiter::kind which) {
  const auto ports = static_cast<unsigned>(state.range(0));
  const auto iterations = static_cast<unsigned>(state.range(1));
  const auto requests = requests_at_load_08(ports);
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
  std::vector<std::vector<char>> packed;
  for (const auto& request : requests_at_load_08(ports)) {
    std::vector<char> bits(sizeof(arbiter.req_i));
    for (unsigned output = 0; output < ports; ++output) {
      request.inputs_for_output[output].for_each([&](unsigned input) {
        const unsigned bit = output * ports + input;
        bits[bit / 8] = static_cast<char>(bits[bit / 8] | (1 << (bit % 8)));
      });
    }
    packed.push_back(bits);
  }
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

BENCHMARK(model)->Args({16, 1})->Args({64, 1})->Args({64, 2})->Args({64, 4})->Args({80, 1});
BENCHMARK(model)->Args({128, 1});
BENCHMARK(rtl)->Args({16, 1})->Args({64, 1})->Args({64, 2})->Args({64, 4})->Args({80, 1});
BENCHMARK(rtl)->Args({128, 1});
BENCHMARK_TEMPLATE(bare_rtl, valink_arbiter_64_1, 64);
BENCHMARK_TEMPLATE(bare_rtl, valink_arbiter_80_1, 80);

}  // namespace

BENCHMARK_MAIN();
