#include "soc/net_host.h"

#include <algorithm>
#include <utility>

#include "soc/big_endian.h"

namespace sn::soc {
namespace {

using bytes = std::vector<std::uint8_t>;

// Ethernet: two addresses and a type.
constexpr std::size_t mac_bytes = 6;
constexpr std::size_t ethernet_bytes = 14;
constexpr std::size_t type_offset = 12;
constexpr std::uint16_t type_ip = 0x0800;
constexpr std::uint16_t type_arp = 0x0806;

// ARP (RFC 826) for IPv4 on Ethernet, from the frame's beginning.
constexpr std::size_t arp_operation = 20;
constexpr std::size_t arp_sender_mac = 22;
constexpr std::size_t arp_sender_address = 28;
constexpr std::size_t arp_target_address = 38;
constexpr std::size_t arp_frame_bytes = 42;
constexpr std::uint16_t arp_request = 1;
constexpr std::uint16_t arp_reply = 2;

// IPv4 (RFC 791), from the packet's beginning.
constexpr std::size_t ip_header_bytes = 20;
constexpr std::size_t ip_length = 2;
constexpr std::size_t ip_fragment = 6;
constexpr std::size_t ip_protocol = 9;
constexpr std::size_t ip_checksum = 10;
constexpr std::size_t ip_source = 12;
constexpr std::size_t ip_destination = 16;
constexpr std::uint32_t ip_dont_fragment = 0x4000;
constexpr std::uint8_t ip_hops = 64;
constexpr std::uint8_t protocol_icmp = 1;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::uint32_t everybody = 0xffff'ffff;
constexpr std::uint32_t everybody_here = 0x0a00'02ff;

constexpr std::size_t icmp_header_bytes = 8;
constexpr std::size_t icmp_checksum = 2;
constexpr std::uint8_t echo_request = 8;

constexpr std::size_t udp_header_bytes = 8;
constexpr std::size_t udp_length = 4;

// DHCP (RFC 2131 and 2132).
constexpr std::uint16_t dhcp_server_port = 67;
constexpr std::uint16_t dhcp_client_port = 68;
constexpr std::size_t dhcp_your_address = 16;
constexpr std::size_t dhcp_server_address = 20;
constexpr std::size_t dhcp_names = 44;  // of a server and a file, 192 bytes that the answer lacks
constexpr std::size_t dhcp_cookie = 236;
constexpr std::size_t dhcp_options = 240;
constexpr std::uint32_t dhcp_magic = 0x6382'5363;
constexpr std::size_t dhcp_shortest = 300;
constexpr std::uint8_t dhcp_discover = 1;
constexpr std::uint8_t dhcp_offer = 2;
constexpr std::uint8_t dhcp_request = 3;
constexpr std::uint8_t dhcp_acknowledge = 5;
constexpr std::uint8_t option_pad = 0;
constexpr std::uint8_t option_mask = 1;
constexpr std::uint8_t option_router = 3;
constexpr std::uint8_t option_lease = 51;
constexpr std::uint8_t option_type = 53;
constexpr std::uint8_t option_server = 54;
constexpr std::uint8_t option_end = 255;
constexpr std::uint32_t subnet_mask = 0xffff'ff00;
constexpr std::uint32_t lease_s = 86'400;

/// The checksum of the internet protocols (RFC 1071); 0 over bytes that hold a right one.
std::uint16_t checksum(const bytes& of) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < of.size(); ++i) {
    sum += i % 2 == 0 ? std::uint32_t{of[i]} << 8 : of[i];
  }
  while (sum > 0xffff) {
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum);
}

/// The type of a DHCP message; 0 if it has none.
std::uint8_t dhcp_type(const bytes& message) {
  for (std::size_t i = dhcp_options; i < message.size() && message[i] != option_end;) {
    if (message[i] == option_pad) {
      ++i;
      continue;
    }
    if (message[i] == option_type && i + 2 < message.size()) {
      return message[i + 2];
    }
    i += i + 1 < message.size() ? std::size_t{2} + message[i + 1] : 1;
  }
  return 0;
}

