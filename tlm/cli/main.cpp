// The supernode command: one subcommand per job, each in a file of its own.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <systemc>

#include "base/error.h"
#include "cli/bench_command.h"
#include "cli/dcn_command.h"
#include "cli/firmware_command.h"
#include "cli/hart_command.h"
#include "cli/nic_command.h"
#include "cli/platform_command.h"
#include "cli/run_command.h"
#include "cli/traffic_command.h"

namespace {

constexpr int exit_failed_run = 1;
constexpr int exit_bad_input = 2;

int run(int argc, char** argv) {
  CLI::App app{"Supernode VP: an open virtual platform of AI supernodes", "supernode"};
  app.set_version_flag("--version", SN_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  sn::cli::add_run_command(app, exit_code);
  sn::cli::add_bench_command(app, exit_code);
  sn::cli::add_dcn_command(app, exit_code);
  sn::cli::add_firmware_command(app, exit_code);
  sn::cli::add_hart_command(app, exit_code);
  sn::cli::add_nic_command(app, exit_code);
  sn::cli::add_platform_command(app, exit_code);
  sn::cli::add_traffic_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 has codes of its own per kind of mistake; ours is one. Help and version are no
    // mistakes.
    return app.exit(error) == 0 ? 0 : exit_bad_input;
  } catch (const sn::base::configuration_error& error) {
    std::fprintf(stderr, "supernode: %s\n", error.what());
    return exit_bad_input;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "supernode: %s\n", error.what());
    return exit_failed_run;
  }
  return exit_code;
}

}  // namespace

int sc_main(int argc, char** argv) {
  return run(argc, argv);
}

int main(int argc, char** argv) {
  // The kernel announces itself on standard error otherwise, in the middle of our own messages.
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  // Nor should it say that a run has ended.
  sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_INFO,
                                          sc_core::SC_DO_NOTHING);
  return sc_core::sc_elab_and_sim(argc, argv);
}
