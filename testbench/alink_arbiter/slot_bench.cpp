// The arbiter at its pins, on a model that instrumented.py Verilated for a purpose. With --mutants
// every mutant runs beside the netlist without one until they differ, a rule of the scoreboard is
// broken or the seeds end. Exit code 0: nothing broken, or all mutants tried; 1: a rule broken; 2:
// wrong options.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <memory>
#include <string>

#include "alink_arbiter/slot_scoreboard.h"
#include "alink_arbiter/slot_traffic.h"
#include "bench_model.h"

namespace {

namespace bench = sn::testbench;
constexpr unsigned ports = bench::model_ports;
constexpr unsigned classes = bench::model_classes;

constexpr unsigned index_width() {
  unsigned width = 1;
  while ((1U << width) < ports) {
    ++width;
  }
  return width;
}

/// Bit `bit` of a port of a Verilated model, whatever its type.
template <class signal>
bool bit_of(const signal& pin, unsigned bit) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(&pin);
  return ((bytes[bit / 8] >> (bit % 8)) & 1U) != 0;
}

template <class signal>
void set_bits(signal& pin, unsigned first, std::uint64_t value, unsigned width) {
  auto* bytes = reinterpret_cast<unsigned char*>(&pin);
  for (unsigned bit = first; bit < first + width; ++bit, value >>= 1U) {
    const auto mask = static_cast<unsigned char>(1U << (bit % 8));
    bytes[bit / 8] = static_cast<unsigned char>((value & 1U) != 0 ? bytes[bit / 8] | mask
                                                                  : bytes[bit / 8] & ~mask);
  }
}

template <class signal>
void set_ports(signal& pin, const sn::base::port_set& set) {
  std::memcpy(&pin, set.word.data(), sizeof(pin));
}

template <class signal>
sn::base::port_set get_ports(const signal& pin) {
  sn::base::port_set set;
  std::memcpy(set.word.data(), &pin, sizeof(pin));
  return set;
}

/// One model and what it last answered.
class pins {
 public:
  pins(unsigned mutant, const std::string& record) : model_(std::make_unique<bench::model>()) {
    model_->begin(mutant, record);
    model_->rst_ni = 1;
    model_->clk_i = 0;
    model_->slot_i = 0;
    model_->eval();
    reset();
  }

  void reset() {
    model_->rst_ni = 0;
    model_->eval();
    model_->rst_ni = 1;
    model_->eval();
    sample();
  }

  void slot(const bench::slot_inputs& in) {
    for (unsigned c = 0; c < classes; ++c) {
      for (unsigned o = 0; o < ports; ++o) {
        for (unsigned w = 0; w < (ports + 63) / 64; ++w) {
          set_bits(model_->req_i, (c * ports + o) * ports + w * 64, in.request[c][o].word[w],
                   ports - w * 64 < 64 ? ports - w * 64 : 64);
        }
      }
      set_bits(model_->weight_i, c * 8, in.weight[c], 8);
      set_bits(model_->age_limit_i, c * 16, in.age_limit[c], 16);
    }
    model_->hold_limit_i = in.hold_limit;
    set_ports(model_->ready_i, in.ready);
    set_ports(model_->enable_i, in.enable);
    set_ports(model_->hold_i, in.hold);
    set_ports(model_->mc_req_i, in.multicast_request);
    set_ports(model_->mc_set_i, in.multicast_set);
    model_->mc_whole_i = in.multicast_whole;
    model_->slot_i = in.slot;
    model_->eval();
    model_->clk_i = 1;
    model_->eval();
    model_->clk_i = 0;
    model_->eval();
    sample();
  }

  const bench::slot_outputs& answer() const { return answer_; }

  /// The answers of both, where they mean anything, and what is reported per input and counted.
  bool differs(const pins& other) const {
    const bench::slot_outputs& a = answer_;
    const bench::slot_outputs& b = other.answer_;
    bool same =
        a.valid == b.valid && a.multicast == b.multicast && a.turn == b.turn &&
        get_ports(model_->conflict_o) == get_ports(other.model_->conflict_o) &&
        get_ports(model_->idle_o) == get_ports(other.model_->idle_o) &&
        get_ports(model_->in_gnt_valid_o) == get_ports(other.model_->in_gnt_valid_o) &&
        get_ports(model_->in_gnt_multicast_o) == get_ports(other.model_->in_gnt_multicast_o);
    a.valid.for_each([&](unsigned o) {
      same = same && a.input[o] == b.input[o] && a.traffic_class[o] == b.traffic_class[o];
    });
    (get_ports(model_->in_gnt_valid_o) & ~get_ports(model_->in_gnt_multicast_o))
        .for_each([&](unsigned i) {
          for (unsigned bit = 0; bit < index_width(); ++bit) {
            same = same && bit_of(model_->in_gnt_idx_o, bit * ports + i) ==
                               bit_of(other.model_->in_gnt_idx_o, bit * ports + i);
          }
          for (unsigned bit = 0; bit < 2; ++bit) {
            same = same && bit_of(model_->in_gnt_class_o, bit * ports + i) ==
                               bit_of(other.model_->in_gnt_class_o, bit * ports + i);
          }
        });
    return !same;
  }

