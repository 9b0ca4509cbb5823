// Steps and bytes of every algorithm, by hand.
#include "workload/collective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "workload/collective_algorithms.h"
#include "workload/collective_choice.h"

namespace sn::workload {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint64_t kib = std::uint64_t{1} << 10U;
constexpr std::uint64_t gib = std::uint64_t{1} << 30U;

/// What one rank does.
struct tally {
  std::uint64_t sends = 0;  ///< transfers
  std::uint64_t waits = 0;
  std::uint64_t sums = 0;
  std::uint64_t sent = 0;      ///< bytes to others
  std::uint64_t received = 0;  ///< bytes waited for, without those from itself
  std::uint64_t summed = 0;    ///< bytes of operands
};

std::vector<tally> tallies(const program& work) {
  std::vector<tally> result(work.ranks.size());
  for (std::uint32_t rank = 0; rank < work.ranks.size(); ++rank) {
    for (const queue& each : work.ranks[rank].queues) {
      for (const operation& op : each.operations) {
        switch (op.kind) {
          case operation_kind::transfer:
            ++result[rank].sends;
            for (const message& m : op.transfer.messages) {
              if (m.peer == rank) {
                result[rank].received -= m.size.value;
              } else {
                result[rank].sent += m.size.value;
              }
            }
            break;
          case operation_kind::wait:
            ++result[rank].waits;
            result[rank].received += op.wait.size.value;
            break;
          case operation_kind::reduce:
            ++result[rank].sums;
            result[rank].summed += op.reduction.size.value * op.reduction.operands;
            break;
          case operation_kind::compute:
            ADD_FAILURE() << "a collective computes nothing but sums";
        }
      }
    }
  }
  return result;
}

std::vector<tally> tallies(collective_kind kind, collective_algorithm algorithm,
                           std::uint32_t ranks, std::uint64_t elements) {
  return tallies(expand({kind, algorithm, ranks, elements, 1}).work);
}

/// The longest chain of transfers that wait for one another, found from the program alone: a
/// transfer comes after the waits before it in its queue, a wait after the transfers of its tag.
std::uint64_t longest_chain(const program& work) {
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> at_arrival;  // by rank and tag
  std::uint64_t longest = 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (const rank_program& rank : work.ranks) {
      const auto index = static_cast<std::uint32_t>(&rank - work.ranks.data());
      for (const queue& each : rank.queues) {
        std::uint64_t depth = 0;
        for (const operation& op : each.operations) {
          if (op.kind == operation_kind::wait) {
            depth = std::max(depth, at_arrival[{index, op.wait.tag}]);
          } else if (op.kind == operation_kind::transfer) {
            for (const message& m : op.transfer.messages) {
              std::uint64_t& known = at_arrival[{m.peer, op.transfer.tag}];
              if (known < depth + 1) {
                known = depth + 1;
                changed = true;
              }
            }
            longest = std::max(longest, depth + 1);
          }
        }
      }
    }
  }
  return longest;
}

// Every rank sends 7 of 8 blocks once on the way of the sums and once on the way of the results.
TEST(collective, a_ring_all_reduce_takes_2_n_minus_1_steps_and_sends_all_but_a_block_twice) {
  for (const tally& rank :
       tallies(collective_kind::all_reduce, collective_algorithm::ring, 8, 80)) {
    EXPECT_EQ(rank.sends, 14U);
    EXPECT_EQ(rank.waits, 14U);
    EXPECT_EQ(rank.sums, 7U);
    EXPECT_EQ(rank.sent, 2U * 7 * 10 * 4);
    EXPECT_EQ(rank.received, 2U * 7 * 10 * 4);
    EXPECT_EQ(rank.summed, 7U * 10 * 4);
  }
}

// 7 elements over 3 ranks: blocks of 3, 2 and 2. Rank r gives away all but block r when sums are
// made, and all but block r + 1, which it gets last, when results go around.
TEST(collective, uneven_blocks_on_a_ring) {
  const auto ranks = tallies(collective_kind::all_reduce, collective_algorithm::ring, 3, 7);
  EXPECT_EQ(ranks[0].sent, ((7 - 3) + (7 - 2)) * 4U);
  EXPECT_EQ(ranks[1].sent, ((7 - 2) + (7 - 2)) * 4U);
  EXPECT_EQ(ranks[2].sent, ((7 - 2) + (7 - 3)) * 4U);
}

