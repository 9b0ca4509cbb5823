// Reductions: what they add, when, and what is refused.
#include "gpu/reduction.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "gpu_bench.h"

namespace sn::gpu::test {

namespace block = registers::gpu;

namespace {

constexpr std::uint64_t destination = 0x20'0000;
constexpr std::uint64_t source = 0x30'0000;

reduction sum_of(element format, std::uint32_t operands, std::uint64_t bytes,
                 std::uint64_t stride) {
  reduction work;
  work.operation = static_cast<std::uint8_t>(opcode::reduce);
  work.format = static_cast<std::uint8_t>(format);
  work.flags = command_flag::functional;
  work.operands = operands;
  work.destination = destination;
  work.source = source;
  work.stride = stride;
  work.bytes = bytes;
  return work;
}

template <typename Element>
void store(gpu_bench& bench, std::uint64_t address, const std::vector<Element>& values) {
  ASSERT_TRUE(bench.device.hbm().write(address, values.data(), values.size() * sizeof(Element)));
}

template <typename Element>
std::vector<Element> load(gpu_bench& bench, std::uint64_t address, std::size_t count) {
  std::vector<Element> values(count);
  EXPECT_TRUE(bench.device.hbm().read(address, values.data(), count * sizeof(Element)));
  return values;
}

}  // namespace

TEST(gpu_reduction, adds_arrays_in_their_order) {
  gpu_bench bench;
  bench.boot();
  // In float32 1e8 + 1 is 1e8: only (1e8 - 1e8) + 1 gives 1.
  store<float>(bench, destination, {1e8F, 2.0F, -0.5F});
  store<float>(bench, source, {-1e8F, 3.0F, 0.25F});
  store<float>(bench, source + 0x1000, {1.0F, 4.0F, 0.125F});
  bench.push(0, command_of(sum_of(element::float32, 2, 12, 0x1000)));
  bench.run_us(10);
  EXPECT_EQ(load<float>(bench, destination, 3), (std::vector<float>{1.0F, 9.0F, -0.125F}));
  EXPECT_EQ(load<float>(bench, source, 1), (std::vector<float>{-1e8F}));
}

TEST(gpu_reduction, adds_integers_that_wrap_around) {
  gpu_bench bench;
  bench.boot();
  store<std::uint32_t>(bench, destination, {0x7fff'ffffU, 0xffff'ffffU});
  store<std::uint32_t>(bench, source, {1, 3});
  bench.push(0, command_of(sum_of(element::int32, 1, 8, 0)));
  bench.run_us(10);
  EXPECT_EQ(load<std::uint32_t>(bench, destination, 2),
            (std::vector<std::uint32_t>{0x8000'0000U, 2}));
}

TEST(gpu_reduction, adds_long_arrays_at_any_place) {
  gpu_bench bench;
  bench.boot();
  constexpr std::size_t count = 10'001;
  std::vector<float> left(count);
  std::vector<float> right(count);
  for (std::size_t i = 0; i < count; ++i) {
    left[i] = static_cast<float>(i);
    right[i] = static_cast<float>(3 * i % 1000);
  }
  reduction work = sum_of(element::float32, 1, count * 4, 0);
  work.destination += 252;
  store(bench, work.destination, left);
  store(bench, work.source, right);
  bench.push(0, command_of(work));
  bench.run_us(50);
  const auto sums = load<float>(bench, work.destination, count + 1);
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_EQ(sums[i], left[i] + right[i]) << i;
  }
  EXPECT_EQ(sums[count], 0.0F);
}

// Three operands of 4 MB: five times that is read and written at 1 byte/ps, 20 us, after 2 us of
// launch. The 3e6 additions take 3 us and are hidden.
TEST(gpu_reduction, takes_its_hbm_traffic_and_gives_its_result_at_the_end) {
  gpu_bench bench;
  bench.boot();
  store<float>(bench, source, {5.0F});
  const auto start = gpu_bench::now() + 1 * microsecond;
  bench.push(0, command_of(sum_of(element::float32, 3, 4'000'000, 4'000'000)));
  bench.run_us(22.9);
  EXPECT_EQ(load<float>(bench, destination, 1), (std::vector<float>{0.0F}));
  bench.run_us(10);
  ASSERT_EQ(bench.log.ended.size(), 1U);
  EXPECT_EQ(bench.log.ended[0].end, start + 22 * microsecond);
  EXPECT_EQ(load<float>(bench, destination, 1), (std::vector<float>{5.0F}));
}

TEST(gpu_reduction, changes_nothing_when_only_timing_moves) {
  gpu_bench bench;
  bench.boot();
  store<float>(bench, source, {5.0F});
  reduction work = sum_of(element::float32, 1, 4, 0);
  work.flags = 0;
  bench.push(0, command_of(work));
  bench.run_us(10);
  EXPECT_EQ(bench.log.ended.size(), 1U);
  EXPECT_EQ(load<float>(bench, destination, 1), (std::vector<float>{0.0F}));
}

TEST(gpu_reduction, what_makes_no_sense_is_a_command_fault) {
  gpu_bench bench;
  bench.boot();
  constexpr std::uint64_t hbm = std::uint64_t{1} << 30U;
  std::vector<reduction> bad(5, sum_of(element::float32, 2, 4096, 4096));
  bad[0].operands = 0;
  bad[1].bytes = 4095;
  bad[2].format = 4;
  bad[3].destination = hbm - 4095;
  bad[4].stride = hbm - source - 4095;  // the last array ends one byte behind HBM
  for (std::size_t i = 0; i < bad.size(); ++i) {
    EXPECT_FALSE(is_possible(bad[i], bench.device.hbm())) << i;
  }
  bad[4].stride -= 1;
  EXPECT_TRUE(is_possible(bad[4], bench.device.hbm()));
  bad[4].operands = 0xffff'ffffU;
  bad[4].stride = ~std::uint64_t{0} / 2;
  EXPECT_FALSE(is_possible(bad[4], bench.device.hbm()));
  bench.push(0, command_of(bad[0]));
  bench.run_us(10);
  EXPECT_EQ(block::health_field::fault.get(bench.read(block::health)),
            static_cast<std::uint32_t>(block::gpu_fault::command));
  EXPECT_EQ(bench.read_queue(block::queue_head, 0), 0U);
}

}  // namespace sn::gpu::test