void append_option(bytes& to, std::uint8_t option, std::uint32_t value) {
  to.push_back(option);
  to.push_back(sizeof value);
  append_32(to, value);
}

/// A frame to the sender of `received`.
net_frame reply_frame(const net_frame& received, std::uint16_t type, const bytes& content) {
  const auto sender = received.begin() + mac_bytes;
  net_frame frame(sender, sender + mac_bytes);
  frame.insert(frame.end(), net_host::mac.begin(), net_host::mac.end());
  append_16(frame, type);
  frame.insert(frame.end(), content.begin(), content.end());
  return frame;
}

}  // namespace

std::vector<net_frame> net_host::answers(const net_frame& received) {
  if (received.size() < ethernet_bytes) {
    return {};
  }
  const bool to_us = std::equal(mac.begin(), mac.end(), received.begin());
  const bool to_all = std::all_of(received.begin(), received.begin() + mac_bytes,
                                  [](std::uint8_t each) { return each == 0xff; });
  if (!to_us && !to_all) {
    return {};
  }
  std::vector<net_frame> all;
  const std::uint16_t type = big_endian_16(received, type_offset);
  if (type == type_arp) {
    if (auto reply = answer_arp(received); reply.has_value()) {
      all.push_back(std::move(*reply));
    }
  } else if (const auto asked = type == type_ip ? parse_packet(received) : std::nullopt;
             asked.has_value()) {
    if (const auto reply = answer_packet(*asked); reply.has_value()) {
      bytes sent{0x45, 0};  // version 4, a header of 20 bytes
      append_16(sent, static_cast<std::uint32_t>(ip_header_bytes + reply->content.size()));
      append_32(sent, ip_dont_fragment);  // identification 0
      sent.insert(sent.end(), {ip_hops, reply->protocol, 0, 0});
      append_32(sent, reply->source);
      append_32(sent, reply->destination);
      replace_16(sent, ip_checksum, checksum(sent));
      sent.insert(sent.end(), reply->content.begin(), reply->content.end());
      all.push_back(reply_frame(received, type_ip, sent));
    }
  }
  return all;
}

std::optional<net_frame> net_host::answer_arp(const net_frame& request) {
  if (request.size() < arp_frame_bytes || big_endian_32(request, ethernet_bytes) != 0x0001'0800 ||
      big_endian_16(request, arp_operation) != arp_request ||
      big_endian_32(request, arp_target_address) != address) {
    return std::nullopt;
  }
  bytes content(request.begin() + ethernet_bytes, request.begin() + arp_operation);
  append_16(content, arp_reply);
  content.insert(content.end(), mac.begin(), mac.end());
  append_32(content, address);
  // To whoever asked.
  content.insert(content.end(), request.begin() + arp_sender_mac,
                 request.begin() + arp_sender_address + 4);
  return reply_frame(request, type_arp, content);
}

std::optional<net_host::packet> net_host::parse_packet(const net_frame& frame) {
  const bytes all(frame.begin() + ethernet_bytes, frame.end());
  if (all.size() < ip_header_bytes || all[0] >> 4 != 4) {
    return std::nullopt;
  }
  const std::size_t header = std::size_t{all[0] & 0xfU} * 4;
  if (header < ip_header_bytes || all.size() < header) {
    return std::nullopt;
  }
  const std::size_t length = big_endian_16(all, ip_length);
  const bool fragment = (big_endian_16(all, ip_fragment) & 0x3fffU) != 0;
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(header);
  if (length < header || length > all.size() || fragment ||
      checksum(bytes(all.begin(), begin)) != 0) {
    return std::nullopt;
  }
  return packet{all[ip_protocol], big_endian_32(all, ip_source), big_endian_32(all, ip_destination),
                bytes(begin, all.begin() + static_cast<std::ptrdiff_t>(length))};
}

