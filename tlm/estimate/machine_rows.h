// What results say of a machine.
#pragma once

#include "estimate/record.h"
#include "platform/description.h"
#include "platform/network_machine.h"

namespace sn::estimate {

/// A machine with simulated switches. The assumptions are those of the sections that decide about
/// compute, memory and ALink: controllers, pool and the outer networks take no part in a decode
/// step, and power does not limit it.
machine_record record_of(const platform::description& machine);

/// A machine of links of which `ranks` accelerators work. What is between domains counts if they do
/// not lie in one.
machine_record record_of(const platform::network_machine& machine, std::uint32_t ranks);

}  // namespace sn::estimate
