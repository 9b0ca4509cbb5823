// A platform as text for people.
#pragma once

#include <string>

#include "platform/description.h"

namespace sn::platform {

/// The machine with its derived figures, every value with its basis, and last the assumed values
/// with the reason for each.
std::string show(const description& machine);

}  // namespace sn::platform