TEST(collective, direct_takes_one_step_each_way_and_one_sum_of_all) {
  for (std::uint32_t n = 2; n <= 9; ++n) {
    const auto ranks = tallies(collective_kind::all_reduce, collective_algorithm::direct, n,
                               std::uint64_t{10} * n);
    for (const tally& rank : ranks) {
      EXPECT_EQ(rank.sends, 2U);
      EXPECT_EQ(rank.waits, 2U);
      EXPECT_EQ(rank.sums, 1U);
      EXPECT_EQ(rank.sent, 2 * (n - 1) * 40);
      EXPECT_EQ(rank.summed, (n - 1) * 40);
    }
  }
}

// 8 ranks, 80 elements: halves of 40, 20 and 10 elements go out, and come back the other way.
TEST(collective, halving_doubling_takes_log_n_steps_each_way) {
  for (const tally& rank :
       tallies(collective_kind::all_reduce, collective_algorithm::halving_doubling, 8, 80)) {
    EXPECT_EQ(rank.sends, 6U);
    EXPECT_EQ(rank.sums, 3U);
    EXPECT_EQ(rank.sent, 2U * (40 + 20 + 10) * 4);
    EXPECT_EQ(rank.received, 2U * (40 + 20 + 10) * 4);
  }
}

TEST(collective, halving_doubling_refuses_other_than_powers_of_two) {
  for (const std::uint32_t n : {3U, 5U, 6U, 7U, 9U}) {
    try {
      expand({collective_kind::all_reduce, collective_algorithm::halving_doubling, n, 80, 1});
      ADD_FAILURE() << n;
    } catch (const base::configuration_error& error) {
      EXPECT_THAT(error.what(), HasSubstr("power of two of ranks, not " + std::to_string(n)));
    }
  }
}

TEST(collective, what_an_algorithm_cannot_do_is_refused_with_what_can) {
  try {
    expand({collective_kind::all_to_all, collective_algorithm::ring, 4, 80, 1});
    ADD_FAILURE();
  } catch (const base::configuration_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("ring does no all_to_all; expected direct"));
  }
  EXPECT_THROW(expand({collective_kind::broadcast, collective_algorithm::direct, 1, 80, 1}),
               base::configuration_error);
}

// Of 6 ranks, by hand: the in-order walk 0 .. 5 splits off the complete tree 0 1 2 below 3; 4 is
// below 5.
TEST(collective, the_in_order_tree_of_six_ranks) {
  const auto tree = in_order_tree(6);
  EXPECT_EQ(tree[3].parent, tree_node::no_parent);
  EXPECT_THAT(tree[3].children, ElementsAre(1, 5));
  EXPECT_THAT(tree[1].children, ElementsAre(0, 2));
  EXPECT_THAT(tree[5].children, ElementsAre(4));
  EXPECT_EQ(tree[4].parent, 5U);
}

TEST(collective, the_two_trees_span_all_ranks_and_no_rank_has_children_in_both) {
  for (std::uint32_t n = 1; n <= 65; ++n) {
    const auto first = in_order_tree(n);
    const auto second = complement_tree(n);
    for (const auto* tree : {&first, &second}) {
      std::uint32_t edges = 0;
      for (std::uint32_t rank = 0; rank < n; ++rank) {
        EXPECT_LE((*tree)[rank].children.size(), 2U);
        edges += static_cast<std::uint32_t>((*tree)[rank].children.size());
        // Every way up ends at the root, after at most log2 n steps.
        std::uint32_t at = rank;
        std::uint32_t steps = 0;
        while ((*tree)[at].parent != tree_node::no_parent) {
          at = (*tree)[at].parent;
          ASSERT_LE(std::uint64_t{1} << ++steps, n);
        }
      }
      EXPECT_EQ(edges, n - 1);
    }
    for (std::uint32_t rank = 0; rank < n && n > 1; ++rank) {
      EXPECT_TRUE(first[rank].children.empty() || second[rank].children.empty()) << n;
    }
  }
}

// One array goes up every edge of the tree and one comes down: a rank with two children gets and
// sends three, a leaf one.
TEST(collective, a_binary_tree_all_reduce_moves_an_array_along_each_edge_both_ways) {
  const auto ranks = tallies(collective_kind::all_reduce, collective_algorithm::binary_tree, 7, 50);
  EXPECT_EQ(ranks[3].sent, 2U * 200);  // the root has no one above
  EXPECT_EQ(ranks[3].received, 2U * 200);
  EXPECT_EQ(ranks[1].sent, 3U * 200);
  EXPECT_EQ(ranks[1].received, 3U * 200);
  EXPECT_EQ(ranks[1].sums, 1U);
  EXPECT_EQ(ranks[1].summed, 2U * 200);
  EXPECT_EQ(ranks[0].sent, 200U);
  EXPECT_EQ(ranks[0].sums, 0U);
}

