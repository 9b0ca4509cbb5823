// Telling a person at a terminal how far a run is.
#pragma once

#include <cstdint>
#include <string>

namespace sn::estimate {

/// A line on standard error that is overwritten as the run goes on; nothing at all when standard
/// error is not a terminal.
class progress_line {
 public:
  progress_line();
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;
  ~progress_line() { clear(); }

  /// Shows `text` in place of what stood there.
  void show(const std::string& text);
  /// Removes the line.
  void clear();

 private:
  bool terminal_;
  bool shown_ = false;
};

}  // namespace sn::estimate
