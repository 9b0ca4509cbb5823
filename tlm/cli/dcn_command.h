// supernode dcn: what a partition fetches before it works, over the link that its GPUs share.
#pragma once

#include <CLI/CLI.hpp>

namespace sn::cli {

/// Adds `dcn` to the command; when it has been called, `exit_code` is that of the process.
void add_dcn_command(CLI::App& app, int& exit_code);

}  // namespace sn::cli
