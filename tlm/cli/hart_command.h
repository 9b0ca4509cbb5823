// supernode hart: runs a program on one RISC-V computer.
#pragma once

#include <CLI/CLI.hpp>

namespace sn::cli {

/// Adds the subcommand. Its callback sets `exit_code` to what the program asked for.
void add_hart_command(CLI::App& app, int& exit_code);

}  // namespace sn::cli
