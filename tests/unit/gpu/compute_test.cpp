// The compute engine: the roofline, what copies take from it, power, and how it hangs.
#include <gtest/gtest.h>

#include "gpu_bench.h"

namespace sn::gpu::test {

namespace block = registers::gpu;

namespace {

/// Runs one computation on an idle GPU; from the doorbell to its end in ps, without the fetch.
std::uint64_t time_of(gpu_bench& bench, const command& work) {
  const auto start = gpu_bench::now() + 1 * microsecond;
  const auto before = bench.log.ended.size();
  bench.push(0, work);
  bench.run_us(1000);
  EXPECT_EQ(bench.log.ended.size(), before + 1);
  EXPECT_EQ(bench.log.ended.back().begin, start);
  return bench.log.ended.back().end - start;
}

}  // namespace

TEST(gpu_compute, the_longer_of_arithmetic_and_memory_follows_the_launch) {
  gpu_bench bench;
  bench.boot();
  // GEMM: half of 1 flop/ps and 0.8 of 1 byte/ps.
  // 8e6 flops: 16 us. 4e6 bytes: 5 us. Launch: 2 us.
  EXPECT_EQ(time_of(bench, compute(compute_class::gemm, precision::bf16, 8'000'000, 4'000'000)),
            18 * microsecond);
  // In FP8 the arithmetic takes 8 us, and 40e6 bytes 50 us.
  EXPECT_EQ(time_of(bench, compute(compute_class::gemm, precision::fp8, 8'000'000, 4'000'000)),
            10 * microsecond);
  EXPECT_EQ(time_of(bench, compute(compute_class::gemm, precision::fp8, 8'000'000, 40'000'000)),
            52 * microsecond);
  // Attention has no losses here: 3e6 flops in 3 us.
  EXPECT_EQ(time_of(bench, compute(compute_class::attention, precision::bf16, 3'000'000, 0)),
            5 * microsecond);
}

TEST(gpu_compute, times_are_rounded_up_to_a_picosecond) {
  gpu_bench bench;
  bench.boot();
  // 3 bytes at 0.8 byte/ps: 3.75 ps.
  EXPECT_EQ(time_of(bench, compute(compute_class::gemm, precision::bf16, 0, 3)),
            2 * microsecond + 4);
  // 5 flops at 2 flop/ps * 0.5: exactly 5 ps.
  EXPECT_EQ(time_of(bench, compute(compute_class::gemm, precision::fp8, 5, 0)),
            2 * microsecond + 5);
}

TEST(gpu_compute, arrivals_take_hbm_bandwidth_from_a_memory_bound_computation) {
  gpu_bench bench;
  bench.boot();
  const auto start = gpu_bench::now() + 1 * microsecond;
  // 8e6 bytes at 0.8 byte/ps: 10 us, and 2 us launch.
  bench.push(0, compute(compute_class::gemm, precision::bf16, 0, 8'000'000));
  bench.run_us(5);
  // 3e6 bytes arrive while it runs: HBM is theirs for 3 us.
  bench.deliver(tlm::TLM_WRITE_COMMAND, 0, nullptr, 3'000'000, 1);
  bench.run_us(100);
  ASSERT_EQ(bench.log.ended.size(), 1U);
  EXPECT_EQ(bench.log.ended[0].end, start + 15 * microsecond);
}

TEST(gpu_compute, arrivals_cost_a_compute_bound_computation_nothing) {
  gpu_bench bench;
  bench.boot();
  const auto start = gpu_bench::now() + 1 * microsecond;
  // 10e6 flops at 0.5 flop/ps: 20 us; 8e6 bytes: 10 us; 10 us of slack for copies.
  bench.push(0, compute(compute_class::gemm, precision::bf16, 10'000'000, 8'000'000));
  bench.run_us(5);
  bench.deliver(tlm::TLM_WRITE_COMMAND, 0, nullptr, 10'000'000, 1);
  bench.run_us(100);
  EXPECT_EQ(bench.log.ended.at(0).end, start + 22 * microsecond);
}

TEST(gpu_compute, power_goes_with_the_use_of_the_engine) {
  gpu_bench bench;
  bench.boot();  // 10 us
  // 1 us fetch, then 2 us launch and 17 us of work: busy from 11 us to 30 us.
  bench.push(0, compute(compute_class::attention, precision::bf16, 17'000'000, 0));
  bench.run_us(28);  // until 38 us
  // 200 W + 800 W * 19 / 38 = 600 W; 40 C + 0.02 K/W * 600 W = 52 C.
  EXPECT_EQ(bench.read(block::power_draw), 600U);
  EXPECT_EQ(block::health_field::temperature.get(bench.read(block::health)), 52U);
  EXPECT_EQ(bench.device.totals().compute_busy.value, 19 * microsecond);
}

TEST(gpu_compute, a_power_limit_slows_arithmetic_but_not_memory) {
  gpu_bench bench;
  bench.boot();
  // 600 W: half of what lies between idle (200 W) and maximum (1000 W).
  bench.write(block::power_limit, 600);
  EXPECT_EQ(time_of(bench, compute(compute_class::attention, precision::bf16, 3'000'000, 0)),
            2 * microsecond + 6 * microsecond);
  EXPECT_EQ(time_of(bench, compute(compute_class::attention, precision::bf16, 0, 3'000'000)),
            2 * microsecond + 3 * microsecond);
  bench.write(block::power_limit, 0);
  EXPECT_EQ(time_of(bench, compute(compute_class::attention, precision::bf16, 3'000'000, 0)),
            2 * microsecond + 3 * microsecond);
}

TEST(gpu_compute, a_hang_is_a_fault_after_its_timeout_and_nothing_ends) {
  gpu_bench bench;
  bench.boot();
  bench.write(block::interrupt_enable, block::interrupt_enable_field::fault.mask());
  // Would end 6 us after the doorbell; the timeout is 50 us.
  bench.push(0, compute(compute_class::attention, precision::bf16, 3'000'000, 0));
  bench.run_us(4);
  bench.device.inject_hang();
  bench.run_us(51.9);
  EXPECT_EQ(block::status_field::fault.get(bench.read(block::status)), 0U);
  bench.run_us(0.2);
  EXPECT_EQ(block::health_field::fault.get(bench.read(block::health)),
            static_cast<std::uint32_t>(block::gpu_fault::hang));
  EXPECT_TRUE(bench.alert);
  bench.run_us(1000);
  EXPECT_TRUE(bench.log.ended.empty());
  EXPECT_EQ(block::status_field::busy.get(bench.read(block::status)), 1U);
}

}  // namespace sn::gpu::test