 private:
  void sample() {
    answer_.valid = get_ports(model_->gnt_valid_o);
    answer_.multicast = get_ports(model_->gnt_multicast_o);
    answer_.turn = get_ports(model_->mc_turn_o);
    for (unsigned o = 0; o < ports; ++o) {
      unsigned index = 0;
      for (unsigned bit = 0; bit < index_width(); ++bit) {
        index |= (bit_of(model_->gnt_idx_o, o * index_width() + bit) ? 1U : 0U) << bit;
      }
      answer_.input[o] = static_cast<std::uint8_t>(index);
      answer_.traffic_class[o] =
          static_cast<std::uint8_t>((bit_of(model_->gnt_class_o, o * 2) ? 1U : 0U) |
                                    (bit_of(model_->gnt_class_o, o * 2 + 1) ? 2U : 0U));
    }
  }

  std::unique_ptr<bench::model> model_;
  bench::slot_outputs answer_;
};

struct options {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  std::uint64_t slots = 2000;
  unsigned mutants = 0;
  std::string record;
  std::string bins;
};

/// Runs one seed; empty, or what went wrong with the slot in `failed_slot`.
std::string run_seed(const options& given, std::uint64_t seed, unsigned mutant,
                     bench::slot_scoreboard& scoreboard, std::uint64_t& failed_slot) {
  pins tested(mutant, given.record);
  std::unique_ptr<pins> reference = mutant == 0 ? nullptr : std::make_unique<pins>(0, "");
  bench::slot_traffic traffic(ports, classes, seed);
  for (std::uint64_t slot = 0; slot < given.slots; ++slot) {
    failed_slot = slot;
    const bench::slot_outputs seen = tested.answer();
    const bench::slot_inputs& in = traffic.next(seen);
    if (in.reset) {
      tested.reset();
      if (reference) {
        reference->reset();
      }
    }
    const bench::slot_outputs before = tested.answer();
    bench::slot_inputs sent = in;
    if (in.reset) {  // nobody has the turn after a reset
      sent.multicast_set = {};
    }
    tested.slot(sent);
    if (reference) {
      reference->slot(sent);
      if (tested.differs(*reference)) {
        return "differs from the arbiter";
      }
    } else if (sent.slot) {
      std::string broken = scoreboard.check(sent, before, tested.answer());
      if (!broken.empty()) {
        return broken;
      }
    }
  }
  return {};
}

int run_mutants(const options& given) {
  bench::slot_scoreboard scoreboard(ports, classes);
  for (unsigned mutant = 0; mutant <= given.mutants; ++mutant) {
    std::string outcome = "survived";
    for (std::uint64_t seed = given.seed; seed < given.seed + given.seeds; ++seed) {
      std::uint64_t slot = 0;
      if (!run_seed(given, seed, mutant, scoreboard, slot).empty()) {
        outcome = fmt::format("killed {} {}", seed, slot);
        break;
      }
      if (mutant == 0 && seed > given.seed + 5) {
        break;
      }
    }
    fmt::print("mutant {} {}\n", mutant, outcome);
  }
  return 0;
}

int run(const options& given) {
  bench::slot_scoreboard scoreboard(ports, classes);
  std::string broken;
  std::uint64_t slot = 0;
  std::uint64_t seed = given.seed;
  for (; seed < given.seed + given.seeds && broken.empty(); ++seed) {
    broken = run_seed(given, seed, 0, scoreboard, slot);
  }
  if (!given.bins.empty()) {
    std::ofstream(given.bins) << scoreboard.json();
  }
  if (!broken.empty()) {
    fmt::print("seed {}, slot {} of the run: {}\n", seed - 1, slot, broken);
    return 1;
  }
  fmt::print("{} ports, {} classes: nothing broken in {} slots of each of {} seeds\n", ports,
             classes, given.slots, given.seeds);
  return 0;
}

int run(int count, char** arguments) {
  options given;
  CLI::App app("The arbiter at its pins under the rules of the scoreboard");
  app.add_option("--seed", given.seed, "the first seed")->capture_default_str();
  app.add_option("--seeds", given.seeds, "how many seeds")->capture_default_str();
  app.add_option("--slots", given.slots, "slots of each seed")->capture_default_str();
  app.add_option("--mutants", given.mutants, "try mutants 0 (none) to this");
  app.add_option("--record", given.record, "write the waveform, or the coverage, of the last seed");
  app.add_option("--bins", given.bins, "write functional coverage as JSON");
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return given.mutants != 0 ? run_mutants(given) : run(given);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    return run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "slot_bench: %s\n", error.what());
    return 2;
  }
}
