// Times of flows: by hand, and by a second solver that folds nothing.
#include "network/fluid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/random.h"
#include "network/clos.h"
#include "network/grid.h"
#include "network/rails.h"
#include "network/star.h"

namespace sn::network {
namespace {

constexpr base::bytes_per_second gigabyte_per_second(1'000'000'000);
constexpr base::picoseconds nanosecond(1'000);

struct demand {
  std::uint32_t from;
  std::uint32_t to;
  std::uint64_t bytes;
};

fluid_result carried(const topology& network, const std::vector<demand>& demands,
                     std::size_t* flow_kinds = nullptr) {
  flow_classes classes(network);
  for (const demand& one : demands) {
    classes.add(one.from, one.to, one.bytes);
  }
  classes.fold();
  if (flow_kinds != nullptr) {
    *flow_kinds = classes.flows().size();
  }
  return carry(classes);
}

/// Max-min fair rates of plain flows, solved anew whenever one ends; seconds until all have ended.
double plain_time(const topology& network, const std::vector<demand>& demands) {
  struct flow {
    std::map<link_id, double> parts;
    double left;
    double rate = 0.0;
  };
  std::vector<flow> flows;
  for (const demand& one : demands) {
    route way;
    network.append_route(one.from, one.to, way);
    flow& added = flows.emplace_back();
    added.left = static_cast<double>(one.bytes);
    for (const hop& each : way.hops) {
      added.parts[each.link] += each.part;
    }
  }
  double now = 0.0;
  while (!flows.empty()) {
    std::map<link_id, double> left;
    for (const flow& one : flows) {
      for (const auto& [link, part] : one.parts) {
        left[link] = static_cast<double>(network.link_at(link).rate.value);
      }
    }
    std::vector<flow*> open;
    for (flow& one : flows) {
      open.push_back(&one);
    }
    while (!open.empty()) {
      std::map<link_id, double> weight;
      for (const flow* one : open) {
        for (const auto& [link, part] : one->parts) {
          weight[link] += part;
        }
      }
      link_id full = weight.begin()->first;
      for (const auto& [link, sum] : weight) {
        full = left[link] / sum < left[full] / weight[full] ? link : full;
      }
      const double rate = left[full] / weight[full];
      std::vector<flow*> rest;
      for (flow* one : open) {
        if (one->parts.count(full) == 0) {
          rest.push_back(one);
          continue;
        }
        one->rate = rate;
        for (const auto& [link, part] : one->parts) {
          left[link] -= rate * part;
        }
      }
      open = rest;
    }
    double step = flows.front().left / flows.front().rate;
    for (const flow& one : flows) {
      step = std::min(step, one.left / one.rate);
    }
    std::vector<flow> rest;
    for (flow& one : flows) {
      one.left -= one.rate * step;
      if (one.left > 1e-3) {
        rest.push_back(one);
      }
    }
    flows = rest;
    now += step;
  }
  return now;
}

TEST(Fluid, NothingTakesNoTime) {
  const star network({4, gigabyte_per_second, nanosecond, {}});
  EXPECT_EQ(carried(network, {}).last, base::picoseconds(0));
}

TEST(Fluid, ARingIsOneClassAndTakesBytesOverRatePlusLatency) {
  const star network({64, gigabyte_per_second, nanosecond * 500, {}});
  std::vector<demand> ring;
  for (std::uint32_t i = 0; i < 64; ++i) {
    ring.push_back({i, (i + 1) % 64, 1'000'000});
  }
  std::size_t kinds = 0;
  const fluid_result result = carried(network, ring, &kinds);
  EXPECT_EQ(kinds, 1U);
  EXPECT_EQ(result.carried, nanosecond * 1'000'000);
  EXPECT_EQ(result.last, nanosecond * 1'000'500);
  EXPECT_EQ(result.bytes, 64'000'000U);
  EXPECT_DOUBLE_EQ(result.busiest, 1.0);
}

TEST(Fluid, SharesAreMaxMinFair) {
  // 0 to 2 and 1 to 2 share the way down to 2, half each; 0 to 3 gets the other half of the way up
  // from 0. 0 to 2 is done after 2 ms with 1 MB; then 1 to 2 has all of the link, 1 MB in 1 ms.
  const star network({4, gigabyte_per_second, nanosecond, {}});
  const std::vector<demand> flows{{0, 2, 1'000'000}, {1, 2, 2'000'000}, {0, 3, 1'000'000}};
  EXPECT_EQ(carried(network, flows).carried, nanosecond * 3'000'000);
}

TEST(Fluid, WhatEndedFlowsLeaveIsSharedOutAgain) {
  // 1, 2 ... 16 MB to one endpoint, whose link is never idle: 136 MB in 136 ms. Each end is further
  // from the one before than a 256th of the time so far, so there are 16 solutions.
  const star network({19, gigabyte_per_second, nanosecond, {}});
  std::vector<demand> flows;
  for (std::uint32_t i = 1; i <= 16; ++i) {
    flows.push_back({i, 17, 1'000'000 * std::uint64_t{i}});
  }
  const fluid_result incast = carried(network, flows);
  EXPECT_EQ(incast.carried, nanosecond * 136'000'000);
  EXPECT_EQ(incast.solutions, 16U);
  // The link of 16 gives 18 what 17 does not take: 136 - 16 MB in these 136 ms.
  flows.push_back({16, 18, 120'000'000});
  EXPECT_EQ(carried(network, flows).carried, nanosecond * 136'000'000);
}

TEST(Fluid, OversubscribedUplinksLimitWhatLeavesALeaf) {
  // 4 endpoints a leaf, 2 GB/s up for 4 GB/s of endpoints: a shift by a leaf runs at half the rate.
  const clos network({8, 4, gigabyte_per_second, gigabyte_per_second * 2, nanosecond, nanosecond});
  std::vector<demand> shift;
  for (std::uint32_t i = 0; i < 8; ++i) {
    shift.push_back({i, (i + 4) % 8, 1'000'000});
  }
  EXPECT_EQ(carried(network, shift).carried, nanosecond * 2'000'000);
}

TEST(Fluid, AllToAllOnATorusIsBoundByItsSlowestDimension) {
  // 4 x 4 x 4. Along each dimension a flow goes 0, 1, 2 or 1 hops, 1 on average: 64 x 64 hops on
  // 128 links are 32 flows a link. z has half the rate of x and y and is never idle.
  const grid torus({{4, true, gigabyte_per_second * 128, nanosecond},
                    {4, true, gigabyte_per_second * 128, nanosecond},
                    {4, true, gigabyte_per_second * 64, nanosecond}},
                   grid_routing::dimension_order, nanosecond);
  std::vector<demand> all;
  for (std::uint32_t i = 0; i < 64; ++i) {
    for (std::uint32_t j = 0; j < 64; ++j) {
      if (i != j) {
        all.push_back({i, j, 1'000'000});
      }
    }
  }
  std::size_t kinds = 0;
  const fluid_result result = carried(torus, all, &kinds);
  // 32 MB at 64 GB/s are 500 us.
  EXPECT_EQ(result.carried, nanosecond * 500'000);
  // By hops in x, y, z there are 3 x 3 x 3 - 1 kinds of flows; x and y look alike, which leaves
  // those with nx <= ny: 6 x 3 - 1.
  EXPECT_LE(kinds, 26U);
  EXPECT_GE(kinds, 2U);
  EXPECT_EQ(result.latency, nanosecond * (1 + 6));
}

TEST(Fluid, AllToAllOnARingOfFiveIsBoundByItsLinks) {
  // Distances 1, 1, 2, 2: 30 hops on 10 links, 3 flows each.
  const grid ring({{5, true, gigabyte_per_second, nanosecond}}, grid_routing::dimension_order,
                  nanosecond);
  std::vector<demand> all;
  for (std::uint32_t i = 0; i < 5; ++i) {
    for (std::uint32_t j = 0; j < 5; ++j) {
      if (i != j) {
        all.push_back({i, j, 1'000'000});
      }
    }
  }
  EXPECT_EQ(carried(ring, all).carried, nanosecond * 3'000'000);
}

// Random flows of random size on every kind of network: what is folded, and shared out again only
// now and then, takes no less than plain max-min sharing, and not more than the grain allows.
TEST(Fluid, AgreesWithASolverThatFoldsNothing) {
  base::random_generator dice(7);
  const star switches({12, gigabyte_per_second, nanosecond, {}});
  const clos leaves({12, 4, gigabyte_per_second, gigabyte_per_second * 3, nanosecond, nanosecond});
  const grid torus(
      {{3, true, gigabyte_per_second, nanosecond}, {4, true, gigabyte_per_second * 2, nanosecond}},
      grid_routing::minimal_adaptive, nanosecond);
  const rails rail({4, 3, 2, gigabyte_per_second, gigabyte_per_second, nanosecond, nanosecond});
  const std::vector<const topology*> networks{&switches, &leaves, &torus, &rail};
  for (const topology* network : networks) {
    for (int round = 0; round < 20; ++round) {
      std::vector<demand> flows;
      const std::uint64_t sizes = 1 + dice.below(4);
      for (std::uint32_t i = 0; i < 12; ++i) {
        for (std::uint32_t j = 0; j < 12; ++j) {
          if (i != j && dice.below(3) != 0) {
            flows.push_back({i, j, 1'000'000 * (1 + dice.below(sizes))});
          }
        }
      }
      const double plain = plain_time(*network, flows);
      const double folded = base::to_seconds(carried(*network, flows).carried);
      EXPECT_GE(folded, plain * (1.0 - 1e-9));
      // Each of at most a few ends is put off by up to a 256th.
      EXPECT_LE(folded, plain * 1.02);
    }
  }
}

TEST(Fluid, EqualFlowsAreFoldedOnEveryNetworkAndAgreeExactly) {
  const rails rail({6, 4, 2, gigabyte_per_second, gigabyte_per_second, nanosecond, nanosecond});
  std::vector<demand> flows;
  for (std::uint32_t i = 0; i < 24; ++i) {
    flows.push_back({i, (i + 4) % 24, 3'000'000});
  }
  std::size_t kinds = 0;
  const fluid_result result = carried(rail, flows, &kinds);
  EXPECT_LE(kinds, 2U);  // within a leaf, and between two
  EXPECT_NEAR(base::to_seconds(result.carried), plain_time(rail, flows), 1e-9);
}

}  // namespace
}  // namespace sn::network
