#include "cli/firmware_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "base/trace.h"
#include "estimate/bring_up.h"
#include "estimate/installation.h"
#include "estimate/progress.h"
#include "platform/loader.h"
#include "platform/system.h"

namespace sn::cli {

namespace {

void boot(const std::string& file, const std::string& images) {
  const platform::description machine = platform::load(file);
  base::trace trace;
  platform::system system("platform", machine, {arbiter::kind::model, images, true});
  estimate::bring_up boot(system, trace);
  boot.on_line([](const std::string& line) { fmt::print("{}\n", line); });
  estimate::progress_line progress;
  const estimate::firmware_summary done = boot.run(estimate::boot_timeout, progress);
  fmt::print("\n{} is up after {} of simulated time:\n", machine.name,
             base::to_text(done.bring_up_time));
  fmt::print("  {} controllers, {} instructions\n", done.controllers, done.instructions);
  fmt::print("  {} GPUs ready, {} ports trained, {} routes, {} of pool mapped\n", done.gpus_ready,
             done.ports_trained, done.routes, base::to_text(done.pool_mapped));
}

}  // namespace

void add_firmware_command(CLI::App& app, int& exit_code) {
  struct arguments {
    std::string platform;
    std::string images;
  };
  auto given = std::make_shared<arguments>();
  CLI::App* command =
      app.add_subcommand("firmware", "Boot a platform's firmware and print every UART");
  command->add_option("platform", given->platform, "Platform file (YAML)")->required();
  command->add_option("--firmware", given->images,
                      "Folder of cipu.elf, switch.elf and pool.elf (default: as built)");
  command->callback([given, &exit_code] {
    boot(given->platform, given->images.empty() ? estimate::firmware_directory() : given->images);
    exit_code = 0;
  });
}

}  // namespace sn::cli
