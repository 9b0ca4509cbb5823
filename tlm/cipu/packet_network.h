// The network between CIPUs: frames with a latency, at the rate of each NIC's port.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <systemc>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "kernel/alarm.h"

namespace sn::cipu {

/// Largest frame in bytes.
inline constexpr unsigned frame_limit = 256;

/// A frame, with where it is from.
struct frame {
  std::uint8_t source = 0;  ///< index of the sender's partition
  std::uint16_t length = 0;
  std::array<std::uint8_t, frame_limit> data{};

  template <typename Archive>
  void fields(Archive& io) {
    io(source, length, data);
  }
};

/// What a network is made of.
struct packet_network_configuration {
  base::bytes_per_second port_rate;  ///< of every sender
  base::picoseconds latency;         ///< from the last byte sent to the frame received
  double loss = 0.0;                 ///< probability that a frame is lost, for tests
  std::uint64_t seed = 1;            ///< of the losses
  kernel::turns* order = nullptr;    ///< what it takes turns with
};

/// Scale-out or DCN between the CIPUs of a platform: any to any, in order per sender, without
/// congestion inside.
class packet_network : public sc_core::sc_module {
 public:
  /// Gets a frame; false if it cannot take it.
  using receiver = std::function<bool(const frame&)>;

  packet_network(const sc_core::sc_module_name& name,
                 const packet_network_configuration& parameters);

  /// Connects the NIC of partition `index`; `on_frame` gets what is sent to it.
  void attach(unsigned index, receiver on_frame);
  /// The partition has a NIC here.
  bool attached(unsigned index) const {
    return index < receivers_.size() && receivers_[index] != nullptr;
  }
  /// Sends now, or when the sender's earlier frames have left. A frame to nobody is lost.
  void send(unsigned destination, const frame& content);

  /// Frames sent, and of these frames lost on the way or not taken by their receiver.
  std::uint64_t sent() const { return sent_; }
  std::uint64_t lost() const { return lost_; }

  /// A section, between two times.
  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

 private:
  template <typename Archive>
  void state(Archive& io);

  struct flight {
    base::picoseconds arrival;
    std::uint64_t order;  ///< ties arrive in the order of sending
    unsigned destination;
    frame content;

    template <typename Archive>
    void fields(Archive& io) {
      io(arrival, order, destination, content);
    }
  };
  static bool later(const flight& a, const flight& b);

  void deliver();

  packet_network_configuration parameters_;
  base::random_generator random_;
  std::vector<receiver> receivers_;
  std::vector<base::picoseconds> free_at_;  ///< per sender
  std::vector<flight> flights_;             ///< a heap, earliest first
  std::uint64_t sent_ = 0;
  std::uint64_t lost_ = 0;
  kernel::alarm next_;
};

}  // namespace sn::cipu
