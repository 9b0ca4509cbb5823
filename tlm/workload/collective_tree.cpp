#include <algorithm>

#include "workload/collective_algorithms.h"

namespace sn::workload {

namespace {

constexpr std::uint64_t smallest_piece = (std::uint64_t{1} << 20U) / element_size;
constexpr std::uint64_t most_pieces = 512;

/// A leaf sends no piece before the result of the piece so many before it has come back: it has
/// nothing to wait for, and its own sends would keep its links from what it passes on in the other
/// tree.
constexpr std::uint64_t window = 32;

/// Makes a tree of ranks first .. first + count - 1 below `parent`. The root splits off the largest
/// complete tree to its left, so the depth is the least possible.
void grow(std::vector<tree_node>& tree, std::uint32_t first, std::uint32_t count,
          std::uint32_t parent) {
  if (count == 0) {
    return;
  }
  std::uint32_t power = 1;
  while (power <= count / 2) {
    power *= 2;
  }
  const std::uint32_t root = first + power - 1;
  tree[root].parent = parent;
  if (parent != tree_node::no_parent) {
    tree[parent].children.push_back(root);
  }
  grow(tree, first, power - 1, root);
  grow(tree, root + 1, count - power, root);
}

/// The element where child `rank` leaves its sums at its parent, counted from the first child's.
std::uint64_t child_slot(const tree_node& parent, std::uint32_t rank, std::uint64_t slot) {
  return parent.children.front() == rank ? 0 : slot;
}

}  // namespace

std::uint64_t pieces_of(element_range whole) {
  return std::clamp<std::uint64_t>(whole.count / smallest_piece, 1, most_pieces);
}

std::vector<tree_node> in_order_tree(std::uint32_t ranks) {
  std::vector<tree_node> tree(ranks);
  grow(tree, 0, ranks, tree_node::no_parent);
  return tree;
}

// Ranks with children are odd in the in-order tree. The walk from the other end, or of an odd
// number of ranks one rank further, makes them even.
std::vector<tree_node> complement_tree(std::uint32_t ranks) {
  const auto renamed = [ranks](std::uint32_t rank) {
    return ranks % 2 == 0 ? ranks - 1 - rank : (rank + 1) % ranks;
  };
  const std::vector<tree_node> original = in_order_tree(ranks);
  std::vector<tree_node> tree(ranks);
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    tree_node& node = tree[renamed(rank)];
    if (original[rank].parent != tree_node::no_parent) {
      node.parent = renamed(original[rank].parent);
    }
    for (const std::uint32_t child : original[rank].children) {
      node.children.push_back(renamed(child));
    }
    std::sort(node.children.begin(), node.children.end());
  }
  return tree;
}

void tree_all_reduce(collective_builder& build, const std::vector<tree_node>& tree,
                     element_range whole, unsigned queue) {
  const unsigned down_queue = queue + 1;
  const std::uint64_t slot =
      (whole.count + region_elements - 1) / region_elements * region_elements;
  const std::uint64_t beside = build.allocate(2 * slot);
  const std::uint64_t pieces = pieces_of(whole);
  std::vector<std::uint32_t> down_tags;
  for (std::uint64_t k = 0; k < pieces; ++k) {
    const element_range piece = part_of(whole, pieces, k);
    const std::uint64_t offset = piece.first - whole.first;
    const std::uint32_t up = build.new_tag();
    const std::uint32_t down = build.new_tag();
    down_tags.push_back(down);
    for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
      const tree_node& node = tree[rank];
      const auto children = static_cast<std::uint32_t>(node.children.size());
      std::vector<copy_to> results;
      for (const std::uint32_t child : node.children) {
        results.push_back({child, piece, piece.first});
      }
      build.name_step("up piece " + std::to_string(k));
      if (children == 0 && k >= window) {
        build.wait(rank, queue, down_tags[k - window], part_of(whole, pieces, k - window).count);
      }
      build.wait(rank, queue, up, piece.count * children);
      build.reduce(rank, queue, {piece, beside + offset, slot, children});
      if (node.parent == tree_node::no_parent) {
        build.name_step("down piece " + std::to_string(k));
        build.send(rank, queue, down, results);
        continue;
      }
      const std::uint64_t place = child_slot(tree[node.parent], rank, slot);
      build.send(rank, queue, up, {{node.parent, piece, beside + place + offset}});
      build.name_step("down piece " + std::to_string(k));
      build.wait(rank, down_queue, down, piece.count);
      build.send(rank, down_queue, down, results);
    }
  }
}

void tree_broadcast(collective_builder& build, const std::vector<tree_node>& tree,
                    element_range whole, unsigned queue) {
  const std::uint64_t pieces = pieces_of(whole);
  for (std::uint64_t k = 0; k < pieces; ++k) {
    build.name_step("broadcast piece " + std::to_string(k));
    const element_range piece = part_of(whole, pieces, k);
    const std::uint32_t tag = build.new_tag();
    for (std::uint32_t node = 0; node < tree.size(); ++node) {
      const std::uint32_t rank = node + 1;
      if (tree[node].parent == tree_node::no_parent) {
        build.send(0, queue, tag, {{rank, piece, piece.first}});
      }
      std::vector<copy_to> copies;
      for (const std::uint32_t child : tree[node].children) {
        copies.push_back({child + 1, piece, piece.first});
      }
      build.wait(rank, queue, tag, piece.count);
      build.send(rank, queue, tag, copies);
    }
  }
}

}  // namespace sn::workload
