#include "cli/result_file.h"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "base/error.h"

namespace sn::cli {

result_file::result_file(std::string path, const char* key) : path_(std::move(path)) {
  if (path_.empty()) {
    return;
  }
  std::error_code unknown;
  const bool was_there = std::filesystem::exists(path_, unknown);
  if (!std::ofstream(path_, std::ios::app)) {
    throw base::configuration_error(path_, 0, key, "cannot be written");
  }
  made_ = !was_there;
}

result_file::~result_file() {
  if (made_) {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
}

void result_file::write(const std::string& content) {
  std::ofstream file(path_);
  file << content;
  if (!file.flush()) {
    throw base::run_error(path_ + ": could not be written to its end");
  }
  made_ = false;
}

}  // namespace sn::cli
