// What the fabric's engines are built from, as a description says it.
#pragma once

#include "fabric/cell_engine.h"
#include "fabric/flow_engine.h"
#include "platform/description.h"

namespace sn::platform {

/// The cell engine of a domain. Its endpoints are those of the domain, by id; the arbiter is the
/// C++ twin.
fabric::cell_engine_parameters cell_parameters(const description& machine, unsigned domain);
/// The flow engine of the same domain: the same links and latencies.
/// Throws base::configuration_error if links err so often that they go down now and then: fluids do
/// not.
fabric::flow_engine_parameters flow_parameters(const description& machine, unsigned domain);

}  // namespace sn::platform
