// What every bench does with its options.
#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"
#include "estimate/bench.h"
#include "platform/description.h"

namespace sn::estimate {

/// Throws base::configuration_error unless the groups of so many ranks each lie within scale-up
/// domains of `machine`.
void check_ranks(const bench_options& options, const platform::description& machine,
                 std::uint32_t ranks);

/// Throws base::configuration_error unless the plane that is to die exists, is not the only one,
/// and is of an engine that can lose it.
void check_kill(const bench_options& options, const platform::description& machine);

/// Throws base::configuration_error if the sizes of the options make no sequence.
void check_sizes(const bench_options& options);

/// begin, begin * factor, ... up to end, cut to whole elements.
std::vector<base::bytes> sizes_of(const bench_options& options);

/// Throws base::run_error if this host has less memory free than --check of `size` bytes needs.
void check_host_memory(base::bytes needed, base::bytes size);

}  // namespace sn::estimate
