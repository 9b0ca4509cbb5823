// Collectives of very many ranks, as steps that all ranks take together.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "workload/collective.h"

namespace sn::workload {

/// Ranks 0 to ranks - 1 in groups of `size`: the members of a group are `stride` apart. With the
/// ranks as numbers of several digits, a group's members differ in one digit.
struct rank_groups {
  std::uint32_t ranks = 1;
  std::uint32_t size = 1;
  std::uint32_t stride = 1;

  std::uint32_t count() const { return ranks / size; }
  std::uint32_t rank(std::uint32_t group, std::uint32_t member) const {
    return group % stride + stride * (member + size * (group / stride));
  }
  std::uint32_t member_of(std::uint32_t rank) const { return rank / stride % size; }
};

/// Elements that go from the data of one rank to that of another, or to another place of its own.
struct transfer {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  element_range part;       ///< of the data of `from`
  std::uint64_t place = 0;  ///< in the data of `to`, elements
  bool add = false;         ///< to what is there
};
using transfer_sink = std::function<void(const transfer&)>;

/// Ranks that pass on, one after the other, what they get while it comes: in pieces_of() of what
/// one sends.
struct relay_way {
  std::uint32_t ranks = 0;        ///< on the longest way; 0: nobody relays
  std::uint32_t adding_hops = 0;  ///< of the hops on that way: to a sum
  double hop_share = 1.0;         ///< of what the busiest rank sends or gets: in one hop
};

/// What all groups do at the same time, several times in a row. All that a repetition sends, it has
/// before it begins, unless ranks relay.
struct schedule_step {
  std::string name;
  rank_groups among;
  std::uint32_t repeats = 1;
  std::uint32_t operands = 0;  ///< transfers that are added to one result; 0: none
  bool in_pieces = false;      ///< pieces_of_channel() come in and are summed up one by one
  relay_way relays;            ///< the transfers are then in the order of the way
  /// Of what a rank sends to one other in a repetition: it is cut into channels_for() of these,
  /// parts that go their way independently, one after the other.
  std::uint64_t part_elements = 0;
  bool all_groups = true;             ///< false: some groups do nothing
  std::uint64_t flows_per_group = 0;  ///< pairs of different ranks of a group that it sends between
  /// Calls the sink for every transfer of a group, of which none is empty. Every repetition sends
  /// as much between the same ranks, but for an element more or less.
  std::function<void(std::uint32_t repetition, std::uint32_t group, const transfer_sink&)>
      transfers;
};

/// Steps that go on at the same time and end together; all repeat equally often.
using schedule_stage = std::vector<schedule_step>;

/// A collective from its first stage to its last.
struct schedule {
  std::vector<schedule_stage> stages;
  std::uint64_t data_elements = 0;  ///< of each rank's data: input, output and what lies between
};

/// How the groups of one level do their part.
enum class level_algorithm : std::uint8_t { ring, direct, halving_doubling };

/// Parts of 64 KiB or more, at most four.
std::uint32_t channels_for(std::uint64_t elements);

/// Whether a level of so many members can be done so.
bool can_do(level_algorithm algorithm, std::uint32_t members);
std::string_view to_text(level_algorithm algorithm);

/// What a schedule is made for.
struct schedule_request {
  collective what;  ///< one group; `what.algorithm` is not looked at
  /// Sizes of the groups of each level, smallest first; their product is the number of ranks. One
  /// level: everyone with everyone.
  std::vector<std::uint32_t> levels;
  std::vector<level_algorithm> algorithms;  ///< one per level
  /// Levels are the dimensions of a grid: rings go both ways around, and if all are equally long,
  /// an all-reduce is cut into as many parts, each of which begins with another dimension.
  bool grid = false;
  /// All-reduce and broadcast: by so many binary trees of all ranks, 1 or 2; levels are not looked
  /// at. 0: by levels.
  std::uint32_t trees = 0;
};

/// The schedule of a collective over its levels. An all-reduce is a reduce-scatter level by level,
/// smallest first, and an all-gather the other way round; an all-to-all hands on to the right
/// member of each level; a broadcast scatters, smallest level first, and gathers back, but as a
/// ring of one level it goes from rank to rank. Throws base::configuration_error with the key
/// "algorithm" for what cannot be done so.
schedule make_schedule(const schedule_request& request);

/// Does a schedule on real data and counts elements of all ranks that differ from what the
/// definition of the collective demands.
std::uint64_t count_wrong(const collective& what, const schedule& steps);

}  // namespace sn::workload
