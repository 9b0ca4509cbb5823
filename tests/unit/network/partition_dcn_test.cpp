// Storage, KV store and users over the link that a partition shares.
#include "network/partition_dcn.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "network/live_flows.h"

namespace sn::network {
namespace {

constexpr base::bytes_per_second gigabyte_per_second(1'000'000'000);
constexpr base::bytes gigabyte(1'000'000'000);
constexpr base::picoseconds microsecond(1'000'000);

/// Two partitions of four: 25 GB/s of DCN, of which storage gives 6; 100 GB/s per endpoint of
/// ALink.
partition_dcn machine() {
  return partition_dcn({2, 4, gigabyte_per_second * 25, gigabyte_per_second * 6,
                        gigabyte_per_second * 100, gigabyte_per_second * 100, microsecond * 5});
}

struct load {
  std::uint32_t accelerator;
  dcn_service from;
  base::bytes size;
};

/// When each load ends, in seconds.
std::vector<double> ends_of(const partition_dcn& network, const std::vector<load>& loads) {
  live_flows flows(network);
  for (std::size_t i = 0; i < loads.size(); ++i) {
    flows.begin(base::picoseconds(0),
                network.service(network.partition_of(loads[i].accelerator), loads[i].from),
                loads[i].accelerator, loads[i].size, i);
  }
  std::vector<flow_end> ended;
  while (!flows.idle()) {
    flows.run(flows.next(), ended);
  }
  flows.audit();
  std::vector<double> result(loads.size());
  for (const flow_end& one : ended) {
    EXPECT_EQ(one.latency, microsecond * 5);
    result.at(one.label) = base::to_seconds(one.when);
  }
  return result;
}

TEST(PartitionDcn, AcceleratorsOfAPartitionShareItsLink) {
  // 10 GB to each of four over 25 GB/s: 1.6 s. The other partition has a link of its own: 0.4 s.
  const partition_dcn network = machine();
  std::vector<load> loads;
  for (std::uint32_t i = 0; i < 4; ++i) {
    loads.push_back({i, dcn_service::kv_store, gigabyte * 10});
  }
  loads.push_back({4, dcn_service::kv_store, gigabyte * 10});
  const std::vector<double> ends = ends_of(network, loads);
  for (std::uint32_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(ends[i], 1.6, 1e-3);
  }
  EXPECT_NEAR(ends[4], 0.4, 1e-9);
}

TEST(PartitionDcn, StorageHasALimitOfItsOwnAndLeavesTheRest) {
  // Storage takes 6 of 25 GB/s; the KV store gets the other 19, and all when storage has ended.
  const partition_dcn network = machine();
  const std::vector<double> ends = ends_of(network, {{0, dcn_service::storage, gigabyte * 6},
                                                     {1, dcn_service::kv_store, gigabyte * 69}});
  EXPECT_NEAR(ends[0], 1.0, 1e-3);
  // 19 GB in the first second, then 50 GB at 25 GB/s.
  EXPECT_NEAR(ends[1], 3.0, 1e-3);
}

TEST(PartitionDcn, ALoadThatCompetesGetsItsFairShare) {
  // KV store to three accelerators and users to one: a quarter of 25 GB/s each, so the users' 5 GB
  // take 0.8 s instead of 0.2.
  const partition_dcn network = machine();
  std::vector<load> loads;
  for (std::uint32_t i = 0; i < 3; ++i) {
    loads.push_back({i, dcn_service::kv_store, gigabyte * 50});
  }
  loads.push_back({3, dcn_service::front_end, gigabyte * 5});
  EXPECT_NEAR(ends_of(network, loads)[3], 0.8, 1e-3);
  EXPECT_NEAR(ends_of(network, {loads[3]})[0], 0.2, 1e-9);
}

TEST(PartitionDcn, TheCipusPortsOnALinkLimitAFasterDcn) {
  const partition_dcn network({1, 4, gigabyte_per_second * 400, gigabyte_per_second * 6,
                               gigabyte_per_second * 100, gigabyte_per_second * 100,
                               microsecond * 5});
  std::vector<load> loads;
  for (std::uint32_t i = 0; i < 4; ++i) {
    loads.push_back({i, dcn_service::kv_store, gigabyte * 25});
  }
  EXPECT_NEAR(ends_of(network, loads)[0], 1.0, 1e-3);
}

TEST(PartitionDcn, DirectionsAreApart) {
  const partition_dcn network = machine();
  route in;
  network.append_route(network.service(1, dcn_service::storage), 5, in);
  route out;
  network.append_route(5, network.service(1, dcn_service::storage), out);
  ASSERT_EQ(in.hops.size(), 4U);
  ASSERT_EQ(out.hops.size(), 4U);
  std::map<link_id, int> seen;
  for (const auto* way : {&in, &out}) {
    for (const hop& one : way->hops) {
      EXPECT_LT(one.link, network.links());
      ++seen[one.link];
    }
  }
  EXPECT_EQ(seen.size(), 8U);
}

}  // namespace
}  // namespace sn::network
