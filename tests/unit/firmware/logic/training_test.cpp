#include <gtest/gtest.h>

#include "fake_hal.h"

extern "C" {
#include "hal/timer.h"
#include "switch/training.h"
}
#include "registers/generated/cpp/common.h"

namespace sn::firmware_test {
namespace {

using ports_mask = std::array<std::uint32_t, SWITCH_PORT_WORDS>;

constexpr auto down = static_cast<std::uint32_t>(registers::link_state::detect);
constexpr auto up = static_cast<std::uint32_t>(registers::link_state::up);
constexpr auto failed = static_cast<std::uint32_t>(registers::link_state::failed);

constexpr ports_mask all_ports{~0U, ~0U, ~0U, ~0U};

class switch_training : public testing::Test {
 protected:
  void SetUp() override {
    the_clock() = {};
    the_ports() = {};
    the_ports().state.fill(down);
  }
  training job_{};
};

TEST_F(switch_training, enables_the_ports_that_are_asked_for_and_no_others) {
  const ports_mask ports{0x80000001, 0, 0, 0x80000000};
  training_start(&job_, ports.data());
  EXPECT_EQ(the_ports().enabled, (std::set<unsigned>{0, 31, 127}));
  EXPECT_EQ(job_.ports, 3U);
  EXPECT_FALSE(training_finished(&job_, 0));
}

TEST_F(switch_training, ends_when_every_port_is_up_or_has_failed) {
  const ports_mask ports{0b111, 0, 0, 0};
  training_start(&job_, ports.data());
  the_ports().state[0] = up;
  the_ports().state[2] = failed;
  training_update(&job_, all_ports.data());
  EXPECT_FALSE(training_finished(&job_, 0));
  the_ports().state[1] = up;
  training_update(&job_, all_ports.data());
  EXPECT_TRUE(training_finished(&job_, 0));
  EXPECT_EQ(job_.up, 2U);
}

TEST_F(switch_training, counts_a_port_once_however_often_it_changes) {
  const ports_mask ports{0b11, 0, 0, 0};
  training_start(&job_, ports.data());
  the_ports().state[0] = up;
  training_update(&job_, all_ports.data());
  training_update(&job_, all_ports.data());
  EXPECT_EQ(job_.up, 1U);
}

TEST_F(switch_training, is_done_at_once_with_ports_that_are_up_already) {
  the_ports().state[5] = up;
  const ports_mask ports{1U << 5, 0, 0, 0};
  training_start(&job_, ports.data());
  EXPECT_TRUE(training_finished(&job_, 0));
  EXPECT_EQ(job_.up, 1U);
}

TEST_F(switch_training, does_not_wait_for_ports_that_lead_nowhere) {
  the_ports().unwired = {3};
  const ports_mask ports{1U << 3, 0, 0, 0};
  training_start(&job_, ports.data());
  EXPECT_TRUE(training_finished(&job_, 0));
  EXPECT_TRUE(the_ports().enabled.empty());
  EXPECT_EQ(job_.up, 0U);
}

TEST_F(switch_training, gives_up_after_its_timeout) {
  the_clock().now = 1000;
  const ports_mask ports{1, 0, 0, 0};
  training_start(&job_, ports.data());
  const std::uint64_t timeout = std::uint64_t{TRAINING_TIMEOUT_US} * TIMER_TICKS_PER_US;
  EXPECT_FALSE(training_finished(&job_, 1000 + timeout - 1));
  EXPECT_TRUE(training_finished(&job_, 1000 + timeout));
}

}  // namespace
}  // namespace sn::firmware_test
