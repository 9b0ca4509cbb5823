// Collectives with the communication library of a platform, size after size.
#pragma once

#include <functional>

#include "estimate/bench.h"
#include "platform/description.h"

namespace sn::estimate {

/// As run_bench(), by the model of the platform's library (library_cost.h) instead of a simulation.
/// Throws base::configuration_error for what cannot be done.
bench_result run_library_bench(const bench_options& options, const platform::description& machine,
                               const std::function<void(const bench_result&)>& begun,
                               const std::function<void(const bench_row&)>& row);

}  // namespace sn::estimate
