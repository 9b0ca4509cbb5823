// Collectives: what many ranks compute or move together, and the programs that do it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "workload/program.h"

namespace sn::workload {

/// What a collective achieves. Ranks hold arrays of elements; block r of an array is its r-th part
/// when it is divided among the ranks.
enum class collective_kind : std::uint8_t {
  all_reduce,      ///< everyone gets the element-wise sum of all arrays
  reduce_scatter,  ///< rank r gets block r of that sum
  all_gather,      ///< rank r gives block r; everyone gets all blocks
  all_to_all,      ///< rank r gives its block d to rank d
  all_to_all_v,    ///< the same with parts of different length: exchanged_part()
  broadcast,       ///< everyone gets the array of rank 0
  send_receive,    ///< rank r gives its array to rank r + 1, the last one to rank 0
};

/// How it is done; docs/collectives.md has the steps of each.
enum class collective_algorithm : std::uint8_t {
  ring,
  direct,
  halving_doubling,
  binary_tree,
  double_binary_tree,
  in_switch,     ///< the switches sum up and hand out
  hierarchical,  ///< level by level; only as a schedule (schedule.h), not as a program
};

/// Bytes of an element: float32.
inline constexpr std::uint64_t element_size = 4;

/// A collective to do.
struct collective {
  collective_kind kind = collective_kind::all_reduce;
  collective_algorithm algorithm = collective_algorithm::ring;
  std::uint32_t ranks = 2;
  /// The size by the definition of nccl-tests, in elements: the array of one rank; for all_gather
  /// and reduce_scatter the blocks of all ranks together.
  std::uint64_t elements = 0;
  std::uint32_t first_tag = 1;  ///< of the tags that its program uses
  /// So many groups of `ranks` ranks each do the collective at the same time, each for itself:
  /// group g are the program's ranks g * ranks to (g + 1) * ranks - 1.
  std::uint32_t groups = 1;
  /// Large blocks go in fewer messages: longest_message_of(). For an engine in which a long message
  /// does not keep others waiting, and whose cost is the number of messages.
  bool long_messages = false;
  /// all_to_all_v: elements from each rank of a group to each, source by source; none: as
  /// exchanged_part() says. `elements` is then the most that a rank gives.
  std::shared_ptr<const std::vector<std::uint64_t>> parts = nullptr;
  std::uint8_t traffic_class = 0;  ///< of its messages

  std::uint32_t all_ranks() const { return ranks * groups; }
};

/// A part of an array.
struct element_range {
  std::uint64_t first = 0;
  std::uint64_t count = 0;

  std::uint64_t end() const { return first + count; }
};

/// Part `index` of `parts` parts of `whole`. The parts differ by at most one element, longer ones
/// come first.
element_range part_of(element_range whole, std::uint64_t parts, std::uint64_t index);

/// What rank `source` of a group gives rank `destination` of it in an all_to_all, a block, or in an
/// all_to_all_v: parts follow each other, and their lengths are as one of 1 to 7 to another, mixed
/// from the two ranks. On average all are as long as a block. Given parts are as given.
element_range exchanged_part(const collective& what, std::uint32_t source,
                             std::uint32_t destination);
/// All of these, source by source.
std::vector<element_range> exchanged_parts(const collective& what);

/// Where a rank of any group keeps what it gives and what it gets, in elements from the start of
/// its data. The two are the same place where NCCL would work in place.
struct collective_place {
  element_range input;
  element_range output;
};
collective_place place_of(const collective& what, std::uint32_t rank);

/// A collective as a program, with the number of tags that it uses.
struct collective_program {
  program work;
  std::uint32_t tags = 0;
};

/// Elements of the longest message. Copies are cut at it, and those to several peers take turns, so
/// that nobody keeps a peer's link or waits behind a long message: 256 KiB. With long_messages a
/// quarter of a block, from 256 KiB to 4 MiB, for ring and direct; in the others long copies wait
/// for one another, and the length of messages shows in their time.
std::uint64_t longest_message_of(const collective& what);

/// Into how many parts ring, direct and halving_doubling cut each block so that sums overlap with
/// transfers: as many as leave 64 KiB or more to each, and at most 4, one per command queue.
std::uint32_t channels_of(const collective& what);

/// Into how many pieces a range is cut that follow each other along a ring or a tree: of 1 MiB or
/// more, so that a step costs little beside its bytes, and at most 512.
std::uint64_t pieces_of(element_range whole);
/// Into how many pieces, one after the other, a reduce-scatter cuts a channel's part of a block, of
/// so many elements: while one is summed up, the next comes in, and little is left to sum when the
/// last has come.
std::uint64_t pieces_of_channel(std::uint64_t elements);

/// The program of a collective. Throws base::configuration_error, with the key "algorithm" or
/// "ranks", for what the algorithm does not do.
collective_program expand(const collective& what);

/// The algorithms that do a kind of collective for so many ranks, with any switches.
std::vector<collective_algorithm> algorithms_for(collective_kind kind, std::uint32_t ranks);

/// in_switch does it, if the switches can.
bool in_switch_does(collective_kind kind);

/// Bus bandwidth over algorithm bandwidth, as nccl-tests defines it: with it, a collective that
/// keeps every link busy shows the rate of a link.
double bus_factor(collective_kind kind, std::uint32_t ranks);

std::string_view to_text(collective_kind kind);
std::string_view to_text(collective_algorithm algorithm);
std::optional<collective_kind> collective_kind_from(std::string_view text);
std::optional<collective_algorithm> collective_algorithm_from(std::string_view text);

}  // namespace sn::workload
