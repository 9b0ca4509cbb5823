// The text of platforms/al128.yaml with single values changed, for tests of what the loader
// refuses.
#pragma once

#include <string>
#include <vector>

namespace sn::platform {

/// A platform file as lines that a test may edit.
class edited_file {
 public:
  /// Reads platforms/`name`.
  explicit edited_file(const std::string& name = "al128.yaml");

  /// Replaces the value at a key path ("switch.ports"); basis and source stay.
  edited_file& set(const std::string& path, const std::string& value);
  /// Removes the line with this key path.
  edited_file& remove(const std::string& path);
  /// Adds text at the end.
  edited_file& append(const std::string& text);

  /// The line of a key path, from 1.
  int line_of(const std::string& path) const;
  std::string text() const;
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

}  // namespace sn::platform
