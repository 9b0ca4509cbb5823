#include "workload/collective_check.h"

#include <algorithm>

#include "base/error.h"

namespace sn::workload {

namespace {

/// Element `index` of the array of `rank`; multiplications by odd constants mix the two.
float element(std::uint32_t rank, std::uint64_t index) {
  std::uint64_t mixed = (index + 1) * 0x9e37'79b9'7f4a'7c15U + rank * 0xd6e8'feb8'6659'fd93U;
  mixed ^= mixed >> 32U;
  mixed *= 0xd6e8'feb8'6659'fd93U;
  return static_cast<float>(static_cast<int>((mixed >> 32U) % 251) - 125);
}

std::vector<float> elements(std::uint32_t rank, element_range range) {
  std::vector<float> result(range.count);
  for (std::uint64_t i = 0; i < range.count; ++i) {
    result[i] = element(rank, range.first + i);
  }
  return result;
}

}  // namespace

collective_check::collective_check(const collective& what) : what_(what) {
  if (what.kind == collective_kind::all_reduce || what.kind == collective_kind::reduce_scatter) {
    for (std::uint32_t group = 0; group < what.groups; ++group) {
      std::vector<float>& sums = sums_.emplace_back(what.elements);
      for (std::uint32_t rank = group * what.ranks; rank < (group + 1) * what.ranks; ++rank) {
        for (std::uint64_t i = 0; i < what.elements; ++i) {
          sums[i] += element(rank, i);
        }
      }
    }
  }
}

std::vector<float> collective_check::input(std::uint32_t rank) const {
  return elements(rank, place_of(what_, rank).input);
}

std::vector<float> collective_check::expected(std::uint32_t rank) const {
  const element_range whole{0, what_.elements};
  const std::uint32_t group = rank / what_.ranks;
  const std::uint32_t first = group * what_.ranks;
  const std::uint32_t in_group = rank - first;
  const element_range own = part_of(whole, what_.ranks, in_group);
  std::vector<float> result;
  const auto append = [&result](const std::vector<float>& part) {
    result.insert(result.end(), part.begin(), part.end());
  };
  switch (what_.kind) {
    case collective_kind::all_reduce:
      return sums_[group];
    case collective_kind::reduce_scatter:
      return {sums_[group].begin() + static_cast<std::ptrdiff_t>(own.first),
              sums_[group].begin() + static_cast<std::ptrdiff_t>(own.end())};
    case collective_kind::all_gather:
      for (std::uint32_t source = 0; source < what_.ranks; ++source) {
        append(elements(first + source, part_of(whole, what_.ranks, source)));
      }
      return result;
    case collective_kind::all_to_all:
    case collective_kind::all_to_all_v:
      for (std::uint32_t source = 0; source < what_.ranks; ++source) {
        append(elements(first + source, exchanged_part(what_, source, in_group)));
      }
      return result;
    case collective_kind::broadcast:
      return elements(first, whole);
    case collective_kind::send_receive:
      return elements(first + (in_group + what_.ranks - 1) % what_.ranks, whole);
  }
  base::invariant_violated("unknown collective");
}

std::uint64_t collective_check::wrong(std::uint32_t rank, const std::vector<float>& output) const {
  const std::vector<float> right = expected(rank);
  base::ensure(right.size() == output.size(), "an output of another size than the collective's");
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    count += output[i] == right[i] ? 0U : 1U;
  }
  return count;
}

}  // namespace sn::workload
