// Every algorithm gives every rank what the collective's definition says.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "collective_machine.h"
#include "workload/collective_check.h"

namespace sn::workload {
namespace {

constexpr collective_kind all_kinds[] = {
    collective_kind::all_reduce,  collective_kind::reduce_scatter, collective_kind::all_gather,
    collective_kind::all_to_all,  collective_kind::all_to_all_v,   collective_kind::broadcast,
    collective_kind::send_receive};

std::string described(const collective& what) {
  return std::string(to_text(what.kind)) + " " + std::string(to_text(what.algorithm)) + ", " +
         std::to_string(what.ranks) + " ranks, " + std::to_string(what.elements) + " elements";
}

/// Elements that are wrong when the program of `what` has run.
std::uint64_t wrong_after(const collective& what, std::uint64_t seed) {
  const collective_program built = expand(what);
  const collective_check check(what);
  collective_machine machine(built.work, seed);
  for (std::uint32_t rank = 0; rank < what.all_ranks(); ++rank) {
    const std::vector<float> input = check.input(rank);
    const auto first = static_cast<std::ptrdiff_t>(place_of(what, rank).input.first);
    // Of a broadcast, only the roots have something to give.
    if (what.kind != collective_kind::broadcast || rank % what.ranks == 0) {
      std::copy(input.begin(), input.end(), machine.memory[rank].begin() + first);
    }
  }
  EXPECT_TRUE(machine.run()) << described(what) << " is stuck";
  std::uint64_t wrong = 0;
  for (std::uint32_t rank = 0; rank < what.all_ranks(); ++rank) {
    const element_range output = place_of(what, rank).output;
    const auto begin = machine.memory[rank].begin() + static_cast<std::ptrdiff_t>(output.first);
    wrong += check.wrong(rank, {begin, begin + static_cast<std::ptrdiff_t>(output.count)});
  }
  return wrong;
}

TEST(collective_data, every_algorithm_of_every_kind_is_right_for_2_to_9_ranks_and_odd_sizes) {
  for (const collective_kind kind : all_kinds) {
    for (std::uint32_t ranks = 2; ranks <= 9; ++ranks) {
      for (const collective_algorithm algorithm : algorithms_for(kind, ranks)) {
        for (const std::uint64_t elements : {1U, 2U, 7U, 64U, 257U}) {
          const collective what{kind, algorithm, ranks, elements, 1};
          EXPECT_EQ(wrong_after(what, ranks + elements), 0U) << described(what);
        }
      }
    }
  }
}

TEST(collective_data, and_for_10_to_64_ranks) {
  for (const collective_kind kind : all_kinds) {
    for (std::uint32_t ranks = 10; ranks <= 64; ++ranks) {
      for (const collective_algorithm algorithm : algorithms_for(kind, ranks)) {
        for (const std::uint64_t elements : {37U, 331U}) {
          const collective what{kind, algorithm, ranks, elements, 1};
          EXPECT_EQ(wrong_after(what, ranks + elements), 0U) << described(what);
        }
      }
    }
  }
}

TEST(collective_data, and_when_blocks_are_cut_into_channels_and_pieces) {
  // 64 KiB are 16384 elements: three ranks get 3 channels, and trees of 3 MiB get pieces.
  for (const collective_kind kind : all_kinds) {
    for (const collective_algorithm algorithm : algorithms_for(kind, 4)) {
      const collective what{kind, algorithm, 4, 4 * 3 * 16384 + 4321, 1};
      EXPECT_EQ(wrong_after(what, 1), 0U) << described(what);
    }
    for (const collective_algorithm algorithm : algorithms_for(kind, 3)) {
      const collective what{kind, algorithm, 3, 3 * 262144 + 5, 1};
      EXPECT_EQ(wrong_after(what, 2), 0U) << described(what);
    }
  }
}

TEST(collective_data, and_when_several_groups_do_it_at_once) {
  for (const collective_kind kind : all_kinds) {
    for (const collective_algorithm algorithm : algorithms_for(kind, 4)) {
      const collective what{kind, algorithm, 4, 101, 1, 3};
      EXPECT_EQ(wrong_after(what, 5), 0U) << described(what);
    }
  }
  // The groups have inputs of their own.
  const collective what{collective_kind::all_reduce, collective_algorithm::ring, 4, 101, 1, 3};
  const collective_check check(what);
  EXPECT_GT(check.wrong(0, check.expected(4)), 90U);
}

// 34 pieces of 1 MiB: leaves have more to send than their window.
TEST(collective_data, and_when_a_leaf_has_to_hold_back) {
  const collective what{collective_kind::all_reduce, collective_algorithm::binary_tree, 3,
                        34 * 262144 + 1, 1};
  EXPECT_EQ(wrong_after(what, 3), 0U);
}

TEST(collective_data, the_order_of_events_never_matters) {
  for (const collective_kind kind : all_kinds) {
    for (const collective_algorithm algorithm : algorithms_for(kind, 8)) {
      for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const collective what{kind, algorithm, 8, 37, 1};
        EXPECT_EQ(wrong_after(what, seed), 0U) << described(what);
      }
    }
  }
}

TEST(collective_check, sees_one_wrong_element_and_a_block_in_another_place) {
  const collective what{collective_kind::all_gather, collective_algorithm::ring, 4, 400, 1};
  const collective_check check(what);
  std::vector<float> output = check.expected(2);
  EXPECT_EQ(check.wrong(2, output), 0U);
  output[77] += 1.0F;
  EXPECT_EQ(check.wrong(2, output), 1U);
  output[77] -= 1.0F;
  std::swap_ranges(output.begin(), output.begin() + 100, output.begin() + 100);
  EXPECT_GT(check.wrong(2, output), 190U);  // of 200, one in 251 is the same by chance
}

// Worked out by hand from the definition, with what the check itself gives as inputs.
TEST(collective_check, expects_what_the_definitions_say) {
  const collective sum{collective_kind::all_reduce, collective_algorithm::ring, 3, 5, 1};
  const collective_check check(sum);
  for (std::size_t i = 0; i < 5; ++i) {
    const float by_hand = check.input(0)[i] + check.input(1)[i] + check.input(2)[i];
    EXPECT_EQ(check.expected(1)[i], by_hand);
  }
  // 5 elements over 3 ranks: blocks of 2, 2 and 1.
  const collective scatter{collective_kind::reduce_scatter, collective_algorithm::ring, 3, 5, 1};
  EXPECT_EQ(collective_check(scatter).expected(1),
            (std::vector<float>{check.expected(0)[2], check.expected(0)[3]}));
  const collective exchange{collective_kind::all_to_all, collective_algorithm::direct, 3, 5, 1};
  const collective_check to_all(exchange);
  EXPECT_EQ(to_all.expected(2),
            (std::vector<float>{to_all.input(0)[4], to_all.input(1)[4], to_all.input(2)[4]}));
  const collective pass{collective_kind::send_receive, collective_algorithm::direct, 3, 5, 1};
  const collective_check passed(pass);
  EXPECT_EQ(passed.expected(0), passed.input(2));
  EXPECT_NE(passed.input(2), passed.input(1));
}

}  // namespace
}  // namespace sn::workload
