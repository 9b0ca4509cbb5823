// supernode traffic: one arbitrated switch under synthetic traffic.
#pragma once

#include <CLI/CLI.hpp>

namespace sn::cli {

/// Adds `traffic` to `app`; `exit_code` is set when the command runs. Bad settings leave the
/// callback as base::configuration_error, a lockstep difference as base::run_error.
void add_traffic_command(CLI::App& app, int& exit_code);

}  // namespace sn::cli
