#include "cli/snapshot_options.h"

#include <fmt/format.h>

#include <stdexcept>

#include "base/error.h"

namespace sn::cli {

void snapshot_options::add_to(CLI::App& command) {
  command.add_option("--save", save, "Write the machine's whole state to this file, at --save-at");
  command.add_option("--save-at", save_at,
                     "Simulated time since power-on, like 1.5ms, at which --save writes");
  command.add_option("--restore", restore, "Go on where this file was saved");
}

estimate::snapshot_files snapshot_options::read() const {
  if (save.empty() != save_at.empty()) {
    throw base::configuration_error("", 0, "--save",
                                    "--save FILE and --save-at TIME belong together");
  }
  estimate::snapshot_files files{save, {}, restore};
  if (!save.empty()) {
    try {
      files.save_at = base::parse_time(save_at);
    } catch (const std::invalid_argument& error) {
      throw base::configuration_error("", 0, "--save-at", error.what());
    }
  }
  return files;
}

}  // namespace sn::cli
