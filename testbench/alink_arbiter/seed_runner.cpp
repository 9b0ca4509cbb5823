// The arbiter for instrumented benches.
#include "common/seed_runner.h"

#include "alink_arbiter/functional_coverage.h"
#include "alink_arbiter/scoreboard.h"
#include "arbiter/islip.h"
#include "arbiter/lockstep.h"
#include "arbiter/verilated_arbiter.h"
#include "bench_model.h"
#include "regression/stimulus.h"

namespace sn::testbench {

namespace {

using verilated = arbiter::verilated_arbiter<model, model_ports, model_iterations>;

class arbiter_runner final : public seed_runner {
 public:
  explicit arbiter_runner(unsigned ports) : ports_(ports), coverage_(ports, model_iterations) {}

  std::optional<seed_failure> run(const seed_run& given) override {
    auto tested = std::make_unique<verilated>(ports_);
    tested->model().begin(given.mutant, given.record);
    arbiter::lockstep both(std::make_unique<arbiter::islip>(ports_, model_iterations),
                           std::move(tested));
    both.reset();
    test::stimulus stimulus(ports_, given.seed);
    scoreboard rules(ports_, model_iterations);
    arbiter::slot_request request;
    arbiter::slot_grant grant;
    for (std::uint64_t slot = 0; slot < given.slots; ++slot) {
      const bool reset = stimulus.next(grant, request);
      if (reset) {
        both.reset();
        rules.reset();
      }
      try {
        both.arbitrate(request, grant);
      } catch (const arbiter::lockstep_error& error) {
        return seed_failure{slot, error.what()};
      }
      std::string broken = rules.check(request, grant);
      if (!broken.empty()) {
        return seed_failure{slot, std::move(broken)};
      }
      if (given.count_bins) {
        coverage_.sample(reset, request, grant);
      }
    }
    return std::nullopt;
  }

  std::string bins() const override { return coverage_.json(); }

 private:
  unsigned ports_;
  functional_coverage coverage_;
};

}  // namespace

unsigned ports_of_model() {
  return model_ports;
}

std::unique_ptr<seed_runner> make_seed_runner(unsigned ports) {
  return std::make_unique<arbiter_runner>(ports);
}

}  // namespace sn::testbench
