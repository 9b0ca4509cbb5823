// Which links a flow takes: counted by hand.
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "network/clos.h"
#include "network/cluster.h"
#include "network/grid.h"
#include "network/rails.h"
#include "network/star.h"

namespace sn::network {
namespace {

constexpr base::bytes_per_second rate(1'000'000'000);
constexpr base::picoseconds nanosecond(1'000);

route way(const topology& network, std::uint32_t from, std::uint32_t to) {
  route result;
  network.append_route(from, to, result);
  return result;
}

/// Parts per link.
std::map<link_id, double> parts(const route& way) {
  std::map<link_id, double> result;
  for (const hop& one : way.hops) {
    result[one.link] += one.part;
  }
  return result;
}

grid cube(grid_routing routing, bool wraparound) {
  return grid({{4, wraparound, rate, nanosecond * 10},
               {4, wraparound, rate, nanosecond * 20},
               {4, wraparound, rate, nanosecond * 40}},
              routing, nanosecond * 100);
}

TEST(Star, EveryWayIsOneLinkUpAndOneDown) {
  const star network({5, rate, nanosecond * 300, {}});
  EXPECT_EQ(network.endpoints(), 5U);
  const route one = way(network, 1, 3);
  EXPECT_EQ(parts(one), (std::map<link_id, double>{{1, 1.0}, {5 + 3, 1.0}}));
  EXPECT_EQ(one.latency, nanosecond * 300);
}

TEST(Star, SharedPortIsTheLastEndpointWithARateOfItsOwn) {
  const star network({5, rate, nanosecond, rate * 7});
  EXPECT_EQ(network.endpoints(), 6U);
  EXPECT_EQ(network.link_at(5).rate, rate * 7);
  EXPECT_EQ(network.link_at(6 + 5).rate, rate * 7);
  EXPECT_EQ(network.link_at(4).rate, rate);
}

TEST(Clos, OnlyWaysBetweenLeavesTakeTheSpine) {
  const clos network({10, 4, rate, rate * 2, nanosecond * 200, nanosecond * 500});
  EXPECT_EQ(network.leaves(), 3U);
  EXPECT_EQ(parts(way(network, 0, 3)), (std::map<link_id, double>{{0, 1.0}, {10 + 3, 1.0}}));
  EXPECT_EQ(way(network, 0, 3).latency, nanosecond * 200);
  const route far = way(network, 1, 9);  // leaf 0 to leaf 2
  EXPECT_EQ(parts(far),
            (std::map<link_id, double>{{1, 1.0}, {20 + 0, 1.0}, {23 + 2, 1.0}, {10 + 9, 1.0}}));
  EXPECT_EQ(far.latency, nanosecond * 700);
}

TEST(Grid, DimensionOrderTakesOneWayAndTheShorterOneAround) {
  const grid torus = cube(grid_routing::dimension_order, true);
  // (0,0,0) to (3,1,0): one down in x by the wrap-around, then one up in y, from (3,0,0).
  const route one = way(torus, 0, 3 + 4);
  EXPECT_EQ(parts(one),
            (std::map<link_id, double>{{(0 * 3 + 0) * 2 + 1, 1.0}, {(3 * 3 + 1) * 2, 1.0}}));
  EXPECT_EQ(one.latency, nanosecond * (100 + 10 + 20));
}

TEST(Grid, EquallyLongWaysAroundTakeHalfEach) {
  const grid torus = cube(grid_routing::dimension_order, true);
  // (0,0,0) to (2,0,0): up by 1 or down by 3, 2 hops each.
  EXPECT_EQ(parts(way(torus, 0, 2)),
            (std::map<link_id, double>{
                {0 * 6 + 0, 0.5}, {1 * 6 + 0, 0.5}, {0 * 6 + 1, 0.5}, {3 * 6 + 1, 0.5}}));
}

TEST(Grid, MeshNeverWrapsAround) {
  const grid mesh = cube(grid_routing::dimension_order, false);
  EXPECT_EQ(way(mesh, 0, 3).hops.size(), 3U);
  EXPECT_EQ(way(mesh, 0, 3).latency, nanosecond * (100 + 30));
}

TEST(Grid, AdaptiveSpreadsEvenlyOverAllMinimalWays) {
  const grid mesh = cube(grid_routing::minimal_adaptive, false);
  // (0,0) to (2,1) has three minimal ways: xxy, xyx, yxx. Of the links out of the source two take
  // +x; of those out of (1,0) one takes +x and one +y.
  const auto taken = parts(way(mesh, 0, 2 + 4));
  EXPECT_DOUBLE_EQ(taken.at(0), 2.0 / 3);
  EXPECT_DOUBLE_EQ(taken.at(2), 1.0 / 3);
  EXPECT_DOUBLE_EQ(taken.at(1 * 6 + 0), 1.0 / 3);
  EXPECT_DOUBLE_EQ(taken.at(1 * 6 + 2), 1.0 / 3);
  double sum = 0.0;
  for (const auto& one : taken) {
    sum += one.second;
  }
  EXPECT_DOUBLE_EQ(sum, 3.0);  // three hops whichever way
}

TEST(Rails, SamePlaceInTwoDomainsIsOneLeafApart) {
  // 4 domains of 3; a leaf serves a rail of 2 domains.
  const rails network({4, 3, 2, rate, rate, nanosecond, nanosecond * 9});
  EXPECT_EQ(way(network, 1, 3 + 1).hops.size(), 2U);
  EXPECT_EQ(way(network, 1, 3 + 1).latency, nanosecond);
  EXPECT_EQ(way(network, 1, 6 + 1).hops.size(), 4U);  // other leaf, same rail
  EXPECT_EQ(way(network, 1, 3 + 2).hops.size(), 4U);  // other rail
  EXPECT_EQ(way(network, 1, 3 + 2).latency, nanosecond * 10);
}

TEST(Cluster, TrafficWithinADomainStaysThereAndBetweenThemUsesTheOuterNetworkOnly) {
  const auto inner = std::make_shared<star>(star::parameters{3, rate, nanosecond, {}});
  const auto outer = std::make_shared<star>(star::parameters{6, rate, nanosecond * 50, {}});
  const cluster network(inner, 2, outer, outer_attachment::endpoint);
  ASSERT_EQ(network.endpoints(), 6U);
  // The second domain's links begin at 6, the outer network's at 12.
  EXPECT_EQ(parts(way(network, 3, 5)), (std::map<link_id, double>{{6 + 0, 1.0}, {6 + 3 + 2, 1.0}}));
  EXPECT_EQ(parts(way(network, 0, 5)),
            (std::map<link_id, double>{{12 + 0, 1.0}, {12 + 6 + 5, 1.0}}));
  EXPECT_EQ(way(network, 0, 5).latency, nanosecond * 50);
}

TEST(Cluster, SharedPortsAreReachedOverTheInnerNetwork) {
  const auto inner = std::make_shared<star>(star::parameters{3, rate, nanosecond, rate * 2});
  const auto outer = std::make_shared<star>(star::parameters{2, rate, nanosecond * 50, {}});
  const cluster network(inner, 2, outer, outer_attachment::shared);
  ASSERT_EQ(network.endpoints(), 6U);
  // 0 up, down to the shared port; outer up and down; up from the other shared port, down to 5.
  EXPECT_EQ(parts(way(network, 0, 5)), (std::map<link_id, double>{{0, 1.0},
                                                                  {4 + 3, 1.0},
                                                                  {16 + 0, 1.0},
                                                                  {16 + 2 + 1, 1.0},
                                                                  {8 + 3, 1.0},
                                                                  {8 + 4 + 2, 1.0}}));
  EXPECT_EQ(way(network, 0, 5).latency, nanosecond * 52);
}

}  // namespace
}  // namespace sn::network
