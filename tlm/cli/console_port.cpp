#include "cli/console_port.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "gdb/tcp.h"

namespace sn::cli {
namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& message) {
  throw base::configuration_error("", 0, option, message);
}

std::optional<std::string> read_now(int file) {
  pollfd source{file, POLLIN, 0};
  if (::poll(&source, 1, 0) <= 0) {
    return std::string();
  }
  std::array<char, 256> buffer{};
  const auto count = ::read(file, buffer.data(), buffer.size());
  return count > 0 ? std::optional(std::string(buffer.data(), static_cast<std::size_t>(count)))
                   : std::nullopt;
}

class standard_port : public console_port {
 public:
  std::optional<std::string> receive() override { return read_now(STDIN_FILENO); }
  void send(char character) override {
    std::fputc(character, stdout);
    std::fflush(stdout);
  }
};

/// The terminal without lines, echo and signals; Ctrl-A x ends the command.
class terminal_port final : public standard_port {
 public:
  explicit terminal_port(const console_name& name) {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) {
      refuse(name.option, "standard input is no terminal");
    }
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_iflag &= ~static_cast<tcflag_t>(ICRNL | IXON);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    fmt::print(stderr, "supernode: Ctrl-A x ends the run, Ctrl-A Ctrl-A is Ctrl-A\n");
  }
  ~terminal_port() override { tcsetattr(STDIN_FILENO, TCSANOW, &before_); }

  std::optional<std::string> receive() override {
    std::optional<std::string> typed = standard_port::receive();
    if (!typed.has_value()) {
      return typed;
    }
    std::string passed;
    for (const char each : *typed) {
      if (escaped_ && each == 'x') {
        tcsetattr(STDIN_FILENO, TCSANOW, &before_);
        std::signal(SIGINT, SIG_DFL);  // what a shell starts in the background may ignore it
        std::raise(SIGINT);
      } else if (each == escape && !escaped_) {
        escaped_ = true;
        continue;
      } else {
        passed += each;
      }
      escaped_ = false;
    }
    return passed;
  }

 private:
  static constexpr char escape = 1;
  termios before_{};
  bool escaped_ = false;
};

class pty_port final : public console_port {
 public:
  explicit pty_port(const console_name& name) : ours_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (ours_ < 0 || grantpt(ours_) != 0 || unlockpt(ours_) != 0) {
      refuse(name.option, fmt::format("no pseudo-terminal: {}", std::strerror(errno)));
    }
    std::array<char, 64> path{};
    ptsname_r(ours_, path.data(), path.size());
    // Open here too, so that it lasts when its users come and go.
    theirs_ = open(path.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios raw{};
    if (theirs_ < 0 || tcgetattr(theirs_, &raw) != 0) {
      refuse(name.option, fmt::format("{}: {}", path.data(), std::strerror(errno)));
    }
    cfmakeraw(&raw);
    tcsetattr(theirs_, TCSANOW, &raw);
    fcntl(ours_, F_SETFL, fcntl(ours_, F_GETFL) | O_NONBLOCK);
    fmt::print(stderr, "supernode: {} on {}\n", name.what, path.data());
  }
  ~pty_port() override {
    // What has been sent is lost when the pseudo-terminal goes: a reader gets a second.
    constexpr unsigned naps = 100;
    constexpr useconds_t nap_us = 10'000;
    // The kernel passes it on by and by: several looks have to find nothing.
    constexpr unsigned looks = 10;
    unsigned empty = 0;
    for (unsigned i = 0; i < naps && empty < looks; ++i) {
      flush();
      int unread = 0;
      const bool read = ioctl(theirs_, FIONREAD, &unread) != 0 || unread == 0;
      empty = unsent_.empty() && read ? empty + 1 : 0;
      usleep(nap_us);
    }
    close(theirs_);
    close(ours_);
  }

  std::optional<std::string> receive() override {
    flush();
    return read_now(ours_).value_or(std::string());
  }
  void send(char character) override {
    unsent_ += character;
    flush();
  }

 private:
  void flush() {
    while (!unsent_.empty()) {
      const auto count = ::write(ours_, unsent_.data(), unsent_.size());
      if (count <= 0) {
        return;
      }
      unsent_.erase(0, static_cast<std::size_t>(count));
    }
  }

  int ours_;
  int theirs_ = -1;
  std::string unsent_;  ///< until somebody reads
};

class tcp_port final : public console_port {
 public:
  tcp_port(const gdb::tcp_address& address, const console_name& name)
      : server_(address, name.option.c_str()) {
    fmt::print(stderr, "supernode: {} on {}:{}\n", name.what, address.host, server_.port());
  }

  std::optional<std::string> receive() override {
    if (server_.accept(false)) {
      server_.send(unsent_);
      unsent_.clear();
    }
    return server_.receive(false);
  }
  void send(char character) override {
    if (server_.connected()) {
      server_.send({character});
    } else {
      unsent_ += character;
    }
  }

 private:
  gdb::tcp_server server_;
  std::string unsent_;  ///< until somebody connects
};

}  // namespace

std::unique_ptr<console_port> open_console(const std::string& how, const console_name& name) {
  if (how.empty()) {
    return std::make_unique<standard_port>();
  }
  if (how == "terminal") {
    return std::make_unique<terminal_port>(name);
  }
  if (how == "pty") {
    return std::make_unique<pty_port>(name);
  }
  const std::string prefix = "tcp:";
  if (how.compare(0, prefix.size(), prefix) == 0 &&
      how.find(':', prefix.size()) == std::string::npos) {
    return std::make_unique<tcp_port>(
        gdb::parse_address(how.substr(prefix.size()), name.option.c_str()), name);
  }
  refuse(name.option, fmt::format("'{}', expected terminal, pty or tcp:PORT", how));
}

}  // namespace sn::cli
