#include "workload/collective_choice.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/error.h"
#include "workload/collective_algorithms.h"

namespace sn::workload {

namespace {

std::uint64_t floor_log2(std::uint64_t n) {
  std::uint64_t result = 0;
  while (n > 1) {
    n /= 2;
    ++result;
  }
  return result;
}

/// Adds the costs of two parts of a collective that follow each other.
collective_cost operator+(collective_cost a, const collective_cost& b) {
  a.steps += b.steps;
  a.wire += b.wire;
  a.reductions += b.reductions;
  a.sum_traffic += b.sum_traffic;
  return a;
}

/// Reduce-scatter and all-gather cost the same on the wire; `sums` says which it is.
collective_cost half_of_all_reduce(const collective& what, bool sums) {
  const std::uint64_t others = what.ranks - 1;
  const base::bytes block(part_of({0, what.elements}, what.ranks, 0).count * element_size);
  collective_cost cost;
  cost.wire = block * others;
  switch (what.algorithm) {
    case collective_algorithm::ring:
      cost.steps = others;
      cost.reductions = others;
      cost.sum_traffic = block * (3 * others);
      break;
    case collective_algorithm::direct:
      cost.steps = 1;
      cost.reductions = 1;
      cost.sum_traffic = block * (others + 2);
      break;
    default:
      cost.steps = floor_log2(what.ranks);
      cost.reductions = cost.steps;
      cost.sum_traffic = block * (3 * others);
      break;
  }
  if (!sums) {
    cost.reductions = 0;
    cost.sum_traffic = base::bytes(0);
  }
  return cost;
}

/// Direct: channels and their pieces come in one by one. By halving, all wait for their sums in
/// every step.
collective_cost cost_of_reduce_scatter(const collective& what) {
  collective_cost cost = half_of_all_reduce(what, true);
  const std::uint32_t channels = channels_of(what);
  if (what.algorithm != collective_algorithm::direct) {
    cost.overlapped = what.algorithm == collective_algorithm::ring && channels > 1;
    return cost;
  }
  const element_range block = part_of({0, what.elements}, what.ranks, 0);
  cost.reductions = channels * pieces_of_channel(part_of(block, channels, 0).count);
  cost.in_pieces = true;
  return cost;
}

/// Adds what flows before a pipeline of `steps` steps is full.
void fill(collective_cost& cost, std::uint64_t bytes) {
  const std::uint64_t pieces = pieces_of({0, bytes / element_size});
  cost.wire += base::bytes(bytes / pieces * (cost.steps - 1));
  cost.overlapped = pieces > 1;
}

collective_cost cost_of_trees(const collective& what) {
  const std::uint64_t trees = what.algorithm == collective_algorithm::double_binary_tree ? 2 : 1;
  const std::uint64_t bytes = what.elements * element_size;
  collective_cost cost;
  if (what.kind == collective_kind::broadcast) {
    const std::uint64_t children = std::min<std::uint64_t>(2, what.ranks - 2);
    cost.steps = floor_log2(what.ranks - 1) + 1;
    cost.wire = base::bytes(std::max(bytes, bytes * children / trees));
  } else {
    // A rank with children gets an array from each and sends one up, and the other way round down;
    // in the other tree it is a leaf.
    const std::uint64_t children = std::min<std::uint64_t>(2, what.ranks - 1);
    cost.reductions = floor_log2(what.ranks);
    cost.steps = 2 * cost.reductions;
    cost.wire = base::bytes(bytes / trees * (children + trees));
    cost.sum_traffic = base::bytes(bytes / trees * (children + 2));
  }
  fill(cost, bytes / trees);
  return cost;
}

collective_cost cost_of_broadcast(const collective& what) {
  const std::uint64_t bytes = what.elements * element_size;
  collective_cost cost;
  if (what.algorithm == collective_algorithm::direct) {
    cost.steps = 1;
    cost.wire = base::bytes(bytes * (what.ranks - 1));
  } else {
    cost.steps = what.ranks - 1;
    cost.wire = base::bytes(bytes);
    fill(cost, bytes);
  }
  return cost;
}

}  // namespace

collective_cost cost_of(const collective& what) {
  if (what.algorithm == collective_algorithm::binary_tree ||
      what.algorithm == collective_algorithm::double_binary_tree) {
    return cost_of_trees(what);
  }
  collective_cost cost;
  if (what.algorithm == collective_algorithm::in_switch) {
    // The sums and copies of the switches take no longer than their cells.
    cost.steps = 1;
    // A switch hands out one group's cells at a time.
    cost.wire = base::bytes(what.elements * element_size * what.groups);
    return cost;
  }
  switch (what.kind) {
    case collective_kind::all_reduce:
      cost = half_of_all_reduce(what, true) + half_of_all_reduce(what, false);
      break;
    case collective_kind::reduce_scatter:
      return cost_of_reduce_scatter(what);
    case collective_kind::all_gather:
      cost = half_of_all_reduce(what, false);
      break;
    case collective_kind::all_to_all:
    case collective_kind::all_to_all_v:
      return half_of_all_reduce(what, false);
    case collective_kind::broadcast:
      return cost_of_broadcast(what);
    case collective_kind::send_receive:
      cost.steps = 1;
      cost.wire = base::bytes(what.elements * element_size);
      return cost;
  }
  cost.overlapped = channels_of(what) > 1;
  return cost;
}

base::picoseconds estimated_time(const collective_cost& cost, const collective_rates& rates) {
  const base::picoseconds wire = base::transfer_time(cost.wire, rates.wire);
  const base::picoseconds sum = base::transfer_time(cost.sum_traffic, rates.sum);
  if (cost.in_pieces) {
    const base::picoseconds busy = rates.launch * cost.reductions + sum;
    return rates.step * cost.steps + (rates.reduction - rates.launch) + std::max(wire, busy) +
           base::picoseconds(std::min(wire, busy).value / cost.reductions);
  }
  return rates.step * cost.steps + rates.reduction * cost.reductions +
         (cost.overlapped ? std::max(wire, sum) : wire + sum);
}

collective_choice choose_algorithm(const collective& what, const collective_rates& rates) {
  struct candidate {
    collective_algorithm algorithm;
    base::picoseconds time;
    std::uint64_t steps;
  };
  std::optional<candidate> best;
  std::optional<candidate> next;
  std::vector<collective_algorithm> algorithms = algorithms_for(what.kind, what.ranks);
  if (rates.in_switch && in_switch_does(what.kind)) {
    algorithms.push_back(collective_algorithm::in_switch);
  }
  for (const collective_algorithm algorithm : algorithms) {
    collective with = what;
    with.algorithm = algorithm;
    const collective_cost cost = cost_of(with);
    const candidate one{algorithm, estimated_time(cost, rates), cost.steps};
    if (!best || one.time < best->time) {
      next = best;
      best = one;
    } else if (!next || one.time < next->time) {
      next = one;
    }
  }
  base::ensure(best.has_value(), "a collective that no algorithm does");
  std::string reason = std::string(to_text(best->algorithm)) + ": ";
  if (!next) {
    return {best->algorithm, reason + "the only one"};
  }
  reason += "estimated at " + base::to_text(best->time) + " in " + std::to_string(best->steps) +
            (best->steps == 1 ? " step" : " steps") + "; next " +
            std::string(to_text(next->algorithm)) + " at " + base::to_text(next->time) + " in " +
            std::to_string(next->steps);
  return {best->algorithm, reason};
}

}  // namespace sn::workload
