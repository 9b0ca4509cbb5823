#include "fabric/flow_contention.h"

#include <algorithm>
#include <array>

namespace sn::fabric {
namespace {

using base::port_set;

/// Of so few inputs the pointers find an order without collisions soon.
constexpr unsigned few = 3;
/// What outputs use at most whose pointers chase each other over several runs of inputs.
constexpr double chasing = 0.8;

/// How often a pointer on its way once around `rivals` skips one or more that do not ask.
unsigned runs_of_holes(const port_set& rivals, const port_set& asks) {
  const port_set holes = rivals & ~asks;
  if (holes.none()) {
    return 0;
  }
  // Every run of holes has one rival before it that asks; all of them together are one round.
  unsigned runs = 0;
  bool asked = false;
  bool first = true;
  bool first_is_hole = false;
  rivals.for_each([&](unsigned input) {
    const bool hole = holes.test(input);
    if (first) {
      first_is_hole = hole;
      first = false;
    }
    runs += asked && hole ? 1U : 0U;
    asked = !hole;
  });
  return runs + (asked && first_is_hole ? 1U : 0U);
}

/// What an output uses that `asking` of so many rivals ask for, if its pointer and those of the
/// others go round in `period` slots, in which each serves all that ask.
double in_rounds_of(double period, unsigned asking, double density) {
  return 1.0 / (1.0 + density * (period - asking) / asking);
}

/// The same for inputs that began together and leave one run of holes: the pointers lock into a
/// round that is 2 / k of one over all rivals, the shortest that is longer than the run.
double in_locked_rounds(unsigned rivals, unsigned asking, double density) {
  const unsigned k = (2 * rivals + asking - 1) / asking - 1;
  return in_rounds_of(2.0 * rivals / k, asking, density);
}

/// The same for several runs of holes: pointers chase each other.
double in_chasing_rounds(unsigned rivals, unsigned asking, unsigned runs, double density) {
  const double used = std::min(chasing, in_rounds_of(asking + runs, asking, density));
  return std::max(used, in_rounds_of(rivals, asking, density));
}

}  // namespace

flow_contention::flow_contention(unsigned ports, unsigned iterations)
    : iterations_(iterations),
      outputs_(ports),
      inputs_(ports),
      came_(std::size_t{ports} * ports),
      first_(ports, never),
      last_(ports),
      granted_(ports),
      accepted_(ports) {}

void flow_contention::ask(unsigned input, unsigned output, std::uint64_t slot, bool once) {
  outputs_[input].set(output);
  inputs_[output].set(input);
  if (!once) {
    first_[output] = std::min(first_[output], slot);
    last_[output] = slot;
  }
}

/// The inputs that ask for an output began within one round of all pointers.
bool flow_contention::began_together(unsigned output, unsigned rivals) const {
  return first_[output] != never && last_[output] - first_[output] <= rivals;
}

/// Each of `rivals` asks, and each of those of `outputs` that anybody asks is asked, once in every
/// wave. `rivals` are all who ask for any of `outputs`.
bool flow_contention::came_in_waves(const port_set& outputs, const port_set& rivals) const {
  const unsigned ranks = rivals.count();
  std::array<unsigned, base::port_limit> rank{};
  unsigned next = 0;
  rivals.for_each([&](unsigned input) { rank[input] = next++; });
  std::array<std::uint64_t, base::port_limit> wave{};  // per distance in rank: when it came
  wave.fill(never);
  unsigned asking = 0;
  unsigned asked = 0;
  bool good = true;
  outputs.for_each([&](unsigned output) {
    if (!good || inputs_[output].none()) {
      return;
    }
    if (asked == 0) {
      asking = inputs_[output].count();
    }
    good = asked < ranks && inputs_[output].count() == asking;
    inputs_[output].for_each([&](unsigned input) {
      const unsigned distance = (asked + ranks - rank[input]) % ranks;
      const std::uint64_t came = came_[input * outputs_.size() + output];
      if (asked == 0) {
        good = good && std::find(wave.begin(), wave.end(), came) == wave.end();
        wave[distance] = came;
      }
      good = good && wave[distance] == came;
    });
    ++asked;
  });
  return good && asked == ranks;
}

void flow_contention::withdraw(unsigned input, unsigned output) {
  outputs_[input].reset(output);
  inputs_[output].reset(input);
  if (inputs_[output].none()) {
    first_[output] = never;
  }
}

void flow_contention::limit(max_min& flows) {
  port_set rivals;
  unsigned competitors = 0;
  flows.gathered_outputs().for_each([&](unsigned output) {
    rivals = rivals | inputs_[output];
    competitors += inputs_[output].any() ? 1U : 0U;
  });
  if (came_in_waves(flows.gathered_outputs(), rivals)) {
    flows.gathered_outputs().for_each([&](unsigned output) {
      if (inputs_[output].any()) {
        flows.limit_output(output, 1.0);
      }
    });
    return;
  }
  const unsigned competing = rivals.count();
  const double density =
      competing == 0 ? 0.0 : std::min(1.0, static_cast<double>(competitors) / competing);
  bool weighed = false;
  flows.gathered_outputs().for_each([&](unsigned output) {
    const port_set& asks = inputs_[output];
    const unsigned asking = asks.count();
    if (asking == 0) {
      return;
    }
    const unsigned runs = runs_of_holes(rivals, asks);
    double used = in_rounds_of(asking + runs, asking, density);
    if (runs != 0 && began_together(output, competing)) {
      used = runs == 1 ? in_locked_rounds(competing, asking, density)
                       : in_chasing_rounds(competing, asking, runs, density);
    }
    if (competing - asking >= asking) {
      if (!weighed) {
        weigh(rivals);
        weighed = true;
      }
      double sum = 0.0;
      asks.for_each([&](unsigned input) { sum += accepted_[input]; });
      used = asking <= few ? 1.0 : std::min(1.0, std::max(used, sum / asking));
    }
    double lost = 1.0;
    for (unsigned iteration = 0; iteration < iterations_; ++iteration) {
      lost *= 1.0 - used;
    }
    flows.limit_output(output, 1.0 - lost);
  });
}

/// How likely each input accepts what it is granted, if the pointers are random.
void flow_contention::weigh(const port_set& rivals) {
  for (std::size_t output = 0; output < inputs_.size(); ++output) {
    const unsigned asking = inputs_[output].count();
    granted_[output] = asking != 0 ? 1.0 / asking : 0.0;
  }
  rivals.for_each([&](unsigned input) {
    double nobody = 1.0;
    double grants = 0.0;
    outputs_[input].for_each([&](unsigned output) {
      nobody *= 1.0 - granted_[output];
      grants += granted_[output];
    });
    accepted_[input] = (1.0 - nobody) / grants;
  });
}

}  // namespace sn::fabric
