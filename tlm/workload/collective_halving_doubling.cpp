#include "workload/collective_algorithms.h"

namespace sn::workload {

namespace {

/// The blocks of `group` ranks, of which `rank` is one and the first is a multiple of `group`.
element_range blocks_of_group(const collective_builder& build, element_range whole,
                              std::uint32_t rank, std::uint32_t group) {
  const std::uint32_t first = rank / group * group;
  const element_range begin = build.block(whole, first);
  return {begin.first, build.block(whole, first + group - 1).end() - begin.first};
}

}  // namespace

// In each step a rank gives its partner the partner's half of what they both hold a sum of. What
// arrives has a place of its own in each step: a fast partner overwrites nothing.
void halving_reduce_scatter(collective_builder& build, element_range whole, unsigned queue) {
  for (std::uint32_t half = build.ranks() / 2; half != 0; half /= 2) {
    build.name_step("halving at distance " + std::to_string(half));
    const std::uint32_t tag = build.new_tag();
    const std::uint64_t beside = build.allocate(blocks_of_group(build, whole, 0, half).count);
    for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
      const std::uint32_t partner = rank ^ half;
      const element_range kept = blocks_of_group(build, whole, rank, half);
      build.send(rank, queue, tag,
                 {{partner, blocks_of_group(build, whole, partner, half), beside}});
      build.wait(rank, queue, tag, kept.count);
      build.reduce(rank, queue, {kept, beside, 0, 1});
    }
  }
}

void doubling_all_gather(collective_builder& build, element_range whole, unsigned queue) {
  for (std::uint32_t held = 1; held < build.ranks(); held *= 2) {
    build.name_step("doubling at distance " + std::to_string(held));
    const std::uint32_t tag = build.new_tag();
    for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
      const std::uint32_t partner = rank ^ held;
      const element_range own = blocks_of_group(build, whole, rank, held);
      build.send(rank, queue, tag, {{partner, own, own.first}});
      build.wait(rank, queue, tag, blocks_of_group(build, whole, partner, held).count);
    }
  }
}

}  // namespace sn::workload
