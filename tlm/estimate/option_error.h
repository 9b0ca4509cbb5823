// The error that an option of a command is wrong.
#pragma once

#include <string>

#include "base/error.h"

namespace sn::estimate {

/// `option` as the user writes it; `message` says what was expected.
inline base::configuration_error bad(const char* option, const std::string& message) {
  return {"", 0, option, message};
}

}  // namespace sn::estimate
