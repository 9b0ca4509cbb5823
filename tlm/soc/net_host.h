// A host on the network that answers: ARP, ping, DHCP and TFTP.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "soc/net_peer.h"
#include "soc/tftp_server.h"

namespace sn::soc {

/// The host 10.0.2.2 in 10.0.2.0/24, the addresses that machines with a user-mode network know. It
/// gives 10.0.2.15 to whoever asks for an address. Fragments and what it does not serve are
/// ignored, and so is what has a wrong checksum.
class net_host final : public net_peer {
 public:
  static constexpr std::uint32_t address = 0x0a00'0202;
  static constexpr std::uint32_t guest = 0x0a00'020f;
  static constexpr std::array<std::uint8_t, 6> mac{0x52, 0x55, 0x0a, 0x00, 0x02, 0x02};

  /// Serves the files of `folder` by TFTP; none if it is empty. Throws base::configuration_error.
  explicit net_host(const std::string& folder) : files_(folder) {}

  std::vector<net_frame> answers(const net_frame& received) override;
  void save(base::snapshot_writer& to) const override { files_.save(to); }
  void restore(base::snapshot_reader& from) override { files_.restore(from); }

 private:
  using bytes = std::vector<std::uint8_t>;
  struct packet {
    std::uint8_t protocol = 0;
    std::uint32_t source = 0;
    std::uint32_t destination = 0;
    bytes content;
  };

  static std::optional<net_frame> answer_arp(const net_frame& request);
  static std::optional<packet> parse_packet(const net_frame& frame);
  std::optional<packet> answer_packet(const packet& received);
  static std::optional<bytes> answer_echo(const bytes& request);
  std::optional<bytes> answer_datagram(const packet& received);
  static std::optional<bytes> answer_dhcp(const bytes& request);

  tftp_server files_;
};

}  // namespace sn::soc
