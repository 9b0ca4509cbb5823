// supernode firmware: boot a platform and see what its firmware says.
#pragma once

#include <CLI/CLI.hpp>

namespace sn::cli {

/// Adds `firmware` to the command; when it has been called, `exit_code` is that of the process.
void add_firmware_command(CLI::App& app, int& exit_code);

}  // namespace sn::cli
