#include "estimate/memory_layout.h"

#include <gtest/gtest.h>

#include <set>

#include "gpu/command.h"

namespace sn::estimate {
namespace {

using base::bytes;

/// `ranks` ranks with one queue of `transfers` transfers of one message of `size` bytes each.
workload::program exchange(unsigned ranks, unsigned transfers, bytes size) {
  workload::program program;
  program.ranks.resize(ranks);
  for (std::uint32_t r = 0; r < ranks; ++r) {
    program.ranks[r].weight_memory = bytes(10'000);
    program.ranks[r].cache_memory = bytes(5'000);
    program.ranks[r].queues.resize(1);
    for (unsigned t = 0; t < transfers; ++t) {
      workload::operation send;
      send.kind = workload::operation_kind::transfer;
      send.transfer.messages.push_back({(r + 1) % ranks, size});
      program.ranks[r].queues[0].operations.push_back(send);
    }
  }
  return program;
}

TEST(memory_layout, parts_follow_each_other_on_pages_and_hold_what_they_must) {
  const workload::program program = exchange(4, 5, bytes(7392));
  const receive_area area(program, 8);
  const memory_layout layout = lay_out(program, area)[0];
  EXPECT_EQ(layout.cache, bytes(12'288));    // 10,000 bytes of weights are three pages
  EXPECT_EQ(layout.receive, bytes(20'480));  // 5,000 bytes of cache are two
  EXPECT_GE(layout.messages, layout.receive + area.size());
  EXPECT_GE(layout.rings[0].value, layout.messages.value + 5 * sizeof(gpu::message));
  EXPECT_EQ(layout.ring_sizes[0], 8U);                        // the next power of two
  EXPECT_EQ(layout.end.value, layout.rings[0].value + 4096);  // 8 commands of 64 bytes, one page
  for (const bytes at : {layout.cache, layout.receive, layout.messages, layout.rings[0]}) {
    EXPECT_EQ(at.value % 4096, 0U);
  }
}

TEST(receive_area, slots_do_not_overlap_and_lie_inside) {
  constexpr unsigned ranks = 6;
  const bytes largest(10'000);
  const receive_area area(exchange(ranks, 1, largest), 8);
  for (std::uint32_t destination = 0; destination < ranks; ++destination) {
    for (std::uint32_t source = 0; source < ranks; ++source) {
      const bytes slot = area.slot(source, destination);
      EXPECT_LE(slot + largest, area.size());
      if (source > 0) {
        EXPECT_GE(slot, area.slot(source - 1, destination) + largest);
      }
    }
  }
}

TEST(receive_area, a_source_begins_on_another_plane_for_each_destination_and_the_other_way_round) {
  constexpr unsigned planes = 8;
  const receive_area area(exchange(64, 1, bytes(std::uint64_t{15} * 7392)), planes);
  const auto first_plane = [&](std::uint32_t source, std::uint32_t destination) {
    return area.slot(source, destination).value / 256 % planes;
  };
  std::set<std::uint64_t> of_source;
  std::set<std::uint64_t> of_destination;
  for (std::uint32_t other = 0; other < planes; ++other) {
    of_source.insert(first_plane(3, other));
    of_destination.insert(first_plane(other, 3));
  }
  EXPECT_EQ(of_source.size(), planes);
  EXPECT_EQ(of_destination.size(), planes);
}

}  // namespace
}  // namespace sn::estimate
