// One TCP connection at a time.
#pragma once

#include <cstdint>
#include <string>

namespace sn::gdb {

/// Where to listen: "PORT" (loopback), "HOST:PORT" or ":PORT"; port 0 is any free one. Only IPv4.
struct tcp_address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
};

/// Throws base::configuration_error that names `option` when `text` is no address.
tcp_address parse_address(const std::string& text, const char* option = "--gdb");

/// Listens, and holds the connection of the one peer that it accepts.
class tcp_server {
 public:
  /// Throws base::configuration_error that names `option` when it cannot listen there.
  explicit tcp_server(const tcp_address& address, const char* option = "--gdb");
  tcp_server(const tcp_server&) = delete;
  tcp_server& operator=(const tcp_server&) = delete;
  ~tcp_server();

  /// The port that it listens on.
  std::uint16_t port() const { return port_; }
  /// Takes a peer if one has come, or waits for one.
  bool accept(bool wait);
  bool connected() const { return peer_ >= 0; }
  /// What has arrived, after waiting for something if `wait`. Empty and no longer connected when
  /// the peer is gone.
  std::string receive(bool wait);
  void send(const std::string& bytes);
  void close_peer();

 private:
  int listener_ = -1;
  int peer_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace sn::gdb
