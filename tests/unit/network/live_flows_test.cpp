// Flows that come and go: by hand, and beside a solver that shares out anew at every change.
#include "network/live_flows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/random.h"
#include "network/clos.h"
#include "network/grid.h"
#include "network/star.h"

namespace sn::network {
namespace {

constexpr base::bytes_per_second gigabyte_per_second(1'000'000'000);
constexpr base::picoseconds nanosecond(1'000);
constexpr base::bytes megabyte(1'000'000);

struct demand {
  base::picoseconds when;
  std::uint32_t from;
  std::uint32_t to;
  base::bytes bytes;
};

/// When each of `demands`, which are in the order of time, ends.
std::vector<base::picoseconds> ends_of(const topology& network,
                                       const std::vector<demand>& demands) {
  live_flows live(network);
  std::vector<flow_end> ended;
  for (std::size_t i = 0; i < demands.size(); ++i) {
    live.run(demands[i].when, ended);
    live.begin(demands[i].when, demands[i].from, demands[i].to, demands[i].bytes, i);
  }
  while (!live.idle()) {
    live.run(live.next(), ended);
  }
  live.audit();
  std::vector<base::picoseconds> result(demands.size());
  for (const flow_end& one : ended) {
    result.at(one.label) = one.when;
  }
  return result;
}

TEST(LiveFlows, AFlowAloneTakesItsBytesOverTheRate) {
  const star network({4, gigabyte_per_second, nanosecond * 500, {}});
  live_flows live(network);
  EXPECT_EQ(live.next(), live_flows::never);
  std::vector<flow_end> ended;
  live.run(nanosecond * 7, ended);
  live.begin(nanosecond * 7, 0, 1, megabyte, 42);
  EXPECT_EQ(live.next(), nanosecond * 1'000'007);
  live.run(live.next(), ended);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].label, 42U);
  EXPECT_EQ(ended[0].when, nanosecond * 1'000'007);
  EXPECT_EQ(ended[0].latency, nanosecond * 500);
  EXPECT_TRUE(live.idle());
  EXPECT_EQ(live.solutions(), 0U);
  EXPECT_DOUBLE_EQ(live.carried(0), 1e6);
}

TEST(LiveFlows, WhoComesLaterGetsAnEqualShareFromThenOn) {
  // 1 MB alone for 0.5 ms, then with another of 1 MB. Of the first 0.5 MB are left, at half the
  // rate 1 ms; of the second then 0.5 MB, 0.5 ms alone: ends at 1.5 ms and 2 ms. The second waits
  // for its share for a 16th of 2 ms, times 2 of the 512 flows of a crowd.
  const star network({4, gigabyte_per_second, nanosecond, {}});
  const auto ends = ends_of(
      network, {{base::picoseconds(0), 0, 2, megabyte}, {nanosecond * 500'000, 1, 2, megabyte}});
  EXPECT_NEAR(base::to_seconds(ends[0]), 1.5e-3, 1e-6);
  EXPECT_NEAR(base::to_seconds(ends[1]), 2e-3, 1e-6);
}

TEST(LiveFlows, WhatAFlowLeavesIsTakenByTheNextAtOnce) {
  // The second begins when the first ends: the link is never idle, and nothing has to be solved.
  const star network({4, gigabyte_per_second, nanosecond, {}});
  const auto ends = ends_of(
      network, {{base::picoseconds(0), 0, 2, megabyte}, {nanosecond * 1'000'000, 1, 2, megabyte}});
  EXPECT_EQ(ends[0], nanosecond * 1'000'000);
  EXPECT_EQ(ends[1], nanosecond * 2'000'000);
}

/// Ends of plain max-min fair flows, shared out anew at every change.
std::vector<double> plain_ends(const topology& network, const std::vector<demand>& demands) {
  struct flow {
    std::map<link_id, double> parts;
    double left = 0.0;
    double rate = 0.0;
    std::size_t index = 0;
  };
  std::vector<double> ends(demands.size());
  std::vector<flow> flows;
  std::size_t next = 0;
  double now = 0.0;
  while (!flows.empty() || next < demands.size()) {
    std::map<link_id, double> left;
    for (flow& one : flows) {
      one.rate = -1.0;
      for (const auto& [link, part] : one.parts) {
        left[link] = static_cast<double>(network.link_at(link).rate.value);
      }
    }
    for (std::size_t undecided = flows.size(); undecided != 0;) {
      std::map<link_id, double> weight;
      for (const flow& one : flows) {
        for (const auto& [link, part] : one.parts) {
          weight[link] += one.rate < 0.0 ? part : 0.0;
        }
      }
      link_id full = 0;
      double share = -1.0;
      for (const auto& [link, sum] : weight) {
        if (sum > 0.0 && (share < 0.0 || left[link] / sum < share)) {
          full = link;
          share = left[link] / sum;
        }
      }
      for (flow& one : flows) {
        if (one.rate < 0.0 && one.parts.count(full) != 0) {
          one.rate = share;
          --undecided;
          for (const auto& [link, part] : one.parts) {
            left[link] -= share * part;
          }
        }
      }
    }
    double step = next < demands.size() ? base::to_seconds(demands[next].when) - now : 1e9;
    for (const flow& one : flows) {
      step = std::min(step, one.left / one.rate);
    }
    now += step;
    std::vector<flow> rest;
    for (flow& one : flows) {
      one.left -= one.rate * step;
      if (one.left > 1e-3) {
        rest.push_back(one);
      } else {
        ends[one.index] = now;
      }
    }
    flows = rest;
    for (; next < demands.size() && base::to_seconds(demands[next].when) <= now + 1e-15; ++next) {
      route way;
      network.append_route(demands[next].from, demands[next].to, way);
      flow& added = flows.emplace_back();
      added.index = next;
      added.left = static_cast<double>(demands[next].bytes.value);
      for (const hop& each : way.hops) {
        added.parts[each.link] += each.part;
      }
    }
  }
  return ends;
}

TEST(LiveFlows, EndsAreNearThoseOfASolverThatWaitsForNothing) {
  base::random_generator dice(11);
  const star switches({12, gigabyte_per_second, nanosecond, {}});
  const clos leaves({12, 4, gigabyte_per_second, gigabyte_per_second * 3, nanosecond, nanosecond});
  const grid torus(
      {{3, true, gigabyte_per_second, nanosecond}, {4, true, gigabyte_per_second * 2, nanosecond}},
      grid_routing::minimal_adaptive, nanosecond);
  const std::vector<const topology*> networks{&switches, &leaves, &torus};
  for (const topology* network : networks) {
    for (int round = 0; round < 10; ++round) {
      std::vector<demand> demands;
      base::picoseconds when;
      for (int i = 0; i < 150; ++i) {
        const auto from = static_cast<std::uint32_t>(dice.below(12));
        const auto to = static_cast<std::uint32_t>((from + 1 + dice.below(11)) % 12);
        when += nanosecond * dice.below(200'000);
        demands.push_back({when, from, to, base::bytes(100'000 + dice.below(2'000'000))});
      }
      const auto ends = ends_of(*network, demands);
      const std::vector<double> plain = plain_ends(*network, demands);
      double lives = 0.0;
      double plain_lives = 0.0;
      for (std::size_t i = 0; i < demands.size(); ++i) {
        lives += base::to_seconds(ends[i] - demands[i].when);
        plain_lives += plain[i] - base::to_seconds(demands[i].when);
      }
      // The mean of all lives, and the end of everything.
      EXPECT_NEAR(lives / plain_lives, 1.0, 0.02);
      EXPECT_NEAR(base::to_seconds(*std::max_element(ends.begin(), ends.end())) /
                      *std::max_element(plain.begin(), plain.end()),
                  1.0, 0.01);
    }
  }
}

TEST(LiveFlows, AnAllToAllKeepsItsLinksFullAndCostsFewSolutions) {
  // 63 x 1 MB out of and into each of 64 at 1 GB/s: 63 ms. All begin at once, one source after the
  // other, and end at once.
  const star network({64, gigabyte_per_second, nanosecond, {}});
  live_flows live(network);
  std::vector<flow_end> ended;
  for (std::uint32_t i = 0; i < 64; ++i) {
    for (std::uint32_t j = 1; j < 64; ++j) {
      live.begin(base::picoseconds(0), i, (i + j) % 64, megabyte, 0);
    }
  }
  while (!live.idle()) {
    live.run(live.next(), ended);
  }
  EXPECT_EQ(ended.size(), 64U * 63U);
  EXPECT_NEAR(base::to_seconds(ended.back().when), 63e-3, 63e-3 * 0.02);
  EXPECT_LE(live.solutions(), 200U);
  live.audit();
}

}  // namespace
}  // namespace sn::network
