// The virtio slot and its network and console devices, driven through descriptors in memory; what
// a driver gets wrong is its own trouble.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "kernel/turns.h"
#include "scratch.h"
#include "soc/pcap_file.h"
#include "soc/virtio_console.h"
#include "soc/virtio_mmio.h"
#include "soc/virtio_net.h"
#include "unit/soc/tlm_access.h"

namespace sn::soc {
namespace {

constexpr std::size_t memory_bytes = 0x1'0000;

/// Memory from address 0 on.
class plain_memory final : public dma_memory {
 public:
  bool read(std::uint64_t address, void* data, std::size_t size) override {
    return contains(address, size) &&
           (size == 0 || std::memcpy(data, at(address), size) != nullptr);
  }
  bool write(std::uint64_t address, const void* data, std::size_t size) override {
    return contains(address, size) &&
           (size == 0 || std::memcpy(at(address), data, size) != nullptr);
  }
  template <typename T>
  void put(std::uint64_t address, T value) {
    ASSERT_TRUE(write(address, &value, sizeof value));
  }
  template <typename T>
  T get(std::uint64_t address) {
    T value{};
    EXPECT_TRUE(read(address, &value, sizeof value));
    return value;
  }

 private:
  static bool contains(std::uint64_t address, std::size_t size) {
    return address <= memory_bytes && size <= memory_bytes - address;
  }
  std::uint8_t* at(std::uint64_t address) { return bytes_.data() + address; }

  std::vector<std::uint8_t> bytes_ = std::vector<std::uint8_t>(memory_bytes);
};

constexpr std::uint64_t reg_features = 0x010;
constexpr std::uint64_t reg_interrupt = 0x060;
constexpr std::uint64_t reg_status = 0x070;
constexpr std::uint64_t reg_notify = 0x050;
constexpr std::uint32_t needs_reset = 64;
constexpr unsigned entries = 8;

/// A driver of one slot. Queue q has its descriptors at 0x1000 * (q + 1), its available ring 0x400
/// and its used ring 0x800 beyond.
struct driver {
  explicit driver(std::unique_ptr<virtio_backend> backend)
      : slot("slot", memory, std::move(backend)) {
    bus.connect(slot.socket);
    slot.on_interrupt([this](bool level) { interrupted = level; });
  }
  static std::uint64_t base(unsigned queue) { return 0x1000 * (std::uint64_t{queue} + 1); }
  void write(std::uint64_t offset, std::uint32_t value) { bus.write(offset, 4, value); }
  std::uint32_t read(std::uint64_t offset) {
    return static_cast<std::uint32_t>(bus.read(offset, 4));
  }

  void begin() {
    write(reg_status, 0);
    write(reg_status, 3);
    write(0x024, 1);
    write(0x020, 1);  // VERSION_1
    write(reg_status, 3 | 8);
    for (unsigned queue = 0; queue < 2; ++queue) {
      write(0x030, queue);
      write(0x038, entries);
      write(0x080, static_cast<std::uint32_t>(base(queue)));
      write(0x090, static_cast<std::uint32_t>(base(queue) + 0x400));
      write(0x0a0, static_cast<std::uint32_t>(base(queue) + 0x800));
      write(0x044, 1);
    }
    write(reg_status, 3 | 8 | 4);
  }
  void describe(unsigned queue, unsigned index, std::uint64_t address, std::uint32_t size,
                std::uint16_t flags, std::uint16_t next = 0) {
    const std::uint64_t at = base(queue) + 16 * std::uint64_t{index};
    memory.put(at, address);
    memory.put(at + 8, size);
    memory.put(at + 12, flags);
    memory.put(at + 14, next);
  }
  /// Makes the chain that begins with descriptor `head` available.
  void offer(unsigned queue, std::uint16_t head) {
    const std::uint64_t ring = base(queue) + 0x400;
    const auto index = memory.get<std::uint16_t>(ring + 2);
    memory.put(ring + 4 + 2 * std::uint64_t{index % entries}, head);
    memory.put(ring + 2, static_cast<std::uint16_t>(index + 1));
    write(reg_notify, queue);
  }
  std::uint16_t used(unsigned queue) { return memory.get<std::uint16_t>(base(queue) + 0x802); }
  std::uint32_t used_bytes(unsigned queue, unsigned entry) {
    return memory.get<std::uint32_t>(base(queue) + 0x804 + 8 * std::uint64_t{entry} + 4);
  }
  std::string text(std::uint64_t address, std::size_t size) {
    std::string read(size, '\0');
    EXPECT_TRUE(memory.read(address, read.data(), size));
    return read;
  }

