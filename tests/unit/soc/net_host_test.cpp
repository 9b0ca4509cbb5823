#include "soc/net_host.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "scratch.h"

namespace sn::soc {
namespace {

/// Two hexadecimal digits a byte, spaces as you like.
net_frame frame(const std::string& text) {
  net_frame bytes;
  std::string digits;
  for (const char each : text) {
    if (each != ' ') {
      digits += each;
    }
    if (digits.size() == 2) {
      bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits, nullptr, 16)));
      digits.clear();
    }
  }
  return bytes;
}

const char* const guest_mac = "525400123456";
const char* const host_mac = "52550a000202";

TEST(net_host, tells_its_address) {
  net_host host("");
  const std::string ask = std::string("ffffffffffff") + guest_mac + "0806 0001 0800 06 04 0001" +
                          guest_mac + "0a00020f" + "000000000000";
  EXPECT_EQ(
      host.answers(frame(ask + "0a000202")),
      std::vector<net_frame>{frame(std::string(guest_mac) + host_mac + "0806 0001 0800 06 04 0002" +
                                   host_mac + "0a000202" + guest_mac + "0a00020f")});
  EXPECT_TRUE(host.answers(frame(ask + "0a000203")).empty());
  EXPECT_TRUE(host.answers(frame(ask)).empty());
}

/// The checksums are computed by hand: of the IP header 4500 + 0020 + 0001 + 0000 + 4001 + 0a00 +
/// 020f + 0a00 + 0202 = 9d33 with the protocol and hops 4001; its complement is 62cc.
std::string ping(const std::string& checksum) {
  return std::string(host_mac) + guest_mac +
         "0800 4500 0020 0001 0000 4001 62cc 0a00020f 0a000202" + "0800" + checksum +
         "0007 0009 61626364";
}

TEST(net_host, answers_ping) {
  net_host host("");
  // 0800 + 0007 + 0009 + 6162 + 6364 = ccd6, and its complement is 3329.
  const std::vector<net_frame> answers = host.answers(frame(ping("3329")));
  ASSERT_EQ(answers.size(), 1U);
  // Without the 0800 it is c4d6, complement 3b29. The IP header: 4500 + 0020 + 4000 + 4001 + 0a00 +
  // 0202 + 0a00 + 020f = dd32, complement 22cd.
  EXPECT_EQ(answers[0], frame(std::string(guest_mac) + host_mac +
                              "0800 4500 0020 0000 4000 4001 22cd 0a000202 0a00020f" +
                              "0000 3b29 0007 0009 61626364"));
  EXPECT_TRUE(host.answers(frame(ping("3328"))).empty());
  // Cut short, anywhere.
  const net_frame whole = frame(ping("3329"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(
        host.answers(net_frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)))
            .empty());
  }
}

/// Whatever stands in a packet, with the right IP checksum: the answer to a datagram.
std::vector<net_frame> ask(net_host& host, std::uint16_t from, std::uint16_t port,
                           const std::vector<std::uint8_t>& content) {
  net_frame sent = frame(std::string(host_mac) + guest_mac + "0800");
  const auto put = [&sent](unsigned value) {
    sent.push_back(static_cast<std::uint8_t>(value >> 8));
    sent.push_back(static_cast<std::uint8_t>(value));
  };
  const auto length = static_cast<unsigned>(content.size());
  unsigned sum = 0;
  for (const unsigned each :
       {0x4500U, 28 + length, 0U, 0U, 0x4011U, 0x0a00U, 0x020fU, 0x0a00U, 0x0202U}) {
    sum += each;
  }
  while (sum > 0xffff) {
    sum = (sum & 0xffff) + (sum >> 16);
  }
  for (const unsigned each :
       {0x4500U, 28 + length, 0U, 0U, 0x4011U, ~sum & 0xffff, 0x0a00U, 0x020fU, 0x0a00U, 0x0202U,
        unsigned{from}, unsigned{port}, 8 + length, 0U}) {
    put(each);
  }
  sent.insert(sent.end(), content.begin(), content.end());
  return host.answers(sent);
}

/// What a datagram holds, and the port it comes from.
std::vector<std::uint8_t> content_of(const std::vector<net_frame>& answers, unsigned& port) {
  if (answers.size() != 1 || answers[0].size() < 42) {
    ADD_FAILURE() << "expected one datagram";
    return {};
  }
  port = answers[0][34] * 256U + answers[0][35];
  return {answers[0].begin() + 42, answers[0].end()};
}

TEST(net_host, gives_an_address_by_dhcp) {
  net_host host("");
  std::vector<std::uint8_t> discover(240);
  discover[0] = 1;
  discover[4] = 0xaa;   // the transaction
  discover[28] = 0x52;  // the client's address
  const std::vector<std::uint8_t> end = frame("63825363 0c 02 6162 35 01 01 ff");
  std::copy(end.begin(), end.begin() + 4, discover.begin() + 236);
  discover.insert(discover.end(), end.begin() + 4, end.end());
  unsigned port = 0;
  const std::vector<std::uint8_t> offer = content_of(ask(host, 68, 67, discover), port);
  EXPECT_EQ(port, 67U);
  ASSERT_GE(offer.size(), 300U);
  EXPECT_EQ(offer[0], 2);
  EXPECT_EQ(offer[4], 0xaa);
  EXPECT_EQ(offer[28], 0x52);
  EXPECT_EQ(std::vector<std::uint8_t>(offer.begin() + 16, offer.begin() + 24),
            frame("0a00020f 0a000202"));
  EXPECT_EQ(std::vector<std::uint8_t>(offer.begin() + 236, offer.begin() + 243),
            frame("63825363 350102"));
  discover[discover.size() - 2] = 3;  // a request
  EXPECT_EQ(content_of(ask(host, 68, 67, discover), port).at(242), 5);
  discover[discover.size() - 2] = 7;  // a release
  EXPECT_TRUE(ask(host, 68, 67, discover).empty());
}

