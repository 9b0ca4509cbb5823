#include "fabric/region_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace sn::fabric {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(region_order, bursts_to_different_regions_pass_each_other) {
  region_order order;
  order.enter(1, 0, 256);    // region 0
  order.enter(2, 256, 512);  // regions 1 and 2
  EXPECT_TRUE(order.may_pass(2));
  EXPECT_TRUE(order.may_pass(1));
}

TEST(region_order, one_shared_region_is_enough_to_wait) {
  region_order order;
  order.enter(1, 0, 257);  // regions 0 and 1, of the latter one byte
  order.enter(2, 511, 1);  // region 1, its last byte
  EXPECT_FALSE(order.may_pass(2));
  EXPECT_TRUE(order.may_pass(1));
  std::vector<region_order::burst_index> released;
  order.leave(1, released);
  EXPECT_THAT(released, ElementsAre(2U));
  EXPECT_TRUE(order.may_pass(2));
}

TEST(region_order, a_burst_is_released_only_by_the_last_in_its_way_and_only_if_it_has_arrived) {
  region_order order;
  order.enter(1, 0, 256);
  order.enter(2, 256, 256);
  order.enter(3, 0, 512);  // waits for 1 and 2
  order.enter(4, 0, 256);  // waits for 1 and 3, has not arrived
  EXPECT_FALSE(order.may_pass(3));
  std::vector<region_order::burst_index> released;
  order.leave(1, released);
  EXPECT_THAT(released, IsEmpty());
  order.leave(2, released);
  EXPECT_THAT(released, ElementsAre(3U));
  released.clear();
  order.leave(3, released);
  EXPECT_THAT(released, IsEmpty());
  EXPECT_TRUE(order.may_pass(4));
}

}  // namespace
}  // namespace sn::fabric