// Each tree has half of the array; a rank with two children in one is a leaf in the other: three
// halves and one half.
TEST(collective, a_double_binary_tree_loads_no_rank_with_more_than_two_arrays) {
  for (std::uint32_t n = 2; n <= 9; ++n) {
    std::uint64_t busiest = 0;
    for (const tally& rank :
         tallies(collective_kind::all_reduce, collective_algorithm::double_binary_tree, n, 100)) {
      busiest = std::max({busiest, rank.sent, rank.received});
    }
    EXPECT_LE(busiest, 2U * 400) << n;
  }
  const auto ranks =
      tallies(collective_kind::all_reduce, collective_algorithm::double_binary_tree, 7, 100);
  EXPECT_EQ(ranks[1].sent, 3U * 200 + 200);  // odd: two children in the first tree
}

TEST(collective, all_to_all_sends_every_block_but_its_own_and_copies_that) {
  for (std::uint32_t n = 2; n <= 9; ++n) {
    const collective what{collective_kind::all_to_all, collective_algorithm::direct, n,
                          std::uint64_t{7} * n, 1};
    for (const tally& rank : tallies(expand(what).work)) {
      EXPECT_EQ(rank.sends, 1U);
      EXPECT_EQ(rank.sent, (n - 1) * 28);
      EXPECT_EQ(rank.received, (n - 1) * 28);
    }
  }
}

