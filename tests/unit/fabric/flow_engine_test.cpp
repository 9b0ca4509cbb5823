#include "fabric/flow_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "fabric_bench.h"

namespace sn::fabric {
namespace {

// Times by hand. A slot is 6.4 ns. The path is 280 ns. A cell carries 595 bytes.
constexpr std::uint64_t slot = 6'400;
constexpr std::uint64_t path = 280'000;

flow_engine_parameters flow_parameters(unsigned endpoints, unsigned planes) {
  const cell_engine_parameters cell = test_parameters(endpoints, planes);
  flow_engine_parameters parameters;
  parameters.endpoints = cell.endpoints;
  parameters.planes = planes;
  parameters.ports = cell.ports;
  parameters.port_rate = cell.port_rate;
  parameters.path_latency = base::picoseconds(path);
  return parameters;
}

TEST(flow_engine, a_lone_write_takes_its_cells_the_path_and_the_path_back) {
  flow_bench it(flow_parameters(4, 1));
  it.devices[0]->issue(it.burst(0, 2, tlm::TLM_WRITE_COMMAND, 0, 5950));
  it.run();
  EXPECT_EQ(it.devices[2]->served.at(0).when.value, 10 * slot + path);
  EXPECT_EQ(it.devices[0]->completed.at(0).when.value, 10 * slot + 2 * path);
  EXPECT_EQ(it.engine.cells_in(0, 0), 10U);
  EXPECT_EQ(it.engine.cells_out(0, 2), 10U);
  EXPECT_EQ(it.engine.cells_out(0, 0), 0U);
}

TEST(flow_engine, a_burst_waits_for_the_next_slot_and_for_its_annotated_delay) {
  flow_bench it(flow_parameters(4, 1));
  it.devices[0]->issue(it.burst(0, 2, tlm::TLM_WRITE_COMMAND, 0, 64),
                       sc_core::sc_time(10, sc_core::SC_NS));
  it.run();
  EXPECT_EQ(it.devices[2]->served.at(0).when.value, 3 * slot + path);
}

TEST(flow_engine, a_lone_read_takes_request_target_and_data_in_turn) {
  flow_bench it(flow_parameters(4, 1));
  it.devices[3]->latency = sc_core::sc_time(100, sc_core::SC_NS);
  // As with cells: one cell of headers there, 7 of data back, from slot 61 on.
  it.devices[0]->issue(it.burst(0, 3, tlm::TLM_READ_COMMAND, 0, 4096));
  it.run();
  EXPECT_EQ(it.devices[3]->served.at(0).when.value, slot + path);
  EXPECT_EQ(it.devices[0]->completed.at(0).when.value, (61 + 7) * slot + path);
  EXPECT_EQ(it.engine.statistics().cells, 8U);
}

TEST(flow_engine, two_senders_to_one_share_its_line_rate) {
  flow_bench it(flow_parameters(4, 1));
  it.devices[0]->issue(it.burst(0, 3, tlm::TLM_WRITE_COMMAND, 0, 59'500));
  it.devices[1]->issue(it.burst(1, 3, tlm::TLM_WRITE_COMMAND, 0, 59'500));
  it.run();
  EXPECT_EQ(it.devices[3]->served.at(1).when.value, 200 * slot + path);
}

/// A burst of `length` bytes to group `group`.
tlm::tlm_generic_payload& to_group(flow_bench& it, unsigned from, unsigned group,
                                   alink::operation what, unsigned length) {
  auto& payload = it.burst(from, 0, tlm::TLM_WRITE_COMMAND, 0, length);
  alink::extension_of(payload).what = what;
  alink::extension_of(payload).destination = static_cast<base::endpoint_id>(group);
  return payload;
}

flow_engine_parameters with_groups(unsigned endpoints) {
  flow_engine_parameters parameters = flow_parameters(endpoints, 1);
  parameters.reduction_groups = 2;
  return parameters;
}

TEST(flow_engine, what_several_groups_reduce_shares_what_the_switch_hands_out) {
  // One cell of a result per slot, as with cells: 10 of the first group and 10 of the second.
  flow_bench it(with_groups(8));
  for (const unsigned port : {0U, 1U, 2U, 3U}) {
    it.controls[0]->groups[0].set(port);
    it.controls[0]->groups[1].set(4 + port);
  }
  for (unsigned member = 0; member < 8; ++member) {
    auto& burst = to_group(it, member, member / 4, alink::operation::reduce, 5948);
    it.devices[member]->issue(burst);
  }
  it.run();
  EXPECT_EQ(it.devices[1]->served.at(0).when.value, (10 + 1) * slot + path);
  EXPECT_EQ(it.devices[7]->served.at(0).when.value, (20 + 1) * slot + path);
  EXPECT_EQ(it.engine.cells_in(0, 6), 10U);
  EXPECT_EQ(it.engine.cells_out(0, 6), 10U);
  EXPECT_EQ(it.engine.statistics().cells, 80U) << "what is handed out is not counted twice";
}

TEST(flow_engine, a_sum_goes_to_one_member_if_the_contributions_say_so) {
  flow_bench it(with_groups(4));
  it.controls[0]->groups[0] = base::port_set::first(4);
  for (unsigned member = 0; member < 4; ++member) {
    auto& burst = to_group(it, member, 0, alink::operation::reduce, 5948);
    alink::extension_of(burst).result_to = 101;
    it.devices[member]->issue(burst);
  }
  it.run();
  ASSERT_EQ(it.devices[1]->served.size(), 1U);
  EXPECT_EQ(it.devices[1]->served[0].when.value, (10 + 1) * slot + path);
  EXPECT_EQ(it.devices[3]->completed.at(0).when.value, (10 + 1) * slot + 2 * path);
  EXPECT_TRUE(it.devices[3]->served.empty());
  EXPECT_EQ(it.engine.cells_in(0, 3), 10U);
  EXPECT_EQ(it.engine.cells_out(0, 3), 0U);
  EXPECT_EQ(it.engine.statistics().bytes_delivered, 5948U);
}

TEST(flow_engine, a_multicast_is_sent_once_and_arrives_everywhere) {
  flow_bench it(with_groups(4));
  it.controls[0]->groups[0] = base::port_set::first(4);
  it.devices[2]->issue(to_group(it, 2, 0, alink::operation::multicast, 5950));
  it.devices[3]->issue(to_group(it, 3, 0, alink::operation::multicast, 5950));
  it.run();
  // Everybody gets 10 cells of one and, after these, 10 of the other.
  for (const unsigned member : {0U, 1U}) {
    EXPECT_EQ(it.devices[member]->served.at(0).when.value, (10 + 1) * slot + path);
    EXPECT_EQ(it.devices[member]->served.at(1).when.value, (20 + 1) * slot + path);
    EXPECT_EQ(it.engine.cells_in(0, static_cast<base::port_id>(member)), 0U);
    EXPECT_EQ(it.engine.cells_out(0, static_cast<base::port_id>(member)), 20U);
  }
  EXPECT_EQ(it.devices[2]->completed.at(0).when.value, (10 + 1) * slot + 2 * path);
  EXPECT_EQ(it.engine.cells_in(0, 2), 10U);
  EXPECT_EQ(it.engine.cells_out(0, 2), 10U);
  EXPECT_EQ(it.engine.statistics().bytes_delivered, 6U * 5950);
}

TEST(flow_engine, data_are_exact) {
  flow_bench it(flow_parameters(4, 2));
  std::vector<unsigned char> data(3001);
  for (std::size_t i = 0; i < data.size(); ++i) {
    data[i] = static_cast<unsigned char>(i * 7);
  }
  it.devices[0]->issue(it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 77, 3001, data.data()));
  it.run();
  EXPECT_TRUE(std::equal(data.begin(), data.end(), it.devices[1]->memory.begin() + 77));
}

TEST(flow_engine, equal_planes_are_one_until_they_differ_and_again_when_all_is_done) {
  flow_bench it(flow_parameters(4, 4));
  // Four regions, one per plane: all carry one cell.
  it.devices[0]->issue(it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 0, 1024));
  it.run();
  EXPECT_EQ(it.engine.groups(), 1U);
  // 4096 + 2560 bytes: planes 0 and 1 have 7 regions (4 cells), planes 2 and 3 six (3 cells).
  it.devices[0]->issue(it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 0, 4096 + 2560));
  it.run();
  EXPECT_EQ(it.engine.groups(), 2U);
  it.devices[0]->issue(it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 0, 1024));
  it.run();
  EXPECT_EQ(it.engine.groups(), 1U);

  const engine_statistics statistics = it.engine.statistics();
  EXPECT_EQ(statistics.planes[0].cells, 1U + 4U + 1U);
  EXPECT_EQ(statistics.planes[3].cells, 1U + 3U + 1U);
  EXPECT_EQ(statistics.planes[0].downlinks[1].bytes, 256U + 7U * 256U + 256U);
  EXPECT_EQ(statistics.planes[3].uplinks[0].bytes, 256U + 6U * 256U + 256U);
}

TEST(flow_engine, a_missing_route_fails_a_burst_as_with_cells) {
  flow_bench it(flow_parameters(4, 2));
  it.controls[0]->routes.erase(101);
  auto& burst = it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 0, 1000);
  it.devices[0]->issue(burst);
  it.run();
  EXPECT_EQ(alink::extension_of(burst).why, alink::cause::no_route);
  EXPECT_TRUE(it.devices[1]->served.empty());
  EXPECT_EQ(it.engine.statistics().bytes_failed, 1000U);
  EXPECT_EQ(it.engine.statistics().cells, 0U);
}

TEST(flow_engine, traces_utilisation_per_plane_and_bin) {
  auto parameters = flow_parameters(4, 1);
  parameters.bin_slots = 100;
  flow_bench it(parameters);
  // 150 cells from slot 0 on: a full uplink for a bin and a half, a quarter of the plane.
  it.devices[0]->issue(it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 0, 150 * 595));
  it.run();
  EXPECT_THAT(it.engine.statistics().planes[0].cells_per_bin, testing::ElementsAre(100U, 50U));
  base::trace trace(true);
  it.engine.trace_utilisation(trace);
  EXPECT_THAT(trace.to_json(), testing::HasSubstr("0.25"));
}

