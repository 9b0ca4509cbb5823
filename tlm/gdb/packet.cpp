#include "gdb/packet.h"

#include "gdb/hexadecimal.h"

namespace sn::gdb {
namespace {

constexpr char escape = '}';
constexpr char escape_bit = 0x20;
constexpr char interrupt_character = 0x03;

std::string without_escapes(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == escape && i + 1 < text.size()) {
      ++i;
      result += static_cast<char>(text[i] ^ escape_bit);
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace

std::optional<packet_event> packet_reader::next() {
  while (position_ < input_.size()) {
    if (auto event = take(input_[position_++])) {
      return event;
    }
  }
  input_.clear();
  position_ = 0;
  return std::nullopt;
}

std::optional<packet_event> packet_reader::take(char c) {
  switch (state_) {
    case state::between:
      return between_packets(c);
    case state::payload:
      if (c == '#') {
        state_ = state::checksum;
        checksum_.clear();
      } else if (c == '$') {
        // The end of the packet before got lost.
        return between_packets(c);
      } else {
        sum_ += static_cast<unsigned char>(c);
        if (payload_.size() < longest_packet) {
          payload_ += c;
        } else {
          too_long_ = true;
        }
      }
      return std::nullopt;
    case state::checksum:
      checksum_ += c;
      if (checksum_.size() < 2) {
        return std::nullopt;
      }
      state_ = state::between;
      return complete();
  }
  return std::nullopt;
}

std::optional<packet_event> packet_reader::between_packets(char c) {
  switch (c) {
    case '$':
      state_ = state::payload;
      payload_.clear();
      too_long_ = false;
      sum_ = 0;
      return std::nullopt;
    case '+':
      return packet_event{packet_event::kind::acknowledged, {}};
    case '-':
      return packet_event{packet_event::kind::refused, {}};
    case interrupt_character:
      return packet_event{packet_event::kind::interrupt, {}};
    default:
      return std::nullopt;
  }
}

packet_event packet_reader::complete() {
  const auto sum = from_hex(checksum_);
  if (!sum.has_value() || static_cast<unsigned char>(sum->front()) != (sum_ & 0xffU)) {
    return {packet_event::kind::damaged, {}};
  }
  if (too_long_) {
    return {packet_event::kind::too_long, {}};
  }
  return {packet_event::kind::packet, without_escapes(payload_)};
}

std::string frame(std::string_view payload) {
  std::string text = "$";
  unsigned sum = 0;
  const auto put = [&](char c) {
    text += c;
    sum += static_cast<unsigned char>(c);
  };
  for (const char c : payload) {
    if (c == '$' || c == '#' || c == escape || c == '*') {
      put(escape);
      put(static_cast<char>(c ^ escape_bit));
    } else {
      put(c);
    }
  }
  return text + '#' + to_hex_little_endian(sum, 1);
}

}  // namespace sn::gdb
