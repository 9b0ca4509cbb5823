#include <algorithm>

#include "workload/collective_algorithms.h"

namespace sn::workload {

namespace {

/// Distance between the arrays of different sources beside a rank's own: whole regions, and an odd
/// number of them, so that short messages from different sources take different planes.
std::uint64_t slot_size(std::uint64_t elements) {
  return ((elements + region_elements - 1) / region_elements | 1U) * region_elements;
}

/// Calls `visit(peer)` for all others, beginning with the successor: no two ranks begin with the
/// same peer.
template <typename Visitor>
void for_each_peer(const collective_builder& build, std::uint32_t rank, Visitor visit) {
  for (std::uint32_t k = 1; k < build.ranks(); ++k) {
    visit((rank + k) % build.ranks());
  }
}

}  // namespace

void direct_reduce_scatter(collective_builder& build, element_range whole, std::uint32_t channels) {
  const std::uint64_t slot = slot_size(build.block(whole, 0).count);
  const std::uint64_t beside = build.allocate(slot * (build.ranks() - 1));
  build.name_step("reduce-scatter");
  for (std::uint32_t c = 0; c < channels; ++c) {
    const std::uint64_t pieces =
        pieces_of_channel(part_of(build.block(whole, 0), channels, c).count);
    std::vector<std::uint32_t> tags(pieces);
    std::generate(tags.begin(), tags.end(), [&build] { return build.new_tag(); });
    for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
      const auto piece_of = [&](const element_range& block, std::uint64_t k) {
        return part_of(part_of(block, channels, c), pieces, k);
      };
      for (std::uint64_t k = 0; k < pieces; ++k) {
        std::vector<copy_to> copies;
        for_each_peer(build, rank, [&](std::uint32_t peer) {
          const std::uint32_t index = rank < peer ? rank : rank - 1;  // the peer needs no slot
          const element_range block = build.block(whole, peer);
          const element_range piece = piece_of(block, k);
          copies.push_back({peer, piece, beside + index * slot + (piece.first - block.first)});
        });
        build.send(rank, c, tags[k], copies);
      }
      const element_range own = build.block(whole, rank);
      for (std::uint64_t k = 0; k < pieces; ++k) {
        const element_range piece = piece_of(own, k);
        build.wait(rank, c, tags[k], piece.count * (build.ranks() - 1));
        build.reduce(rank, c, {piece, beside + (piece.first - own.first), slot, build.ranks() - 1});
      }
    }
  }
}

void direct_all_gather(collective_builder& build, element_range whole, std::uint32_t channels) {
  build.name_step("all-gather");
  for (std::uint32_t c = 0; c < channels; ++c) {
    const std::uint32_t tag = build.new_tag();
    const auto share = [&](std::uint32_t rank) {
      return part_of(build.block(whole, rank), channels, c);
    };
    std::uint64_t all = 0;
    for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
      all += share(rank).count;
    }
    for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
      const element_range own = share(rank);
      std::vector<copy_to> copies;
      for_each_peer(build, rank, [&](std::uint32_t peer) {
        copies.push_back({peer, own, own.first});
      });
      build.send(rank, c, tag, copies);
      build.wait(rank, c, tag, all - own.count);
    }
  }
}

void direct_all_to_all(collective_builder& build, const collective& what) {
  const std::uint32_t tag = build.new_tag();
  build.name_step("all-to-all");
  // Where the next source's part goes at each destination.
  std::vector<std::uint64_t> place;
  for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
    place.push_back(place_of(what, rank).output.first);
  }
  for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
    std::vector<copy_to> copies;
    const auto copy = [&](std::uint32_t peer) {
      const element_range part = exchanged_part(what, rank, peer);
      copies.push_back({peer, part, place[peer]});
      place[peer] += part.count;
    };
    for_each_peer(build, rank, copy);
    copy(rank);
    build.send(rank, 0, tag, copies);
    build.wait(rank, 0, tag, place_of(what, rank).output.count);
  }
}

void direct_broadcast(collective_builder& build, element_range whole) {
  const std::uint32_t tag = build.new_tag();
  build.name_step("broadcast");
  std::vector<copy_to> copies;
  for_each_peer(build, 0, [&](std::uint32_t peer) {
    copies.push_back({peer, whole, whole.first});
  });
  build.send(0, 0, tag, copies);
  for (std::uint32_t rank = 1; rank < build.ranks(); ++rank) {
    build.wait(rank, 0, tag, whole.count);
  }
}

void direct_send_receive(collective_builder& build, const collective& what) {
  const std::uint32_t tag = build.new_tag();
  build.name_step("send-receive");
  for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
    const std::uint32_t peer = (rank + 1) % build.ranks();
    build.send(rank, 0, tag, {{peer, {0, what.elements}, place_of(what, peer).output.first}});
    build.wait(rank, 0, tag, what.elements);
  }
}

}  // namespace sn::workload
