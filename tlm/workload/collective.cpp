#include "workload/collective.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "workload/collective_algorithms.h"

namespace sn::workload {

namespace {

constexpr std::array<std::pair<collective_kind, std::string_view>, 7> kind_names{
    {{collective_kind::all_reduce, "all_reduce"},
     {collective_kind::reduce_scatter, "reduce_scatter"},
     {collective_kind::all_gather, "all_gather"},
     {collective_kind::all_to_all, "all_to_all"},
     {collective_kind::all_to_all_v, "all_to_all_v"},
     {collective_kind::broadcast, "broadcast"},
     {collective_kind::send_receive, "send_receive"}}};

constexpr std::array<std::pair<collective_algorithm, std::string_view>, 7> algorithm_names{
    {{collective_algorithm::ring, "ring"},
     {collective_algorithm::direct, "direct"},
     {collective_algorithm::halving_doubling, "halving_doubling"},
     {collective_algorithm::binary_tree, "binary_tree"},
     {collective_algorithm::double_binary_tree, "double_binary_tree"},
     {collective_algorithm::in_switch, "in_switch"},
     {collective_algorithm::hierarchical, "hierarchical"}}};

template <typename Names, typename Key>
std::string_view name_of(const Names& names, Key key) {
  for (const auto& [value, name] : names) {
    if (value == key) {
      return name;
    }
  }
  base::invariant_violated("a collective without a name");
}

bool is_power_of_two(std::uint32_t n) {
  return (n & (n - 1)) == 0;
}

/// Whether the algorithm does the kind at all, for some number of ranks.
bool does(collective_algorithm algorithm, collective_kind kind) {
  switch (algorithm) {
    case collective_algorithm::direct:
      return true;
    case collective_algorithm::ring:
      return kind != collective_kind::all_to_all && kind != collective_kind::all_to_all_v &&
             kind != collective_kind::send_receive;
    case collective_algorithm::halving_doubling:
      return kind == collective_kind::all_reduce || kind == collective_kind::reduce_scatter ||
             kind == collective_kind::all_gather;
    case collective_algorithm::binary_tree:
    case collective_algorithm::double_binary_tree:
      return kind == collective_kind::all_reduce || kind == collective_kind::broadcast;
    case collective_algorithm::in_switch:
      return in_switch_does(kind);
    case collective_algorithm::hierarchical:
      return false;  // of no program
  }
  return false;
}

void check(const collective& what) {
  if (what.ranks < 2) {
    throw base::configuration_error("", 0, "ranks", "a collective needs at least two ranks");
  }
  if (what.groups < 1) {
    throw base::configuration_error("", 0, "groups", "expected at least one group");
  }
  if (!does(what.algorithm, what.kind)) {
    std::string known;
    for (const auto& [algorithm, name] : algorithm_names) {
      if (does(algorithm, what.kind)) {
        known += (known.empty() ? "" : ", ") + std::string(name);
      }
    }
    throw base::configuration_error("", 0, "--algorithm",
                                    std::string(to_text(what.algorithm)) + " does no " +
                                        std::string(to_text(what.kind)) + "; expected " + known);
  }
  if (what.algorithm == collective_algorithm::halving_doubling && !is_power_of_two(what.ranks)) {
    throw base::configuration_error(
        "", 0, "--algorithm",
        "halving_doubling needs a power of two of ranks, not " + std::to_string(what.ranks));
  }
}

void expand_ring(collective_builder& build, const collective& what, std::uint32_t channels) {
  const element_range whole{0, what.elements};
  if (what.kind == collective_kind::broadcast) {
    ring_broadcast(build, whole);
    return;
  }
  if (what.kind != collective_kind::all_gather) {
    ring_reduce_scatter(build, whole, channels);
  }
  if (what.kind != collective_kind::reduce_scatter) {
    ring_all_gather(build, whole, channels);
  }
}

void expand_direct(collective_builder& build, const collective& what, std::uint32_t channels) {
  const element_range whole{0, what.elements};
  switch (what.kind) {
    case collective_kind::all_reduce:
      direct_reduce_scatter(build, whole, channels);
      direct_all_gather(build, whole, channels);
      return;
    case collective_kind::reduce_scatter:
      direct_reduce_scatter(build, whole, channels);
      return;
    case collective_kind::all_gather:
      direct_all_gather(build, whole, channels);
      return;
    case collective_kind::all_to_all:
    case collective_kind::all_to_all_v:
      direct_all_to_all(build, what);
      return;
    case collective_kind::broadcast:
      direct_broadcast(build, whole);
      return;
    case collective_kind::send_receive:
      direct_send_receive(build, what);
      return;
  }
}

void expand_halving_doubling(collective_builder& build, const collective& what,
                             std::uint32_t channels) {
  // Parts of the array go through channels of their own only where nobody asks which block is
  // whose.
  const std::uint32_t parts = what.kind == collective_kind::all_reduce ? channels : 1;
  for (std::uint32_t c = 0; c < parts; ++c) {
    const element_range part = part_of({0, what.elements}, parts, c);
    if (what.kind != collective_kind::all_gather) {
      halving_reduce_scatter(build, part, c);
    }
    if (what.kind != collective_kind::reduce_scatter) {
      doubling_all_gather(build, part, c);
    }
  }
}

void expand_trees(collective_builder& build, const collective& what) {
  const unsigned trees = what.algorithm == collective_algorithm::double_binary_tree ? 2 : 1;
  for (unsigned t = 0; t < trees; ++t) {
    const element_range part = part_of({0, what.elements}, trees, t);
    const std::uint32_t ranks =
        what.kind == collective_kind::broadcast ? what.ranks - 1 : what.ranks;
    const auto tree = t == 0 ? in_order_tree(ranks) : complement_tree(ranks);
    if (what.kind == collective_kind::broadcast) {
      tree_broadcast(build, tree, part, t);
    } else {
      tree_all_reduce(build, tree, part, 2 * t);
    }
  }
}

/// How long a part of an all_to_all_v is beside others of its source.
std::uint64_t weight(std::uint32_t source, std::uint32_t destination) {
  constexpr std::uint64_t heaviest = 7;
  std::uint64_t mixed = (std::uint64_t{source} << 32U | destination) + 0x9e37'79b9'7f4a'7c15U;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58'476d'1ce4'e5b9U;  // the finaliser of SplitMix64
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d0'49bb'1331'11ebU;
  mixed ^= mixed >> 31U;
  return 1 + mixed % heaviest;
}

/// What a source gives, by destination.
void append_parts_of(const collective& what, std::uint32_t source,
                     std::vector<element_range>& parts) {
  std::uint64_t all = 0;
  for (std::uint32_t rank = 0; rank < what.ranks; ++rank) {
    all += weight(source, rank);
  }
  std::uint64_t before = 0;
  std::uint64_t first = 0;
  for (std::uint32_t rank = 0; rank < what.ranks; ++rank) {
    before += weight(source, rank);
    std::uint64_t end = what.elements * before / all;
    if (what.kind == collective_kind::all_to_all) {
      end = first + part_of({0, what.elements}, what.ranks, rank).count;
    } else if (what.parts) {
      end = first + (*what.parts)[std::size_t{source} * what.ranks + rank];
    }
    parts.push_back({first, end - first});
    first = end;
  }
}

/// The same for further groups: their ranks have other numbers, and their tags never meet.
void repeat_for_groups(program& work, const collective& what) {
  for (std::uint32_t group = 1; group < what.groups; ++group) {
    if (!work.groups.empty()) {
      std::vector<std::uint32_t>& members = work.groups.emplace_back(work.groups.front());
      for (std::uint32_t& rank : members) {
        rank += group * what.ranks;
      }
    }
    for (std::uint32_t rank = 0; rank < what.ranks; ++rank) {
      rank_program& added = work.ranks.emplace_back(work.ranks[rank]);
      for (queue& each : added.queues) {
        for (operation& op : each.operations) {
          for (message& item : op.transfer.messages) {
            item.peer += item.kind == message_kind::unicast ? group * what.ranks : group;
            item.result_to += item.result_to != all_of_group ? group * what.ranks : 0;
          }
        }
      }
    }
  }
}

}  // namespace

element_range part_of(element_range whole, std::uint64_t parts, std::uint64_t index) {
  const std::uint64_t least = whole.count / parts;
  const std::uint64_t longer = whole.count % parts;
  return {whole.first + index * least + std::min(index, longer), least + (index < longer ? 1 : 0)};
}

element_range exchanged_part(const collective& what, std::uint32_t source,
                             std::uint32_t destination) {
  std::vector<element_range> parts;
  append_parts_of(what, source, parts);
  return parts[destination];
}

std::vector<element_range> exchanged_parts(const collective& what) {
  std::vector<element_range> parts;
  parts.reserve(std::size_t{what.ranks} * what.ranks);
  for (std::uint32_t source = 0; source < what.ranks; ++source) {
    append_parts_of(what, source, parts);
  }
  return parts;
}

collective_place place_of(const collective& what, std::uint32_t rank) {
  const element_range whole{0, what.elements};
  const element_range block = part_of(whole, what.ranks, rank % what.ranks);
  const std::uint64_t behind =
      (what.elements + region_elements - 1) / region_elements * region_elements;
  switch (what.kind) {
    case collective_kind::all_reduce:
    case collective_kind::broadcast:
      return {whole, whole};
    case collective_kind::reduce_scatter:
      return {whole, block};
    case collective_kind::all_gather:
      return {block, whole};
    case collective_kind::all_to_all:
      return {whole, {behind, block.count * what.ranks}};
    case collective_kind::all_to_all_v: {
      element_range received{behind, 0};
      for (std::uint32_t source = 0; source < what.ranks; ++source) {
        received.count += exchanged_part(what, source, rank % what.ranks).count;
      }
      const std::uint64_t given = exchanged_part(what, rank % what.ranks, what.ranks - 1).end();
      return {{0, given}, received};
    }
    case collective_kind::send_receive:
      return {whole, {behind, what.elements}};
  }
  base::invariant_violated("unknown collective");
}

std::uint64_t longest_message_of(const collective& what) {
  constexpr std::uint64_t usual = (std::uint64_t{256} << 10U) / element_size;
  constexpr std::uint64_t most = (std::uint64_t{4} << 20U) / element_size;
  constexpr std::uint64_t parts_of_block = 4;
  const bool even = what.algorithm == collective_algorithm::ring ||
                    what.algorithm == collective_algorithm::direct;
  if (!what.long_messages || !even) {
    return usual;
  }
  const std::uint64_t part = what.elements / what.ranks / parts_of_block;
  return std::clamp(part / region_elements * region_elements, usual, most);
}

std::uint32_t channels_of(const collective& what) {
  constexpr std::uint64_t most = 4;
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(what.elements / what.ranks / smallest_part, 1, most));
}

