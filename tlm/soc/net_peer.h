// What is at the other end of a network device's cable.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "base/snapshot.h"

namespace sn::soc {

/// An Ethernet frame from its destination on, without preamble and checksum.
using net_frame = std::vector<std::uint8_t>;

/// A frame and when it arrives.
struct timed_frame {
  sc_core::sc_time time;
  net_frame content;
};

/// The other end. It depends on nothing but the frames it gets, so that a run repeats itself.
class net_peer {
 public:
  net_peer() = default;
  net_peer(const net_peer&) = delete;
  net_peer& operator=(const net_peer&) = delete;
  virtual ~net_peer() = default;

  /// What it sends by itself, by time.
  virtual std::vector<timed_frame> planned() const { return {}; }
  /// What it answers to a frame, in order.
  virtual std::vector<net_frame> answers(const net_frame& received) = 0;

  /// Its state, in the section of the device.
  virtual void save(base::snapshot_writer& /*to*/) const {}
  virtual void restore(base::snapshot_reader& /*from*/) {}
};

/// How a network device is connected.
struct net_connection {
  std::string peer;     ///< "loopback", "host", "host:FOLDER" or "replay:FILE"; else nobody
  std::string capture;  ///< pcap file that gets every frame; empty: none

  bool exists = false;
};

/// Takes "none", "loopback", "host", "host:FOLDER" or "replay:FILE", and "pcap:FILE", with commas.
/// Throws base::configuration_error.
net_connection parse_connection(const std::string& text);

/// The peer that a connection names. Throws base::configuration_error when its file or folder
/// cannot be read.
std::unique_ptr<net_peer> make_peer(const net_connection& connection);

}  // namespace sn::soc
