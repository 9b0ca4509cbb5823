// Any frames get well-formed answers or none, however they are nested: ARP, ping, DHCP and TFTP.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <systemc>
#include <vector>

#include "soc/big_endian.h"
#include "soc/net_host.h"

namespace {

using sn::soc::append_16;
using sn::soc::append_32;
using sn::soc::big_endian_16;
using sn::soc::net_frame;
using sn::soc::net_host;
using sn::soc::replace_16;

constexpr std::size_t ethernet_bytes = 14;
constexpr std::size_t ip_bytes = 20;
constexpr std::uint16_t type_ip = 0x0800;
constexpr std::uint16_t type_arp = 0x0806;

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// The checksum of RFC 1071.
std::uint16_t checksum(const net_frame& of) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < of.size(); ++i) {
    sum += i % 2 == 0 ? std::uint32_t{of[i]} << 8 : of[i];
  }
  while (sum > 0xffff) {
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum);
}

/// A folder with files of no bytes, one whole block, and several.
std::string served_folder() {
  std::string folder = std::filesystem::temp_directory_path() / "fuzz_network_XXXXXX";
  check(mkdtemp(folder.data()) != nullptr);
  for (const unsigned size : {0U, 512U, 5000U}) {
    std::ofstream(folder + "/" + std::to_string(size)) << std::string(size, 'x');
  }
  return folder;
}

net_frame ethernet(std::uint16_t type, const net_frame& content) {
  net_frame frame(net_host::mac.begin(), net_host::mac.end());
  frame.insert(frame.end(), {0x52, 0x54, 0, 0x12, 0x34, 0x56});
  append_16(frame, type);
  frame.insert(frame.end(), content.begin(), content.end());
  return frame;
}

net_frame internet(std::uint8_t protocol, const net_frame& content) {
  net_frame packet{0x45, 0};
  append_16(packet, static_cast<std::uint32_t>(ip_bytes + content.size()));
  append_32(packet, 0);
  packet.insert(packet.end(), {64, protocol, 0, 0});
  append_32(packet, net_host::guest);
  append_32(packet, net_host::address);
  replace_16(packet, 10, checksum(packet));
  packet.insert(packet.end(), content.begin(), content.end());
  return ethernet(type_ip, packet);
}

net_frame datagram(std::uint16_t from, std::uint16_t to, const net_frame& content) {
  net_frame all;
  append_16(all, from);
  append_16(all, to);
  append_16(all, static_cast<std::uint32_t>(8 + content.size()));
  append_16(all, 0);
  all.insert(all.end(), content.begin(), content.end());
  return internet(17, all);
}

net_frame echo(net_frame content) {
  content.insert(content.begin(), {8, 0, 0, 0});
  replace_16(content, 2, checksum(content));
  return internet(1, content);
}

/// One frame of the input: how much of it is arbitrary, and its content.
net_frame frame_of(std::uint8_t kind, const net_frame& content) {
  switch (kind % 7) {
    case 0:
      return content;
    case 1:
      return ethernet(type_arp, content);
    case 2:
      return ethernet(type_ip, content);
    case 3:
      return echo(content);
    case 4:
      return datagram(68, 67, content);
    case 5:
      return datagram(static_cast<std::uint16_t>(1000 + kind), 69, content);
    default:
      return datagram(static_cast<std::uint16_t>(1000 + kind - 1), 3069, content);
  }
}

void check_answer(const net_frame& answer) {
  check(answer.size() >= ethernet_bytes);
  check(std::equal(net_host::mac.begin(), net_host::mac.end(), answer.begin() + 6));
  const std::uint16_t type = big_endian_16(answer, 12);
  check(type == type_arp || type == type_ip);
  if (type == type_ip) {
    check(big_endian_16(answer, ethernet_bytes + 2) == answer.size() - ethernet_bytes);
    check(checksum({answer.begin() + ethernet_bytes, answer.begin() + ethernet_bytes + ip_bytes}) ==
          0);
  }
}

}  // namespace

// The library of SystemC asks for it, and nothing is simulated.
int sc_main(int /*count*/, char* /*arguments*/[]) {
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string folder = served_folder();
  net_host host(folder);
  for (std::size_t place = 0; place + 3 <= size;) {
    const std::uint8_t kind = data[place];
    const std::size_t wanted = (std::size_t{data[place + 1]} << 8 | data[place + 2]) % 1500;
    place += 3;
    const std::size_t count = std::min(wanted, size - place);
    const net_frame content(data + place, data + place + count);
    place += count;
    for (const net_frame& answer : host.answers(frame_of(kind, content))) {
      check_answer(answer);
    }
  }
  return 0;
}
