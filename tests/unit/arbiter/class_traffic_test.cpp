// Whole switches with traffic classes.
#include <gtest/gtest.h>

#include "arbiter/traffic.h"
#include "base/error.h"

namespace sn::arbiter {
namespace {

/// All inputs send a cell to output 0 in every slot: it serves one of four, and every class that
/// has a share is backlogged.
traffic_settings overloaded_output(kind which) {
  traffic_settings settings;
  settings.ports = 4;
  settings.arbiter = which;
  settings.iterations = 1;
  settings.source.shape = pattern::hotspot;
  settings.source.hotspot_share = 1;
  settings.source.load = 1;
  settings.warmup_slots = 1'200;
  settings.slots = 12'000;
  settings.classes = 4;
  settings.age_limit = 0;
  return settings;
}

// A turn of the wheel takes 3 + 2 + 1 slots, and 12,000 slots are 2,000 turns. One cell leaves in a
// slot, so the classes get 3/6, 2/6 and 1/6 of a cell per slot, and 1/4 of that per port.
TEST(class_traffic, shares_an_overloaded_output_by_the_weights) {
  traffic_settings settings = overloaded_output(kind::model);
  settings.class_shares.assign({0.4, 0.3, 0.3, 0.0});
  settings.class_weights.assign({3, 2, 1});
  const traffic_result result = run_traffic(settings);
  ASSERT_EQ(result.classes.size(), 4U);
  EXPECT_EQ(result.classes[0].cells, 6'000U);
  EXPECT_EQ(result.classes[1].cells, 4'000U);
  EXPECT_EQ(result.classes[2].cells, 2'000U);
  EXPECT_EQ(result.classes[3].cells, 0U);
  EXPECT_DOUBLE_EQ(result.classes[0].accepted, 0.125);
}

// The highest class brings 4 x 0.1 cells in a slot to an output that takes 1: nearly all are served
// at once, while the other waits ever longer.
TEST(class_traffic, highest_class_does_not_feel_the_overload) {
  traffic_settings settings = overloaded_output(kind::model);
  settings.class_shares.assign({0.9, 0.0, 0.0, 0.1});
  const traffic_result result = run_traffic(settings);
  EXPECT_NEAR(result.classes[3].accepted, 0.1, 0.005);
  EXPECT_LE(result.classes[3].latency_slots_p99, 8U);
  EXPECT_GE(result.classes[0].latency_slots_p50, 1'000U);
}

// Without the guard a highest class of 4 x 0.9 cells in a slot shuts the other out.
TEST(class_traffic, guard_lets_a_shut_out_class_through) {
  traffic_settings settings = overloaded_output(kind::model);
  settings.class_shares.assign({0.1, 0.0, 0.0, 0.9});
  EXPECT_EQ(run_traffic(settings).classes[0].cells, 0U);
  // Limit 10: marked and expired within 20 slots, and a champion within 2 more.
  settings.age_limit = 10;
  const traffic_result guarded = run_traffic(settings);
  EXPECT_GE(guarded.classes[0].cells, 12'000U / 22);
}

TEST(class_traffic, twin_and_rtl_give_the_same_figures) {
  traffic_settings settings = overloaded_output(kind::model);
  settings.ports = 8;
  settings.source.shape = pattern::uniform;
  settings.source.load = 0.9;
  settings.age_limit = 50;
  settings.slots = 5'000;
  const traffic_result twin = run_traffic(settings);
  settings.arbiter = kind::lockstep;
  const traffic_result rtl = run_traffic(settings);
  EXPECT_EQ(twin.latency_slots_mean, rtl.latency_slots_mean);
  for (unsigned c = 0; c < 4; ++c) {
    EXPECT_GT(twin.classes[c].cells, 0U);
    EXPECT_EQ(twin.classes[c].cells, rtl.classes[c].cells);
    EXPECT_EQ(twin.classes[c].latency_slots_mean, rtl.classes[c].latency_slots_mean);
  }
}

TEST(class_traffic, of_one_class_without_guard_is_that_of_the_arbiter_without_classes) {
  traffic_settings settings = overloaded_output(kind::model);
  settings.ports = 16;
  settings.source.shape = pattern::uniform;
  settings.source.load = 0.8;
  settings.classes = 1;
  const traffic_result one = run_traffic(settings);
  settings.classes = 0;
  const traffic_result none = run_traffic(settings);
  EXPECT_EQ(one.latency_slots_mean, none.latency_slots_mean);
  EXPECT_EQ(one.latency_slots_max, none.latency_slots_max);
  EXPECT_EQ(one.accepted, none.accepted);
}

TEST(class_traffic, refuses_settings_that_make_no_sense) {
  traffic_settings settings = overloaded_output(kind::model);
  settings.classes = 5;
  EXPECT_THROW(run_traffic(settings), base::configuration_error);
  settings = overloaded_output(kind::model);
  settings.class_shares.assign({0.5, 0.5});
  EXPECT_THROW(run_traffic(settings), base::configuration_error);
  settings.class_shares.assign({0.5, 0.5, 0.5, 0.5});
  EXPECT_THROW(run_traffic(settings), base::configuration_error);
  settings = overloaded_output(kind::model);
  settings.class_weights.assign({1, 2});
  EXPECT_THROW(run_traffic(settings), base::configuration_error);
  settings.class_weights.assign({0, 1, 1});
  EXPECT_THROW(run_traffic(settings), base::configuration_error);
  settings = overloaded_output(kind::model);
  settings.age_limit = 65536;
  EXPECT_THROW(run_traffic(settings), base::configuration_error);
}

}  // namespace
}  // namespace sn::arbiter
