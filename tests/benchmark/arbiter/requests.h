// Requests that the arbiter benchmarks share.
#pragma once

#include <vector>

#include "arbiter/arbiter.h"
#include "base/random.h"

namespace sn::arbiter {

/// Requests as a switch meets them at load 0.8: a VOQ that gets a cell asks until it is served.
inline std::vector<slot_request> requests_at_load_08(unsigned ports) {
  constexpr int count = 256;
  const auto arbiter = make_scheduler(kind::model, ports, 1);
  base::random_generator random(1);
  std::vector<std::vector<unsigned>> cells(ports, std::vector<unsigned>(ports));
  slot_request request;
  request.ready = base::port_set::first(ports);
  slot_grant grant;
  std::vector<slot_request> requests;
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

/// The requests as alink_arbiter's req_i: bit output * ports + input.
inline std::vector<std::vector<char>> packed(const std::vector<slot_request>& requests,
                                             unsigned ports) {
  std::vector<std::vector<char>> vectors;
  for (const slot_request& request : requests) {
    std::vector<char> bits(ports * ports / 8);
    for (unsigned output = 0; output < ports; ++output) {
      request.inputs_for_output[output].for_each([&](unsigned input) {
        const unsigned bit = output * ports + input;
        bits[bit / 8] = static_cast<char>(bits[bit / 8] | (1 << (bit % 8)));
      });
    }
    vectors.push_back(bits);
  }
  return vectors;
}

}  // namespace sn::arbiter
