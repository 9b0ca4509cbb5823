// The option --fidelity, the same for every command that has it.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "arbiter/arbiter.h"
#include "platform/system.h"

namespace sn::cli {

/// What a fidelity stands for.
struct fidelity {
  platform::fabric_engine engine = platform::fabric_engine::cell;
  arbiter::kind arbiter = arbiter::kind::model;
};

/// Adds --fidelity, whose value goes to `name`.
void add_fidelity_option(CLI::App& command, std::string& name);
/// What a value of the option stands for.
fidelity fidelity_of(const std::string& name);
/// What a user must know of the error of a fidelity, as one line; empty if it has none.
std::string error_of(const fidelity& chosen);

}  // namespace sn::cli
