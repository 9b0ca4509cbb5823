#include "base/file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "base/error.h"

namespace sn::base {

std::string file_content(const std::string& path, const std::string& key) {
  std::error_code unknown;
  if (std::filesystem::is_directory(path, unknown)) {
    throw configuration_error(path, 0, key, "is a folder, expected a file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw configuration_error(path, 0, key, "cannot be opened");
  }
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) {
    throw configuration_error(path, 0, key, "cannot be read");
  }
  return content;
}

}  // namespace sn::base