struct folder {
  std::string path = scratch_path("/");
  std::string name = "net_host_test.bin";

  explicit folder(std::size_t bytes) {
    std::filesystem::create_directory(path);
    std::ofstream file(path + name, std::ios::binary);
    for (std::size_t i = 0; i < bytes; ++i) {
      file.put(static_cast<char>(i * 7));
    }
  }
  ~folder() { std::filesystem::remove_all(path); }
};

std::vector<std::uint8_t> request(const std::string& name, const std::string& options = "") {
  const std::string text = std::string("\0\1", 2) + name + '\0' + "octet" + '\0' + options;
  return {text.begin(), text.end()};
}

TEST(net_host, serves_a_file_in_blocks_of_512_bytes) {
  const folder files(1024);
  net_host host(files.path);
  unsigned port = 0;
  std::vector<std::uint8_t> got = content_of(ask(host, 1000, 69, request(files.name)), port);
  std::size_t total = 0;
  for (std::uint8_t block = 1; block <= 3; ++block) {
    // 1024 bytes are two whole blocks, so that an empty one ends the transfer.
    ASSERT_EQ(got.size(), block < 3 ? 516U : 4U);
    EXPECT_EQ(std::vector<std::uint8_t>(got.begin(), got.begin() + 4),
              (std::vector<std::uint8_t>{0, 3, 0, block}));
    for (std::size_t i = 4; i < got.size(); ++i, ++total) {
      ASSERT_EQ(got[i], static_cast<std::uint8_t>(total * 7));
    }
    if (block == 2) {  // the acknowledgement is lost: the one before comes again
      EXPECT_EQ(content_of(ask(host, 1000, 3069, {0, 4, 0, 1}), port), got);
    }
    const auto answers = ask(host, 1000, 3069, {0, 4, 0, block});
    if (block == 3) {
      EXPECT_TRUE(answers.empty());
    } else {
      got = content_of(answers, port);
      EXPECT_EQ(port, 3069U);
    }
  }
  EXPECT_EQ(total, 1024U);
}

TEST(net_host, agrees_on_the_size_of_blocks) {
  const folder files(2000);
  net_host host(files.path);
  unsigned port = 0;
  const std::string options = std::string(
      "blksize\0"
      "9000\0tsize\0"
      "0\0x\0y\0",
      26);
  const std::vector<std::uint8_t> agreed =
      content_of(ask(host, 1, 69, request(files.name, options)), port);
  EXPECT_EQ(std::string(agreed.begin(), agreed.end()), std::string("\0\6blksize\0"
                                                                   "1468\0tsize\0"
                                                                   "2000\0",
                                                                   26));
  EXPECT_EQ(content_of(ask(host, 1, 3069, {0, 4, 0, 0}), port).size(), 4U + 1468);
  EXPECT_EQ(content_of(ask(host, 1, 3069, {0, 4, 0, 1}), port).size(), 4U + 532);
  EXPECT_TRUE(ask(host, 2, 3069, {0, 4, 0, 2}).empty());  // somebody else
}

TEST(net_host, a_transfer_goes_on_after_a_snapshot) {
  const folder files(2000);
  net_host host(files.path);
  unsigned port = 0;
  ask(host, 1, 69, request(files.name));
  base::snapshot_writer to;
  to.section("net");
  host.save(to);
  const std::vector<std::byte> saved = to.finish();
  const auto second = content_of(ask(host, 1, 3069, {0, 4, 0, 1}), port);
  net_host other(files.path);
  base::snapshot_reader from("test", saved.data(), saved.size());
  from.section("net");
  other.restore(from);
  from.end();
  EXPECT_EQ(content_of(ask(other, 1, 3069, {0, 4, 0, 1}), port), second);
}

TEST(net_host, no_file_outside_of_the_folder) {
  const folder files(1);
  EXPECT_THROW(net_host(files.path + files.name), base::configuration_error);
  net_host host(files.path);
  net_host empty("");
  unsigned port = 0;
  for (const std::string& name : {std::string("../etc/passwd"), std::string("x/../../y"),
                                  std::string("none"), std::string()}) {
    const auto answer = content_of(ask(host, 1, 69, request(name)), port);
    EXPECT_EQ(std::vector<std::uint8_t>(answer.begin(), answer.begin() + 4),
              (std::vector<std::uint8_t>{0, 5, 0, 1}));
  }
  EXPECT_EQ(content_of(ask(empty, 1, 69, request(files.name)), port)[1], 5);
  EXPECT_EQ(content_of(ask(host, 1, 69, request("/" + files.name)), port)[1], 3);
  EXPECT_EQ(content_of(ask(host, 1, 69, {0, 2, 'a', 0, 'b', 0}), port)[3], 4);  // a write
}

}  // namespace
}  // namespace sn::soc
