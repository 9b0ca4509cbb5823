#include "estimate/installation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/error.h"

namespace sn::estimate {

namespace {

/// Debian's own interpreter: it has Jinja2 and Plotly, whichever other Python comes first in PATH.
constexpr const char* python = "/usr/bin/python3";

}  // namespace

std::string share_directory() {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    throw base::run_error("cannot find the program's own folder: " + error.message());
  }
  return (self.parent_path().parent_path() / "share" / "supernode").string();
}

std::string firmware_directory() {
  return share_directory() + "/firmware";
}

void render_report(const std::string& results) {
  const std::string renderer = share_directory() + "/report/render.py";
  std::vector<std::string> arguments{python, renderer, results};
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) {
    argv.push_back(argument.data());
  }
  argv.push_back(nullptr);
  pid_t child = 0;
  const int failure = posix_spawn(&child, python, nullptr, nullptr, argv.data(), environ);
  if (failure != 0) {
    throw base::run_error(fmt::format("cannot run {}: {}", python, std::strerror(failure)));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) {
      throw base::run_error(fmt::format("cannot wait for {}: {}", renderer, std::strerror(errno)));
    }
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw base::run_error(
        fmt::format("{} {} failed; the JSON results are complete", renderer, results));
  }
}

}  // namespace sn::estimate
