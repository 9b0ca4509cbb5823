// The options of commands that save and restore snapshots of a platform.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "estimate/pace.h"

namespace sn::cli {

/// As given.
struct snapshot_options {
  std::string save;
  std::string save_at;
  std::string restore;

  void add_to(CLI::App& command);
  bool any() const { return !save.empty() || !save_at.empty() || !restore.empty(); }
  /// Throws base::configuration_error when they make no sense.
  estimate::snapshot_files read() const;
};

}  // namespace sn::cli
