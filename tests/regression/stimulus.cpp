#include "regression/stimulus.h"

#include <utility>

namespace sn::test {

namespace {

constexpr double reset_chance = 0.003;

}  // namespace

stimulus::stimulus(unsigned ports, std::uint64_t seed) : ports_(ports), random_(seed, 1) {}

bool stimulus::next(const arbiter::slot_grant& last, arbiter::slot_request& request) {
  if (sequence_ != sequence::bursty) {
    forget_served(last);
  }
  if (slots_left_ == 0) {
    begin_sequence();
  }
  --slots_left_;
  ++slots_[static_cast<unsigned>(sequence_)];
  request = {};
  draw(request);
  for (unsigned output = 0; output < ports_; ++output) {
    if (random_.chance(readiness_)) {
      request.ready.set(output);
    }
  }
  return random_.chance(reset_chance);
}

void stimulus::begin_sequence() {
  sequence_ = static_cast<sequence>(random_.below(sequence_names.size()));
  slots_left_ = 1 + random_.below(200);
  readiness_ = random_.chance(0.5) ? 1.0 : random_.uniform();
  if (sequence_ == sequence::idle) {
    readiness_ = random_.uniform() / ports_;
  }
  density_ = random_.uniform();
  hot_output_ = static_cast<unsigned>(random_.below(ports_));
  for (unsigned port = 0; port < ports_; ++port) {
    input_density_[port] = random_.uniform();
    output_of_[port] = port;
    open_[port] = {};
  }
  for (unsigned port = ports_; port > 1; --port) {
    std::swap(output_of_[port - 1], output_of_[random_.below(port)]);
  }
}

void stimulus::forget_served(const arbiter::slot_grant& last) {
  last.granted.for_each(
      [&](unsigned output) { open_[output].reset(last.input_for_output[output]); });
}

void stimulus::draw(arbiter::slot_request& request) {
  for (unsigned input = 0; input < ports_; ++input) {
    if (sequence_ == sequence::permutation) {
      request.inputs_for_output[output_of_[input]].set(input);
      continue;
    }
    for (unsigned output = 0; output < ports_; ++output) {
      bool asks = false;
      switch (sequence_) {
        case sequence::saturate:
          asks = true;
          break;
        case sequence::skew:
          asks = random_.chance(input_density_[input]);
          break;
        case sequence::hot_spot:
          asks = output == hot_output_ || random_.chance(density_ / ports_);
          break;
        case sequence::bursty:
          if (open_[output].test(input)) {
            if (random_.chance(0.1)) {
              open_[output].reset(input);
            }
          } else if (random_.chance(0.1 * density_)) {
            open_[output].set(input);
          }
          asks = open_[output].test(input);
          break;
        case sequence::withdraw:
          if (random_.chance(0.2)) {
            open_[output].reset(input);
          }
          [[fallthrough]];
        case sequence::persist:
          if (random_.chance(density_ / ports_)) {
            open_[output].set(input);
          }
          asks = open_[output].test(input);
          break;
        case sequence::idle:
          asks = random_.chance(density_ / (ports_ * ports_));
          break;
        case sequence::permutation:
          break;
      }
      if (asks) {
        request.inputs_for_output[output].set(input);
      }
    }
  }
}

}  // namespace sn::test