std::optional<net_host::packet> net_host::answer_packet(const packet& received) {
  const bool to_all = received.destination == everybody || received.destination == everybody_here;
  if (received.destination != address && !to_all) {
    return std::nullopt;
  }
  std::optional<bytes> content;
  if (received.protocol == protocol_icmp && !to_all) {
    content = answer_echo(received.content);
  } else if (received.protocol == protocol_udp) {
    content = answer_datagram(received);
  }
  if (!content.has_value()) {
    return std::nullopt;
  }
  // Who has no address yet hears what everybody hears.
  return packet{received.protocol, address, received.source == 0 ? everybody : received.source,
                std::move(*content)};
}

std::optional<bytes> net_host::answer_echo(const bytes& request) {
  if (request.size() < icmp_header_bytes || request[0] != echo_request || request[1] != 0 ||
      checksum(request) != 0) {
    return std::nullopt;
  }
  bytes reply = request;
  reply[0] = 0;
  replace_16(reply, icmp_checksum, 0);
  replace_16(reply, icmp_checksum, checksum(reply));
  return reply;
}

std::optional<bytes> net_host::answer_datagram(const packet& received) {
  const bytes& all = received.content;
  if (all.size() < udp_header_bytes) {
    return std::nullopt;
  }
  const std::size_t length = big_endian_16(all, udp_length);
  if (length < udp_header_bytes || length > all.size()) {
    return std::nullopt;
  }
  const std::uint16_t from = big_endian_16(all, 0);
  const std::uint16_t port = big_endian_16(all, 2);
  const bytes message(all.begin() + udp_header_bytes,
                      all.begin() + static_cast<std::ptrdiff_t>(length));
  std::optional<bytes> answer;
  std::uint16_t answers_from = tftp_server::transfer_port;
  if (port == dhcp_server_port && from == dhcp_client_port) {
    answer = answer_dhcp(message);
    answers_from = dhcp_server_port;
  } else if (received.destination == address) {
    answer = files_.answer(port, from, message);
  }
  if (!answer.has_value()) {
    return std::nullopt;
  }
  bytes datagram;
  append_16(datagram, answers_from);
  append_16(datagram, from);
  append_16(datagram, static_cast<std::uint32_t>(udp_header_bytes + answer->size()));
  append_16(datagram, 0);  // no checksum
  datagram.insert(datagram.end(), answer->begin(), answer->end());
  return datagram;
}

std::optional<bytes> net_host::answer_dhcp(const bytes& request) {
  constexpr std::uint8_t boot_request = 1;
  constexpr std::uint8_t boot_reply = 2;
  if (request.size() < dhcp_options || request[0] != boot_request ||
      big_endian_32(request, dhcp_cookie) != dhcp_magic) {
    return std::nullopt;
  }
  const std::uint8_t type = dhcp_type(request);
  if (type != dhcp_discover && type != dhcp_request) {
    return std::nullopt;
  }
  bytes reply(request.begin(), request.begin() + dhcp_options);
  reply[0] = boot_reply;
  std::fill(reply.begin() + dhcp_names, reply.begin() + dhcp_cookie, std::uint8_t{0});
  for (const auto& [place, value] :
       {std::pair{dhcp_your_address, guest}, std::pair{dhcp_server_address, address}}) {
    replace_16(reply, place, value >> 16);
    replace_16(reply, place + 2, value);
  }
  reply.insert(reply.end(),
               {option_type, 1, type == dhcp_discover ? dhcp_offer : dhcp_acknowledge});
  append_option(reply, option_server, address);
  append_option(reply, option_lease, lease_s);
  append_option(reply, option_mask, subnet_mask);
  append_option(reply, option_router, address);
  reply.push_back(option_end);
  reply.resize(std::max(reply.size(), dhcp_shortest));
  return reply;
}

}  // namespace sn::soc
