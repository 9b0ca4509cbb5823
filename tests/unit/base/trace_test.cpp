#include "base/trace.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sn::base {
namespace {

using json = nlohmann::json;

/// Events of one phase of the format ("X" slices, "i" instants, "C" counters, "M" names).
std::vector<json> events_of(const trace& recorded, const std::string& phase) {
  std::vector<json> found;
  const json whole = json::parse(recorded.to_json());
  for (const auto& event : whole.at("traceEvents")) {
    if (event.at("ph") == phase) {
      found.push_back(event);
    }
  }
  return found;
}

TEST(trace, an_empty_trace_is_valid_json) {
  EXPECT_EQ(json::parse(trace(true).to_json()).at("traceEvents").size(), 1U);
}

TEST(trace, a_trace_that_is_off_keeps_no_events) {
  trace off;
  const auto row = off.add_track("GPU 0", "compute");
  off.slice(row, "gemm", picoseconds(0), picoseconds(10));
  off.instant(row, "fault", picoseconds(5));
  off.counter(row, picoseconds(5), 1.0);
  EXPECT_FALSE(off.enabled());
  EXPECT_TRUE(events_of(off, "X").empty());
  EXPECT_TRUE(events_of(off, "i").empty());
  EXPECT_TRUE(events_of(off, "C").empty());
}

TEST(trace, times_are_microseconds_exact_to_the_picosecond) {
  trace recorded(true);
  const auto row = recorded.add_track("GPU 0", "compute");
  recorded.slice(row, "gemm", picoseconds(1'234'567), picoseconds(3'234'568));
  EXPECT_NE(recorded.to_json().find("\"ts\":1.234567,\"dur\":2.000001"), std::string::npos)
      << recorded.to_json();
}

TEST(trace, a_slice_an_instant_and_a_counter_keep_what_they_say) {
  trace recorded(true);
  const auto row = recorded.add_track("GPU 0", "queue");
  recorded.slice(row, "dispatch \"3\"", picoseconds(2'000'000), picoseconds(5'000'000));
  recorded.instant(row, "fault", picoseconds(3'000'000));
  recorded.counter(row, picoseconds(4'000'000), 0.5);

  const auto slices = events_of(recorded, "X");
  ASSERT_EQ(slices.size(), 1U);
  EXPECT_EQ(slices[0].at("name"), "dispatch \"3\"") << "quotes are escaped";
  EXPECT_EQ(slices[0].at("ts"), 2.0);
  EXPECT_EQ(slices[0].at("dur"), 3.0);

  const auto instants = events_of(recorded, "i");
  ASSERT_EQ(instants.size(), 1U);
  EXPECT_EQ(instants[0].at("name"), "fault");
  EXPECT_EQ(instants[0].at("ts"), 3.0);
  EXPECT_EQ(instants[0].at("s"), "t") << "of its track only";

  const auto counters = events_of(recorded, "C");
  ASSERT_EQ(counters.size(), 1U);
  EXPECT_EQ(counters[0].at("name"), "queue") << "a counter is named by its track";
  EXPECT_EQ(counters[0].at("args").at("value"), 0.5);
}

TEST(trace, tracks_of_a_group_stand_together) {
  trace recorded(true);
  const auto a = recorded.add_track("GPU 0", "compute");
  const auto b = recorded.add_track("plane 0", "load");
  const auto c = recorded.add_track("GPU 0", "copy");
  for (const auto row : {a, b, c}) {
    recorded.slice(row, "x", picoseconds(0), picoseconds(1));
  }
  const auto slices = events_of(recorded, "X");
  ASSERT_EQ(slices.size(), 3U);
  EXPECT_EQ(slices[0].at("pid"), slices[2].at("pid"));
  EXPECT_NE(slices[0].at("pid"), slices[1].at("pid"));
  EXPECT_NE(slices[0].at("tid"), slices[2].at("tid"));

  std::vector<std::string> names;
  for (const auto& event : events_of(recorded, "M")) {
    if (event.at("name") == "process_name" || event.at("name") == "thread_name") {
      names.push_back(event.at("args").at("name"));
    }
  }
  EXPECT_EQ(names, (std::vector<std::string>{"GPU 0", "plane 0", "compute", "load", "copy"}));
}

TEST(trace, events_are_in_order_of_time_and_ties_in_order_of_recording) {
  trace recorded(true);
  const auto row = recorded.add_track("GPU 0", "compute");
  recorded.slice(row, "late", picoseconds(9), picoseconds(10));
  recorded.slice(row, "outer", picoseconds(1), picoseconds(8));
  recorded.slice(row, "inner", picoseconds(1), picoseconds(2));
  std::vector<std::string> names;
  for (const auto& event : events_of(recorded, "X")) {
    names.push_back(event.at("name"));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"outer", "inner", "late"}));
}

TEST(trace_death, a_slice_that_ends_before_it_begins_is_a_bug) {
  trace recorded(true);
  const auto row = recorded.add_track("GPU 0", "compute");
  EXPECT_DEATH(recorded.slice(row, "x", picoseconds(2), picoseconds(1)), "ends before it begins");
}

}  // namespace
}  // namespace sn::base
