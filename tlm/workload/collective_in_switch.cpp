#include <vector>

#include "base/error.h"
#include "workload/collective_algorithms.h"

namespace sn::workload {

namespace {

/// Everyone contributes its array and gets the sum of all in its place.
void reduce_everything(collective_builder& build, element_range whole) {
  const std::uint32_t tag = build.new_tag();
  build.name_step("in-switch all-reduce");
  for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
    build.send_to_group(rank, tag, message_kind::reduce, {{whole}});
    build.wait(rank, 0, tag, whole.count);
  }
}

/// Everyone contributes its array, block after block, and gets the sum of its own block.
void reduce_by_blocks(collective_builder& build, element_range whole) {
  const std::uint32_t tag = build.new_tag();
  build.name_step("in-switch reduce-scatter");
  std::vector<collective_builder::group_part> blocks;
  for (std::uint32_t owner = 0; owner < build.ranks(); ++owner) {
    blocks.push_back({build.block(whole, owner), owner});
  }
  for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
    build.send_to_group(rank, tag, message_kind::reduce, blocks);
    build.wait(rank, 0, tag, build.block(whole, rank).count);
  }
}

/// Those who have something hand it to all others.
void multicast_all(collective_builder& build, const collective& what) {
  const std::uint32_t tag = build.new_tag();
  const element_range whole{0, what.elements};
  build.name_step("multicast");
  for (std::uint32_t rank = 0; rank < build.ranks(); ++rank) {
    element_range own{0, 0};
    if (what.kind == collective_kind::all_gather) {
      own = build.block(whole, rank);
    } else if (rank == 0) {
      own = whole;
    }
    build.send_to_group(rank, tag, message_kind::multicast, {{own}});
    build.wait(rank, 0, tag, whole.count - own.count);
  }
}

}  // namespace

void expand_in_switch(collective_builder& build, const collective& what) {
  build.use_group();
  if (what.kind == collective_kind::all_reduce) {
    reduce_everything(build, {0, what.elements});
  } else if (what.kind == collective_kind::reduce_scatter) {
    reduce_by_blocks(build, {0, what.elements});
  } else {
    multicast_all(build, what);
  }
}

}  // namespace sn::workload