// The parts of a source cover its array without gaps, and no part is more than seven times another
// (but for rounding to whole elements).
TEST(collective, all_to_all_v_divides_the_array_unevenly) {
  const collective what{collective_kind::all_to_all_v, collective_algorithm::direct, 9, 90'000, 1};
  std::uint64_t most_uneven = 1;
  for (std::uint32_t source = 0; source < 9; ++source) {
    std::uint64_t end = 0;
    std::uint64_t shortest = 90'000;
    std::uint64_t longest = 0;
    for (std::uint32_t destination = 0; destination < 9; ++destination) {
      const element_range part = exchanged_part(what, source, destination);
      EXPECT_EQ(part.first, end);
      end = part.end();
      shortest = std::min(shortest, part.count);
      longest = std::max(longest, part.count);
    }
    EXPECT_EQ(end, 90'000U);
    EXPECT_GT(longest, shortest + 1);  // more than rounding
    EXPECT_LE(longest, 7 * (shortest + 1));
    most_uneven = std::max(most_uneven, longest / shortest);
  }
  EXPECT_GE(most_uneven, 5U);
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  for (const tally& rank : tallies(expand(what).work)) {
    sent += rank.sent;
    received += rank.received;
  }
  EXPECT_EQ(sent, received);
}

TEST(collective, the_bytes_that_are_sent_are_those_that_are_waited_for) {
  for (std::uint32_t n = 2; n <= 9; ++n) {
    for (const auto kind :
         {collective_kind::all_reduce, collective_kind::reduce_scatter, collective_kind::all_gather,
          collective_kind::all_to_all, collective_kind::broadcast, collective_kind::send_receive}) {
      for (const auto algorithm : algorithms_for(kind, n)) {
        std::uint64_t sent = 0;
        std::uint64_t received = 0;
        for (const tally& rank : tallies(kind, algorithm, n, 101)) {
          sent += rank.sent;
          received += rank.received;
        }
        EXPECT_EQ(sent, received);
      }
    }
  }
}

TEST(collective, fewer_elements_than_ranks_leave_no_empty_operations) {
  const auto ranks = tallies(collective_kind::all_gather, collective_algorithm::ring, 8, 2);
  // Blocks 0 and 1 have one element. Rank 7 gets both from 6 and passes on all but block 0, which
  // its successor owns.
  EXPECT_EQ(ranks[7].waits, 2U);
  EXPECT_EQ(ranks[7].sends, 1U);
  EXPECT_EQ(ranks[0].sends, 1U);
  EXPECT_EQ(ranks[0].waits, 1U);
}

TEST(collective, blocks_are_cut_into_at_most_four_channels_of_64_kib) {
  collective what{collective_kind::all_reduce, collective_algorithm::direct, 8, 0, 1};
  const auto channels = [&](std::uint64_t bytes) {
    what.elements = bytes / 4;
    return channels_of(what);
  };
  EXPECT_EQ(channels(8), 1U);
  EXPECT_EQ(channels(2 * 8 * 65536 - 4), 1U);
  EXPECT_EQ(channels(std::uint64_t{2} * 8 * 65536), 2U);
  EXPECT_EQ(channels(std::uint64_t{1} << 30U), 4U);
  EXPECT_EQ(expand(what).work.ranks[0].queues.size(), 4U);
}

// 64 ranks: blocks of 1 GiB are 16 MiB, a quarter of which are 4 MiB; blocks of 256 MiB 4 MiB and
// 1 MiB; those of 32 MiB 512 KiB and 128 KiB, which is less than messages have anyway.
TEST(collective, messages_end_at_256_kib_and_long_ones_at_a_quarter_of_a_block) {
  collective what{collective_kind::all_reduce, collective_algorithm::direct, 64, gib / 4, 1};
  EXPECT_EQ(longest_message_of(what) * element_size, 256 * kib);
  what.long_messages = true;
  EXPECT_EQ(longest_message_of(what) * element_size, 4096 * kib);
  what.elements = gib / 4 / 4;
  EXPECT_EQ(longest_message_of(what) * element_size, 1024 * kib);
  what.elements = gib / 32 / 4;
  EXPECT_EQ(longest_message_of(what) * element_size, 256 * kib);
  // Never more than 4 MiB, whatever the block; and whole regions of 256 bytes: a quarter of a
  // hundredth of 1 GiB are 2,684,354 bytes, of which 10485 regions are 2,684,160.
  what.elements = gib / 4;
  what.ranks = 2;
  EXPECT_EQ(longest_message_of(what) * element_size, 4096 * kib);
  what.ranks = 100;
  EXPECT_EQ(longest_message_of(what) * element_size, 2'684'160U);
  what.algorithm = collective_algorithm::ring;
  EXPECT_EQ(longest_message_of(what) * element_size, 2'684'160U);
  for (const auto other :
       {collective_algorithm::halving_doubling, collective_algorithm::binary_tree,
        collective_algorithm::double_binary_tree}) {
    what.algorithm = other;
    EXPECT_EQ(longest_message_of(what) * element_size, 256 * kib);
  }
}

// 16 MiB to each of 63 peers and to itself, in 4 messages of 4 MiB that take turns.
TEST(collective, long_messages_carry_the_same_bytes_to_the_same_places) {
  collective what{collective_kind::all_to_all, collective_algorithm::direct, 64, gib / 4, 1};
  const program usual = expand(what).work;
  what.long_messages = true;
  const program coarse = expand(what).work;
  for (std::uint32_t rank = 0; rank < 64; ++rank) {
    const auto& few = coarse.ranks[rank].queues[0].operations[0].transfer.messages;
    const auto& many = usual.ranks[rank].queues[0].operations[0].transfer.messages;
    ASSERT_EQ(few.size(), 64U * 4);
    ASSERT_EQ(many.size(), 64U * 64);
    std::map<std::uint32_t, std::uint64_t> begins;
    std::map<std::uint32_t, std::uint64_t> bytes;
    for (const message& m : few) {
      bytes[m.peer] += m.size.value;
      begins.try_emplace(m.peer, m.to.value);
    }
    for (const message& m : many) {
      bytes[m.peer] -= m.size.value;
      EXPECT_GE(m.to.value, begins.at(m.peer));
    }
    for (const auto& [peer, left] : bytes) {
      EXPECT_EQ(left, 0U) << "from " << rank << " to " << peer;
    }
  }
}

TEST(collective, tags_begin_where_they_are_told_and_are_counted) {
  const collective what{collective_kind::all_reduce, collective_algorithm::ring, 5, 50, 1000};
  const collective_program built = expand(what);
  EXPECT_EQ(built.tags, 8U);
  for (const rank_program& rank : built.work.ranks) {
    for (const operation& op : rank.queues[0].operations) {
      if (op.kind == operation_kind::wait) {
        EXPECT_GE(op.wait.tag, 1000U);
        EXPECT_LT(op.wait.tag, 1008U);
      }
    }
  }
}

TEST(collective, bus_factors_are_those_of_nccl_tests) {
  EXPECT_DOUBLE_EQ(bus_factor(collective_kind::all_reduce, 8), 1.75);
  EXPECT_DOUBLE_EQ(bus_factor(collective_kind::reduce_scatter, 8), 0.875);
  EXPECT_DOUBLE_EQ(bus_factor(collective_kind::all_gather, 8), 0.875);
  EXPECT_DOUBLE_EQ(bus_factor(collective_kind::all_to_all, 8), 0.875);
  EXPECT_DOUBLE_EQ(bus_factor(collective_kind::all_to_all_v, 8), 0.875);
  EXPECT_DOUBLE_EQ(bus_factor(collective_kind::broadcast, 8), 1.0);
  EXPECT_DOUBLE_EQ(bus_factor(collective_kind::send_receive, 8), 1.0);
}

// ---- the choice ----

// What the choice counts by formula is what the programs do.
TEST(collective_choice, counts_steps_sums_and_bytes_as_the_programs_have_them) {
  for (std::uint32_t n = 2; n <= 9; ++n) {
    for (const auto kind :
         {collective_kind::all_reduce, collective_kind::reduce_scatter, collective_kind::all_gather,
          collective_kind::all_to_all, collective_kind::broadcast, collective_kind::send_receive}) {
      for (const auto algorithm : algorithms_for(kind, n)) {
        const collective what{kind, algorithm, n, std::uint64_t{120} * n, 1};
        const std::string where = std::string(to_text(kind)) + " " +
                                  std::string(to_text(algorithm)) + " " + std::to_string(n);
        const program work = expand(what).work;
        const collective_cost cost = cost_of(what);
        EXPECT_EQ(cost.steps, longest_chain(work)) << where;
        const bool pipelined = algorithm == collective_algorithm::binary_tree ||
                               algorithm == collective_algorithm::double_binary_tree ||
                               kind == collective_kind::broadcast;
        if (!pipelined) {
          for (const tally& rank : tallies(work)) {
            EXPECT_EQ(cost.wire.value, rank.sent) << where;
            EXPECT_EQ(cost.reductions, rank.sums) << where;
            // Each sum also reads and writes its result.
            EXPECT_EQ(cost.sum_traffic.value,
                      rank.summed +
                          2 * rank.summed / (algorithm == collective_algorithm::direct ? n - 1 : 1))
                << where;
          }
        }
      }
    }
  }
}

TEST(collective_choice, few_steps_win_for_small_sizes_and_the_reason_names_the_next) {
  const collective_rates rates{
      base::picoseconds(2'000'000), base::picoseconds(1'500'000), base::picoseconds(1'000'000),
      base::bytes_per_second(700'000'000'000), base::bytes_per_second(3'000'000'000'000)};
  const collective small{collective_kind::all_reduce, collective_algorithm::ring, 64, 1024, 1};
  const auto choice = choose_algorithm(small, rates);
  EXPECT_EQ(choice.algorithm, collective_algorithm::direct);
  EXPECT_THAT(choice.reason, HasSubstr("in 2 steps"));
  EXPECT_THAT(choice.reason, HasSubstr("next halving_doubling"));
}

TEST(collective_choice, a_root_does_not_send_a_large_array_to_everybody_itself) {
  const collective_rates rates{
      base::picoseconds(2'000'000), base::picoseconds(1'500'000), base::picoseconds(1'000'000),
      base::bytes_per_second(700'000'000'000), base::bytes_per_second(3'000'000'000'000)};
  collective what{collective_kind::broadcast, collective_algorithm::ring, 16, 256, 1};
  EXPECT_EQ(choose_algorithm(what, rates).algorithm, collective_algorithm::direct);
  what.elements = std::uint64_t{1} << 28U;
  EXPECT_NE(choose_algorithm(what, rates).algorithm, collective_algorithm::direct);
  EXPECT_NE(choose_algorithm(what, rates).algorithm, collective_algorithm::binary_tree);
}

TEST(collective_choice, switches_that_can_reduce_do_it_unless_groups_have_to_share_them) {
  collective_rates rates{base::picoseconds(2'000'000), base::picoseconds(1'500'000),
                         base::picoseconds(1'000'000), base::bytes_per_second(700'000'000'000),
                         base::bytes_per_second(3'000'000'000'000)};
  collective what{collective_kind::all_reduce, collective_algorithm::ring, 8, 1U << 20U, 1};
  EXPECT_NE(choose_algorithm(what, rates).algorithm, collective_algorithm::in_switch);
  rates.in_switch = true;
  EXPECT_EQ(choose_algorithm(what, rates).algorithm, collective_algorithm::in_switch);
  // One step and 4 MiB at 700 GB/s: 2 + 5.99 us.
  what.algorithm = collective_algorithm::in_switch;
  EXPECT_EQ(estimated_time(cost_of(what), rates).value, 2'000'000U + 5'991'863);
  what.groups = 8;
  EXPECT_NE(choose_algorithm(what, rates).algorithm, collective_algorithm::in_switch);
  what.kind = collective_kind::all_to_all;
  EXPECT_EQ(choose_algorithm(what, rates).algorithm, collective_algorithm::direct);
}

TEST(collective_choice, in_switch_sends_every_byte_once_to_the_group_of_all) {
  for (const auto kind : {collective_kind::all_reduce, collective_kind::reduce_scatter,
                          collective_kind::all_gather, collective_kind::broadcast}) {
    const bool sums =
        kind == collective_kind::all_reduce || kind == collective_kind::reduce_scatter;
    collective what{kind, collective_algorithm::in_switch, 5, 100'000, 1};
    what.groups = 2;
    const program work = expand(what).work;
    ASSERT_EQ(work.groups.size(), 2U);
    EXPECT_EQ(work.groups[1], (std::vector<std::uint32_t>{5, 6, 7, 8, 9}));
    std::uint64_t sent = 0;
    for (std::uint32_t rank = 0; rank < 10; ++rank) {
      for (const queue& each : work.ranks[rank].queues) {
        for (const operation& op : each.operations) {
          for (const message& item : op.transfer.messages) {
            EXPECT_EQ(item.peer, rank / 5);
            EXPECT_EQ(item.from, item.to);
            EXPECT_EQ(item.kind, sums ? message_kind::reduce : message_kind::multicast);
            // Of 100,000 elements each rank owns 20,000.
            EXPECT_EQ(item.result_to, kind == collective_kind::reduce_scatter
                                          ? rank / 5 * 5 + item.from.value / 80'000
                                          : all_of_group);
            sent += item.size.value;
          }
        }
      }
    }
    // 400,000 bytes of each rank, or of all ranks together.
    EXPECT_EQ(sent, 2 * 400'000U * (sums ? 5 : 1));
  }
}

TEST(collective_choice, the_estimate_is_steps_and_bytes) {
  const collective_rates rates{base::picoseconds(1000), base::picoseconds(100),
                               base::picoseconds(50), base::bytes_per_second(1'000'000'000'000),
                               base::bytes_per_second(500'000'000'000)};
  collective_cost cost;
  cost.steps = 3;
  cost.reductions = 2;
  cost.wire = base::bytes(700);
  cost.sum_traffic = base::bytes(400);
  EXPECT_EQ(estimated_time(cost, rates).value, 3000U + 200 + 700 + 800);
  cost.overlapped = true;
  EXPECT_EQ(estimated_time(cost, rates).value, 3000U + 200 + 800);
}

TEST(collective_choice, sums_of_a_direct_reduce_scatter_keep_the_compute_engine_busy) {
  // Blocks of 1 MiB: four channels of four pieces.
  collective what{collective_kind::reduce_scatter, collective_algorithm::direct, 8, 0, 1};
  what.elements = std::uint64_t{8} << 18U;
  const collective_cost cost = cost_of(what);
  EXPECT_EQ(cost.reductions, 16U);
  EXPECT_TRUE(cost.in_pieces);
  EXPECT_EQ(cost.wire.value, 7U << 20U);
  EXPECT_EQ(cost.sum_traffic.value, 9U << 20U);
  collective_rates rates;
  rates.step = base::picoseconds(2'000'000);
  rates.reduction = base::picoseconds(1'500'000);
  rates.launch = base::picoseconds(1'000'000);
  rates.wire = base::bytes_per_second(std::uint64_t{7} << 40U);  // 0.954 us for all
  rates.sum = base::bytes_per_second(std::uint64_t{9} << 40U);   // and for the sums
  // A step, the fetch of a sum, a 16th of the wire, 16 sums.
  EXPECT_NEAR(static_cast<double>(estimated_time(cost, rates).value),
              2e6 + 0.5e6 + 0.9537e6 / 16 + 16e6 + 0.9537e6, 1e3);
  rates.wire = base::bytes_per_second(std::uint64_t{7} << 34U);  // 61.04 us
  EXPECT_NEAR(static_cast<double>(estimated_time(cost, rates).value),
              2e6 + 0.5e6 + 61.035e6 + (16e6 + 0.9537e6) / 16, 1e3);
}

}  // namespace
}  // namespace sn::workload
