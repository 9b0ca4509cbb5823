// The RTL arbiter in a SystemC process that runs once in a slot, beside the same arbiter called in
// a plain loop and the bare Verilated class: what SystemC costs. items_per_second is slots per CPU
// second.
#include <benchmark/benchmark.h>
#include <verilated.h>

#include <cstring>
#include <memory>
#include <systemc>
#include <vector>

#include "arbiter/arbiter.h"
#include "requests.h"
#include "valink_arbiter_64_1.h"

namespace {

constexpr unsigned ports = 64;

/// Arbitrates in every slot of one nanosecond.
class slot_process : public sc_core::sc_module {
 public:
  explicit slot_process(const sc_core::sc_module_name& name)
      : sc_core::sc_module(name),
        requests_(sn::arbiter::requests_at_load_08(ports)),
        arbiter_(sn::arbiter::make_scheduler(sn::arbiter::kind::rtl, ports, 1)) {
    SC_HAS_PROCESS(slot_process);
    SC_METHOD(slot);
  }

  const sc_core::sc_time& period() const { return period_; }

 private:
  void slot() {
    arbiter_->arbitrate(requests_[slot_++ % requests_.size()], grant_);
    next_trigger(period_);
  }

  sc_core::sc_time period_{1, sc_core::SC_NS};
  std::vector<sn::arbiter::slot_request> requests_;
  std::unique_ptr<sn::arbiter::scheduler> arbiter_;
  sn::arbiter::slot_grant grant_;
  std::size_t slot_ = 0;
};

void in_systemc(benchmark::State& state, slot_process& process) {
  constexpr int batch = 1000;
  while (state.KeepRunningBatch(batch)) {
    sc_core::sc_start(batch * process.period());
  }
  state.SetItemsProcessed(state.iterations());
}

void in_a_loop(benchmark::State& state) {
  const auto requests = sn::arbiter::requests_at_load_08(ports);
  const auto arbiter = sn::arbiter::make_scheduler(sn::arbiter::kind::rtl, ports, 1);
  sn::arbiter::slot_grant grant;
  std::size_t slot = 0;
  for (auto _ : state) {
    arbiter->arbitrate(requests[slot++ % requests.size()], grant);
  }
  state.SetItemsProcessed(state.iterations());
}

/// Requests lie packed, grants are not looked at.
void bare(benchmark::State& state) {
  VerilatedContext context;
  valink_arbiter_64_1 arbiter{&context};
  const auto packed = sn::arbiter::packed(sn::arbiter::requests_at_load_08(ports), ports);
  std::memset(&arbiter.ready_i, 0xff, sizeof(arbiter.ready_i));
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

}  // namespace

int sc_main(int argc, char** argv) {
  slot_process process("process");
  benchmark::Initialize(&argc, argv);
  benchmark::RegisterBenchmark("bare_verilated", bare);
  benchmark::RegisterBenchmark("rtl_in_a_loop", in_a_loop);
  benchmark::RegisterBenchmark("rtl_in_systemc",
                               [&process](benchmark::State& state) { in_systemc(state, process); });
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
