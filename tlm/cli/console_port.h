// Where a UART or console leads: a terminal, a pseudo-terminal, or a TCP port of loopback.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace sn::cli {

/// The other end of a UART.
class console_port {
 public:
  console_port() = default;
  console_port(const console_port&) = delete;
  console_port& operator=(const console_port&) = delete;
  virtual ~console_port() = default;

  /// What has been typed, without waiting for it; nothing: there will be no more.
  virtual std::optional<std::string> receive() = 0;
  virtual void send(char character) = 0;
};

/// What is connected and by which option, for messages.
struct console_name {
  std::string what = "UART";
  std::string option = "--uart";
};

/// The port that `how` names: "" is standard input and output as they are, "terminal" the same with
/// every key passed on at once, "pty" a new pseudo-terminal, "tcp:PORT" a port of 127.0.0.1. Says
/// on standard error where it is. Throws base::configuration_error when it cannot be had.
std::unique_ptr<console_port> open_console(const std::string& how, const console_name& name = {});

}  // namespace sn::cli
