// Command queues: when commands run, in which order, and what stops them.
#include <gtest/gtest.h>

#include "gpu_bench.h"

namespace sn::gpu::test {

namespace block = registers::gpu;

TEST(gpu_queue, nothing_runs_before_the_self_test_and_enable) {
  gpu_bench bench;
  bench.write(block::queue_base_low, gpu_bench::ring_of(0));
  bench.write(block::queue_size, gpu_bench::ring_entries);
  bench.write(block::queue_control, 1);
  bench.write(block::control, block::control_field::enable.mask());
  bench.push(0, nop());
  bench.run_us(100);
  EXPECT_EQ(bench.read_queue(block::queue_head, 0), 0U);
  EXPECT_EQ(block::status_field::ready.get(bench.read(block::status)), 0U);
  // The self-test ends after 10 us, the fetch 1 us later.
  bench.write(block::control,
              block::control_field::enable.mask() | block::control_field::self_test.mask());
  bench.run_us(9.999);
  EXPECT_EQ(block::status_field::self_test_done.get(bench.read(block::status)), 0U);
  EXPECT_EQ(block::control_field::self_test.get(bench.read(block::control)), 1U);
  bench.run_us(0.002);
  EXPECT_EQ(block::status_field::self_test_done.get(bench.read(block::status)), 1U);
  EXPECT_EQ(block::control_field::self_test.get(bench.read(block::control)), 0U);
  EXPECT_EQ(block::status_field::ready.get(bench.read(block::status)), 1U);
  EXPECT_EQ(block::health_field::hbm_good.get(bench.read(block::health)), 1U);
  EXPECT_EQ(bench.read_queue(block::queue_head, 0), 0U);
  bench.run_us(1);
  EXPECT_EQ(bench.read_queue(block::queue_head, 0), 1U);
}

TEST(gpu_queue, a_disabled_gpu_or_queue_fetches_nothing) {
  gpu_bench bench;
  bench.boot();
  bench.write(block::queue_control + 0x40, 0);
  bench.push(1, nop());
  bench.run_us(50);
  EXPECT_EQ(bench.read_queue(block::queue_head, 1), 0U);
  bench.write(block::control, 0);
  bench.push(0, nop());
  bench.run_us(50);
  EXPECT_EQ(bench.read_queue(block::queue_head, 0), 0U);
  EXPECT_EQ(block::status_field::busy.get(bench.read(block::status)), 1U);
  bench.write(block::control, 1);
  bench.run_us(2);
  EXPECT_EQ(bench.read_queue(block::queue_head, 0), 1U);
}

TEST(gpu_queue, the_ring_wraps_around_and_keeps_the_order) {
  gpu_bench bench;
  bench.boot();
  for (std::uint64_t round = 0; round < 5; ++round) {
    for (std::uint64_t i = 0; i < 5; ++i) {
      bench.push(0, nop(round * 5 + i));  // 25 commands through 8 places
    }
    bench.run_us(6);  // 5 fetches of 1 us
  }
  ASSERT_EQ(bench.log.ended.size(), 25U);
  for (std::uint64_t i = 0; i < 25; ++i) {
    EXPECT_EQ(bench.log.ended[i].work.label, i);
  }
  EXPECT_EQ(bench.read(block::commands_completed), 25U);
  EXPECT_EQ(bench.read_queue(block::queue_head, 0), 25U);
  EXPECT_EQ(block::status_field::busy.get(bench.read(block::status)), 0U);
}

TEST(gpu_queue, each_command_takes_a_fetch_of_its_own) {
  gpu_bench bench;
  bench.boot();
  const auto start = gpu_bench::now();
  bench.push(0, nop());
  bench.push(0, nop());
  bench.run_us(10);
  ASSERT_EQ(bench.log.ended.size(), 2U);
  EXPECT_EQ(bench.log.ended[0].end, start + 1 * microsecond);
  EXPECT_EQ(bench.log.ended[1].end, start + 2 * microsecond);
  EXPECT_EQ(bench.log.last_gpu, 7U);
}

TEST(gpu_queue, queues_share_the_compute_engine_in_order_of_arrival) {
  gpu_bench bench;
  bench.boot();
  const auto start = gpu_bench::now();
  // 4e6 flops at half of 1 flop/ps: 8 us, and 2 us launch.
  const auto work = compute(compute_class::gemm, precision::bf16, 4'000'000, 0);
  bench.push(2, work);
  bench.push(2, nop());
  bench.run_us(0.5);
  bench.push(1, work);
  bench.run_us(40);
  ASSERT_EQ(bench.log.ended.size(), 3U);
  EXPECT_EQ(bench.log.ended[0].queue, 2U);
  EXPECT_EQ(bench.log.ended[0].begin, start + 1 * microsecond);
  EXPECT_EQ(bench.log.ended[0].end, start + 11 * microsecond);
  // Queue 2 goes on while the engine serves queue 1, which has waited from 1.5 us to 11 us.
  EXPECT_EQ(bench.log.ended[1].queue, 2U);
  EXPECT_EQ(bench.log.ended[1].end, start + 12 * microsecond);
  EXPECT_EQ(bench.log.ended[2].queue, 1U);
  EXPECT_EQ(bench.log.ended[2].begin, start + 11 * microsecond);
  EXPECT_EQ(bench.log.ended[2].end, start + 21 * microsecond);
}

TEST(gpu_queue, a_bad_command_is_a_fault_and_halts_only_its_queue) {
  gpu_bench bench;
  bench.boot();
  bench.write(block::interrupt_enable, block::interrupt_enable_field::fault.mask());
  command bad;
  bad.operation = 77;
  bench.push(0, bad);
  bench.push(0, nop());
  bench.push(1, nop());
  bench.run_us(10);
  EXPECT_EQ(block::health_field::fault.get(bench.read(block::health)),
            static_cast<std::uint32_t>(block::gpu_fault::command));
  EXPECT_EQ(block::status_field::fault.get(bench.read(block::status)), 1U);
  EXPECT_TRUE(bench.alert);
  EXPECT_EQ(bench.read_queue(block::queue_head, 0), 0U);
  EXPECT_EQ(bench.read_queue(block::queue_head, 1), 1U);
  // The interrupt goes by writing 1, the fault by fault_clear.
  bench.write(block::interrupt_status, block::interrupt_status_field::fault.mask());
  EXPECT_FALSE(bench.alert);
  bench.write(block::fault_clear, 1);
  EXPECT_EQ(bench.read(block::fault_clear), 0U);
  EXPECT_EQ(block::status_field::fault.get(bench.read(block::status)), 0U);
  // Repaired in the ring and enabled anew, the queue goes on at the same place.
  const auto good = nop();
  bench.device.hbm().write(gpu_bench::ring_of(0), &good, sizeof good);
  bench.write(block::queue_control, 0);
  bench.write(block::queue_control, 1);
  bench.run_us(10);
  EXPECT_EQ(bench.read_queue(block::queue_head, 0), 2U);
}

TEST(gpu_queue, rings_that_make_no_sense_are_command_faults) {
  struct bad_ring {
    std::uint32_t base;
    std::uint32_t size;
    std::uint32_t tail;
  };
  gpu_bench bench;
  bench.boot();
  const bad_ring rings[] = {{0x1'0020, 8, 1},      // not aligned to 64 bytes
                            {0x1'0000, 6, 1},      // not a power of two
                            {0x1'0000, 8, 9},      // more commands than places
                            {0x4000'0000, 8, 1}};  // beyond the 1 GiB of HBM
  for (unsigned q = 0; q < 4; ++q) {
    bench.write(block::fault_clear, 1);
    bench.write(block::queue_base_low + q * 0x40, rings[q].base);
    bench.write(block::queue_size + q * 0x40, rings[q].size);
    bench.write(block::queue_tail + q * 0x40, rings[q].tail);
    bench.run_us(5);
    EXPECT_EQ(block::health_field::fault.get(bench.read(block::health)),
              static_cast<std::uint32_t>(block::gpu_fault::command))
        << "queue " << q;
    EXPECT_EQ(bench.read_queue(block::queue_head, q), 0U);
  }
}

TEST(gpu_queue, a_gpu_whose_hbm_fails_its_self_test_never_gets_ready) {
  gpu_bench bench;
  bench.device.inject_hbm_fault();
  bench.boot();
  bench.push(0, nop());
  bench.run_us(50);
  EXPECT_EQ(block::status_field::self_test_done.get(bench.read(block::status)), 1U);
  EXPECT_EQ(block::status_field::ready.get(bench.read(block::status)), 0U);
  EXPECT_EQ(block::health_field::hbm_good.get(bench.read(block::health)), 0U);
  EXPECT_EQ(block::health_field::fault.get(bench.read(block::health)),
            static_cast<std::uint32_t>(block::gpu_fault::hbm));
  EXPECT_EQ(bench.read_queue(block::queue_head, 0), 0U);
}

TEST(gpu_registers, the_block_says_what_the_gpu_is) {
  gpu_bench bench;
  EXPECT_EQ(bench.read(block::identity), 0x534e'0101U);
  EXPECT_EQ(bench.read(block::endpoint), 0x8001'0005U);
  EXPECT_EQ(bench.read(block::hbm_size), 1024U);
  EXPECT_EQ(bench.read(block::hbm_bandwidth), 1'000'000U);
}

TEST(gpu_registers, only_four_aligned_bytes_are_an_access) {
  gpu_bench bench;
  std::uint64_t data = 0;
  EXPECT_EQ(bench.software.try_access(tlm::TLM_READ_COMMAND, block::status, &data, 8),
            tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(bench.software.try_access(tlm::TLM_READ_COMMAND, block::status, &data, 2),
            tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(bench.software.try_access(tlm::TLM_READ_COMMAND, block::status + 2, &data, 4),
            tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(bench.software.try_access(tlm::TLM_READ_COMMAND, 0x02c, &data, 4),
            tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(bench.software.try_access(tlm::TLM_READ_COMMAND, 0x1000, &data, 4),
            tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(bench.software.try_access(tlm::TLM_WRITE_COMMAND, block::identity, &data, 4),
            tlm::TLM_COMMAND_ERROR_RESPONSE);
}

TEST(gpu_registers, impossible_configurations_are_refused) {
  auto parameters = round_numbers();
  parameters.queues = 5;
  EXPECT_THROW(gpu("a", parameters), std::invalid_argument);
  parameters = round_numbers();
  parameters.efficiencies[0].compute = 1.01;
  EXPECT_THROW(gpu("b", parameters), std::invalid_argument);
  parameters = round_numbers();
  parameters.hbm_capacity = base::bytes(1000);
  EXPECT_THROW(gpu("c", parameters), std::invalid_argument);
}

}  // namespace sn::gpu::test
