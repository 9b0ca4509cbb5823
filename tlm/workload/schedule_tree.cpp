#include "workload/schedule_tree.h"

#include <algorithm>

#include "workload/collective_algorithms.h"

namespace sn::workload {

namespace {

struct hop {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  bool add = false;
};

/// A tree's nodes level by level.
struct walk {
  std::vector<std::uint32_t> nodes;
  std::uint32_t levels = 0;
};

walk walk_of(const std::vector<tree_node>& tree) {
  walk result;
  std::vector<std::uint32_t> level;
  for (std::uint32_t node = 0; node < tree.size(); ++node) {
    if (tree[node].parent == tree_node::no_parent) {
      level.push_back(node);
    }
  }
  while (!level.empty()) {
    ++result.levels;
    result.nodes.insert(result.nodes.end(), level.begin(), level.end());
    std::vector<std::uint32_t> next;
    for (const std::uint32_t node : level) {
      next.insert(next.end(), tree[node].children.begin(), tree[node].children.end());
    }
    level = std::move(next);
  }
  return result;
}

/// What goes along a tree, in an order in which everyone has what it sends.
struct way {
  std::vector<hop> hops;
  std::uint32_t longest = 0;  ///< hops that wait for one another
  std::uint32_t adding = 0;   ///< of these
};

/// Rank 0 feeds the root of a tree of the others.
way broadcast_way(const std::vector<tree_node>& tree) {
  const walk all = walk_of(tree);
  way result;
  for (const std::uint32_t node : all.nodes) {
    const std::uint32_t parent = tree[node].parent;
    result.hops.push_back({parent == tree_node::no_parent ? 0 : parent + 1, node + 1, false});
  }
  result.longest = all.levels;
  return result;
}

way all_reduce_way(const std::vector<tree_node>& tree) {
  const walk all = walk_of(tree);
  way result;
  for (auto node = all.nodes.rbegin(); node + 1 != all.nodes.rend(); ++node) {
    result.hops.push_back({*node, tree[*node].parent, true});
  }
  for (auto node = all.nodes.begin() + 1; node != all.nodes.end(); ++node) {
    result.hops.push_back({tree[*node].parent, *node, false});
  }
  result.adding = all.levels - 1;
  result.longest = 2 * result.adding;
  return result;
}

std::vector<tree_node> tree_of(std::uint32_t ranks, std::uint32_t number) {
  return number == 0 ? in_order_tree(ranks) : complement_tree(ranks);
}

}  // namespace

void append_trees(const collective& what, std::uint32_t trees,
                  std::vector<schedule_stage>& stages) {
  const element_range whole{0, what.elements};
  const bool sums = what.kind == collective_kind::all_reduce;
  std::vector<way> ways;
  for (std::uint32_t number = 0; number < trees; ++number) {
    ways.push_back(sums ? all_reduce_way(tree_of(what.ranks, number))
                        : broadcast_way(tree_of(what.ranks - 1, number)));
  }
  schedule_step step;
  step.name = trees == 1 ? "all binary tree" : "all two binary trees";
  step.among = {what.ranks, what.ranks, 1};
  step.part_elements = part_of(whole, trees, 0).count;
  for (const way& one : ways) {
    step.flows_per_group += one.hops.size();
    step.relays.ranks = std::max(step.relays.ranks, one.longest - 1);
    step.relays.adding_hops = std::max(step.relays.adding_hops, one.adding);
  }
  // A rank adds its children's sums in one go; only in a tree of two ranks there is a single child.
  step.operands = sums ? std::min(what.ranks - 1, 2U) : 0;
  // A rank with two children gets from both, later sends to both; besides it has a parent in the
  // same tree, and in the other tree one more.
  if (sums) {
    step.relays.hop_share = trees == 1 ? 2.0 / 3.0 : 0.5;
  }
  step.transfers = [ways, whole](std::uint32_t, std::uint32_t, const transfer_sink& sink) {
    for (std::size_t number = 0; number < ways.size(); ++number) {
      const element_range part = part_of(whole, ways.size(), number);
      for (const hop& one : ways[number].hops) {
        if (part.count != 0) {
          sink({one.from, one.to, part, part.first, one.add});
        }
      }
    }
  };
  stages.push_back({step});
}

}  // namespace sn::workload
