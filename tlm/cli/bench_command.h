// supernode bench: a collective on a booted platform, size after size.
#pragma once

#include <CLI/CLI.hpp>

namespace sn::cli {

/// Adds `bench` to the command; when it has been called, `exit_code` is that of the process: 1 when
/// a check found wrong elements.
void add_bench_command(CLI::App& app, int& exit_code);

}  // namespace sn::cli
