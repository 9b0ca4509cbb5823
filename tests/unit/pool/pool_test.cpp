// A pool: bursts through its decoders, with data, time and protection.
#include "pool/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "checker/checker_set.h"
#include "controller_bench.h"
#include "delaying_fabric.h"
#include "register_port.h"
#include "registers/generated/cpp/mailbox.h"
#include "registers/generated/cpp/pool.h"

namespace sn::pool::test {

namespace block = registers::pool;

namespace {

constexpr std::uint32_t unit = 256U << 20U;
constexpr std::uint64_t nanosecond = 1'000;  // ps
constexpr base::pod_id our_pod = 5;

/// Four devices of 1 GiB, each 1 byte per ns after 200 ns.
configuration four_devices() {
  configuration c;
  c.index = 1;
  c.endpoint = 300;
  c.domain = 1;
  c.devices = 4;
  c.device_capacity = base::bytes(std::uint64_t{1} << 30U);
  c.device_bandwidth = base::bytes_per_second(1'000'000'000);
  c.device_latency = base::picoseconds(200 * nanosecond);
  c.decoders = 8;
  c.controller = sn::test::claim_log(32);
  return c;
}

struct pool_bench {
  pool_bench()
      : fabric("fabric"),
        first("first"),
        second("second"),
        device("pool", four_devices()),
        controller(device.controller()) {
    checks.connect(fabric.to_device, device.from_fabric, checker::data_policy::may_be_absent);
    checks.connect(device.to_fabric, fabric.from_device);
    checks.connect(first.socket, device.management);
    checks.connect(second.socket, device.management);
    device.on_look_up_pod([](base::endpoint_id source) -> base::pod_id {
      return source < 8 ? our_pod : source < 16 ? our_pod + 1 : 0;
    });
  }

  void map(unsigned decoder, std::uint32_t base, unsigned ways, unsigned first_device) {
    const std::uint64_t at = address_map::pool + decoder * std::uint64_t{0x40};
    first.write(at + block::decoder_base_low, base);
    first.write(at + block::decoder_size_low, ways * unit);
    first.write(at + block::decoder_interleave, ways | first_device << 16U);
    first.write(at + block::decoder_owner, our_pod);
    first.write(at + block::decoder_control, 1);
    ASSERT_EQ(first.read(at + block::decoder_control), 3U);
  }
  std::uint64_t access(tlm::tlm_command command, std::uint64_t address, unsigned char* data,
                       unsigned size, base::endpoint_id source = 1,
                       tlm::tlm_response_status expected = tlm::TLM_OK_RESPONSE) {
    alink::burst_extension extension;
    extension.source = source;
    extension.destination = 300;
    return fabric.deliver(command, address, data, size, extension, expected);
  }
  std::uint32_t errors() { return first.read(address_map::pool + block::decode_errors); }

  checker::checker_set checks;
  sn::test::delaying_fabric fabric;
  sn::test::register_port first;
  sn::test::register_port second;
  pool device;
  sn::test::controller_view controller;
};

}  // namespace

TEST(pool, both_blocks_are_seen_from_both_sides) {
  pool_bench bench;
  EXPECT_EQ(bench.first.read(registers::mailbox::identity), 0x534e'0103U);
  EXPECT_EQ(bench.first.read(registers::mailbox::endpoint), 0x8001'012cU);
  EXPECT_EQ(bench.second.read(registers::mailbox::unit), 0x0101U);
  EXPECT_EQ(bench.first.read(address_map::pool + block::capability), 0x0804U);
  EXPECT_EQ(bench.first.read(address_map::pool + block::device_size), 1024U);
  EXPECT_EQ(bench.first.read(address_map::pool + block::device_status + 12), 1U);
  EXPECT_EQ(bench.first.read(address_map::pool + block::device_status + 16), 0U);
  bench.controller.write(address_map::pool + block::plane_mask, 0xff);
  EXPECT_EQ(bench.second.read(address_map::pool + block::plane_mask), 0xffU);
  sn::test::run_us(20);
  bench.second.write(registers::mailbox::channel_doorbell + 0x40, 1);
  sn::test::run_us(20);
  EXPECT_EQ(bench.controller.read(registers::mailbox::pending), 2U);
  EXPECT_THAT(bench.controller.claimed(), testing::ElementsAre(1U));
}

TEST(pool, three_way_data_lies_where_the_map_says) {
  pool_bench bench;
  bench.map(0, 4 * unit, 3, 1);
  std::vector<unsigned char> data(1024);
  std::iota(data.begin(), data.end(), static_cast<unsigned char>(0));
  for (std::size_t i = 0; i < data.size(); i += 256) {
    data[i] = static_cast<unsigned char>(i / 256 + 1);
  }
  // From offset 128: 128 bytes on device 1, 256 on 2, 256 on 3, 256 on 1, 128 on 2.
  bench.access(tlm::TLM_WRITE_COMMAND, 4ULL * unit + 128, data.data(), 1024);
  std::vector<unsigned char> part(256);
  bench.device.device(1).read(128, part.data(), 128);
  EXPECT_EQ(std::memcmp(part.data(), data.data(), 128), 0);
  bench.device.device(2).read(0, part.data(), 256);
  EXPECT_EQ(std::memcmp(part.data(), data.data() + 128, 256), 0);
  bench.device.device(3).read(0, part.data(), 256);
  EXPECT_EQ(std::memcmp(part.data(), data.data() + 384, 256), 0);
  bench.device.device(1).read(256, part.data(), 256);
  EXPECT_EQ(std::memcmp(part.data(), data.data() + 640, 256), 0);
  bench.device.device(2).read(256, part.data(), 128);
  EXPECT_EQ(std::memcmp(part.data(), data.data() + 896, 128), 0);
  EXPECT_TRUE(bench.device.device(0).untouched());

  std::vector<unsigned char> back(1024);
  bench.access(tlm::TLM_READ_COMMAND, 4ULL * unit + 128, back.data(), 1024);
  EXPECT_EQ(back, data);
}

TEST(pool, devices_work_at_the_same_time) {
  pool_bench bench;
  bench.map(0, 0, 4, 0);
  // 4096 bytes over four devices: 1024 each, 1024 ns and 200 ns.
  EXPECT_EQ(bench.access(tlm::TLM_READ_COMMAND, 0, nullptr, 4096), 1224 * nanosecond);
}

TEST(pool, a_device_serves_one_burst_after_the_other) {
  pool_bench bench;
  bench.map(0, 0, 1, 0);
  bench.map(1, unit, 1, 1);
  EXPECT_EQ(bench.access(tlm::TLM_READ_COMMAND, 0, nullptr, 1000), 1200 * nanosecond);
  EXPECT_EQ(bench.access(tlm::TLM_WRITE_COMMAND, 0, nullptr, 500), 1700 * nanosecond);
  // Another device is free.
  EXPECT_EQ(bench.access(tlm::TLM_READ_COMMAND, unit, nullptr, 64), 264 * nanosecond);
}

TEST(pool, what_no_decoder_maps_is_refused_and_counted) {
  pool_bench bench;
  unsigned char data[128] = {};
  bench.access(tlm::TLM_READ_COMMAND, 0, data, 64, 1, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(bench.errors(), 1U);
  bench.map(0, 0, 1, 0);
  bench.map(1, unit, 1, 1);
  bench.access(tlm::TLM_READ_COMMAND, 0, data, 64);
  EXPECT_EQ(bench.errors(), 1U);
  // Across the border of two decoders.
  bench.access(tlm::TLM_WRITE_COMMAND, unit - 64, data, 128, 1, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  bench.first.write(address_map::pool + block::decoder_control, 0);
  bench.access(tlm::TLM_READ_COMMAND, 0, data, 64, 1, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(bench.errors(), 3U);
}

TEST(pool, other_pods_are_refused_and_change_nothing) {
  pool_bench bench;
  bench.map(0, 0, 1, 0);
  unsigned char data[4] = {1, 2, 3, 4};
  bench.access(tlm::TLM_WRITE_COMMAND, 0, data, 4, 9, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  bench.access(tlm::TLM_WRITE_COMMAND, 0, data, 4, 20, tlm::TLM_ADDRESS_ERROR_RESPONSE);  // no pod
  EXPECT_EQ(bench.errors(), 2U);
  EXPECT_TRUE(bench.device.device(0).untouched());
  bench.access(tlm::TLM_WRITE_COMMAND, 0, data, 4, 7);
  EXPECT_FALSE(bench.device.device(0).untouched());
}

TEST(pool, impossible_configurations_are_refused) {
  auto parameters = four_devices();
  parameters.devices = 33;
  EXPECT_THROW(pool("a", parameters), std::invalid_argument);
  parameters = four_devices();
  parameters.device_capacity = base::bytes(unit + 1);
  EXPECT_THROW(pool("b", parameters), std::invalid_argument);
}

}  // namespace sn::pool::test
