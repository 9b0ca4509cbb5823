#include "workload/collective_algorithms.h"

namespace sn::workload {

namespace {

/// The rank `distance` places before `rank` on the ring; `distance` is at most twice around.
std::uint32_t before(const collective_builder& build, std::uint32_t rank, std::uint32_t distance) {
  return (rank + 2 * build.ranks() - distance) % build.ranks();
}

/// The part of a rank's block that goes through a channel.
element_range share(const collective_builder& build, element_range whole, std::uint32_t rank,
                    std::uint32_t channels, std::uint32_t channel) {
  return part_of(build.block(whole, rank), channels, channel);
}

std::uint32_t successor(const collective_builder& build, std::uint32_t rank) {
  return (rank + 1) % build.ranks();
}

}  // namespace

// A block starts at its owner's successor and collects the sum on its way around to its owner. Each
// arrives beside the receiver's own array, at its place there: a fast sender overwrites nothing.
void ring_reduce_scatter(collective_builder& build, element_range whole, std::uint32_t channels) {
  const std::uint64_t beside = build.allocate(whole.count);
  for (std::uint32_t step = 0; step + 1 < build.ranks(); ++step) {
    build.name_step("reduce-scatter step " + std::to_string(step));
    for (std::uint32_t c = 0; c < channels; ++c) {
      const std::uint32_t tag = build.new_tag();
      for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
        const auto out = share(build, whole, before(build, rank, step + 1), channels, c);
        const auto in = share(build, whole, before(build, rank, step + 2), channels, c);
        build.send(rank, c, tag,
                   {{successor(build, rank), out, beside + (out.first - whole.first)}});
        build.wait(rank, c, tag, in.count);
        build.reduce(rank, c, {in, beside + (in.first - whole.first), 0, 1});
      }
    }
  }
}

void ring_all_gather(collective_builder& build, element_range whole, std::uint32_t channels) {
  for (std::uint32_t step = 0; step + 1 < build.ranks(); ++step) {
    build.name_step("all-gather step " + std::to_string(step));
    for (std::uint32_t c = 0; c < channels; ++c) {
      const std::uint32_t tag = build.new_tag();
      for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
        const auto out = share(build, whole, before(build, rank, step), channels, c);
        const auto in = share(build, whole, before(build, rank, step + 1), channels, c);
        build.send(rank, c, tag, {{successor(build, rank), out, out.first}});
        build.wait(rank, c, tag, in.count);
      }
    }
  }
}

void ring_broadcast(collective_builder& build, element_range whole) {
  const std::uint64_t pieces = pieces_of(whole);
  for (std::uint64_t k = 0; k < pieces; ++k) {
    build.name_step("broadcast piece " + std::to_string(k));
    const std::uint32_t tag = build.new_tag();
    const element_range piece = part_of(whole, pieces, k);
    for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
      if (rank != 0) {
        build.wait(rank, 0, tag, piece.count);
      }
      if (rank + 1 != build.ranks()) {
        build.send(rank, 0, tag, {{rank + 1, piece, piece.first}});
      }
    }
  }
}

}  // namespace sn::workload
