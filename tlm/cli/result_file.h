// A file that a command writes once, when it has all results.
#pragma once

#include <string>

namespace sn::cli {

/// Is whole or not there: what the file held before stays until write().
class result_file {
 public:
  /// Looks whether the file can be written, since a bad name must not cost a simulation: throws
  /// base::configuration_error with the key if not. Without a path there is no file.
  result_file(std::string path, const char* key);
  /// Takes an empty file away that only the constructor has made.
  ~result_file();
  result_file(const result_file&) = delete;
  result_file& operator=(const result_file&) = delete;

  /// True if a file is wanted.
  explicit operator bool() const { return !path_.empty(); }
  /// Throws base::run_error if there is no room for it.
  void write(const std::string& content);

 private:
  std::string path_;
  bool made_ = false;
};

}  // namespace sn::cli
