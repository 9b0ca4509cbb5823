#include "alink/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace sn::alink {
namespace {

using testing::ElementsAre;

sc_core::sc_time microseconds(double count) {
  return {count, sc_core::SC_US};
}

/// A link of 8 lanes that trains in 50 us and looks for its peer for 200 us.
class link_test : public testing::Test {
 protected:
  link_test() : link_("link", parameters()) {
    link_.add_listener([this](link_state state) { seen_.push_back(state); });
  }

  static link_parameters parameters() {
    link_parameters chosen;
    chosen.lanes = 8;
    chosen.training_time = microseconds(50);
    chosen.detect_timeout = microseconds(200);
    return chosen;
  }

  static void run(double us) { sc_core::sc_start(microseconds(us)); }

  link link_;
  std::vector<link_state> seen_;
};

TEST_F(link_test, trains_for_the_training_time_after_both_ends_are_enabled) {
  run(1);
  EXPECT_EQ(link_.state(), link_state::down);
  link_.enable(link_end::endpoint, true);
  EXPECT_EQ(link_.state(), link_state::detect);
  run(100);
  EXPECT_EQ(link_.state(), link_state::detect);
  link_.enable(link_end::switch_port, true);
  run(49);
  EXPECT_EQ(link_.state(), link_state::training);
  EXPECT_EQ(link_.good_lanes(), 0U);
  run(2);
  EXPECT_TRUE(link_.up());
  EXPECT_EQ(link_.good_lanes(), 8U);
  run(1000);
  EXPECT_TRUE(link_.up()) << "the detect timeout has no say any more";
  EXPECT_THAT(seen_, ElementsAre(link_state::detect, link_state::training, link_state::up));
}

TEST_F(link_test, fails_when_the_other_end_stays_silent_and_recovers_by_disabling) {
  link_.enable(link_end::switch_port, true);
  run(201);
  EXPECT_EQ(link_.state(), link_state::failed);
  link_.enable(link_end::endpoint, true);
  run(100);
  EXPECT_EQ(link_.state(), link_state::failed) << "a failed end does not listen";
  link_.enable(link_end::switch_port, false);
  EXPECT_EQ(link_.state(), link_state::detect) << "the endpoint is still looking";
  link_.enable(link_end::switch_port, true);
  run(51);
  EXPECT_TRUE(link_.up());
}

TEST_F(link_test, disabling_either_end_takes_it_down_at_once) {
  link_.enable(link_end::endpoint, true);
  link_.enable(link_end::switch_port, true);
  run(60);
  ASSERT_TRUE(link_.up());
  seen_.clear();
  link_.enable(link_end::switch_port, false);
  EXPECT_FALSE(link_.up());
  EXPECT_THAT(seen_, ElementsAre(link_state::down, link_state::detect));
  link_.enable(link_end::endpoint, false);
  EXPECT_EQ(link_.state(), link_state::down);
  run(1000);
  EXPECT_EQ(link_.state(), link_state::down) << "nobody is looking any more";
}

TEST_F(link_test, disabling_during_training_starts_the_training_anew) {
  link_.enable(link_end::endpoint, true);
  link_.enable(link_end::switch_port, true);
  run(40);
  link_.enable(link_end::endpoint, false);
  link_.enable(link_end::endpoint, true);
  run(40);
  EXPECT_EQ(link_.state(), link_state::training);
  run(11);
  EXPECT_TRUE(link_.up());
}

TEST(link, one_that_broke_never_comes_up_again) {
  link wire("wire",
            {4, sc_core::sc_time(10, sc_core::SC_US), sc_core::sc_time(50, sc_core::SC_US)});
  wire.enable(link_end::endpoint, true);
  wire.enable(link_end::switch_port, true);
  sc_core::sc_start(sc_core::sc_time(11, sc_core::SC_US));
  ASSERT_TRUE(wire.up());
  wire.break_down();
  EXPECT_EQ(wire.state(), link_state::failed);
  wire.enable(link_end::endpoint, false);
  EXPECT_EQ(wire.state(), link_state::detect) << "the other end still asks";
  wire.enable(link_end::endpoint, true);
  sc_core::sc_start(sc_core::sc_time(100, sc_core::SC_US));
  EXPECT_EQ(wire.state(), link_state::failed);
}

TEST_F(link_test, loses_lanes_trains_by_itself_and_comes_up_at_a_power_of_two) {
  link_.enable(link_end::endpoint, true);
  link_.enable(link_end::switch_port, true);
  run(51);
  ASSERT_TRUE(link_.up());
  EXPECT_FALSE(link_.lost());
  link_.lose_lanes(1);
  EXPECT_EQ(link_.state(), link_state::training);
  EXPECT_TRUE(link_.lost());
  EXPECT_EQ(link_.good_lanes(), 0U);
  run(49);
  EXPECT_FALSE(link_.up());
  run(2);
  EXPECT_TRUE(link_.up());
  EXPECT_FALSE(link_.lost());
  EXPECT_EQ(link_.good_lanes(), 4U) << "seven work";
  link_.lose_lanes(3);
  run(51);
  EXPECT_EQ(link_.good_lanes(), 4U) << "four work";
  link_.lose_lanes(4);
  EXPECT_EQ(link_.state(), link_state::failed);
  EXPECT_TRUE(link_.lost());
}

TEST_F(link_test, one_that_gave_up_may_be_trained_again) {
  link_.enable(link_end::endpoint, true);
  link_.enable(link_end::switch_port, true);
  run(51);
  link_.give_up();
  EXPECT_EQ(link_.state(), link_state::failed);
  EXPECT_TRUE(link_.lost());
  run(1000);
  EXPECT_EQ(link_.state(), link_state::failed);
  link_.enable(link_end::endpoint, false);
  EXPECT_FALSE(link_.lost()) << "it was disabled";
  link_.enable(link_end::endpoint, true);
  run(51);
  EXPECT_TRUE(link_.up());
}

}  // namespace
}  // namespace sn::alink