std::uint64_t pieces_of_channel(std::uint64_t elements) {
  constexpr std::uint64_t most = 4;
  return std::clamp<std::uint64_t>(elements / smallest_part, 1, most);
}

collective_program expand(const collective& what) {
  check(what);
  collective_builder build(what);
  switch (what.algorithm) {
    case collective_algorithm::ring:
      expand_ring(build, what, channels_of(what));
      break;
    case collective_algorithm::direct:
      expand_direct(build, what, channels_of(what));
      break;
    case collective_algorithm::halving_doubling:
      expand_halving_doubling(build, what, channels_of(what));
      break;
    case collective_algorithm::binary_tree:
    case collective_algorithm::double_binary_tree:
      expand_trees(build, what);
      break;
    case collective_algorithm::in_switch:
      expand_in_switch(build, what);
      break;
    case collective_algorithm::hierarchical:
      base::invariant_violated("no program does it");  // check() refuses it
  }
  collective_program built = build.finish();
  repeat_for_groups(built.work, what);
  return built;
}

std::vector<collective_algorithm> algorithms_for(collective_kind kind, std::uint32_t ranks) {
  std::vector<collective_algorithm> result;
  for (const auto& [algorithm, name] : algorithm_names) {
    if (algorithm != collective_algorithm::in_switch && does(algorithm, kind) &&
        (algorithm != collective_algorithm::halving_doubling || is_power_of_two(ranks))) {
      result.push_back(algorithm);
    }
  }
  return result;
}

