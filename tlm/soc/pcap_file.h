// Files of captured network traffic, as tcpdump and Wireshark have them.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "soc/net_peer.h"

namespace sn::soc {

/// Writes Ethernet frames with their time in nanoseconds.
class pcap_writer {
 public:
  /// Throws base::configuration_error when the file cannot be written.
  explicit pcap_writer(const std::string& path);
  /// Adds a frame, which is in the file when this returns.
  void add(const sc_core::sc_time& time, const net_frame& frame);

 private:
  std::ofstream file_;
};

/// The frames of a file, their times counted from the first. Throws base::configuration_error that
/// names the file when it is not a capture of Ethernet frames, is cut short, or goes back in time.
std::vector<timed_frame> read_pcap(const std::string& path);

}  // namespace sn::soc
