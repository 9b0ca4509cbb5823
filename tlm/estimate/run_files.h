// The results directory of a run.
#pragma once

#include <string>

#include "base/trace.h"
#include "estimate/host_usage.h"
#include "estimate/run.h"

namespace sn::estimate {

/// Writes a whole file. Throws base::run_error.
void write_file(const std::string& path, const std::string& text);

/// The results directory that `options` ask for, made if it is not there:
/// results/PLATFORM_SCENARIO unless named. Throws base::configuration_error.
std::string make_results_directory(const run_options& options, const run_record& record);

/// Writes all files but boot.log and renders the report.
finished_run write_results(run_record record, const std::string& out, const base::trace& trace,
                           const host_meter& meter);

}  // namespace sn::estimate
