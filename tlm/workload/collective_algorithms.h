// The algorithms of collectives, one file each.
//
// All work on `whole`, a range of the ranks' arrays that is divided into blocks, one per rank.
// Those with `channels` also cut every block into as many parts, which go their way at the same
// time, each in a command queue of its own: while one part is added up, others travel.
#pragma once

#include <cstdint>
#include <vector>

#include "workload/collective_builder.h"

namespace sn::workload {

// collective_ring.cpp: everyone sends only to its successor.
void ring_reduce_scatter(collective_builder& build, element_range whole, std::uint32_t channels);
void ring_all_gather(collective_builder& build, element_range whole, std::uint32_t channels);
/// In pieces that follow each other from rank to rank.
void ring_broadcast(collective_builder& build, element_range whole);

// collective_direct.cpp: everyone sends to everyone it has something for, at once.
void direct_reduce_scatter(collective_builder& build, element_range whole, std::uint32_t channels);
void direct_all_gather(collective_builder& build, element_range whole, std::uint32_t channels);
void direct_all_to_all(collective_builder& build, const collective& what);
void direct_broadcast(collective_builder& build, element_range whole);
void direct_send_receive(collective_builder& build, const collective& what);

// collective_halving_doubling.cpp: pairs at half the distance, or twice, in each step. The command
// queue is `queue`.
void halving_reduce_scatter(collective_builder& build, element_range whole, unsigned queue);
void doubling_all_gather(collective_builder& build, element_range whole, unsigned queue);

// collective_in_switch.cpp: everyone sends once, to the group of all ranks.
void expand_in_switch(collective_builder& build, const collective& what);

/// A rank of a tree.
struct tree_node {
  static constexpr std::uint32_t no_parent = ~std::uint32_t{0};

  std::uint32_t parent = no_parent;
  std::vector<std::uint32_t> children;  ///< ascending, at most two
};

// collective_tree.cpp: sums go up a binary tree, in queue `queue`, and results down, in the next
// one, in pieces that follow each other.
/// The binary tree of which ranks 0 .. ranks - 1 are the in-order walk: even ranks are leaves.
std::vector<tree_node> in_order_tree(std::uint32_t ranks);
/// The same with other ranks: no rank has children in both trees.
std::vector<tree_node> complement_tree(std::uint32_t ranks);
void tree_all_reduce(collective_builder& build, const std::vector<tree_node>& tree,
                     element_range whole, unsigned queue);
/// `tree` is of ranks 1 .. ranks - 1, called 0 .. ranks - 2; rank 0 feeds its root.
void tree_broadcast(collective_builder& build, const std::vector<tree_node>& tree,
                    element_range whole, unsigned queue);

}  // namespace sn::workload
