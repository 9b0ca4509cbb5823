// Ports of a switch: training, state, interrupts and counters.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "switch_bench.h"

namespace sn::alink_switch::test {

namespace block = registers::alink_switch;
using testing::ElementsAre;

TEST(switch_ports, the_block_says_what_the_switch_is_to_its_controller_only) {
  switch_bench bench;
  EXPECT_EQ(bench.read(block::capability), 0x0103'0228U);  // domain 1, plane 3, 2 iterations, 40
  std::uint32_t value = 0;
  EXPECT_EQ(bench.first.try_access(tlm::TLM_READ_COMMAND, local_map::alink_switch, &value),
            tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST(switch_ports, a_port_comes_up_when_both_ends_are_enabled) {
  switch_bench bench;
  alink::link& wire = bench.add_link(35, 8);
  EXPECT_EQ(bench.read(block::port_status + 35 * 4), 0x8000'0000U);  // wired, down
  EXPECT_EQ(bench.read(block::port_status + 34 * 4), 0U);
  bench.write(block::port_control + 35 * 4, 1);
  EXPECT_EQ(bench.read(block::port_status + 35 * 4), 0x8000'0001U);  // detect
  EXPECT_FALSE(bench.device.port_up(35));
  wire.enable(alink::link_end::endpoint, true);
  EXPECT_EQ(bench.read(block::port_status + 35 * 4), 0x8000'0002U);  // training
  sn::test::run_us(3);
  EXPECT_EQ(bench.read(block::port_status + 35 * 4), 0x8000'0803U);  // up, 8 lanes
  EXPECT_TRUE(bench.device.port_up(35));
  EXPECT_EQ(bench.device.ports_up(), 1U);
  bench.write(block::port_control + 35 * 4, 0);
  EXPECT_FALSE(bench.device.port_up(35));
}

TEST(switch_ports, a_change_is_noted_and_interrupts_when_enabled) {
  switch_bench bench;
  alink::link& wire = bench.add_link(35, 8);
  sn::test::run_us(20);
  bench.train(35, wire);
  EXPECT_EQ(bench.read(block::port_change), 0U);
  EXPECT_EQ(bench.read(block::port_change + 4), 1U << 3U);  // port 32 + 3
  sn::test::run_us(20);
  EXPECT_TRUE(bench.controller.claimed().empty());
  bench.write(block::interrupt_enable, 1);
  sn::test::run_us(20);
  EXPECT_THAT(bench.controller.claimed(),
              ElementsAre(static_cast<std::uint32_t>(interrupt::port_change)));
  bench.write(block::port_change + 4, 1U << 3U);
  EXPECT_EQ(bench.read(block::port_change + 4), 0U);
}

TEST(switch_ports, cells_are_counted_by_the_fabric) {
  switch_bench bench;
  EXPECT_EQ(bench.read(block::cells_in + 4), 0U);
  bench.device.on_count_cells([](base::port_id port) {
    return port_cells{std::uint64_t{0x1'0000'0000} + port, std::uint64_t{10} * port};
  });
  EXPECT_EQ(bench.read(block::cells_in + 7 * 4), 7U);  // modulo 2^32
  EXPECT_EQ(bench.read(block::cells_out + 7 * 4), 70U);
  EXPECT_EQ(bench.read(block::cells_out + 40 * 4), 0U);  // no such port
}

TEST(switch_ports, impossible_configurations_are_refused) {
  auto parameters = forty_ports();
  parameters.ports = 129;
  EXPECT_THROW(alink_switch("a", parameters), std::invalid_argument);
  parameters = forty_ports();
  parameters.iterations = 0;
  EXPECT_THROW(alink_switch("b", parameters), std::invalid_argument);
}

}  // namespace sn::alink_switch::test
