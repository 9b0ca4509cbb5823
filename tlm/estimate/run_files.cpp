#include "estimate/run_files.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "estimate/installation.h"
#include "estimate/result_json.h"

namespace sn::estimate {

void write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) {
    throw base::run_error("cannot write " + path);
  }
}

std::string make_results_directory(const run_options& options, const run_record& record) {
  std::string path = options.out.empty()
                         ? fmt::format("results/{}_{}", record.machine.name, record.scenario.name)
                         : options.out;
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path)) {
    throw base::configuration_error(path, 0, "--out",
                                    "cannot make this directory: " + error.message());
  }
  return path;
}

finished_run write_results(run_record record, const std::string& out, const base::trace& trace,
                           const host_meter& meter) {
  write_file(out + "/result.json", result_json(record));
  write_file(out + "/details.json", details_json(record));
  if (trace.enabled()) {
    write_file(out + "/trace.json", trace.to_json());
  }
  finished_run result{std::move(record), meter.read(), out};
  write_file(out + "/host.json", host_json(result.record, result.used));
  render_report(out);
  return result;
}

}  // namespace sn::estimate
