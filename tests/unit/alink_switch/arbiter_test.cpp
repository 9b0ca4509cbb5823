// The registers of the arbiter, as the switch's controller sees them.
#include <gtest/gtest.h>

#include <map>

#include "registers/generated/cpp/alink_class_arbiter.h"
#include "switch_bench.h"

namespace sn::alink_switch::test {
namespace {

namespace arbiter_block = registers::alink_class_arbiter;
namespace block = registers::alink_switch;

configuration three_classes() {
  configuration c = forty_ports();
  c.classes = 3;
  c.class_straps = {class_strap{5, 100}, class_strap{2, 50}, class_strap{1, 0}, class_strap{}};
  c.groups = 2;
  return c;
}

TEST(switch_arbiter, accesses_go_on_to_the_arbiter) {
  switch_bench it(three_classes());
  std::map<std::uint32_t, std::uint32_t> arbiter{{arbiter_block::grants + 4 * 130, 77}};
  it.device.on_arbiter(
      {[&](std::uint32_t offset) { return arbiter[offset]; },
       [&](std::uint32_t offset, std::uint32_t value) { arbiter[offset] = value; }});
  it.controller.write(local_map::arbiter + arbiter_block::weight + 4, 9);
  EXPECT_EQ(arbiter.at(arbiter_block::weight + 4), 9U);
  EXPECT_EQ(it.controller.read(local_map::arbiter + arbiter_block::weight + 4), 9U);
  EXPECT_EQ(it.controller.read(local_map::arbiter + arbiter_block::grants + 4 * 130), 77U);
}

TEST(switch_arbiter, without_an_arbiter_the_registers_hold_what_is_written) {
  switch_bench it(three_classes());
  it.controller.write(local_map::arbiter + arbiter_block::age_limit, 12);
  EXPECT_EQ(it.controller.read(local_map::arbiter + arbiter_block::age_limit), 12U);
  // 40 ports, 2 iterations, 3 classes.
  EXPECT_EQ(it.controller.read(local_map::arbiter + arbiter_block::capability),
            40U | 2U << 8U | 3U << 12U);
}

TEST(switch_arbiter, straps_and_capability_say_what_there_is) {
  switch_bench it(three_classes());
  EXPECT_EQ(block::capability_field::classes.get(it.read(block::capability)), 3U);
  EXPECT_EQ(it.read(block::class_strap), 5U | 100U << 16U);
  EXPECT_EQ(it.read(block::class_strap + 4), 2U | 50U << 16U);
  EXPECT_EQ(it.read(block::group_capability), 2U);
}

TEST(switch_arbiter, groups_are_what_firmware_writes) {
  switch_bench it(three_classes());
  it.write(block::group_member + 4 * 4, 0x8000'0001);  // group 1, ports 0 and 31
  it.write(block::group_member + 4 * 5, 0x0000'0002);  // and 33
  const base::port_set members = it.device.group(1);
  EXPECT_EQ(members.count(), 3U);
  EXPECT_TRUE(members.test(0) && members.test(31) && members.test(33));
  EXPECT_TRUE(it.device.group(0).none());
  it.write(block::group_member + 4 * 8, 1);
  EXPECT_TRUE(it.device.group(2).none()) << "the switch has two groups";
}

}  // namespace
}  // namespace sn::alink_switch::test
