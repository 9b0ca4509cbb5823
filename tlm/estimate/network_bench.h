// Collectives on machines of links and accelerators, size after size.
#pragma once

#include <functional>

#include "estimate/bench.h"
#include "platform/network_machine.h"

namespace sn::estimate {

/// As run_bench(), for a machine of links: the default are all its accelerators, and the algorithms
/// are ring, direct and halving_doubling among all ranks, and hierarchical: level by level, each
/// level in the way that takes it least time.
///
/// With a fidelity other than flow, which needs a cluster of machines with switches, the first
/// level of a hierarchical collective is simulated in one booted domain, for which all others
/// stand, and only what goes between domains as links. Throws base::configuration_error for what
/// cannot be done.
bench_result run_network_bench(const bench_options& options,
                               const platform::network_machine& machine,
                               const std::function<void(const bench_result&)>& begun,
                               const std::function<void(const bench_row&)>& row);

}  // namespace sn::estimate
