// The CIPU's NIC: frames to and from other CIPUs.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>

#include "base/register_file.h"
#include "cipu/packet_network.h"

namespace sn::cipu {

/// Ports of a NIC.
enum class nic_port : unsigned { scale_out = 0, dcn = 1 };

/// The register file `nic` of registers/cipu.rdl. A port that is off, or has no network, sends and
/// receives nothing.
class nic {
 public:
  static constexpr unsigned port_count = 2;
  static constexpr std::size_t receive_queue_frames = 16;

  /// `drive` gets the level of the interrupt.
  nic(base::register_file& registers, unsigned partition, unsigned queue_pairs,
      std::function<void(bool level)> drive);
  nic(const nic&) = delete;
  nic& operator=(const nic&) = delete;

  /// Connects a port. Before simulation starts.
  void connect(nic_port port, packet_network& network);

  /// What is not in registers.
  template <typename Archive>
  void fields(Archive& io) {
    io(queue_);
  }

 private:
  struct received {
    unsigned port;
    frame content;

    template <typename Archive>
    void fields(Archive& io) {
      io(port, content);
    }
  };

  bool enabled(unsigned port) const;
  void send();
  bool receive(unsigned port, const frame& content);
  void drop_first();
  void show_first();
  std::uint32_t receive_word(std::uint32_t index) const;

  base::register_file& registers_;
  unsigned partition_;
  std::function<void(bool)> drive_;
  std::array<packet_network*, port_count> networks_{};
  std::deque<received> queue_;
};

}  // namespace sn::cipu