  plain_memory memory;
  bool interrupted = false;
  virtio_mmio slot;
  test::initiator bus{"bus"};
};

struct console_driver {
  std::string sent;
  virtio_console* console = new virtio_console;
  driver with{std::unique_ptr<virtio_backend>(console)};

  console_driver() {
    console->on_character([this](char character) { sent += character; });
    with.begin();
  }
};

TEST(virtio, a_queue_that_loses_its_entries_is_no_longer_ready) {
  console_driver d;
  d.with.memory.put(0x5000, std::uint8_t{'x'});
  d.with.describe(1, 0, 0x5000, 1, 0);
  for (const std::uint32_t entries_now : {0U, 257U, 0xffff'ffffU}) {
    d.with.begin();
    d.with.write(0x030, 1);
    EXPECT_EQ(d.with.read(0x044), 1U);
    d.with.write(0x038, entries_now);
    EXPECT_EQ(d.with.read(0x044), 0U);
    d.with.offer(1, 0);
    EXPECT_EQ(d.sent, "");
  }
}

TEST(virtio, features_that_are_not_offered_are_not_accepted) {
  driver d(std::make_unique<virtio_console>());
  EXPECT_EQ(d.read(0x008), 3U);
  d.write(0x014, 0);
  EXPECT_EQ(d.read(reg_features), 1U);  // the size of the console
  d.write(0x014, 1);
  EXPECT_EQ(d.read(reg_features), 1U);  // VERSION_1
  d.write(reg_status, 3);
  d.write(0x024, 0);
  d.write(0x020, 2);  // several ports
  d.write(reg_status, 3 | 8);
  EXPECT_EQ(d.read(reg_status), 3U);
  d.write(0x020, 1);
  d.write(reg_status, 3 | 8);
  EXPECT_EQ(d.read(reg_status), 11U);
  EXPECT_EQ(d.bus.read(0x100, 2), 80U);
  EXPECT_EQ(d.bus.read(0x102, 2), 25U);
}

TEST(virtio, a_console_sends_all_parts_of_a_chain) {
  console_driver c;
  ASSERT_TRUE(c.with.memory.write(0x8000, "one two", 7));
  c.with.describe(1, 0, 0x8000, 4, 1, 5);
  c.with.describe(1, 5, 0x8004, 3, 0);
  c.with.offer(1, 0);
  EXPECT_EQ(c.sent, "one two");
  EXPECT_EQ(c.with.used(1), 1U);
  EXPECT_TRUE(c.with.interrupted);
  c.with.write(0x064, 1);
  EXPECT_FALSE(c.with.interrupted);
}

TEST(virtio, what_a_console_receives_waits_for_room) {
  console_driver c;
  c.console->receive("abcdef");
  EXPECT_EQ(c.with.used(0), 0U);
  c.with.describe(0, 3, 0x8000, 4, 2);
  c.with.offer(0, 3);
  EXPECT_EQ(c.with.used(0), 1U);
  EXPECT_EQ(c.with.used_bytes(0, 0), 4U);
  EXPECT_EQ(c.with.text(0x8000, 4), "abcd");
  c.with.offer(0, 3);
  EXPECT_EQ(c.with.used_bytes(0, 1), 2U);
  EXPECT_EQ(c.with.text(0x8000, 4), "efcd");
  c.with.offer(0, 3);  // nothing is left: the buffer waits
  EXPECT_EQ(c.with.used(0), 2U);
  c.console->receive("g");
  EXPECT_EQ(c.with.used(0), 3U);
  EXPECT_EQ(c.with.text(0x8000, 1), "g");
}

/// What the device says to a driver that does this.
template <typename mistake>
void expect_reset(const mistake& make) {
  console_driver c;
  make(c.with);
  EXPECT_EQ(c.with.read(reg_status), 15U | needs_reset);
  EXPECT_EQ(c.with.read(reg_interrupt), 2U);  // the configuration has changed
  EXPECT_TRUE(c.sent.empty());
  // It does nothing more until it is reset, and works then.
  ASSERT_TRUE(c.with.memory.write(0x8000, "x", 1));
  c.with.describe(1, 0, 0x8000, 1, 0);
  c.with.write(reg_notify, 1);
  EXPECT_TRUE(c.sent.empty());
  c.with.memory.put(driver::base(1) + 0x402, std::uint16_t{0});
  c.with.begin();
  c.with.offer(1, 0);
  EXPECT_EQ(c.sent, "x");
}

TEST(virtio, a_descriptor_that_does_not_exist) {
  expect_reset([](driver& d) { d.offer(1, entries); });
}
TEST(virtio, a_chain_that_leaves_the_table) {
  expect_reset([](driver& d) {
    d.describe(1, 0, 0x8000, 1, 1, 0xffff);
    d.offer(1, 0);
  });
}
TEST(virtio, a_chain_that_is_a_ring) {
  expect_reset([](driver& d) {
    d.describe(1, 0, 0x8000, 0, 1, 0);
    d.offer(1, 0);
  });
}
TEST(virtio, a_buffer_outside_of_memory) {
  expect_reset([](driver& d) {
    d.describe(1, 0, memory_bytes - 1, 2, 0);
    d.memory.put(memory_bytes - 1, std::uint8_t{0});
    d.describe(1, 0, ~std::uint64_t{0}, 2, 0);
    d.offer(1, 0);
  });
}
TEST(virtio, a_buffer_in_the_wrong_direction) {
  expect_reset([](driver& d) {
    d.describe(1, 0, 0x8000, 4, 2);
    d.offer(1, 0);
  });
}
TEST(virtio, more_requests_than_the_ring_holds) {
  expect_reset([](driver& d) {
    d.memory.put(driver::base(1) + 0x402, std::uint16_t{entries + 1});
    d.write(reg_notify, 1);
  });
}
TEST(virtio, rings_outside_of_memory) {
  console_driver c;
  c.with.begin();
  c.with.write(0x030, 1);
  c.with.write(0x094, 0x8000'0000);
  c.with.write(reg_notify, 1);
  EXPECT_EQ(c.with.read(reg_status), 15U | needs_reset);
  c.with.write(reg_notify, 77);  // no such queue
}

struct net_driver {
  kernel::turns order{"turns"};
  driver with;

  explicit net_driver(const std::string& connection)
      : with(std::make_unique<virtio_net>(parse_connection(connection), order)) {
    with.begin();
  }
  /// A frame from 0x8000 on, behind the device's header of 12 bytes.
  void send(const std::string& frame) {
    const std::string bytes = std::string(12, '\0') + frame;
    ASSERT_TRUE(with.memory.write(0x8000, bytes.data(), bytes.size()));
    with.describe(1, 0, 0x8000, static_cast<std::uint32_t>(bytes.size()), 0);
    with.offer(1, 0);
  }
  void give_room(std::uint32_t bytes) {
    with.describe(0, 0, 0x9000, bytes, 2);
    with.offer(0, 0);
  }
};

TEST(virtio, a_network_device_has_an_address_and_a_link) {
  net_driver n("none");
  EXPECT_EQ(n.with.read(0x008), 1U);
  EXPECT_EQ(n.with.read(0x100), 0x1200'5452U);
  EXPECT_EQ(n.with.bus.read(0x104, 2), 0x5634U);
  EXPECT_EQ(n.with.bus.read(0x106, 2), 1U);
}

TEST(virtio, a_frame_comes_back_after_10_us_and_waits_for_a_buffer) {
  net_driver n("loopback");
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
  n.send("a frame");
  EXPECT_EQ(n.with.used(1), 1U);
  n.give_room(100);
  sc_core::sc_start(sc_core::sc_time(9'999, sc_core::SC_NS));
  EXPECT_EQ(n.with.used(0), 0U);
  sc_core::sc_start(sc_core::sc_time(2, sc_core::SC_NS));
  EXPECT_EQ(n.with.used(0), 1U);
  EXPECT_EQ(n.with.used_bytes(0, 0), 12U + 7);
  EXPECT_EQ(n.with.memory.get<std::uint16_t>(0x9000 + 10), 1U);  // one buffer
  EXPECT_EQ(n.with.text(0x9000 + 12, 7), "a frame");
  n.send("another");
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(n.with.used(0), 1U);
  n.give_room(100);
  EXPECT_EQ(n.with.text(0x9000 + 12, 7), "another");
}

TEST(virtio, a_frame_that_does_not_fit_into_its_buffer_is_the_drivers_mistake) {
  net_driver n("loopback");
  n.send("a frame");
  n.give_room(18);
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(n.with.read(reg_status), 15U | needs_reset);
}

TEST(virtio, a_frame_without_its_header_is_the_drivers_mistake) {
  net_driver n("loopback");
  n.with.describe(1, 0, 0x8000, 11, 0);
  n.with.offer(1, 0);
  EXPECT_EQ(n.with.read(reg_status), 15U | needs_reset);
}

TEST(virtio, frames_on_their_way_are_in_a_snapshot) {
  net_driver n("loopback");
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_US));
  n.give_room(100);
  n.send("a frame");
  base::snapshot_writer to;
  n.with.slot.save(to);
  const std::vector<std::byte> file = to.finish();
  n.with.write(reg_status, 0);
  base::snapshot_reader from("test", file.data(), file.size());
  n.with.slot.restore(from);
  from.end();
  sc_core::sc_start(sc_core::sc_time(11, sc_core::SC_US));
  EXPECT_EQ(n.with.text(0x9000 + 12, 7), "a frame");
}

struct scratch_file {
  std::string path = scratch_path(".pcap");
  ~scratch_file() { std::remove(path.c_str()); }
};

TEST(pcap, what_is_written_is_read_with_times_from_the_first_frame) {
  const scratch_file file;
  {
    pcap_writer to(file.path);
    to.add(sc_core::sc_time(1'500'000'003, sc_core::SC_NS), {1, 2, 3});
    to.add(sc_core::sc_time(2'000'000'004, sc_core::SC_NS), {4});
  }
  // The header, by hand: magic of nanoseconds, version 2.4, two zeros, the longest frame, Ethernet.
  std::ifstream written(file.path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(written)), {});
  EXPECT_EQ(bytes.substr(0, 24), std::string("\x4d\x3c\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff"
                                             "\0\0\x01\0\0\0",
                                             24));
  EXPECT_EQ(bytes.size(), 24U + 16 + 3 + 16 + 1);
  const std::vector<timed_frame> frames = read_pcap(file.path);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].time, sc_core::SC_ZERO_TIME);
  EXPECT_EQ(frames[0].content, (net_frame{1, 2, 3}));
  EXPECT_EQ(frames[1].time, sc_core::sc_time(500'000'001, sc_core::SC_NS));
}

TEST(pcap, a_file_of_the_other_byte_order_in_microseconds) {
  const scratch_file file;
  const std::string bytes(
      "\xa1\xb2\xc3\xd4\0\x02\0\x04\0\0\0\0\0\0\0\0\0\0\xff\xff\0\0\0\x01"
      "\0\0\0\x01\0\0\0\x05\0\0\0\x02\0\0\0\x02hi"
      "\0\0\0\x01\0\0\0\x08\0\0\0\x01\0\0\0\x01!",
      24 + 18 + 17);
  std::ofstream(file.path, std::ios::binary) << bytes;
  const std::vector<timed_frame> frames = read_pcap(file.path);
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].content, (net_frame{'h', 'i'}));
  EXPECT_EQ(frames[1].time, sc_core::sc_time(3, sc_core::SC_US));
  // Whatever is cut off, and other files, are refused.
  for (std::size_t size = 0; size + 1 < bytes.size(); ++size) {
    if (size != 24 && size != 42) {
      std::ofstream(file.path, std::ios::binary) << bytes.substr(0, size);
      EXPECT_THROW(read_pcap(file.path), base::configuration_error) << size;
    }
  }
  std::string other = bytes;
  other[23] = '\x71';  // another kind of link
  std::ofstream(file.path, std::ios::binary) << other;
  EXPECT_THROW(read_pcap(file.path), base::configuration_error);
}

TEST(virtio, frames_of_a_file_arrive_at_their_times) {
  const scratch_file file;
  {
    pcap_writer to(file.path);
    to.add(sc_core::sc_time(6, sc_core::SC_MS), {'-'});  // before the driver is there
    to.add(sc_core::sc_time(7, sc_core::SC_MS), {'a'});
    to.add(sc_core::sc_time(9, sc_core::SC_MS), {'b'});
  }
  net_driver n("replay:" + file.path);
  n.give_room(100);
  n.give_room(100);
  sc_core::sc_start(sc_core::sc_time(999, sc_core::SC_US));
  EXPECT_EQ(n.with.used(0), 0U);
  sc_core::sc_start(sc_core::sc_time(2, sc_core::SC_US));
  EXPECT_EQ(n.with.used(0), 1U);
  EXPECT_EQ(n.with.text(0x900c, 1), "a");
  sc_core::sc_start(sc_core::sc_time(1'998, sc_core::SC_US));
  EXPECT_EQ(n.with.used(0), 1U);
  sc_core::sc_start(sc_core::sc_time(2, sc_core::SC_US));
  EXPECT_EQ(n.with.used(0), 2U);
  EXPECT_EQ(n.with.text(0x900c, 1), "b");
}

}  // namespace
}  // namespace sn::soc
