// Frames of the remote serial protocol, whole, damaged and in pieces.
#include "gdb/packet.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"

namespace sn::gdb {
namespace {

using kind = packet_event::kind;

std::vector<packet_event> read_all(packet_reader& reader) {
  std::vector<packet_event> events;
  while (auto event = reader.next()) {
    events.push_back(*event);
  }
  return events;
}

TEST(packet, checksum_is_the_sum_of_the_payload_modulo_256) {
  // 'O' is 0x4f and 'K' 0x4b: 0x9a. The sum of "vCont?" is 0x49 (0x76+0x43+0x6f+0x6e+0x74+0x3f).
  EXPECT_EQ(frame("OK"), "$OK#9a");
  EXPECT_EQ(frame("vCont?"), "$vCont?#49");
  EXPECT_EQ(frame(""), "$#00");
}

TEST(packet, special_characters_are_escaped_by_20_hex) {
  // '}' 0x7d, then '#' ^ 0x20 = 0x03 and so on.
  EXPECT_EQ(frame("#").substr(0, 3), std::string("$}\x03"));
  EXPECT_EQ(frame("*").substr(0, 3), std::string("$}\x0a"));
}

TEST(packet, comes_in_any_pieces) {
  packet_reader reader;
  for (const char c : std::string("+$vCont?#4")) {
    reader.feed(std::string(1, c));
  }
  auto events = read_all(reader);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].what, kind::acknowledged);
  reader.feed("9\x03");
  events = read_all(reader);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].payload, "vCont?");
  EXPECT_EQ(events[1].what, kind::interrupt);
}

TEST(packet, with_a_wrong_checksum_is_damaged) {
  packet_reader reader;
  reader.feed("$OK#9b$OK#zz$OK#9a");
  const auto events = read_all(reader);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].what, kind::damaged);
  EXPECT_EQ(events[1].what, kind::damaged);
  EXPECT_EQ(events[2].payload, "OK");
}

TEST(packet, binary_data_comes_through) {
  std::string data;
  for (int c = 0; c < 256; ++c) {
    data += static_cast<char>(c);
  }
  packet_reader reader;
  reader.feed(frame(data));
  const auto events = read_all(reader);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].payload, data);
}

TEST(packet, of_the_longest_length_is_taken_and_one_more_is_too_long) {
  packet_reader reader;
  reader.feed(frame(std::string(longest_packet, 'a')));
  reader.feed(frame(std::string(longest_packet + 1, 'a')));
  reader.feed(frame("OK"));
  const auto events = read_all(reader);
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].payload.size(), longest_packet);
  EXPECT_EQ(events[1].what, kind::too_long);
  EXPECT_EQ(events[2].payload, "OK");
}

TEST(packet, after_any_bytes_a_packet_is_found_again) {
  base::random_generator random(1);
  for (int round = 0; round < 1000; ++round) {
    packet_reader reader;
    std::string noise;
    for (int i = 0; i < 40; ++i) {
      noise += static_cast<char>(random.next());
    }
    reader.feed(noise);
    read_all(reader);
    // At worst the noise is in the middle of a checksum: the first packet is lost then.
    reader.feed(frame("OK") + frame("OK"));
    const auto events = read_all(reader);
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.back().what, kind::packet);
    EXPECT_EQ(events.back().payload, "OK");
  }
}

}  // namespace
}  // namespace sn::gdb
