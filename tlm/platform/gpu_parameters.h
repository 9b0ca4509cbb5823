// From an accelerator of a platform file to the parameters of the device.
#pragma once

#include "gpu/configuration.h"
#include "platform/description.h"

namespace sn::platform {

/// All that the accelerator's own section says; its place in the platform and its cooling are left
/// as they are by default.
gpu::configuration gpu_parameters(const accelerator_parameters& from);

}  // namespace sn::platform
