#include "arbiter/traffic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace sn::arbiter {
namespace {

using testing::HasSubstr;

traffic_result run(pattern shape, double load, unsigned iterations, unsigned ports = 64,
                   kind which = kind::model) {
  traffic_settings settings;
  settings.ports = ports;
  settings.iterations = iterations;
  settings.arbiter = which;
  settings.source.shape = shape;
  settings.source.load = load;
  return run_traffic(settings);
}

// BookSim2, one 64-port router with 16-cell VOQs and islip(1), has 7.59 cycles at load 0.5 and 6.06
// at 0.1, of which 5.0 are its pipeline: 2.59 and 1.06 slots. The textbook slotted model has 2.57.
TEST(uniform_traffic, has_the_published_latency_of_islip_below_the_knee) {
  EXPECT_NEAR(run(pattern::uniform, 0.5, 1).latency_slots_mean, 2.57, 0.1);
  EXPECT_NEAR(run(pattern::uniform, 0.1, 1).latency_slots_mean, 1.06, 0.01);
  EXPECT_NEAR(run(pattern::uniform, 0.3, 1).latency_slots_mean, 1.33, 0.03);
  EXPECT_NEAR(run(pattern::uniform, 0.6, 1).latency_slots_mean, 15.3, 0.5);
}

TEST(uniform_traffic, is_accepted_whole_below_saturation_and_fairly) {
  const traffic_result result = run(pattern::uniform, 0.8, 1);
  EXPECT_NEAR(result.accepted, 0.8, 0.002);
  EXPECT_GT(result.fairness_jain, 0.9999);
  EXPECT_GE(result.latency_slots_max, result.latency_slots_p99);
  EXPECT_GT(result.latency_slots_p99, result.latency_slots_p50);
}

// The textbook model with 16-cell VOQs and a source FIFO saturates at 0.831, 0.938 and 0.981 for 1,
// 2 and 4 iterations; BookSim2 at 0.831 to 0.832 for 1.
TEST(uniform_traffic, saturates_where_islip_does) {
  EXPECT_NEAR(run(pattern::uniform, 1.0, 1).accepted, 0.831, 0.00831);
  EXPECT_NEAR(run(pattern::uniform, 1.0, 2).accepted, 0.938, 0.00938);
  EXPECT_NEAR(run(pattern::uniform, 1.0, 4).accepted, 0.981, 0.00981);
}

TEST(permutation_traffic, passes_at_full_load_without_waiting) {
  const traffic_result result = run(pattern::permutation, 1.0, 1);
  EXPECT_DOUBLE_EQ(result.accepted, 1.0);
  EXPECT_DOUBLE_EQ(result.fairness_jain, 1.0);
  EXPECT_DOUBLE_EQ(result.latency_slots_mean, 1.0);
  EXPECT_EQ(result.latency_slots_max, 1U);
}

// All cells to one output: it serves one in a slot, 1/16 of the load of 16 inputs at 1.0.
TEST(hotspot_traffic, is_bounded_by_the_hot_output) {
  traffic_settings settings;
  settings.ports = 16;
  settings.source.shape = pattern::hotspot;
  settings.source.hotspot_share = 1.0;
  settings.source.load = 1.0;
  settings.slots = 16'000;
  const traffic_result result = run_traffic(settings);
  EXPECT_DOUBLE_EQ(result.accepted, 1.0 / 16);
  EXPECT_DOUBLE_EQ(result.fairness_jain, 1.0);  // round robin over 16 inputs that all ask
}

TEST(bursty_traffic, waits_longer_than_uniform_at_the_same_load) {
  const traffic_result bursty = run(pattern::bursty, 0.5, 1);
  EXPECT_NEAR(bursty.accepted, 0.5, 0.01);
  EXPECT_GT(bursty.latency_slots_mean, 5 * run(pattern::uniform, 0.5, 1).latency_slots_mean);
}

TEST(one_port, never_makes_a_cell_wait) {
  EXPECT_EQ(run(pattern::uniform, 0.7, 1, 1).latency_slots_max, 1U);
}

TEST(traffic, is_the_same_with_the_twin_the_rtl_and_both_in_lockstep) {
  const traffic_result twin = run(pattern::bursty, 0.7, 2, 16);
  for (const kind which : {kind::rtl, kind::lockstep}) {
    const traffic_result other = run(pattern::bursty, 0.7, 2, 16, which);
    EXPECT_EQ(other.latency_slots_mean, twin.latency_slots_mean);
    EXPECT_EQ(other.latency_slots_p50, twin.latency_slots_p50);
    EXPECT_EQ(other.latency_slots_p99, twin.latency_slots_p99);
    EXPECT_EQ(other.latency_slots_max, twin.latency_slots_max);
    EXPECT_EQ(other.accepted, twin.accepted);
    EXPECT_EQ(other.fairness_jain, twin.fairness_jain);
  }
}

std::string error_of(void (*spoil)(traffic_settings&)) {
  traffic_settings settings;
  settings.slots = 10;
  settings.warmup_slots = 0;
  spoil(settings);
  try {
    run_traffic(settings);
  } catch (const base::configuration_error& error) {
    return error.what();
  }
  return "no error";
}

TEST(traffic, refuses_illegal_settings_by_the_name_of_the_option) {
  EXPECT_EQ(error_of([](traffic_settings&) {}), "no error");
  EXPECT_THAT(error_of([](traffic_settings& s) { s.source.load = 0; }), HasSubstr("load: "));
  EXPECT_THAT(error_of([](traffic_settings& s) { s.source.load = 1.01; }), HasSubstr("load: "));
  EXPECT_THAT(error_of([](traffic_settings& s) { s.source.hotspot_share = -0.1; }),
              HasSubstr("hotspot-share: "));
  EXPECT_THAT(error_of([](traffic_settings& s) { s.source.burst_length = 0.5; }),
              HasSubstr("burst-length: "));
  EXPECT_THAT(error_of([](traffic_settings& s) { s.voq_depth = 0; }), HasSubstr("voq-depth: "));
  EXPECT_THAT(error_of([](traffic_settings& s) { s.slots = 0; }), HasSubstr("slots: "));
  EXPECT_THAT(error_of([](traffic_settings& s) { s.ports = 129; }), HasSubstr("ports: "));
  EXPECT_THAT(error_of([](traffic_settings& s) { s.iterations = 5; }), HasSubstr("iterations: "));
}

TEST(traffic, fails_when_no_cell_left) {
  traffic_settings settings;
  settings.ports = 1;
  settings.source.load = 0.0001;
  settings.warmup_slots = 0;
  settings.slots = 10;
  EXPECT_THROW(run_traffic(settings), base::run_error);
}

}  // namespace
}  // namespace sn::arbiter
