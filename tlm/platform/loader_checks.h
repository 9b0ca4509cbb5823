// What a platform must satisfy beyond the range of each value.
#pragma once

#include "base/yaml_reader.h"
#include "platform/description.h"

namespace sn::platform {

/// Throws base::configuration_error for the first way in which the groups of `topology`, read
/// through `root`, do not divide. Everything that counts domains or partitions relies on it.
void check_topology(const topology_parameters& topology, base::yaml_reader& root);

/// Throws base::configuration_error for the first rule that `machine`, whose topology has been
/// checked, breaks: ports and lanes that do not add up, memory that does not fit, pods that
/// overlap.
void check(const description& machine, base::yaml_reader& root);

}  // namespace sn::platform
