// Where the parts of the installed platform lie: beside the program that runs.
#pragma once

#include <string>

namespace sn::estimate {

/// The folder with the firmware images and the report's renderer: "../share/supernode" seen from
/// the program's own folder. Throws base::run_error when the program cannot find itself.
std::string share_directory();

/// The folder with cipu.elf, switch.elf and pool.elf.
std::string firmware_directory();

/// Renders report.html from the JSON files in `results`. Throws base::run_error with what the
/// renderer said when it fails.
void render_report(const std::string& results);

}  // namespace sn::estimate
