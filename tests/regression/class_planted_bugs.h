// Copies of the RTL with classes with one bug each, as schedulers: what a regression must find.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "arbiter/class_arbiter.h"

namespace sn::test {

/// The shape of all of them.
inline constexpr unsigned class_bug_ports = 4;
inline constexpr unsigned class_bug_iterations = 2;
inline constexpr unsigned class_bug_classes = 3;

/// The bugs of testbench/alink_class_arbiter/planted_bugs.json.
std::vector<std::string> class_planted_bug_names();

/// The arbiter with a bug of that name, which must be one of class_planted_bug_names(); its
/// assertions on or off.
std::unique_ptr<arbiter::class_scheduler> make_class_planted_bug(const std::string& name,
                                                                 bool assertions);

}  // namespace sn::test
