// What a CIPU is told by its straps, its lines and its host.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "cipu_bench.h"
#include "registers/generated/cpp/mailbox.h"

namespace sn::cipu::test {

namespace block = registers::cipu;
using testing::ElementsAre;
using testing::Pair;

TEST(cipu, straps_say_where_it_is) {
  cipu_bench bench;
  EXPECT_EQ(bench.controller.read(block::identity), 0x534e'0104U);
  EXPECT_EQ(bench.controller.read(block::endpoint), 0x8001'0081U);
  EXPECT_EQ(bench.controller.read(block::strap), 0x0028'0109U);  // 40 windows, channel 1, index 9
  EXPECT_EQ(bench.controller.read(block::pod), 0x0802'0003U);    // leader 8, 2 partitions, pod 3
  EXPECT_EQ(bench.controller.read(block::pool_request), 4096U);
  EXPECT_EQ(bench.controller.read(block::pool_interleave), 0x060cU);  // 256 B << 6, 12 ways
  EXPECT_EQ(bench.controller.read(block::nic_queue_pairs), 131'072U);
}

TEST(cipu, lines_of_windows_show_in_the_alert_words_and_interrupt) {
  cipu_bench bench;
  sn::test::run_us(20);
  bench.device.set_alert(33, true);
  EXPECT_EQ(bench.controller.read(block::alert + 4), 2U);
  sn::test::run_us(20);
  bench.device.set_answer(2, true);
  bench.device.set_answer(33, true);
  EXPECT_EQ(bench.controller.read(block::alert), 4U);
  sn::test::run_us(20);
  EXPECT_THAT(bench.controller.claimed(),
              ElementsAre(static_cast<std::uint32_t>(interrupt::alert),
                          static_cast<std::uint32_t>(interrupt::answer)));
  // A window stays raised until both of its lines are low.
  bench.device.set_alert(33, false);
  EXPECT_EQ(bench.controller.read(block::alert + 4), 2U);
  bench.device.set_answer(33, false);
  EXPECT_EQ(bench.controller.read(block::alert + 4), 0U);
}

TEST(cipu, its_host_talks_to_it_by_a_mailbox) {
  namespace mailbox = registers::mailbox;
  cipu_bench bench;
  std::vector<std::pair<unsigned, bool>> answers;
  bench.device.on_host_answer(
      [&](unsigned channel, bool level) { answers.emplace_back(channel, level); });
  sn::test::run_us(20);
  bench.host.write(mailbox::channel_command, 32);
  bench.host.write(mailbox::channel_doorbell, 1);
  sn::test::run_us(20);
  EXPECT_THAT(bench.controller.claimed(), ElementsAre(static_cast<std::uint32_t>(interrupt::host)));
  EXPECT_EQ(bench.controller.read(local_map::host_mailbox + mailbox::channel_command), 32U);
  bench.controller.write(local_map::host_mailbox + mailbox::channel_value_0, 7);
  answers.clear();
  bench.controller.write(local_map::host_mailbox + mailbox::channel_complete, 1);
  EXPECT_THAT(answers, ElementsAre(Pair(0U, true)));
  EXPECT_EQ(bench.host.read(mailbox::channel_value_0), 7U);
  // The host does not see the CIPU's own block.
  std::uint32_t value = 0;
  EXPECT_EQ(bench.host.try_access(tlm::TLM_READ_COMMAND, 0x1'0000, &value),
            tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST(cipu, the_platform_sees_every_stage_of_bring_up) {
  cipu_bench bench;
  std::vector<std::pair<block::cipu_stage, block::cipu_stage>> stages;
  bench.device.on_stage([&](block::cipu_stage stage, block::cipu_stage failure) {
    stages.emplace_back(stage, failure);
  });
  bench.controller.write(block::boot_status, 2);
  bench.controller.write(block::boot_status, 0x0208);
  EXPECT_THAT(stages, ElementsAre(Pair(block::cipu_stage::gpu_check, block::cipu_stage::reset),
                                  Pair(block::cipu_stage::failed, block::cipu_stage::gpu_check)));
  EXPECT_EQ(bench.device.stage(), block::cipu_stage::failed);
}

TEST(cipu, as_a_target_it_refuses_bursts) {
  cipu_bench bench;
  EXPECT_NO_THROW(bench.fabric.deliver(tlm::TLM_WRITE_COMMAND, 0, nullptr, 64, {},
                                       tlm::TLM_ADDRESS_ERROR_RESPONSE));
}

TEST(cipu, impossible_configurations_are_refused) {
  auto parameters = second_partition();
  parameters.windows = 129;
  EXPECT_THROW(cipu("a", parameters), std::invalid_argument);
  parameters = second_partition();
  parameters.channel = 16;
  EXPECT_THROW(cipu("b", parameters), std::invalid_argument);
  unsigned name = 0;
  for (const unsigned ways : {0U, 17U}) {
    parameters = second_partition();
    parameters.pool_interleave_ways = ways;
    EXPECT_THROW(cipu(("ways" + std::to_string(name++)).c_str(), parameters),
                 std::invalid_argument);
  }
  for (const unsigned granularity : {0U, 128U, 384U, 32'768U}) {
    parameters = second_partition();
    parameters.pool_interleave_granularity = base::bytes(granularity);
    EXPECT_THROW(cipu(("granularity" + std::to_string(name++)).c_str(), parameters),
                 std::invalid_argument);
  }
}

}  // namespace sn::cipu::test