/// Closed-loop random traffic; returns when each burst came back, in order.
std::vector<std::uint64_t> completions_of_random_load(const std::string& name, std::uint64_t seed) {
  auto parameters = flow_parameters(16, 4);
  parameters.endpoints[15].slots_per_cell = 4;
  flow_bench it(parameters, name);
  base::random_generator random(seed);
  std::vector<std::uint64_t> record;
  unsigned issued = 0;
  const auto issue = [&](unsigned from) {
    ++issued;
    const auto to = static_cast<unsigned>((from + 1 + random.below(15)) % 16);
    const auto command = random.chance(0.3) ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND;
    it.devices[from]->issue(
        it.burst(from, to, command, random.below(1'000'000),
                 static_cast<unsigned>(1 + random.below(30'000))),
        sc_core::sc_time(static_cast<double>(random.below(2000)), sc_core::SC_NS));
  };
  for (unsigned device = 0; device < 16; ++device) {
    it.devices[device]->on_complete = [&, device](tlm::tlm_generic_payload& done) {
      record.push_back(alink::now().value);
      record.push_back(device);
      done.release();
      if (issued < 2000) {
        issue(device);
      }
    };
  }
  for (unsigned device = 0; device < 16; ++device) {
    for (unsigned outstanding = 0; outstanding < 4; ++outstanding) {
      issue(device);
    }
  }
  it.run();
  EXPECT_EQ(it.pool.in_use(), 0U);
  const auto statistics = it.engine.statistics();
  EXPECT_EQ(statistics.bursts, issued);
  EXPECT_EQ(statistics.bytes_delivered, statistics.bytes_injected);
  return record;
}

TEST(flow_engine, random_traffic_all_arrives_and_the_books_hold) {
  EXPECT_GE(completions_of_random_load("first", 1).size(), 4000U);
}

}  // namespace
}  // namespace sn::fabric
