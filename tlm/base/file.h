// Files that a user names.
#pragma once

#include <string>

namespace sn::base {

/// All bytes of a file. Throws configuration_error that names it, and `key`, if it cannot be opened
/// or read, or is a folder.
std::string file_content(const std::string& path, const std::string& key = "");

}  // namespace sn::base
