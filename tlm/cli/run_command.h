// supernode run: an estimate from end to end.
#pragma once

#include <CLI/CLI.hpp>

namespace sn::cli {

/// Adds `run` to the command; when it has been called, `exit_code` is that of the process.
void add_run_command(CLI::App& app, int& exit_code);

}  // namespace sn::cli
