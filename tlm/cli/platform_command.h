// supernode platform: looking at platform files.
#pragma once

#include <CLI/CLI.hpp>

namespace sn::cli {

/// Adds `platform show FILE` to `app`; `exit_code` is set when the command runs. Errors of the file
/// leave the callback as base::configuration_error.
void add_platform_command(CLI::App& app, int& exit_code);

}  // namespace sn::cli
