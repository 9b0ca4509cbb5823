// The frames of GDB's remote serial protocol: "$payload#checksum", acknowledgements, and the
// character that interrupts.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sn::gdb {

/// The longest payload that is understood, as transmitted.
inline constexpr std::size_t longest_packet = 0x4000;

/// Something that the debugger sent.
struct packet_event {
  enum class kind {
    packet,        ///< with its payload, escapes resolved
    damaged,       ///< wrong checksum
    too_long,      ///< more than longest_packet
    interrupt,     ///< Ctrl-C
    acknowledged,  ///< +
    refused,       ///< -: send the last answer again
  };
  kind what = kind::packet;
  std::string payload;
};

/// Finds packets in a stream of bytes that may arrive in any pieces and hold anything.
class packet_reader {
 public:
  void feed(std::string_view bytes) { input_.append(bytes); }
  /// The next event, if the bytes so far complete one.
  std::optional<packet_event> next();

 private:
  enum class state { between, payload, checksum };

  std::optional<packet_event> take(char c);
  std::optional<packet_event> between_packets(char c);
  packet_event complete();

  std::string input_;
  std::size_t position_ = 0;  ///< what of input_ has been taken
  state state_ = state::between;
  std::string payload_;  ///< as transmitted, at most longest_packet
  bool too_long_ = false;
  unsigned sum_ = 0;
  std::string checksum_;
};

/// `payload` as it is transmitted, with escapes and checksum.
std::string frame(std::string_view payload);

}  // namespace sn::gdb
