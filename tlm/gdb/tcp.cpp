#include "gdb/tcp.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace sn::gdb {
namespace {

[[noreturn]] void refuse(const char* option, const std::string& message) {
  throw base::configuration_error("", 0, option, message);
}

/// True when there is something to read; waits for it if `wait`.
bool readable(int socket, bool wait) {
  pollfd what{socket, POLLIN, 0};
  return poll(&what, 1, wait ? -1 : 0) > 0;
}

}  // namespace

tcp_address parse_address(const std::string& text, const char* option) {
  tcp_address address;
  const std::size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? text : text.substr(colon + 1);
  if (colon != std::string::npos && colon > 0) {
    address.host = text.substr(0, colon);
  }
  if (address.host == "localhost") {
    address.host = "127.0.0.1";
  }
  in_addr ignored{};
  constexpr unsigned long last_port = 65'535;
  const bool number = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string::npos;
  if (!number || std::stoul(port) > last_port ||
      inet_pton(AF_INET, address.host.c_str(), &ignored) != 1) {
    refuse(option,
           fmt::format("'{}', expected PORT or HOST:PORT with the host as an IPv4 address", text));
  }
  address.port = static_cast<std::uint16_t>(std::stoul(port));
  return address;
}

tcp_server::tcp_server(const tcp_address& address, const char* option) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in place{};
  place.sin_family = AF_INET;
  place.sin_port = htons(address.port);
  inet_pton(AF_INET, address.host.c_str(), &place.sin_addr);
  socklen_t length = sizeof place;
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&place), length) != 0 ||
      listen(listener_, 1) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&place), &length) != 0) {
    const int reason = errno;
    close(listener_);
    refuse(option, fmt::format("cannot listen on {}:{}: {}", address.host, address.port,
                               std::strerror(reason)));
  }
  port_ = ntohs(place.sin_port);
}

tcp_server::~tcp_server() {
  close_peer();
  close(listener_);
}

bool tcp_server::accept(bool wait) {
  if (connected() || !readable(listener_, wait)) {
    return false;
  }
  peer_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (!connected()) {
    return false;
  }
  const int on = 1;
  setsockopt(peer_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return true;
}

std::string tcp_server::receive(bool wait) {
  if (!connected() || !readable(peer_, wait)) {
    return {};
  }
  std::array<char, 4096> buffer{};
  const ssize_t count = recv(peer_, buffer.data(), buffer.size(), 0);
  if (count <= 0) {
    if (count == 0 || errno != EINTR) {
      close_peer();
    }
    return {};
  }
  return {buffer.data(), static_cast<std::size_t>(count)};
}

void tcp_server::send(const std::string& bytes) {
  std::size_t sent = 0;
  while (connected() && sent < bytes.size()) {
    const ssize_t count = ::send(peer_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      close_peer();
    }
  }
}

void tcp_server::close_peer() {
  if (connected()) {
    // Copies of the process may hold the connection too.
    shutdown(peer_, SHUT_RDWR);
    close(peer_);
    peer_ = -1;
  }
}

}  // namespace sn::gdb
