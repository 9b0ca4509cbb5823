#include "workload/schedule_exchange.h"

#include <algorithm>

#include "base/error.h"
#include "workload/collective_builder.h"
#include "workload/schedule_steps.h"

namespace sn::workload {

namespace {

/// Where the blocks that a rank holds between two levels lie.
///
/// When the digits below `stride` have been handed on, rank P holds the blocks of sources that
/// agree with it in the digits from `stride` up, for destinations that agree with it below: for
/// each destination, in their order, one block per source, in theirs. Blocks for one destination
/// are equally long, and the first few of all destinations have one element more.
class held_blocks {
 public:
  held_blocks(std::uint64_t elements, std::uint32_t ranks, std::uint32_t stride)
      : small_(elements / ranks), larger_(elements % ranks), ranks_(ranks), stride_(stride) {}

  /// Elements of a block for a destination.
  std::uint64_t block(std::uint32_t destination) const {
    return small_ + (destination < larger_ ? 1 : 0);
  }
  /// From the first element that `holder` holds to the block from the source with these digits
  /// below `stride` for `destination`.
  std::uint64_t offset(std::uint32_t holder, std::uint32_t destination,
                       std::uint32_t source_low) const {
    const std::uint32_t low = holder % stride_;
    const std::uint64_t before = destination / stride_;
    // Of destinations low, low + stride, ... so many have the longer blocks.
    const std::uint64_t longer = larger_ > low ? (larger_ - low + stride_ - 1) / stride_ : 0;
    return stride_ * (before * small_ + std::min(before, longer)) + source_low * block(destination);
  }
  /// Of all that a rank holds, at most.
  std::uint64_t most() const { return std::uint64_t{ranks_} * (small_ + (larger_ != 0 ? 1 : 0)); }

 private:
  std::uint64_t small_;
  std::uint64_t larger_;
  std::uint32_t ranks_;
  std::uint32_t stride_;
};

std::uint64_t aligned(std::uint64_t elements) {
  return (elements + region_elements - 1) / region_elements * region_elements;
}

}  // namespace

void append_all_to_all(const schedule_request& request, schedule& to) {
  const collective what = request.what;
  const std::uint32_t ranks = what.ranks;
  std::uint32_t stride = 1;
  std::uint64_t source_place = 0;
  for (std::size_t at = 0; at < request.levels.size(); ++at) {
    const std::uint32_t size = request.levels[at];
    const bool last = at + 1 == request.levels.size();
    const held_blocks before(what.elements, ranks, stride);
    const held_blocks after(what.elements, ranks, stride * size);
    const std::uint64_t place = last ? place_of(what, 0).output.first : aligned(to.data_elements);
    to.data_elements = std::max(to.data_elements, place + after.most());
    schedule_step step;
    step.name = "level " + std::to_string(at + 1) + " exchange";
    step.among = {ranks, size, stride};
    step.part_elements = what.elements / size;
    step.flows_per_group = std::uint64_t{size} * (size - 1);
    step.transfers = [=](std::uint32_t, std::uint32_t group, const transfer_sink& sink) {
      for (std::uint32_t member = 0; member < size; ++member) {
        const std::uint32_t from = rank_groups{ranks, size, stride}.rank(group, member);
        for (std::uint32_t distance = 0; distance < size; ++distance) {
          const std::uint32_t digit = (member + distance) % size;
          const std::uint32_t next = rank_groups{ranks, size, stride}.rank(group, digit);
          // Destinations with that digit, and the digits of `from` below.
          for (std::uint32_t d = from % stride + digit * stride; d < ranks; d += stride * size) {
            const element_range part{source_place + before.offset(from, d, 0),
                                     stride * before.block(d)};
            if (part.count != 0) {
              sink({from, next, part, place + after.offset(next, d, member * stride), false});
            }
          }
        }
      }
    };
    to.stages.push_back({step});
    stride *= size;
    source_place = place;
  }
}

void append_flat_exchange(const collective& what, schedule& to) {
  schedule_step step;
  step.name = "all exchange";
  step.among = {what.ranks, what.ranks, 1};
  step.part_elements = what.elements / what.ranks;
  step.flows_per_group = what.ranks;
  if (what.kind == collective_kind::send_receive) {
    const std::uint64_t place = place_of(what, 0).output.first;
    step.transfers = [what, place](std::uint32_t, std::uint32_t, const transfer_sink& sink) {
      for (std::uint32_t rank = 0; rank < what.ranks; ++rank) {
        sink({rank, (rank + 1) % what.ranks, {0, what.elements}, place, false});
      }
    };
  } else {
    base::ensure(what.kind == collective_kind::all_to_all_v, "not an exchange");
    step.flows_per_group = std::uint64_t{what.ranks} * (what.ranks - 1);
    const std::vector<element_range> parts = exchanged_parts(what);
    const std::uint64_t behind = place_of(what, 0).output.first;
    for (std::uint32_t rank = 0; rank < what.ranks; ++rank) {
      std::uint64_t end = behind;
      for (std::uint32_t from = 0; from < what.ranks; ++from) {
        end += parts[std::size_t{from} * what.ranks + rank].count;
      }
      to.data_elements = std::max(to.data_elements, end);
    }
    step.transfers = [what, parts, behind](std::uint32_t, std::uint32_t,
                                           const transfer_sink& sink) {
      for (std::uint32_t to_rank = 0; to_rank < what.ranks; ++to_rank) {
        std::uint64_t place = behind;
        for (std::uint32_t from = 0; from < what.ranks; ++from) {
          const element_range part = parts[std::size_t{from} * what.ranks + to_rank];
          if (part.count != 0) {
            sink({from, to_rank, part, place, false});
          }
          place += part.count;
        }
      }
    };
  }
  to.stages.push_back({step});
}

}  // namespace sn::workload
