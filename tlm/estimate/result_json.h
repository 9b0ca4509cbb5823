// A run as JSON: docs/results.md describes every field.
#pragma once

#include <string>

#include "estimate/host_usage.h"
#include "estimate/record.h"

namespace sn::estimate {

/// result.json: the same bytes on every host for the same inputs and seed.
std::string result_json(const run_record& run);
/// details.json: what the report draws; as reproducible.
std::string details_json(const run_record& run);
/// host.json: all that differs between hosts.
std::string host_json(const run_record& run, const host_usage& used);

/// The name of a phase as it stands in results: "shared_expert".
std::string to_text(workload::phase part);

}  // namespace sn::estimate
