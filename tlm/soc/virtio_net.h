// A network device for a virtio slot.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/turns.h"
#include "soc/net_peer.h"
#include "soc/pcap_file.h"
#include "soc/virtio_mmio.h"

namespace sn::soc {

/// The network device of virtio 1.1, section 5.1, with one pair of queues, a fixed MAC address and
/// no offloads. An answer of the peer arrives 10 us after what it answers. A frame that arrives
/// waits for a buffer; more than 1024 do not wait, and what arrives before the driver has set up
/// the device, or waits when it resets it, is lost.
class virtio_net final : public virtio_backend {
 public:
  /// 52:54:00:12:34:56, as on the virt machine elsewhere.
  static constexpr std::array<std::uint8_t, 6> mac{0x52, 0x54, 0x00, 0x12, 0x34, 0x56};

  /// Throws base::configuration_error.
  virtio_net(const net_connection& connection, kernel::turns& order);

  std::uint32_t device_id() const override { return 1; }
  std::uint32_t features() const override;
  unsigned queues() const override { return 2; }
  std::vector<std::uint8_t> configuration() const override;
  bool ready(unsigned queue) const override;
  std::optional<std::uint32_t> serve(unsigned queue, dma_memory& memory,
                                     const std::vector<part>& parts) override;
  void reset() override;
  void save(base::snapshot_writer& to) const override;
  void restore(base::snapshot_reader& from) override;

  /// Frames are on their way to the device.
  bool expects_frames() const { return !coming_.empty() || next_planned_ < planned_.size(); }

 private:
  void arrive();
  void arrange();
  void take_in(net_frame frame);
  std::optional<std::uint32_t> send(dma_memory& memory, const std::vector<part>& parts);
  std::optional<std::uint32_t> deliver(dma_memory& memory, const std::vector<part>& parts);

  const std::unique_ptr<net_peer> peer_;
  std::optional<pcap_writer> capture_;
  kernel::turns& order_;
  const kernel::turns::member turn_;
  const std::vector<timed_frame> planned_;  ///< by the peer
  std::size_t next_planned_ = 0;
  std::deque<timed_frame> coming_;  ///< answers, by time
  std::deque<net_frame> waiting_;   ///< for a buffer
};

}  // namespace sn::soc
