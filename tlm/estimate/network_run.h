// A scenario on a machine of links and accelerators.
#pragma once

#include <string>

#include "estimate/run.h"
#include "platform/network_machine.h"

namespace sn::estimate {

/// As run(), for a machine of links: rank r works on accelerator r, nothing boots, and fidelity is
/// flow. Throws base::configuration_error for bad input, before anything is written.
finished_run run_on_links(const run_options& options, const platform::network_machine& machine);

/// What a user must know of the error of a step on links, as one line.
std::string links_error();

}  // namespace sn::estimate
