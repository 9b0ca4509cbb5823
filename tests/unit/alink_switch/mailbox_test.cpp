// The management mailbox: the handshake between a caller and the controller, as both see it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "switch_bench.h"

namespace sn::alink_switch::test {

namespace block = registers::mailbox;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

namespace {

constexpr std::uint32_t channel(unsigned index) {
  return index * 0x40U;
}

}  // namespace

TEST(mailbox, it_says_what_the_device_is) {
  switch_bench bench;
  EXPECT_EQ(bench.first.read(block::identity), 0x534e'0102U);
  EXPECT_EQ(bench.first.read(block::endpoint), 0x0001'0000U);  // no endpoint; domain 1
  EXPECT_EQ(bench.first.read(block::unit), 0x0000'0103U);      // plane 3, domain 1
  EXPECT_FALSE(bench.device.mailbox().firmware_ready());
  bench.controller.write(block::firmware_status, 1);
  EXPECT_EQ(bench.first.read(block::firmware_status), 1U);
  EXPECT_TRUE(bench.device.mailbox().firmware_ready());
}

TEST(mailbox, a_request_goes_to_the_controller_and_its_answer_comes_back) {
  switch_bench bench;
  sn::test::run_us(20);  // the controller waits for interrupts
  bench.first.write(block::channel_command + channel(2), 5);
  bench.first.write(block::channel_argument_0 + channel(2), 0x1234);
  bench.first.write(block::channel_argument_3 + channel(2), 0x5678);
  bench.first.write(block::channel_doorbell + channel(2), 1);
  EXPECT_EQ(bench.first.read(block::channel_status + channel(2)), 2U);  // busy
  EXPECT_EQ(bench.controller.read(block::pending), 4U);
  sn::test::run_us(20);
  EXPECT_THAT(bench.controller.claimed(),
              ElementsAre(static_cast<std::uint32_t>(interrupt::mailbox)));
  EXPECT_EQ(bench.controller.read(block::channel_command + channel(2)), 5U);
  EXPECT_EQ(bench.controller.read(block::channel_argument_0 + channel(2)), 0x1234U);
  EXPECT_EQ(bench.controller.read(block::channel_argument_3 + channel(2)), 0x5678U);

  bench.controller.write(block::channel_value_1 + channel(2), 77);
  bench.controller.write(block::channel_result + channel(2), 3);
  bench.answers.clear();
  bench.controller.write(block::channel_complete + channel(2), 1);
  EXPECT_EQ(bench.controller.read(block::pending), 0U);
  EXPECT_THAT(bench.answers, ElementsAre(Pair(2U, true)));
  EXPECT_EQ(bench.first.read(block::channel_status + channel(2)), 1U);  // done
  EXPECT_EQ(bench.first.read(block::channel_result + channel(2)), 3U);
  EXPECT_EQ(bench.first.read(block::channel_value_1 + channel(2)), 77U);

  bench.first.write(block::channel_status + channel(2), 1);
  EXPECT_EQ(bench.first.read(block::channel_status + channel(2)), 0U);
  EXPECT_THAT(bench.answers, ElementsAre(Pair(2U, true), Pair(2U, false)));
}

TEST(mailbox, callers_have_channels_of_their_own) {
  switch_bench bench;
  bench.first.write(block::channel_command, 1);
  bench.second.write(block::channel_command + channel(15), 2);
  bench.first.write(block::channel_doorbell, 1);
  bench.second.write(block::channel_doorbell + channel(15), 1);
  EXPECT_EQ(bench.controller.read(block::pending), 0x8001U);
  bench.controller.write(block::channel_complete + channel(15), 1);
  EXPECT_EQ(bench.controller.read(block::pending), 0x0001U);
  EXPECT_EQ(bench.first.read(block::channel_status), 2U);
  EXPECT_EQ(bench.second.read(block::channel_status + channel(15)), 1U);
}

TEST(mailbox, a_channel_that_is_taken_out_raises_no_interrupt) {
  switch_bench bench;
  sn::test::run_us(20);
  bench.controller.write(block::interrupt_enable, 0xfffe);
  bench.first.write(block::channel_doorbell, 1);
  sn::test::run_us(20);
  EXPECT_THAT(bench.controller.claimed(), IsEmpty());
  EXPECT_EQ(bench.controller.read(block::pending), 1U);
  bench.controller.write(block::interrupt_enable, 0xffff);
  sn::test::run_us(20);
  EXPECT_THAT(bench.controller.claimed(), ElementsAre(1U));
}

TEST(mailbox, completing_what_nobody_asked_for_does_nothing) {
  switch_bench bench;
  bench.controller.write(block::channel_complete + channel(4), 1);
  EXPECT_EQ(bench.first.read(block::channel_status + channel(4)), 0U);
  EXPECT_THAT(bench.answers, IsEmpty());
}

TEST(mailbox, a_new_request_takes_back_the_old_answer) {
  switch_bench bench;
  bench.first.write(block::channel_doorbell, 1);
  bench.controller.write(block::channel_complete, 1);
  bench.answers.clear();
  bench.first.write(block::channel_doorbell, 1);
  EXPECT_EQ(bench.first.read(block::channel_status), 2U);
  EXPECT_THAT(bench.answers, ElementsAre(Pair(0U, false)));
}

TEST(mailbox, doorbell_and_complete_cannot_be_read) {
  switch_bench bench;
  std::uint32_t value = 0;
  EXPECT_EQ(bench.first.try_access(tlm::TLM_READ_COMMAND, block::channel_doorbell, &value),
            tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(bench.first.try_access(tlm::TLM_READ_COMMAND, block::channel_complete, &value),
            tlm::TLM_COMMAND_ERROR_RESPONSE);
}

}  // namespace sn::alink_switch::test
