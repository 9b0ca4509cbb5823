// One decode step with data-parallel attention and expert parallelism, as a program of all ranks.
#pragma once

#include <cstdint>
#include <vector>

#include "workload/expert_traffic.h"
#include "workload/program.h"
#include "workload/scenario.h"

namespace sn::workload {

/// The program of a step and what its routing turned out to be.
struct decode_step {
  program work;
  std::vector<layer_imbalance> imbalance;  ///< of each layer with experts
};

/// Builds the step. `seed` is that of the run; it decides which experts the tokens choose.
///
/// Each micro-batch of a rank is a queue: embedding; per layer attention, then either the dense
/// block or gate, dispatch, shared expert (while the dispatch is in flight), wait, routed experts,
/// combine, wait, sum; at last the head. Elementwise work counts no FLOPs: it is bound by memory
/// traffic. Messages of a transfer go to the next rank first, and so on around, so that ranks do
/// not all send to one at a time; what stays on the rank comes last. Messages without bytes are
/// left out, but every rank has every transfer and wait, so that all take part in each exchange.
decode_step build_decode_step(const scenario& run, std::uint64_t seed);

}  // namespace sn::workload
