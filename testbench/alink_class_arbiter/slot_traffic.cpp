#include "alink_class_arbiter/slot_traffic.h"

#include <utility>

namespace sn::testbench {

namespace {

enum kind : unsigned {
  saturate,
  skew,
  hot_spot,
  permutation,
  bursty,
  persist,
  withdraw,
  adversarial,
  idle
};

}  // namespace

slot_traffic::slot_traffic(unsigned ports, unsigned classes, std::uint64_t seed)
    : ports_(ports), classes_(classes), random_(seed, 2) {}

base::port_set slot_traffic::subset(double density) {
  base::port_set chosen;
  for (unsigned port = 0; port < ports_; ++port) {
    if (random_.chance(density)) {
      chosen.set(port);
    }
  }
  return chosen;
}

/// None, short ones, any, and those about which every bit of a timer changes, or that differ from
/// them in one bit.
std::uint16_t slot_traffic::draw_limit() {
  const std::uint64_t about = 0x7fe0 + random_.below(64);
  const std::uint64_t apart = random_.chance(0.5) ? 0 : 1ULL << random_.below(16);
  const std::array<std::uint64_t, 5> limits{0, 1 + random_.below(3), 1 + random_.below(20),
                                            random_.below(65536), about ^ apart};
  return static_cast<std::uint16_t>(limits[random_.below(limits.size())]);
}

void slot_traffic::begin_sequence() {
  kind_ = static_cast<unsigned>(random_.below(traffic_names.size()));
  left_ = 1 + random_.below(150);
  const auto sometimes = [&](double chance) {
    return random_.chance(chance) ? random_.uniform() : 0.0;
  };
  readiness_ = random_.chance(0.5) ? 1.0 : random_.uniform();
  density_ = random_.uniform();
  hold_ = random_.chance(0.15) ? 1.0 : sometimes(0.5);
  multicasts_ = sometimes(0.5);
  whole_ = random_.chance(0.3) ? 1.0 : sometimes(0.6);
  restless_ = random_.chance(0.3);
  const bool limited = !random_.chance(0.15);
  slots_ = random_.chance(0.8) ? 1.0 : random_.uniform();
  hot_ = static_cast<unsigned>(random_.below(ports_));
  now_.enable = random_.chance(0.6) ? base::port_set::first(ports_) : subset(random_.uniform());
  for (unsigned c = 0; c < classes_; ++c) {
    class_density_[c] = random_.chance(0.3) ? 1.0 : random_.uniform();
    now_.weight[c] =
        static_cast<std::uint8_t>(random_.chance(0.1) ? random_.below(256) : random_.below(6));
    now_.age_limit[c] = limited ? draw_limit() : std::uint16_t{0};
  }
  now_.hold_limit = draw_limit();
  for (unsigned port = 0; port < ports_; ++port) {
    input_density_[port] = random_.uniform();
    output_of_[port] = port;
  }
  for (unsigned port = ports_; port > 1; --port) {
    std::swap(output_of_[port - 1], output_of_[random_.below(port)]);
  }
}

void slot_traffic::draw_requests() {
  for (unsigned c = 0; c < classes_; ++c) {
    for (unsigned output = 0; output < ports_; ++output) {
      base::port_set& row = now_.request[c][output];
      for (unsigned input = 0; input < ports_; ++input) {
        bool asks = row.test(input);
        switch (kind_) {
          case saturate:
            asks = true;
            break;
          case skew:
            asks = random_.chance(input_density_[input] * class_density_[c]);
            break;
          case hot_spot:
            asks = output == hot_ || random_.chance(density_ / ports_);
            break;
          case permutation:
            asks = output == output_of_[input];
            break;
          case bursty:
            asks = random_.chance(asks ? 0.9 : 0.1 * density_ * class_density_[c]);
            break;
          case withdraw:
            asks = (asks && random_.chance(0.8)) || random_.chance(density_ / ports_);
            break;
          case persist:
            asks = asks || random_.chance(density_ * class_density_[c] / ports_);
            break;
          case adversarial:
            // The highest class never rests, the others stay: only the guard serves them.
            asks = c + 1 == classes_ ? random_.chance(0.95) : asks || random_.chance(0.2);
            break;
          default:
            asks = random_.chance(density_ / (ports_ * ports_));
        }
        if (asks) {
          row.set(input);
        } else {
          row.reset(input);
        }
      }
    }
  }
}

/// A requester takes served outputs, and those that are down, out of the set of its cell.
void slot_traffic::draw_multicasts(const slot_outputs& last) {
  last.multicast.for_each([&](unsigned output) { multicast_[last.input[output]].reset(output); });
  now_.multicast_request = {};
  now_.multicast_set = {};
  now_.multicast_whole = false;
  for (unsigned input = 0; input < ports_; ++input) {
    base::port_set& wanted = multicast_[input];
    wanted = wanted & now_.enable;
    if (wanted.none() && random_.chance(multicasts_)) {
      wanted = subset(random_.uniform());
      if (random_.chance(whole_)) {
        whole_inputs_.set(input);
      } else {
        whole_inputs_.reset(input);
      }
    }
    if (wanted.any()) {
      now_.multicast_request.set(input);
    }
    if (last.turn.test(input)) {
      now_.multicast_set = wanted;
      now_.multicast_whole = whole_inputs_.test(input);
    }
  }
}

const slot_inputs& slot_traffic::next(const slot_outputs& last) {
  if (left_ == 0) {
    begin_sequence();
  }
  --left_;
  if (kind_ == persist || kind_ == withdraw || kind_ == adversarial) {
    last.valid.for_each([&](unsigned output) {
      if (!last.multicast.test(output)) {
        now_.request[last.traffic_class[output]][output].reset(last.input[output]);
      }
    });
  }
  now_.reset = random_.chance(0.003);
  now_.slot = random_.chance(slots_);
  if (random_.chance(0.01)) {
    now_.enable = random_.chance(0.5) ? base::port_set::first(ports_) : subset(0.7);
  }
  // A limit is lowered below a timer, or raised, while pairs are held and classes wait.
  if (restless_ && random_.chance(0.03)) {
    now_.hold_limit = draw_limit();
  }
  if (restless_ && random_.chance(0.03)) {
    now_.age_limit[random_.below(classes_)] = draw_limit();
  }
  draw_requests();
  draw_multicasts(last);
  now_.ready = subset(kind_ == idle ? readiness_ / ports_ : readiness_);
  now_.hold = subset(hold_);
  return now_;
}

}  // namespace sn::testbench
