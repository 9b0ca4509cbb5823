// NICs of several CIPUs on a network.
#include "cipu/nic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <memory>

#include "register_port.h"
#include "registers/generated/cpp/cipu.h"

namespace sn::cipu::test {

namespace block = registers::cipu;

namespace {

/// A NIC with registers of its own.
struct station {
  explicit station(unsigned partition)
      : registers(block::table, std::size(block::table), block::block_size),
        device(registers, partition, 1024, [this](bool level) { interrupt = level; }) {}

  std::uint32_t read(std::uint32_t offset) {
    std::uint32_t value = 0;
    EXPECT_EQ(registers.read(offset, value), base::register_status::ok);
    return value;
  }
  void write(std::uint32_t offset, std::uint32_t value) {
    EXPECT_EQ(registers.write(offset, value), base::register_status::ok);
  }
  void send(std::uint32_t destination, std::uint32_t length, std::uint32_t first_word,
            std::uint32_t port = 0) {
    write(block::nic_send_data, first_word);
    write(block::nic_send_header, destination | length << 16U | port << 31U);
    write(block::nic_send, 1);
  }
  std::uint32_t frames() { return read(block::nic_receive_status) & 0xffU; }
  std::uint32_t lost() { return read(block::nic_receive_status) >> 16U; }

  base::register_file registers;
  bool interrupt = false;
  nic device;
};

/// Stations 0 to 2 on a network of 1 byte per ns and 5 us.
struct nic_bench {
  explicit nic_bench(double loss = 0.0)
      : network("network",
                {base::bytes_per_second(1'000'000'000), base::picoseconds(5'000'000), loss, 1}) {
    for (unsigned i = 0; i < 3; ++i) {
      stations.push_back(std::make_unique<station>(i));
      stations[i]->device.connect(nic_port::scale_out, network);
      stations[i]->write(block::nic_control, 3);
    }
    sn::test::elaborate();
  }
  packet_network network;
  std::vector<std::unique_ptr<station>> stations;
};

}  // namespace

TEST(cipu_nic, a_frame_arrives_after_its_serialisation_and_the_latency) {
  nic_bench bench;
  station& a = *bench.stations[0];
  station& b = *bench.stations[2];
  a.write(block::nic_send_data + 63 * 4, 0xcafe);
  a.send(2, 256, 0xbeef);
  sn::test::run_us(5.255);  // 256 ns + 5 us = 5.256 us
  EXPECT_EQ(b.frames(), 0U);
  EXPECT_FALSE(b.interrupt);
  sn::test::run_us(0.002);
  EXPECT_EQ(b.frames(), 1U);
  EXPECT_TRUE(b.interrupt);
  EXPECT_EQ(b.read(block::nic_receive_header), 256U << 16U);
  EXPECT_EQ(b.read(block::nic_receive_data), 0xbeefU);
  EXPECT_EQ(b.read(block::nic_receive_data + 63 * 4), 0xcafeU);
  b.write(block::nic_receive_next, 1);
  EXPECT_EQ(b.frames(), 0U);
  EXPECT_FALSE(b.interrupt);
  EXPECT_EQ(bench.stations[1]->frames(), 0U);
}

TEST(cipu_nic, frames_of_one_sender_leave_one_after_the_other_and_stay_in_order) {
  nic_bench bench;
  for (std::uint32_t i = 0; i < 3; ++i) {
    bench.stations[0]->send(1, 200, 100 + i);
  }
  bench.stations[2]->send(1, 200, 200);  // another sender does not wait for them
  station& b = *bench.stations[1];
  sn::test::run_us(5.201);  // the first of each has arrived
  EXPECT_EQ(b.frames(), 2U);
  sn::test::run_us(0.2);
  EXPECT_EQ(b.frames(), 3U);
  sn::test::run_us(0.2);
  EXPECT_EQ(b.frames(), 4U);
  std::vector<std::uint32_t> words;
  while (b.frames() != 0) {
    words.push_back(b.read(block::nic_receive_data));
    b.write(block::nic_receive_next, 1);
  }
  EXPECT_THAT(words, testing::ElementsAre(100, 200, 101, 102));
}

TEST(cipu_nic, a_full_receive_queue_loses_frames_and_counts_them) {
  nic_bench bench;
  for (std::uint32_t i = 0; i < 18; ++i) {
    bench.stations[0]->send(1, 4, i);
  }
  sn::test::run_us(10);
  EXPECT_EQ(bench.stations[1]->frames(), 16U);
  EXPECT_EQ(bench.stations[1]->lost(), 2U);
  EXPECT_EQ(bench.network.sent(), 18U);
  EXPECT_EQ(bench.network.lost(), 2U);
}

TEST(cipu_nic, a_port_that_is_off_or_has_no_network_carries_nothing) {
  nic_bench bench;
  EXPECT_EQ(bench.stations[0]->read(block::nic_status), 1U);  // scale-out only
  bench.stations[0]->send(1, 4, 1, 1);                        // over DCN
  bench.stations[0]->send(1, 0, 1);                           // no frame
  bench.stations[0]->send(1, 257, 1);                         // too long
  EXPECT_EQ(bench.network.sent(), 0U);
  bench.stations[1]->write(block::nic_control, 0);
  bench.stations[0]->send(1, 4, 1);
  bench.stations[0]->send(99, 4, 1);  // nobody there
  sn::test::run_us(10);
  EXPECT_EQ(bench.stations[1]->frames(), 0U);
  EXPECT_EQ(bench.network.sent(), 2U);
  EXPECT_EQ(bench.network.lost(), 2U);
  bench.stations[0]->write(block::nic_control, 0);
  bench.stations[0]->send(2, 4, 1);
  EXPECT_EQ(bench.network.sent(), 2U);
}

TEST(cipu_nic, a_lossy_network_loses_about_the_share_it_was_told) {
  nic_bench bench(0.25);
  for (unsigned i = 0; i < 1000; ++i) {
    bench.stations[0]->send(1, 4, i);
    sn::test::run_us(0.01);
    while (bench.stations[1]->frames() != 0) {
      bench.stations[1]->write(block::nic_receive_next, 1);
    }
  }
  // Binomial: mean 250, standard deviation sqrt(1000 * 0.25 * 0.75) = 13.7; five of them.
  EXPECT_NEAR(static_cast<double>(bench.network.lost()), 250.0, 68.5);
}

}  // namespace sn::cipu::test
