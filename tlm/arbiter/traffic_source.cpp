#include "arbiter/traffic_source.h"

#include <utility>

namespace sn::arbiter {

traffic_source::traffic_source(const source_settings& settings, unsigned ports, std::uint64_t seed)
    : settings_(settings),
      ports_(ports),
      random_(seed),
      arrival_threshold_(static_cast<std::uint64_t>(settings.load * 0x1.0p32)) {
  burst_output_.fill(none);
  for (unsigned port = 0; port < ports; ++port) {
    fixed_output_[port] = static_cast<std::uint8_t>(port);
  }
  for (unsigned port = ports; port > 1; --port) {
    std::swap(fixed_output_[port - 1], fixed_output_[random_.below(port)]);
  }
}

void traffic_source::next(arrivals& slot) {
  if (settings_.shape == pattern::bursty) {
    next_bursty(slot);
    return;
  }
  for (unsigned input = 0; input < ports_; ++input) {
    // The upper half of a draw decides whether a cell arrives, the lower half where it goes.
    const std::uint64_t draw = random_.next();
    if ((draw >> 32U) >= arrival_threshold_) {
      slot[input] = none;
    } else if (settings_.shape == pattern::permutation) {
      slot[input] = fixed_output_[input];
    } else if (settings_.shape == pattern::hotspot && random_.chance(settings_.hotspot_share)) {
      slot[input] = 0;
    } else {
      slot[input] = output_of(static_cast<std::uint32_t>(draw));
    }
  }
}

// A burst ends after each of its cells with probability 1 / length. Idle times have the mean
// length * (1 - load) / load slots, none included: each slot starts a burst with probability
// load / (load + length * (1 - load)), which gives load cells per slot.
void traffic_source::next_bursty(arrivals& slot) {
  const double end = 1.0 / settings_.burst_length;
  const double begin =
      settings_.load / (settings_.load + settings_.burst_length * (1.0 - settings_.load));
  for (unsigned input = 0; input < ports_; ++input) {
    if (burst_output_[input] == none && random_.chance(begin)) {
      burst_output_[input] = output_of(static_cast<std::uint32_t>(random_.next()));
    }
    slot[input] = burst_output_[input];
    if (burst_output_[input] != none && random_.chance(end)) {
      burst_output_[input] = none;
    }
  }
}

}  // namespace sn::arbiter
