// The options that let something fail, the same for every command that has them.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "estimate/fault_report.h"
#include "platform/fabric_fault.h"

namespace sn::cli {

/// Values of the options as given; at most one of them.
struct fault_arguments {
  std::string kill_plane;
  std::string fail_link;
  std::string lose_lanes;

  bool any() const { return !kill_plane.empty() || !fail_link.empty() || !lose_lanes.empty(); }
};

/// Adds --kill-plane, --fail-link and --lose-lanes.
void add_fault_options(CLI::App& command, fault_arguments& given);
/// What "plane 3", "link gpu5:3" or "lanes gpu5:3:2" names; nothing for anything else.
std::optional<platform::fabric_fault> fault_named(const std::string& words);
/// What is to fail. Throws base::configuration_error for what cannot be read.
std::optional<estimate::planned_fault> fault_of(const fault_arguments& given);

}  // namespace sn::cli
