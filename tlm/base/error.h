// Errors that a user causes, and the one way to stop on a broken invariant.
#pragma once

#include <stdexcept>
#include <string>

namespace sn::base {

/// Bad input of a user: a file, the place in it, the key and what was expected there.
/// what() is "file:line: key: message" (parts that are unknown are left out). The CLI prints it and
/// exits with 2.
class configuration_error : public std::runtime_error {
 public:
  /// `line` counts from 1; 0 means that no line applies.
  configuration_error(std::string file, int line, std::string key, const std::string& message);

  const std::string& file() const noexcept { return file_; }
  int line() const noexcept { return line_; }
  const std::string& key() const noexcept { return key_; }

 private:
  std::string file_;
  int line_;
  std::string key_;
};

/// A run that could not complete (a failed boot, an error completion in a collective): exit 1.
class run_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Aborts with "invariant violated: message": a bug of ours, never of a user.
[[noreturn]] void invariant_violated(const std::string& message);

/// Calls invariant_violated() unless `holds`.
inline void ensure(bool holds, const char* message) {
  if (!holds) {
    invariant_violated(message);
  }
}

}  // namespace sn::base
