// From a file of platforms/ to a description that holds together.
#pragma once

#include <string>

#include "platform/description.h"

namespace sn::platform {

/// Reads a platform file. Throws base::configuration_error that names file, line, key and what was
/// expected when a key is missing or unknown, a value is impossible, or values contradict each
/// other.
description load(const std::string& file);

/// The same for `text` as if it were the content of `file`.
description parse(const std::string& text, const std::string& file);

}  // namespace sn::platform
