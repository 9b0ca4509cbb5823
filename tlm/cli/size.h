// Sizes as nccl-tests reads them.
#pragma once

#include <string>

#include "base/units.h"

namespace sn::cli {

/// "8", "64K", "1M", "1G": K, M and G are powers of 1024. Throws base::configuration_error with the
/// key.
base::bytes size_from(const std::string& text, const char* key);

}  // namespace sn::cli
