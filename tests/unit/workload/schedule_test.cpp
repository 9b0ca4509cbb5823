// Schedules of collectives do what the collective demands, on real data, and send what they should.
#include "workload/schedule.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace sn::workload {
namespace {

struct shape {
  std::vector<std::uint32_t> levels;
  bool grid;
};

std::uint32_t ranks_of(const shape& one) {
  std::uint32_t ranks = 1;
  for (const std::uint32_t size : one.levels) {
    ranks *= size;
  }
  return ranks;
}

const std::vector<collective_kind> level_kinds{
    collective_kind::all_reduce, collective_kind::reduce_scatter, collective_kind::all_gather,
    collective_kind::all_to_all, collective_kind::broadcast};
const std::vector<level_algorithm> algorithms{level_algorithm::ring, level_algorithm::direct,
                                              level_algorithm::halving_doubling};

schedule_request request_for(const shape& one, collective_kind kind, level_algorithm algorithm,
                             std::uint64_t elements) {
  schedule_request request;
  request.what.kind = kind;
  request.what.ranks = ranks_of(one);
  request.what.elements = elements;
  request.levels = one.levels;
  request.algorithms.assign(one.levels.size(), algorithm);
  request.grid = one.grid;
  return request;
}

// Powers of two and not, one to three levels, with fewer elements than ranks, as many, and odd
// numbers of them.
TEST(Schedule, EveryElementIsRightOverKindsLevelsAndAlgorithms) {
  const std::vector<shape> shapes{{{2}, false},       {{3}, false},       {{8}, false},
                                  {{7}, true},        {{2, 3}, false},    {{4, 4}, true},
                                  {{8, 2}, false},    {{3, 5}, true},     {{4, 2, 3}, false},
                                  {{2, 2, 2}, true},  {{4, 4, 4}, true},  {{1, 6}, false},
                                  {{8, 3, 2}, false}, {{2, 4, 8}, false}, {{3, 3, 3}, true}};
  int done = 0;
  for (const shape& one : shapes) {
    for (const collective_kind kind : level_kinds) {
      for (const level_algorithm algorithm : algorithms) {
        bool possible = true;
        for (const std::uint32_t size : one.levels) {
          possible = possible && can_do(algorithm, size);
        }
        if (!possible) {
          continue;
        }
        for (const std::uint64_t elements : {1U, 5U, 64U, 333U, 1009U}) {
          const schedule_request request = request_for(one, kind, algorithm, elements);
          EXPECT_EQ(count_wrong(request.what, make_schedule(request)), 0U)
              << to_text(kind) << ", " << request.what.ranks << " ranks, " << elements;
          ++done;
        }
      }
    }
  }
  EXPECT_GT(done, 600);
}

TEST(Schedule, TreesGiveEveryElementToAll) {
  for (std::uint32_t ranks = 2; ranks <= 33; ++ranks) {
    for (const collective_kind kind : {collective_kind::all_reduce, collective_kind::broadcast}) {
      for (const std::uint32_t trees : {1U, 2U}) {
        for (const std::uint64_t elements : {1U, 2U, 777U}) {
          auto request = request_for({{ranks}, false}, kind, level_algorithm::direct, elements);
          request.trees = trees;
          EXPECT_EQ(count_wrong(request.what, make_schedule(request)), 0U)
              << to_text(kind) << ", " << ranks << " ranks, " << trees << " trees, " << elements;
        }
      }
    }
  }
}

TEST(Schedule, ExchangesThatAreNotDoneByLevelsAreRightToo) {
  for (const std::uint32_t ranks : {2U, 5U, 16U}) {
    for (const auto kind : {collective_kind::all_to_all_v, collective_kind::send_receive}) {
      const auto request = request_for({{ranks}, false}, kind, level_algorithm::direct, 777);
      EXPECT_EQ(count_wrong(request.what, make_schedule(request)), 0U) << ranks;
    }
  }
}

TEST(Schedule, ALostTransferIsSeen) {
  const auto request =
      request_for({{4, 3}, false}, collective_kind::all_reduce, level_algorithm::ring, 1000);
  schedule broken = make_schedule(request);
  const auto all = broken.stages.at(1).front().transfers;
  broken.stages.at(1).front().transfers = [all](std::uint32_t repetition, std::uint32_t group,
                                                const transfer_sink& sink) {
    all(repetition, group, [&](const transfer& one) {
      if (repetition != 1 || one.from != 5) {
        sink(one);
      }
    });
  };
  EXPECT_GT(count_wrong(request.what, broken), 0U);
}

/// Elements that leave each rank in all repetitions, own copies aside.
std::map<std::uint32_t, std::uint64_t> sent(const schedule& steps, std::size_t stage) {
  std::map<std::uint32_t, std::uint64_t> result;
  for (const schedule_step& step : steps.stages.at(stage)) {
    for (std::uint32_t repetition = 0; repetition < step.repeats; ++repetition) {
      for (std::uint32_t group = 0; group < step.among.count(); ++group) {
        step.transfers(repetition, group, [&](const transfer& one) {
          result[one.from] += one.from == one.to ? 0 : one.part.count;
        });
      }
    }
  }
  return result;
}

TEST(Schedule, HierarchicalAllReduceSendsLessBetweenDomains) {
  // 4 ranks a domain, 3 domains, 1200 elements: 3/4 of 1200 stay inside each way, and of the 300
  // that are left 2/3 go to other domains each way.
  const auto steps = make_schedule(
      request_for({{4, 3}, false}, collective_kind::all_reduce, level_algorithm::direct, 1200));
  ASSERT_EQ(steps.stages.size(), 4U);
  const std::vector<std::uint64_t> expected{900, 200, 200, 900};
  for (std::size_t stage = 0; stage < 4; ++stage) {
    for (const auto& [rank, elements] : sent(steps, stage)) {
      EXPECT_EQ(elements, expected[stage]) << rank;
    }
  }
}

TEST(Schedule, HierarchicalBroadcastSharesItsWayBetweenDomains) {
  // 4 ranks a domain, 3 domains, 1200 elements: the root keeps 300 and gives its neighbours 900;
  // each of the four keeps 100 and gives two domains 100 each. Then all gather, 100 by 100 from two
  // of three domains, and 300 by 300 inside.
  const auto steps = make_schedule(
      request_for({{4, 3}, false}, collective_kind::broadcast, level_algorithm::direct, 1200));
  ASSERT_EQ(steps.stages.size(), 4U);
  using elements_of_ranks = std::map<std::uint32_t, std::uint64_t>;
  EXPECT_EQ(sent(steps, 0), (elements_of_ranks{{0, 900}}));
  EXPECT_EQ(sent(steps, 1), (elements_of_ranks{{0, 200}, {1, 200}, {2, 200}, {3, 200}}));
  for (const auto& [stage, expected] : elements_of_ranks{{2, 200}, {3, 900}}) {
    const elements_of_ranks all = sent(steps, stage);
    EXPECT_EQ(all.size(), 12U);
    for (const auto& [rank, elements] : all) {
      EXPECT_EQ(elements, expected) << rank;
    }
  }
}

TEST(Schedule, ARingBroadcastPassesTheWholeOnOnce) {
  using elements_of_ranks = std::map<std::uint32_t, std::uint64_t>;
  const auto steps = make_schedule(
      request_for({{5}, false}, collective_kind::broadcast, level_algorithm::ring, 1200));
  ASSERT_EQ(steps.stages.size(), 1U);
  EXPECT_EQ(steps.stages.front().front().relays.ranks, 3U);
  EXPECT_EQ(sent(steps, 0), (elements_of_ranks{{0, 1200}, {1, 1200}, {2, 1200}, {3, 1200}}));
  // Halves go 0 1 2 3 4 and 0 4 3 2 1.
  const auto both = make_schedule(
      request_for({{5}, true}, collective_kind::broadcast, level_algorithm::ring, 1200));
  EXPECT_EQ(sent(both, 0),
            (elements_of_ranks{{0, 1200}, {1, 600}, {2, 1200}, {3, 1200}, {4, 600}}));
}

TEST(Schedule, RingsOnAGridUseAllDimensionsAtOnce) {
  const auto steps = make_schedule(
      request_for({{4, 4}, true}, collective_kind::all_reduce, level_algorithm::ring, 1600));
  ASSERT_EQ(steps.stages.front().size(), 2U);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> between;
  for (const schedule_step& step : steps.stages.front()) {
    for (std::uint32_t group = 0; group < step.among.count(); ++group) {
      step.transfers(0, group, [&](const transfer& one) {
        between[{one.from, one.to}] += one.part.count;
      });
    }
  }
  // Every rank to its four neighbours, an eighth of a half of 1600 to each.
  EXPECT_EQ(between.size(), 16U * 4U);
  for (const auto& one : between) {
    EXPECT_EQ(one.second, 100U);
  }
}

}  // namespace
}  // namespace sn::workload
