#include "base/error.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace sn::base {

namespace {

std::string located(const std::string& file, int line, const std::string& key,
                    const std::string& message) {
  std::string text = file;
  if (line > 0) {
    text += ":" + std::to_string(line);
  }
  if (!text.empty()) {
    text += ": ";
  }
  if (!key.empty()) {
    text += key + ": ";
  }
  return text + message;
}

}  // namespace

configuration_error::configuration_error(std::string file, int line, std::string key,
                                         const std::string& message)
    : std::runtime_error(located(file, line, key, message)),
      file_(std::move(file)),
      line_(line),
      key_(std::move(key)) {}

void invariant_violated(const std::string& message) {
  std::fprintf(stderr, "invariant violated: %s\n", message.c_str());
  std::abort();
}

}  // namespace sn::base
