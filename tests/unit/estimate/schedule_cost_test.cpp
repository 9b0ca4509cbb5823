// Times of collectives on machines of links, against closed forms worked out by hand.
#include "estimate/schedule_cost.h"

#include <gtest/gtest.h>

#include <memory>
#include <ostream>

#include "network/clos.h"
#include "network/cluster.h"
#include "network/rails.h"
#include "network/star.h"

namespace sn::platform {

/// As the parameter of a test.
void PrintTo(const network_machine& each, std::ostream* out) {
  *out << each.name << " of " << each.accelerators();
}

}  // namespace sn::platform

namespace sn::estimate {
namespace {

using workload::collective;
using workload::collective_kind;
using workload::level_algorithm;

constexpr base::picoseconds nanosecond(1'000);
constexpr base::picoseconds microsecond(1'000'000);

/// 100 GB/s links, 1 us from end to end, HBM so fast that it does not count, nothing else.
platform::network_machine machine_of(std::uint32_t accelerators) {
  platform::network_machine machine;
  machine.name = "plain";
  machine.accelerators_per_domain = accelerators;
  machine.levels = {accelerators};
  machine.scale_up_rate = base::bytes_per_second(100'000'000'000);
  machine.accelerator.hbm_bandwidth = base::bytes_per_second(1'000'000'000'000'000'000);
  machine.accelerator.elementwise.memory = 1.0;
  machine.network = std::make_shared<network::star>(
      network::star::parameters{accelerators, machine.scale_up_rate, microsecond, {}});
  return machine;
}

/// Domains of `machine` over rails of 10 GB/s, 5 us from end to end, two domains to a leaf.
platform::network_machine cluster_of(const platform::network_machine& domain,
                                     std::uint32_t domains) {
  platform::network_machine machine = domain;
  machine.domains = domains;
  machine.outer = platform::outer_kind::rail_optimised;
  machine.scale_out_rate = base::bytes_per_second(10'000'000'000);
  machine.messages_per_second = 1e9;
  machine.levels.push_back(domains);
  machine.network = std::make_shared<network::cluster>(
      domain.network, domains,
      std::make_shared<network::rails>(network::rails::parameters{
          domains, domain.accelerators_per_domain, 2, machine.scale_out_rate,
          machine.scale_out_rate * 2, nanosecond * 4'999, base::picoseconds(0)}),
      network::outer_attachment::endpoint);
  return machine;
}

struct job {
  workload::collective what;
  workload::schedule steps;
};

job job_of(const platform::network_machine& machine, collective_kind kind,
           level_algorithm algorithm, std::uint64_t elements,
           const std::vector<std::uint32_t>& levels) {
  job result;
  result.what.kind = kind;
  result.what.ranks = machine.accelerators();
  result.what.elements = elements;
  result.steps = workload::make_schedule(
      {result.what, levels, std::vector<level_algorithm>(levels.size(), algorithm), false});
  return result;
}

base::picoseconds time(const platform::network_machine& machine, collective_kind kind,
                       level_algorithm algorithm, std::uint64_t elements,
                       const std::vector<std::uint32_t>& levels) {
  const job one = job_of(machine, kind, algorithm, elements, levels);
  return time_of(machine, cost_of(machine, one.what, one.steps), elements);
}

TEST(ScheduleCost, DirectAllToAllIsBytesOverRateAndLatency) {
  // 8 ranks, 80 MB: 7 blocks of 10 MB at 100 GB/s are 700 us.
  EXPECT_EQ(
      time(machine_of(8), collective_kind::all_to_all, level_algorithm::direct, 20'000'000, {8}),
      microsecond * 701);
}

TEST(ScheduleCost, ARingOfSmallBlocksWaitsForEachStep) {
  // 8 ranks, 8 x 1000 B: 14 steps of 10 ns for the bytes and 1 us.
  EXPECT_EQ(time(machine_of(8), collective_kind::all_reduce, level_algorithm::ring, 2'000, {8}),
            nanosecond * (14 * 1'010));
}

TEST(ScheduleCost, ChannelsOfALargeRingHideItsLatency) {
  // 8 ranks, 80 MB: blocks of 10 MB take 100 us; in four channels there is always something to
  // send, and each of the two halves takes 7 of them and one latency.
  EXPECT_EQ(
      time(machine_of(8), collective_kind::all_reduce, level_algorithm::ring, 20'000'000, {8}),
      microsecond * (2 * 701));
}

TEST(ScheduleCost, ARingBroadcastTakesItsBytesOnceAndAPieceForEachRelay) {
  // 8 ranks, 80 MB: 800 us at 100 GB/s, in 76 pieces of a MiB or more; 6 ranks relay the first one
  // before the last rank gets anything.
  EXPECT_EQ(time(machine_of(8), collective_kind::broadcast, level_algorithm::ring, 20'000'000, {8}),
            base::from_seconds(1e-6 * (6 * (1 + 800.0 / 76) + 1 + 800)));
  // 4000 B are one piece: 7 times 40 ns and 1 us.
  EXPECT_EQ(time(machine_of(8), collective_kind::broadcast, level_algorithm::ring, 1'000, {8}),
            nanosecond * (7 * 1'040));
}

base::picoseconds tree_time(collective_kind kind, std::uint64_t elements) {
  const auto machine = machine_of(8);
  workload::schedule_request request;
  request.what.kind = kind;
  request.what.ranks = 8;
  request.what.elements = elements;
  request.levels = {8};
  request.algorithms = {level_algorithm::direct};
  request.trees = 2;
  return time_of(machine, cost_of(machine, request.what, workload::make_schedule(request)),
                 elements);
}

TEST(ScheduleCost, TwoTreesTakeALevelsPieceEachAndTheBytesOnce) {
  // Rank 0 feeds two trees of three levels. 4000 B, halves of 2000 B: whoever has two children
  // sends 4000 B, 40 ns, and three hops wait for one another.
  EXPECT_EQ(tree_time(collective_kind::broadcast, 1'000), nanosecond * (3 * 1'040));
  // 80 MB, halves in 38 pieces of a MiB or more: 800 us, and a piece and 1 us for two relays.
  EXPECT_EQ(tree_time(collective_kind::broadcast, 20'000'000),
            base::from_seconds(1e-6 * (2 * (1 + 800.0 / 38) + 1 + 800)));
  // Up and down trees of four levels are six hops. Whoever has two children and a parent gets 2000
  // B from each of them, and in the other tree from its parent: 80 ns, of which the children half.
  EXPECT_EQ(tree_time(collective_kind::all_reduce, 1'000), nanosecond * (5 * 1'040 + 1'080));
}

TEST(ScheduleCost, SumsTakeHbmTimeAndOverlapWithTransfersInChannels) {
  platform::network_machine machine = machine_of(8);
  machine.accelerator.hbm_bandwidth = base::bytes_per_second(200'000'000'000);
  // A step of a ring moves a block of 10 MB in 100 us and copies it twice in HBM, 100 us at
  // 200 GB/s; the sum reads two and writes one, 150 us. Copies and sums share the HBM: 250 us.
  EXPECT_EQ(time(machine, collective_kind::reduce_scatter, level_algorithm::ring, 20'000'000, {8}),
            microsecond * (7 * 250 + 1));
}

TEST(ScheduleCost, HierarchicalAllReduceIsTheSumOfItsLevels) {
  // 4 ranks a domain, 4 domains; 1.6 MB. Inside: 3 blocks of 400 kB at 100 GB/s, 12 us, and 1 us.
  // Between: blocks of 100 kB, 3 to others at 10 GB/s, 30 us, 4.999 us and 3 messages of 1 ns.
  // Sums take parts of a picosecond.
  const auto machine = cluster_of(machine_of(4), 4);
  const auto taken =
      time(machine, collective_kind::all_reduce, level_algorithm::direct, 400'000, {4, 4});
  EXPECT_NEAR(static_cast<double>(taken.value), 1e3 * (2 * 13'000 + 2 * (30'000 + 4'999 + 3)), 5.0);
}

/// 4 leaves of 6, oversubscribed two to one.
platform::network_machine clos_of_24() {
  platform::network_machine machine = machine_of(24);
  machine.kind = platform::network_kind::two_stage_clos;
  machine.levels = {6, 4};
  machine.network = std::make_shared<network::clos>(network::clos::parameters{
      24, 6, machine.scale_up_rate, machine.scale_up_rate * 3, microsecond, microsecond});
  return machine;
}

class Folding : public testing::TestWithParam<platform::network_machine> {};

INSTANTIATE_TEST_SUITE_P(Machines, Folding,
                         testing::Values(cluster_of(machine_of(6), 4), clos_of_24()));

// What is folded away by construction must not change anything: the same without.
TEST_P(Folding, ChangesNothing) {
  const platform::network_machine& machine = GetParam();
  for (const auto kind :
       {collective_kind::all_reduce, collective_kind::reduce_scatter, collective_kind::all_gather,
        collective_kind::all_to_all, collective_kind::broadcast}) {
    for (const auto algorithm : {level_algorithm::ring, level_algorithm::direct}) {
      const job one = job_of(machine, kind, algorithm, 24 * 49'152, {6, 4});
      const schedule_cost folded = cost_of(machine, one.what, one.steps);
      const schedule_cost plain = cost_of(machine, one.what, one.steps, folding::none);
      ASSERT_EQ(folded.stages.size(), plain.stages.size());
      for (std::size_t i = 0; i < folded.stages.size(); ++i) {
        EXPECT_DOUBLE_EQ(folded.stages[i].carried_seconds, plain.stages[i].carried_seconds);
        EXPECT_EQ(folded.stages[i].latency, plain.stages[i].latency);
        EXPECT_DOUBLE_EQ(folded.stages[i].copy_bytes, plain.stages[i].copy_bytes);
        EXPECT_DOUBLE_EQ(folded.stages[i].sum_bytes, plain.stages[i].sum_bytes);
        EXPECT_EQ(folded.stages[i].outer_messages, plain.stages[i].outer_messages);
        EXPECT_DOUBLE_EQ(folded.stages[i].wire_bytes, plain.stages[i].wire_bytes)
            << to_text(kind) << " " << folded.stages[i].name;
      }
      EXPECT_EQ(time_of(machine, folded, 12'345), time_of(machine, plain, 12'345));
    }
  }
}

TEST(ScheduleCost, BytesAreThoseOfTheDefinition) {
  // An all-gather hands every rank 7 of 8 blocks, whatever the algorithm.
  const auto machine = machine_of(8);
  for (const auto algorithm :
       {level_algorithm::ring, level_algorithm::direct, level_algorithm::halving_doubling}) {
    const job one = job_of(machine, collective_kind::all_gather, algorithm, 8'000, {8});
    EXPECT_DOUBLE_EQ(wire_bytes_of(cost_of(machine, one.what, one.steps), 8'000), 8 * 7 * 4'000.0);
  }
}

TEST(ScheduleCost, GroupsThatShareUplinksSlowEachOther) {
  // Two leaves of four whose uplinks carry what one endpoint does. A pair across exchanges 100 MB
  // each way at 100 GB/s, 1 ms; four pairs at once take four times as long; pairs within leaves do
  // not feel each other, wherever their members are.
  platform::network_machine machine = machine_of(8);
  machine.network = std::make_shared<network::clos>(network::clos::parameters{
      8, 4, machine.scale_up_rate, machine.scale_up_rate, microsecond, microsecond});
  collective what;
  what.kind = collective_kind::send_receive;
  what.ranks = 2;
  what.elements = 25'000'000;
  const workload::schedule steps =
      workload::make_schedule({what, {2}, {level_algorithm::direct}, false});
  const auto seconds = [&](const std::vector<std::uint32_t>& members) {
    const placement where{static_cast<std::uint32_t>(members.size() / 2), members};
    return cost_of_stage(machine, steps.stages.front(), folding::domains_and_rails, where)
        .carried_seconds;
  };
  EXPECT_NEAR(seconds({0, 4}), 1e-3, 1e-9);
  EXPECT_NEAR(seconds({0, 4, 1, 5, 2, 6, 3, 7}), 4e-3, 1e-9);
  EXPECT_NEAR(seconds({0, 1, 2, 3, 4, 5, 6, 7}), 1e-3, 1e-9);
  EXPECT_NEAR(seconds({3, 0, 7, 5}), 1e-3, 1e-9);
}

TEST(ScheduleCost, GivenPartsAreBoundByTheBusiestRank) {
  // Bytes 0 to 1: 10 MB; 0 to 2: 30 MB; 1 to 2: 40 MB. Down to 2 go 70 MB at 100 GB/s.
  const platform::network_machine machine = machine_of(3);
  collective what;
  what.kind = collective_kind::all_to_all_v;
  what.ranks = 3;
  what.elements = 10'000'000;
  const std::vector<std::uint64_t> parts{0, 2'500'000, 7'500'000, 0, 0, 10'000'000, 0, 0, 0};
  what.parts = std::make_shared<const std::vector<std::uint64_t>>(parts);
  const workload::schedule steps =
      workload::make_schedule({what, {3}, {level_algorithm::direct}, false});
  const stage_cost cost = cost_of_stage(machine, steps.stages.front());
  EXPECT_NEAR(cost.carried_seconds, 0.7e-3, 0.7e-3 / 128);
  EXPECT_DOUBLE_EQ(cost.wire_bytes, 80e6);
  EXPECT_EQ(workload::count_wrong(what, steps), 0U);
}

}  // namespace
}  // namespace sn::estimate
