// What every bench does with its options.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "estimate/bench.h"
#include "platform/description.h"

namespace sn::estimate {

/// Throws base::configuration_error unless the groups of so many ranks each lie within scale-up
/// domains of `machine`.
void check_ranks(const bench_options& options, const platform::description& machine,
                 std::uint32_t ranks);

/// How many of the groups of so many ranks are in one scale-up domain, where most are; checked
/// before.
unsigned groups_in_a_domain(const bench_options& options, const platform::description& machine,
                            std::uint32_t ranks);

/// Throws base::configuration_error unless the members that the options name are different ones of
/// so many accelerators.
void check_members(const bench_options& options, const std::string& machine,
                   std::uint32_t accelerators);

/// Throws base::configuration_error unless the parts that the options name are for an all_to_all_v
/// of so many ranks.
void check_parts(const bench_options& options, std::uint32_t ranks);

/// The most elements that a rank gives.
std::uint64_t largest_share(const std::vector<std::uint64_t>& parts, std::uint32_t ranks);

/// Throws base::configuration_error unless the switches have the traffic class, and the engine
/// arbiters for it.
void check_traffic_class(const bench_options& options, const platform::description& machine);

/// The simulated switches of a machine can reduce and multicast in such a bench.
bool can_in_switch(const bench_options& options, const platform::description& machine);
/// Throws base::configuration_error, with the reason, if they cannot.
void check_in_switch(const bench_options& options, const platform::description& machine);

/// Throws base::configuration_error if the sizes of the options make no sequence.
void check_sizes(const bench_options& options);

/// begin, begin * factor, ... up to end, cut to whole elements.
std::vector<base::bytes> sizes_of(const bench_options& options);

/// Throws base::run_error if this host has less memory free than --check of `size` bytes needs.
void check_host_memory(base::bytes needed, base::bytes size);

}  // namespace sn::estimate
