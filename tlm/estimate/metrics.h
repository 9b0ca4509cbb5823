// The headline figures of a run.
#pragma once

#include <string>
#include <vector>

#include "estimate/record.h"

namespace sn::estimate {

/// A named figure with its unit.
struct metric {
  std::string name;
  double value = 0.0;
  std::string unit;
};

/// The metrics of a decode step, in the order in which they are shown.
std::vector<metric> decode_metrics(const run_record& run);

/// The assumed values that the metrics of `run` rest on: of the platform the sections that decide
/// about compute, memory and ALink, and of the scenario all.
std::vector<platform::assumption> assumptions_of(const run_record& run);

}  // namespace sn::estimate
