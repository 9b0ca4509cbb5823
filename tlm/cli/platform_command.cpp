#include "cli/platform_command.h"

#include <cstdio>
#include <memory>
#include <string>

#include "platform/loader.h"
#include "platform/network_loader.h"
#include "platform/show.h"

namespace sn::cli {

void add_platform_command(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("platform", "Looks at platform files");
  command->require_subcommand(1);
  CLI::App* show = command->add_subcommand(
      "show", "Prints the machine, its derived figures and every assumed value");
  const auto file = std::make_shared<std::string>();
  show->add_option("FILE", *file, "Platform file (YAML)")->required();
  show->callback([file, &exit_code] {
    const auto network = platform::load_network(*file);
    std::fputs((network ? platform::show(*network) : platform::show(platform::load(*file))).c_str(),
               stdout);
    exit_code = 0;
  });
}

}  // namespace sn::cli
