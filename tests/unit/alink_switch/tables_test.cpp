// Routes and pods: what the fabric is told, and what is counted.
#include <gtest/gtest.h>

#include "switch_bench.h"

namespace sn::alink_switch::test {

namespace block = registers::alink_switch;

namespace {

constexpr std::uint32_t valid_route = 0x8000'0000U;

}  // namespace

TEST(switch_tables, a_route_exists_once_firmware_has_made_it_valid) {
  switch_bench bench;
  EXPECT_FALSE(bench.device.route(1023).has_value());
  bench.write(block::route + 1023 * 4, 17);
  EXPECT_FALSE(bench.device.route(1023).has_value());
  bench.write(block::route + 1023 * 4, valid_route | 17U);
  EXPECT_EQ(bench.device.route(1023), base::port_id{17});
  EXPECT_EQ(bench.device.routes(), 1U);
}

TEST(switch_tables, admission_checks_ports_routes_and_pods_and_counts_refusals) {
  switch_bench bench;
  alink::link& a = bench.add_link(1, 8);
  alink::link& b = bench.add_link(2, 8);
  base::port_id output = 99;

  EXPECT_EQ(fabric::admit(bench.device, 1, 500, output), alink::cause::source_port_down);
  bench.train(1, a);
  EXPECT_EQ(fabric::admit(bench.device, 1, 500, output), alink::cause::no_route);
  bench.write(block::route + 500 * 4, valid_route | 2U);
  EXPECT_EQ(fabric::admit(bench.device, 1, 500, output), alink::cause::destination_port_down);
  bench.train(2, b);
  EXPECT_EQ(fabric::admit(bench.device, 1, 500, output), alink::cause::foreign_pod);
  bench.write(block::port_pod + 1 * 4, 7);
  bench.write(block::port_pod + 2 * 4, 8);
  EXPECT_EQ(fabric::admit(bench.device, 1, 500, output), alink::cause::foreign_pod);
  bench.write(block::port_pod + 2 * 4, 7);
  EXPECT_EQ(bench.device.pod(2), 7U);
  EXPECT_EQ(fabric::admit(bench.device, 1, 500, output), alink::cause::none);
  EXPECT_EQ(output, 2U);

  EXPECT_EQ(bench.read(block::refused_port_down), 2U);
  EXPECT_EQ(bench.read(block::refused_no_route), 1U);
  EXPECT_EQ(bench.read(block::refused_foreign_pod), 2U);
}

}  // namespace sn::alink_switch::test
