// Request patterns that the arbiter tests share.
#pragma once

#include "arbiter/arbiter.h"
#include "base/random.h"

namespace sn::arbiter {

/// Each input asks each output with probability `density`, each output is ready with `readiness`.
inline slot_request random_request(base::random_generator& random, unsigned ports, double density,
                                   double readiness) {
  slot_request request;
  for (unsigned output = 0; output < ports; ++output) {
    for (unsigned input = 0; input < ports; ++input) {
      if (random.chance(density)) {
        request.inputs_for_output[output].set(input);
      }
    }
    if (random.chance(readiness)) {
      request.ready.set(output);
    }
  }
  return request;
}

/// Every input asks every output and all are ready.
inline slot_request full_request(unsigned ports) {
  slot_request request;
  for (unsigned output = 0; output < ports; ++output) {
    request.inputs_for_output[output] = base::port_set::first(ports);
  }
  request.ready = base::port_set::first(ports);
  return request;
}

}  // namespace sn::arbiter
