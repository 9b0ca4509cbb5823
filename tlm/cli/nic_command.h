// supernode nic: the NICs between supernodes, packet by packet.
#pragma once

#include <CLI/CLI.hpp>

namespace sn::cli {

/// Adds `nic` to the command; when it has been called, `exit_code` is that of the process.
void add_nic_command(CLI::App& app, int& exit_code);

}  // namespace sn::cli
