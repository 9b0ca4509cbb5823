// Writes the operations of a collective, rank by rank.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workload/collective.h"

namespace sn::workload {

/// A part of the sender's data that goes to a place in the data of `peer`. All in elements.
struct copy_to {
  std::uint32_t peer = 0;
  element_range part;
  std::uint64_t place = 0;
};

/// The sum of `operands` arrays at source, source + stride, ... is added to `result`. All in
/// elements.
struct add_to {
  element_range result;
  std::uint64_t source = 0;
  std::uint64_t stride = 0;
  std::uint32_t operands = 1;
};

/// Operations that would do nothing, because there are fewer elements than ranks, are left out.
class collective_builder {
 public:
  explicit collective_builder(const collective& what);

  std::uint32_t ranks() const { return what_.ranks; }
  /// Part of `whole` that belongs to `rank`.
  element_range block(element_range whole, std::uint32_t rank) const {
    return part_of(whole, what_.ranks, rank);
  }

  /// A tag that nothing else of this collective uses.
  std::uint32_t new_tag() { return what_.first_tag + tags_++; }
  /// Room for `elements` elements at the same place of every rank's data, from a region's start.
  std::uint64_t allocate(std::uint64_t elements);

  /// What to call the operations that follow.
  void name_step(const std::string& step) { step_ = step; }
  void send(std::uint32_t rank, unsigned queue, std::uint32_t tag,
            const std::vector<copy_to>& copies);
  /// The group of all ranks, number 0, is used.
  void use_group();
  /// A part of the sender's data that goes to a group.
  struct group_part {
    element_range part;
    std::uint32_t result_to = all_of_group;  ///< who gets the sum
  };
  /// Parts in this order, each to the same place at who gets it; queue 0.
  void send_to_group(std::uint32_t rank, std::uint32_t tag, message_kind kind,
                     const std::vector<group_part>& parts);
  void wait(std::uint32_t rank, unsigned queue, std::uint32_t tag, std::uint64_t elements);
  void reduce(std::uint32_t rank, unsigned queue, const add_to& sum);

  collective_program finish();

 private:
  operation& append(std::uint32_t rank, unsigned queue, operation_kind kind, const char* what);

  collective what_;
  program work_;
  std::uint32_t tags_ = 0;
  std::uint64_t allocated_ = 0;  ///< elements
  std::string step_;
};

/// Elements of the smallest part, 64 KiB, that is worth a channel or a piece of its own.
inline constexpr std::uint64_t smallest_part = (std::uint64_t{64} << 10U) / element_size;

/// Elements of an ALink region: what begins at a multiple of it shares no region with others.
inline constexpr std::uint64_t region_elements = 64;

}  // namespace sn::workload
