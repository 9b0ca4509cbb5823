// The DMA engine: data from RAM to an endpoint and back, and what goes wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <vector>

#include "cipu_bench.h"

namespace sn::cipu::test {

namespace block = registers::cipu;
using testing::Each;
using testing::ElementsAre;

namespace {

constexpr std::uint64_t ram = soc::memory_map::ram;
constexpr std::uint32_t busy = 1;
constexpr std::uint32_t done = 2;
constexpr std::uint32_t error = 4;

struct dma_bench : cipu_bench {
  void start(std::uint64_t local, std::uint64_t remote, std::uint32_t endpoint, std::uint32_t bytes,
             bool read) {
    controller.write(block::dma_local_low, static_cast<std::uint32_t>(local));
    controller.write(block::dma_local_high, static_cast<std::uint32_t>(local >> 32U));
    controller.write(block::dma_remote_low, static_cast<std::uint32_t>(remote));
    controller.write(block::dma_remote_high, static_cast<std::uint32_t>(remote >> 32U));
    controller.write(block::dma_endpoint, endpoint);
    controller.write(block::dma_length, bytes);
    controller.write(block::dma_control, read ? 3 : 1);
  }
  std::uint32_t status() { return controller.read(block::dma_status); }
};

}  // namespace

TEST(cipu_dma, a_write_carries_the_bytes_of_ram) {
  dma_bench bench;
  sn::test::run_us(20);
  std::vector<unsigned char> data(1000);
  std::iota(data.begin(), data.end(), static_cast<unsigned char>(1));
  bench.device.controller().write_debug(ram + 0x9000, data.data(), data.size());
  bench.controller.write(block::plane_mask, 0x3f);
  bench.start(ram + 0x9000, 0x12'3456'7800, 77, 1000, false);
  EXPECT_EQ(bench.status(), busy);
  sn::test::run_us(9);
  EXPECT_EQ(bench.status(), busy);
  ASSERT_EQ(bench.fabric.bursts.size(), 1U);
  const auto& burst = bench.fabric.bursts[0];
  EXPECT_EQ(burst.command, tlm::TLM_WRITE_COMMAND);
  EXPECT_EQ(burst.address, 0x12'3456'7800U);
  EXPECT_EQ(burst.data, data);
  EXPECT_EQ(burst.extension.source, 129U);
  EXPECT_EQ(burst.extension.destination, 77U);
  EXPECT_EQ(burst.extension.plane_mask, 0x3fU);
  EXPECT_EQ(burst.extension.tag, alink::untagged);
  sn::test::run_us(20);  // the flight takes 10 us
  EXPECT_EQ(bench.status(), done);
  EXPECT_THAT(bench.controller.claimed(), ElementsAre(static_cast<std::uint32_t>(interrupt::dma)));
  bench.controller.write(block::dma_status, done);
  EXPECT_EQ(bench.status(), 0U);
}

/// The third of four planes loses a transfer once.
void lose_once(bool read) {
  dma_bench bench;
  bench.controller.write(block::plane_mask, 0x0f);
  bench.fabric.read_data = 0xa5;
  bench.fabric.completion = alink::status::isolate;
  bench.fabric.why = alink::cause::plane_lost;
  bench.fabric.lost_planes = 0x04;
  bench.start(ram + 0x9000, 0x100, 77, 300, read);
  while (bench.fabric.bursts.size() < 2) {
    sn::test::run_us(0.1);
  }
  EXPECT_EQ(bench.status(), busy);
  bench.fabric.completion = alink::status::ok;
  bench.fabric.why = alink::cause::none;
  sn::test::run_us(20);
  EXPECT_EQ(bench.status(), done);
  ASSERT_EQ(bench.fabric.bursts.size(), 2U);
  EXPECT_EQ(bench.fabric.bursts[0].extension.plane_mask, 0x0fU);
  EXPECT_EQ(bench.fabric.bursts[1].extension.plane_mask, 0x0bU);
  EXPECT_EQ(bench.device.sent_again().bursts, 1U);
}

TEST(cipu_dma, a_write_that_a_plane_has_lost_goes_again_by_the_others) {
  lose_once(false);
}

TEST(cipu_dma, a_read_that_a_plane_has_lost_goes_again_by_the_others) {
  lose_once(true);
}

TEST(cipu_dma, a_read_puts_what_comes_back_into_ram) {
  dma_bench bench;
  bench.fabric.read_data = 0xa5;
  bench.start(ram + 0x9000, 0x100, 77, 300, true);
  sn::test::run_us(9);
  EXPECT_EQ(bench.fabric.bursts.at(0).command, tlm::TLM_READ_COMMAND);
  sn::test::run_us(5);
  EXPECT_EQ(bench.status(), done);
  std::vector<unsigned char> data(300);
  ASSERT_TRUE(bench.device.controller().read_debug(ram + 0x9000, data.data(), data.size()));
  EXPECT_THAT(data, Each(0xa5));
  unsigned char after = 1;
  bench.device.controller().read_debug(ram + 0x9000 + 300, &after, 1);
  EXPECT_EQ(after, 0);
}

TEST(cipu_dma, a_refused_burst_shows_its_completion_and_cause_and_leaves_ram_alone) {
  dma_bench bench;
  bench.fabric.completion = alink::status::decode_error;
  bench.fabric.why = alink::cause::no_route;
  bench.fabric.read_data = 0xa5;
  bench.start(ram + 0x9000, 0x100, 77, 4, true);
  sn::test::run_us(20);
  EXPECT_EQ(bench.status(), done | error | 2U << 8U | 3U << 16U);
  std::uint32_t word = 1;
  bench.device.controller().read_debug(ram + 0x9000, &word, 4);
  EXPECT_EQ(word, 0U);
  // The next transfer starts afresh.
  bench.fabric.completion = alink::status::ok;
  bench.fabric.why = alink::cause::none;
  bench.start(ram + 0x9000, 0x100, 77, 4, true);
  EXPECT_EQ(bench.status(), busy);
  sn::test::run_us(20);
  EXPECT_EQ(bench.status(), done);
}

TEST(cipu_dma, transfers_that_cannot_begin_end_with_an_error) {
  dma_bench bench;
  const std::uint32_t refused = done | error | 1U << 8U;  // target_abort
  const std::uint64_t ram_end = ram + (1U << 20U);
  bench.start(ram, 0, 77, 0, false);
  EXPECT_EQ(bench.status(), refused);
  bench.start(ram, 0, 77, (1U << 20U) + 1, false);
  EXPECT_EQ(bench.status(), refused);
  bench.start(ram_end - 99, 0, 77, 100, false);
  EXPECT_EQ(bench.status(), refused);
  bench.start(soc::memory_map::local, 0, 77, 4, false);  // registers are not RAM
  EXPECT_EQ(bench.status(), refused);
  bench.start(ram, 0, 129, 64, false);  // to itself
  EXPECT_EQ(bench.status(), refused);
  sn::test::run_us(20);
  EXPECT_TRUE(bench.fabric.bursts.empty());
  bench.start(ram, 0, 77, 1U << 20U, false);  // the largest
  sn::test::run_us(20);
  EXPECT_EQ(bench.status(), done);
}

TEST(cipu_dma, a_start_while_busy_is_ignored) {
  dma_bench bench;
  bench.start(ram, 0, 77, 64, false);
  bench.start(ram, 0, 78, 128, false);
  sn::test::run_us(50);
  ASSERT_EQ(bench.fabric.bursts.size(), 1U);
  EXPECT_EQ(bench.fabric.bursts[0].extension.destination, 77U);
}

}  // namespace sn::cipu::test
