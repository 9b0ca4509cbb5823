// Copies of the RTL with one bug each, as schedulers: what a regression must find.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "arbiter/arbiter.h"

namespace sn::test {

/// The shape of all of them.
inline constexpr unsigned planted_bug_ports = 16;
inline constexpr unsigned planted_bug_iterations = 2;

/// The bugs of testbench/alink_arbiter/planted_bugs.json that were Verilated.
std::vector<std::string> planted_bug_names();

/// The arbiter with a bug of that name, which must be one of planted_bug_names(). `assertions`: of
/// the RTL, checked or not.
std::unique_ptr<arbiter::scheduler> make_planted_bug(const std::string& name, bool assertions);

}  // namespace sn::test
