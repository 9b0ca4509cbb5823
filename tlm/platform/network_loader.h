// From a file of platforms/ to a machine of links and accelerators.
#pragma once

#include <optional>
#include <string>

#include "platform/network_machine.h"

namespace sn::platform {

/// Reads a platform file whose `topology.kind` is single_stage, two_stage_clos, torus or mesh, or
/// that has a section `cluster`, whose supernode may be any machine. Nothing if it is of another
/// kind: load() reads those. Throws base::configuration_error that names file, line, key and what
/// was expected, as load() does.
std::optional<network_machine> load_network(const std::string& file);

}  // namespace sn::platform
