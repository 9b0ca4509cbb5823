#include "workload/decode_step.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <utility>

namespace sn::workload {
namespace {

/// The shipped model with 8 ranks and a small batch.
scenario small_step() {
  scenario run;
  run.name = "test";
  run.shape = load_model(SN_SOURCE_DIR "/workloads/models/deepseek_v3.json");
  run.ranks = 8;
  run.batch = 4;
  run.context = 1000;
  run.routing.skew = 1.0;
  return run;
}

/// Calls `visit(rank, operation)` for every operation of the program.
template <typename Visit>
void for_each_operation(const program& work, const Visit& visit) {
  for (std::uint32_t rank = 0; rank < work.ranks.size(); ++rank) {
    for (const auto& queue : work.ranks[rank].queues) {
      for (const auto& operation : queue.operations) {
        visit(rank, operation);
      }
    }
  }
}

/// Bytes sent and waited for, by receiving rank and tag.
using ledger = std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t>;

void expect_every_byte_is_waited_for(const program& work) {
  ledger sent;
  ledger awaited;
  for_each_operation(work, [&](std::uint32_t rank, const operation& op) {
    if (op.kind == operation_kind::transfer) {
      for (const auto& message : op.transfer.messages) {
        EXPECT_GT(message.size.value, 0U);
        sent[{message.peer, op.transfer.tag}] += message.size.value;
      }
    } else if (op.kind == operation_kind::wait) {
      const bool first =
          awaited.emplace(std::make_pair(rank, op.wait.tag), op.wait.size.value).second;
      EXPECT_TRUE(first) << "rank " << rank << " waits twice for tag " << op.wait.tag;
    }
  });
  EXPECT_FALSE(sent.empty());
  EXPECT_EQ(sent, awaited);
}

TEST(decode_step, every_byte_sent_is_waited_for_under_its_tag) {
  scenario run = small_step();
  expect_every_byte_is_waited_for(build_decode_step(run, 1).work);
  run.micro_batches = 2;
  expect_every_byte_is_waited_for(build_decode_step(run, 1).work);
  run.routing.one_copy_per_destination = false;
  expect_every_byte_is_waited_for(build_decode_step(run, 1).work);
}

std::uint64_t total_flops(const program& work) {
  std::uint64_t sum = 0;
  for_each_operation(work, [&](std::uint32_t, const operation& op) { sum += op.compute.flops; });
  return sum;
}

TEST(decode_step, computes_exactly_the_flops_of_its_tokens) {
  // 8 ranks x 4 tokens x (2 x 36,624,596,992 + 1000 x 16,990,208), whatever the routing.
  const std::uint64_t expected = 32U * (73'249'193'984U + 1000ULL * 16'990'208U);
  scenario run = small_step();
  EXPECT_EQ(total_flops(build_decode_step(run, 1).work), expected);
  EXPECT_EQ(total_flops(build_decode_step(run, 2).work), expected);
  run.micro_batches = 2;
  EXPECT_EQ(total_flops(build_decode_step(run, 1).work), expected);
}

TEST(decode_step, sends_7392_bytes_per_token_and_destination_and_14336_back) {
  const scenario run = small_step();
  const auto step = build_decode_step(run, 1);
  const expert_traffic traffic(
      run, route_layer(run.shape.router, run.routing.skew, 32, 1, run.routing.stream, 10));
  std::set<std::uint32_t> seen;
  for_each_operation(step.work, [&](std::uint32_t rank, const operation& op) {
    if (op.kind != operation_kind::transfer || op.layer != 10) {
      return;
    }
    for (const auto& message : op.transfer.messages) {
      if (op.part == phase::dispatch) {
        EXPECT_EQ(message.size.value, 7'392U * traffic.copies(0, rank, message.peer));
      } else {
        EXPECT_EQ(message.size.value, 14'336U * traffic.copies(0, message.peer, rank));
      }
    }
    seen.insert(op.transfer.tag);
  });
  EXPECT_EQ(seen.size(), 2U);  // one tag for dispatch, one for combine
}

TEST(decode_step, ranks_start_their_messages_at_different_peers_and_end_at_home) {
  scenario run = small_step();
  run.batch = 64;  // enough for every rank to have tokens for every other
  for_each_operation(build_decode_step(run, 1).work, [](std::uint32_t rank, const operation& op) {
    if (op.kind == operation_kind::transfer) {
      ASSERT_EQ(op.transfer.messages.size(), 8U);
      EXPECT_EQ(op.transfer.messages.front().peer, (rank + 1) % 8);
      EXPECT_EQ(op.transfer.messages.back().peer, rank);
    }
  });
}

TEST(decode_step, every_rank_takes_part_in_every_exchange_even_without_tokens) {
  scenario run = small_step();
  run.ranks = 64;
  run.batch = 1;  // 64 tokens x 8 experts leave ranks without any in some layer
  std::size_t empty = 0;
  for (const auto& rank : build_decode_step(run, 1).work.ranks) {
    std::size_t transfers = 0;
    std::size_t waits = 0;
    for (const auto& op : rank.queues[0].operations) {
      transfers += op.kind == operation_kind::transfer ? 1U : 0U;
      waits += op.kind == operation_kind::wait ? 1U : 0U;
      empty += op.kind == operation_kind::transfer && op.transfer.messages.empty() ? 1U : 0U;
    }
    EXPECT_EQ(transfers, 2U * 58U);
    EXPECT_EQ(waits, 2U * 58U);
  }
  EXPECT_GT(empty, 0U);
}

TEST(decode_step, the_shared_expert_is_computed_while_the_dispatch_is_in_flight) {
  const auto step = build_decode_step(small_step(), 1);
  const auto& operations = step.work.ranks[3].queues[0].operations;
  int stage =
      0;  // of layer 5: dispatch sent, shared expert done, dispatch awaited, experts, combine
  for (const auto& op : operations) {
    if (op.layer != 5) {
      continue;
    }
    const bool transfer = op.kind == operation_kind::transfer;
    if (transfer && op.part == phase::dispatch) {
      EXPECT_EQ(stage, 0);
      stage = 1;
    } else if (op.part == phase::shared_expert) {
      EXPECT_EQ(stage, 1);
    } else if (op.kind == operation_kind::wait && op.part == phase::dispatch) {
      EXPECT_EQ(stage, 1);
      stage = 2;
    } else if (op.part == phase::expert) {
      EXPECT_EQ(stage, 2);
    } else if (transfer && op.part == phase::combine) {
      EXPECT_EQ(stage, 2);
      stage = 3;
    } else if (op.kind == operation_kind::wait && op.part == phase::combine) {
      EXPECT_EQ(stage, 3);
      stage = 4;
    }
  }
  EXPECT_EQ(stage, 4);
}

TEST(decode_step, moves_the_bytes_that_a_memory_bound_step_must_read) {
  const scenario run = small_step();
  const auto step = build_decode_step(run, 1);
  std::uint64_t attention_core = 0;
  std::uint64_t query_up = 0;
  std::uint64_t expert_down = 0;
  for (const auto& op : step.work.ranks[0].queues[0].operations) {
    if (op.name == "layer 4 attention") {
      attention_core = op.compute.hbm_traffic.value;
    } else if (op.name == "layer 4 query up") {
      query_up = op.compute.hbm_traffic.value;
    } else if (op.name == "layer 4 experts down") {
      expert_down = op.compute.hbm_traffic.value;
    }
  }
  // 4 requests x (1001 x 576 x 2 of cache + 128 x (576 + 512) x 2 of query and result).
  EXPECT_EQ(attention_core, 4U * (1001U * 1152U + 278'528U));
  // 1536 x 24576 FP8 weights, 4 x 1536 in, 4 x 24576 x 2 out.
  EXPECT_EQ(query_up, 1536U * 24'576U + 4U * 1536U + 4U * 24'576U * 2U);
  // Weights of the used experts (2048 x 7168 each), and per token 2048 in and 7168 x 2 out.
  const expert_traffic traffic(
      run, route_layer(run.shape.router, run.routing.skew, 32, 1, run.routing.stream, 4));
  EXPECT_LT(traffic.experts_used(0, 0),
            32U);  // 32 tokens x 8 leave some of the experts without any
  EXPECT_EQ(expert_down, traffic.experts_used(0, 0) * 2048U * 7168U +
                             traffic.tokens_computed(0, 0) * (2048U + 14'336U));
}

TEST(decode_step, memory_of_a_rank_is_its_weights_and_its_cache) {
  // Replicated in FP8: 61 x 187,105,280 attention, 3 x 396,361,728 dense, 58 shared experts;
  // sharded: 58 x 256 / 8 experts; in BF16: 58 gates of 7168 x 256, embedding and head of 129280 x
  // 7168.
  const std::uint64_t fp8 =
      61ULL * 187'105'280U + 3ULL * 396'361'728U + 58ULL * (1U + 32U) * 44'040'192U;
  const std::uint64_t bf16 = 58ULL * 1'835'008U + 2ULL * 926'679'040U;
  const auto step = build_decode_step(small_step(), 1);
  for (const auto& rank : step.work.ranks) {
    EXPECT_EQ(rank.weight_memory.value, fp8 + 2U * bf16);
    EXPECT_EQ(rank.cache_memory.value, 4U * 1000U * 70'272U);
  }
}

TEST(decode_step, two_micro_batches_are_two_queues_with_tags_of_their_own) {
  scenario run = small_step();
  run.micro_batches = 2;
  const auto step = build_decode_step(run, 1);
  std::set<std::uint32_t> tags[2];
  for (const auto& rank : step.work.ranks) {
    ASSERT_EQ(rank.queues.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) {
      for (const auto& op : rank.queues[i].operations) {
        if (op.kind == operation_kind::transfer) {
          tags[i].insert(op.transfer.tag);
        }
      }
    }
  }
  EXPECT_EQ(tags[0].size(), 2U * 58U);  // dispatch and combine of 58 layers
  EXPECT_EQ(tags[1].size(), 2U * 58U);
  for (const auto tag : tags[0]) {
    EXPECT_EQ(tags[1].count(tag), 0U);
  }
}

TEST(decode_step, reports_the_imbalance_of_the_58_layers_with_experts) {
  scenario run = small_step();
  run.batch = 64;
  run.routing.skew = 0.0;
  const auto even = build_decode_step(run, 1).imbalance;
  run.routing.skew = 20.0;
  const auto uneven = build_decode_step(run, 1).imbalance;
  ASSERT_EQ(even.size(), 58U);
  EXPECT_EQ(even.front().layer, 3U);
  EXPECT_EQ(even.back().layer, 60U);
  double even_sum = 0.0;
  double uneven_sum = 0.0;
  for (std::size_t i = 0; i < 58; ++i) {
    EXPECT_DOUBLE_EQ(even[i].mean_tokens, 64.0 * 8.0);  // batch x top-8, whatever the routing
    even_sum += even[i].max_over_mean();
    uneven_sum += uneven[i].max_over_mean();
  }
  EXPECT_GT(uneven_sum, 1.2 * even_sum);
}

TEST(decode_step, is_the_same_for_the_same_seed_and_another_for_another) {
  const scenario run = small_step();
  const auto messages = [&](std::uint64_t seed) {
    std::vector<std::uint64_t> sizes;
    for_each_operation(build_decode_step(run, seed).work, [&](std::uint32_t, const operation& op) {
      for (const auto& message : op.transfer.messages) {
        sizes.push_back(message.size.value);
      }
    });
    return sizes;
  };
  EXPECT_EQ(messages(1), messages(1));
  EXPECT_NE(messages(1), messages(2));
}

}  // namespace
}  // namespace sn::workload