bool in_switch_does(collective_kind kind) {
  return kind == collective_kind::all_reduce || kind == collective_kind::reduce_scatter ||
         kind == collective_kind::all_gather || kind == collective_kind::broadcast;
}

double bus_factor(collective_kind kind, std::uint32_t ranks) {
  const double n = ranks;
  switch (kind) {
    case collective_kind::all_reduce:
      return 2.0 * (n - 1.0) / n;
    case collective_kind::reduce_scatter:
    case collective_kind::all_gather:
    case collective_kind::all_to_all:
    case collective_kind::all_to_all_v:
      return (n - 1.0) / n;
    case collective_kind::broadcast:
    case collective_kind::send_receive:
      return 1.0;
  }
  base::invariant_violated("unknown collective");
}

std::string_view to_text(collective_kind kind) {
  return name_of(kind_names, kind);
}

std::string_view to_text(collective_algorithm algorithm) {
  return name_of(algorithm_names, algorithm);
}

std::optional<collective_kind> collective_kind_from(std::string_view text) {
  for (const auto& [kind, name] : kind_names) {
    if (name == text) {
      return kind;
    }
  }
  return std::nullopt;
}

std::optional<collective_algorithm> collective_algorithm_from(std::string_view text) {
  for (const auto& [algorithm, name] : algorithm_names) {
    if (name == text) {
      return algorithm;
    }
  }
  return std::nullopt;
}

}  // namespace sn::workload
