// The arbiter with classes for instrumented benches.
#include "common/seed_runner.h"

#include "alink_class_arbiter/lockstep_run.h"
#include "arbiter/class_islip.h"
#include "arbiter/class_lockstep.h"
#include "arbiter/verilated_class_arbiter.h"
#include "base/error.h"
#include "bench_model.h"

namespace sn::testbench {

namespace {

using verilated =
    arbiter::verilated_class_arbiter<model, model_ports, model_iterations, model_classes>;

/// A bit of a pin.
template <class pin>
unsigned bit_of(const pin& vector, unsigned bit) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(&vector);
  return (unsigned{bytes[bit / 8]} >> (bit % 8)) & 1U;
}

/// Inputs are told what outputs are told of them; the twin has no such view. And a model that
/// begins as after long use has a twin that does.
class model_probe final : public run_probe {
 public:
  model_probe(const model& pins, arbiter::class_islip& twin) : pins_(pins), twin_(twin) {}

  void after_reset() override {
    if (model_starts_late) {
      twin_.put(
          {late_total, static_cast<std::uint32_t>(late_grants), static_cast<unsigned>(late_timer)});
    }
  }

  std::string check(const slot_outputs& now) override {
    base::port_set valid;
    base::port_set multicast;
    std::array<unsigned, base::port_limit> output_of{};
    std::array<unsigned, base::port_limit> class_of{};
    now.valid.for_each([&](unsigned output) {
      const unsigned input = now.input[output];
      valid.set(input);
      if (now.multicast.test(output)) {
        multicast.set(input);
      } else {
        output_of[input] = output;
        class_of[input] = now.traffic_class[output];
      }
    });
    if (arbiter::sample_ports(pins_.in_gnt_valid_o) != valid ||
        arbiter::sample_ports(pins_.in_gnt_multicast_o) != multicast) {
      return "inputs are told of other grants than outputs";
    }
    std::string broken;
    (valid & ~multicast).for_each([&](unsigned input) {
      unsigned told = 0;
      for (unsigned bit = 0; bit < arbiter::index_width(model_ports); ++bit) {
        told |= bit_of(pins_.in_gnt_idx_o, bit * model_ports + input) << bit;
      }
      const unsigned told_class = bit_of(pins_.in_gnt_class_o, input) |
                                  bit_of(pins_.in_gnt_class_o, model_ports + input) << 1;
      if (told != output_of[input] || told_class != class_of[input]) {
        broken = "an input is told another output or class than the output is";
      }
    });
    return broken;
  }

 private:
  const model& pins_;
  arbiter::class_islip& twin_;
};

class class_arbiter_runner final : public seed_runner {
 public:
  explicit class_arbiter_runner(unsigned ports)
      : ports_(ports), scoreboard_(ports, model_classes) {}

  std::optional<seed_failure> run(const seed_run& given) override {
    auto twin = std::make_unique<arbiter::class_islip>(ports_, model_iterations, model_classes);
    auto tested = std::make_unique<verilated>(ports_);
    tested->model().begin(given.mutant, given.record);
    model_probe probe(tested->model(), *twin);
    arbiter::class_lockstep both(std::move(twin), std::move(tested));
    both.reset();
    run_watchers watchers;
    watchers.rules = &scoreboard_;
    watchers.bins = given.count_bins ? &scoreboard_ : nullptr;
    // A run for a waveform ends in the slot in which the lockstep program ends.
    watchers.probe = model_starts_late ? &probe : nullptr;
    lockstep_run lockstep(both, given.seed, watchers);
    try {
      lockstep.run(given.slots);
    } catch (const base::run_error& error) {
      return seed_failure{lockstep.slot(), error.what()};
    }
    return std::nullopt;
  }

  std::string bins() const override { return scoreboard_.json(); }

 private:
  unsigned ports_;
  slot_scoreboard scoreboard_;
};

}  // namespace

unsigned ports_of_model() {
  return model_ports;
}

std::unique_ptr<seed_runner> make_seed_runner(unsigned ports) {
  return std::make_unique<class_arbiter_runner>(ports);
}

}  // namespace sn::testbench
