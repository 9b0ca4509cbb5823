// Programs on links, against times worked out by hand.
#include "estimate/link_job.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/error.h"
#include "gpu/command.h"
#include "network/cluster.h"
#include "network/rails.h"
#include "network/star.h"

namespace sn::estimate {
namespace {

using workload::operation_kind;

constexpr base::picoseconds nanosecond(1'000);
constexpr base::picoseconds microsecond(1'000'000);
constexpr base::bytes megabyte(1'000'000);
/// Reading the table of one message, at 1 byte per picosecond.
constexpr base::picoseconds table(sizeof(gpu::message));

/// 100 GB/s links, 1 us from end to end; 1 TB/s of HBM after 100 ns; 100 TFLOPS; commands take 500
/// ns and launches 1 us; half of every peak is reached.
platform::network_machine machine_of(std::uint32_t accelerators) {
  platform::network_machine machine;
  machine.name = "plain";
  machine.accelerators_per_domain = accelerators;
  machine.scale_up_rate = base::bytes_per_second(100'000'000'000);
  platform::accelerator_parameters& gpu = machine.accelerator;
  gpu.hbm_capacity = base::bytes(100'000'000'000);
  gpu.hbm_bandwidth = base::bytes_per_second(1'000'000'000'000);
  gpu.hbm_latency = nanosecond * 100;
  gpu.peak_bf16 = base::flops_per_second(100'000'000'000'000);
  gpu.peak_fp8 = base::flops_per_second(200'000'000'000'000);
  gpu.gemm = {0.5, 0.5};
  gpu.grouped_gemm = {0.5, 0.5};
  gpu.attention = {0.5, 0.5};
  gpu.elementwise = {0.5, 0.5};
  gpu.kernel_launch_overhead = microsecond;
  gpu.command_fetch_latency = nanosecond * 500;
  gpu.command_queues = 4;
  gpu.copy_engines = 1;
  gpu.outstanding_bursts = 4;
  machine.network = std::make_shared<network::star>(
      network::star::parameters{accelerators, machine.scale_up_rate, microsecond, {}});
  return machine;
}

workload::operation compute(std::uint64_t flops, base::bytes traffic) {
  workload::operation result;
  result.kind = operation_kind::compute;
  result.compute = {workload::compute_class::gemm, workload::precision::bf16, flops, traffic};
  return result;
}

workload::operation send(std::uint32_t tag, const std::vector<workload::message>& messages) {
  workload::operation result;
  result.kind = operation_kind::transfer;
  result.transfer.tag = tag;
  result.transfer.messages = messages;
  return result;
}

workload::operation wait(std::uint32_t tag, base::bytes size) {
  workload::operation result;
  result.kind = operation_kind::wait;
  result.wait.tag = tag;
  result.wait.size = size;
  return result;
}

workload::program program_of(std::uint32_t ranks) {
  workload::program result;
  result.ranks.resize(ranks);
  for (auto& rank : result.ranks) {
    rank.queues.resize(1);
  }
  return result;
}

struct done {
  observations seen;
  std::vector<rank_traffic> traffic;
  base::bytes injected;
  base::bytes delivered;

  const interval& of(std::uint32_t rank, std::size_t operation, std::size_t queue = 0) const {
    return seen.operations.at(rank).at(queue).at(operation);
  }
};

done run(const workload::program& work, const platform::network_machine& machine) {
  base::trace trace;
  progress_line progress;
  link_job job(work, machine, trace);
  job.run(progress);
  return {job.seen(), job.traffic(), job.injected(), job.delivered()};
}

TEST(LinkJob, AComputationTakesItsRooflineAfterFetchAndLaunch) {
  workload::program work = program_of(1);
  // 1 GFLOP at 50 TFLOPS are 20 us; 100 MB at 500 GB/s are 200 us.
  work.ranks[0].queues[0].operations = {compute(1'000'000'000, base::bytes(1)),
                                        compute(1'000'000'000, megabyte * 100)};
  const done result = run(work, machine_of(2));
  EXPECT_EQ(result.of(0, 0).begin, nanosecond * 500);
  EXPECT_EQ(result.of(0, 0).end, nanosecond * 21'500);
  EXPECT_EQ(result.of(0, 1).begin, nanosecond * 22'000);
  EXPECT_EQ(result.of(0, 1).end, nanosecond * 223'000);
}

TEST(LinkJob, AMessageTakesTableHbmLinkAndHbm) {
  workload::program work = program_of(2);
  work.ranks[0].queues[0].operations.push_back(send(7, {{1, megabyte}}));
  work.ranks[1].queues[0].operations.push_back(wait(7, megabyte));
  const done result = run(work, machine_of(2));
  // Command 500 ns, table 100 ns, first byte out of HBM 100 ns, 10 us on the link, 1 us on the way,
  // 1 us and 100 ns into HBM; the acknowledgement takes 1 us.
  const base::picoseconds there = nanosecond * 12'800 + table;
  EXPECT_EQ(result.of(1, 0).begin, nanosecond * 500);
  EXPECT_EQ(result.of(1, 0).end, there);
  EXPECT_EQ(result.of(0, 0).begin, nanosecond * 500);
  EXPECT_EQ(result.of(0, 0).end, there + microsecond);
  EXPECT_EQ(result.injected, megabyte);
  EXPECT_EQ(result.delivered, megabyte);
  EXPECT_EQ(result.traffic.at(0).sent, megabyte);
  EXPECT_EQ(result.traffic.at(1).received, megabyte);
}

TEST(LinkJob, MessagesBeyondTheLimitWaitForAcknowledgements) {
  platform::network_machine machine = machine_of(3);
  machine.accelerator.outstanding_bursts = 1;
  workload::program work = program_of(3);
  work.ranks[0].queues[0].operations.push_back(send(7, {{1, megabyte}, {2, megabyte}}));
  work.ranks[2].queues[0].operations.push_back(wait(7, megabyte));
  const done result = run(work, machine);
  // The second leaves HBM when the first has been acknowledged; a table of two.
  const base::picoseconds acknowledged = nanosecond * 13'800 + table * 2;
  EXPECT_EQ(result.of(2, 0).end, acknowledged + nanosecond * 12'200);
}

TEST(LinkJob, WhatARankSendsToItselfIsACopyInHbm) {
  workload::program work = program_of(2);
  work.ranks[0].queues[0].operations = {send(7, {{0, megabyte}}), wait(7, megabyte)};
  const done result = run(work, machine_of(2));
  // Read and written at 1 TB/s: 2 us after command, table and HBM's latency.
  EXPECT_EQ(result.of(0, 1).end, nanosecond * (500 + 100 + 2'000 + 100) + table);
  EXPECT_EQ(result.injected, base::bytes(0));
}

TEST(LinkJob, ArrivalsTakeMemoryBandwidthFromComputations) {
  workload::program work = program_of(2);
  work.ranks[0].queues[0].operations.push_back(send(7, {{1, megabyte}}));
  // Memory-bound: 100 MB at 500 GB/s; the megabyte that arrives takes another 1 us.
  work.ranks[1].queues[0].operations.push_back(compute(1, megabyte * 100));
  const done result = run(work, machine_of(2));
  EXPECT_EQ(result.of(1, 0).end, nanosecond * (500 + 1'000 + 200'000 + 1'000));
}

TEST(LinkJob, QueuesShareTheComputeEngineAndOverlapTheirWaits) {
  workload::program work = program_of(2);
  work.ranks[0].queues[0].operations.push_back(send(7, {{1, megabyte}}));
  work.ranks[1].queues.resize(2);
  work.ranks[1].queues[0].operations = {wait(7, megabyte), compute(1'000'000'000, base::bytes(0))};
  work.ranks[1].queues[1].operations = {compute(1'000'000'000, base::bytes(0))};
  const done result = run(work, machine_of(2));
  // The second queue computes from 500 ns to 21.5 us while the first waits until 12.8 us, fetches,
  // and then waits for the engine.
  EXPECT_EQ(result.of(1, 0, 1).end, nanosecond * 21'500);
  EXPECT_EQ(result.of(1, 1).begin, nanosecond * 21'500);
  EXPECT_EQ(result.of(1, 1).end, nanosecond * 42'500);
}

TEST(LinkJob, SourcesOfOneDestinationShareItsLink) {
  workload::program work = program_of(3);
  work.ranks[0].queues[0].operations.push_back(send(7, {{2, megabyte}}));
  work.ranks[1].queues[0].operations.push_back(send(7, {{2, megabyte}}));
  work.ranks[2].queues[0].operations.push_back(wait(7, megabyte * 2));
  const done result = run(work, machine_of(3));
  // 20 us on the link down; both end nearly together, and the second is written into HBM after the
  // first. The shares of few flows are right within less than 10 ns.
  EXPECT_NEAR(base::to_seconds(result.of(2, 0).end), 23.8e-6, 0.01e-6);
}

TEST(LinkJob, ANicTakesSoManyMessagesASecond) {
  platform::network_machine machine = machine_of(1);
  machine.domains = 2;
  machine.outer = platform::outer_kind::rail_optimised;
  machine.scale_out_rate = base::bytes_per_second(10'000'000'000);
  machine.messages_per_second = 1e6;
  machine.network = std::make_shared<network::cluster>(
      machine.network, 2,
      std::make_shared<network::rails>(
          network::rails::parameters{2, 1, 2, machine.scale_out_rate, machine.scale_out_rate * 2,
                                     microsecond * 5, base::picoseconds(0)}),
      network::outer_attachment::endpoint);
  workload::program work = program_of(2);
  // Four messages of a byte at 1 us each: the last leaves 3 us after the first.
  work.ranks[0].queues[0].operations.push_back(send(
      7, {{1, base::bytes(1)}, {1, base::bytes(1)}, {1, base::bytes(1)}, {1, base::bytes(1)}}));
  work.ranks[1].queues[0].operations.push_back(wait(7, base::bytes(4)));
  const done result = run(work, machine);
  // A byte takes 100 ps on the link and 1 ps in HBM.
  EXPECT_EQ(result.of(1, 0).end, nanosecond * (500 + 100 + 100 + 3'000 + 5'000 + 100) + table * 4 +
                                     base::picoseconds(101));
}

TEST(LinkJob, ProgramsThatDoNotFitAreRefused) {
  workload::program work = program_of(1);
  work.ranks[0].weight_memory = base::bytes(100'000'000'001);
  base::trace trace;
  EXPECT_THROW(link_job(work, machine_of(2), trace), base::run_error);
  work.ranks[0].weight_memory = base::bytes(0);
  work.ranks[0].queues.resize(5);
  EXPECT_THROW(link_job(work, machine_of(2), trace), base::run_error);
}

TEST(LinkJob, AWaitForBytesThatNobodySendsIsAnErrorAndNoHang) {
  workload::program work = program_of(1);
  work.ranks[0].queues[0].operations.push_back(wait(7, megabyte));
  base::trace trace;
  progress_line progress;
  const platform::network_machine machine = machine_of(2);
  link_job job(work, machine, trace);
  EXPECT_THROW(job.run(progress), base::run_error);
}

}  // namespace
}  // namespace sn::estimate
