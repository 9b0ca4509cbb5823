// What groups lose with planes and links, and members send again.
#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "alink/burst_sender.h"
#include "base/random.h"
#include "fabric_bench.h"

namespace sn::fabric {
namespace {

// A slot is 6.4 ns, the path 280 ns, a cell 595 bytes.
constexpr std::uint64_t slot = 6'400;
constexpr std::uint64_t path = 280'000;
constexpr std::uint64_t forget = 2'000'000;

/// A device that sends again what was lost, with memory and a log.
class member : public sc_core::sc_module {
 public:
  explicit member(const sc_core::sc_module_name& name)
      : sc_core::sc_module(name),
        in("in"),
        memory(1U << 18U),
        sender(
            "sender", base::picoseconds(forget), [this] { return usable; },
            [this](tlm::tlm_generic_payload& burst) {
              completed.push_back(alink::now());
              failed += burst.is_response_ok() ? 0 : 1;
              burst.release();
            }) {
    in.register_b_transport(this, &member::serve);
  }

  tlm_utils::simple_target_socket<member> in;
  std::vector<unsigned char> memory;
  std::uint16_t usable = 0xffff;
  std::map<std::uint64_t, std::vector<base::picoseconds>> served;  ///< by address
  std::vector<base::picoseconds> completed;
  unsigned failed = 0;
  alink::burst_sender sender;

 private:
  void serve(tlm::tlm_generic_payload& burst, sc_core::sc_time& /*delay*/) {
    served[burst.get_address()].push_back(alink::now());
    if (burst.get_data_ptr() != nullptr) {
      std::memcpy(&memory.at(burst.get_address()), burst.get_data_ptr(), burst.get_data_length());
    }
    burst.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

template <typename Engine, typename Parameters>
struct member_bench {
  explicit member_bench(const Parameters& parameters)
      : engine("fabric", parameters), controls(attached_controls(engine, parameters)) {
    for (unsigned index = 0; index < engine.endpoints(); ++index) {
      members.push_back(std::make_unique<member>(("member_" + std::to_string(index)).c_str()));
      checks.connect(members.back()->sender.socket(), engine.from_device(index),
                     checker::data_policy::may_be_absent, &order);
      checks.connect(engine.to_device(index), members.back()->in,
                     checker::data_policy::may_be_absent, &order);
    }
  }

  void make_group(unsigned group, const std::vector<unsigned>& ports) {
    for (const auto& control : controls) {
      for (const unsigned port : ports) {
        control->groups[group].set(port);
      }
    }
  }

  /// A burst to a group, sent now.
  void issue(unsigned from, alink::operation what, unsigned group, std::uint64_t address,
             unsigned length, unsigned char* data, std::uint16_t planes = 0xffff,
             std::uint64_t delay = 0, base::endpoint_id result_to = alink::all_members) {
    tlm::tlm_generic_payload& payload = pool.acquire();
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_address(address);
    payload.set_data_length(length);
    payload.set_streaming_width(length);
    payload.set_data_ptr(data);
    alink::burst_extension& extension = alink::extension_of(payload);
    extension.source = engine.endpoint(from).id;
    extension.destination = static_cast<base::endpoint_id>(group);
    extension.what = what;
    extension.result_to = result_to;
    extension.plane_mask = planes;
    members[from]->sender.issue(payload, sc_core::sc_time::from_value(delay));
  }

  void break_link(unsigned plane, unsigned port) {
    controls[plane]->up[static_cast<base::port_id>(port)] = false;
    controls[plane]->lost.set(port);
    engine.lose_link(plane, static_cast<base::port_id>(port));
  }
  void mend_link(unsigned plane, unsigned port) {
    controls[plane]->up[static_cast<base::port_id>(port)] = true;
    controls[plane]->lost.reset(port);
    engine.restore_link(plane, static_cast<base::port_id>(port), 1);
  }
  void kill_plane(unsigned plane) {
    for (unsigned port = 0; port < engine.endpoints(); ++port) {
      controls[plane]->up[static_cast<base::port_id>(port)] = false;
      controls[plane]->lost.set(port);
    }
    engine.lose_plane(plane);
  }

  static void run_until(std::uint64_t picoseconds) {
    sc_core::sc_start(sc_core::sc_time::from_value(picoseconds) - sc_core::sc_time_stamp());
  }
  void finish() {
    sc_core::sc_start();
    checks.audit();
    expect_settled(engine);
    EXPECT_EQ(pool.in_use(), 0U);
  }

  float value(unsigned index, std::uint64_t address) const {
    float result = 0.0F;
    std::memcpy(&result, &members[index]->memory[address], sizeof(result));
    return result;
  }

  alink::burst_pool pool;
  order_checker order;
  checker::checker_set checks{true};
  Engine engine;
  std::vector<std::unique_ptr<test_control>> controls;
  std::vector<std::unique_ptr<member>> members;
};

using cell_bench = member_bench<cell_engine, cell_engine_parameters>;
using fluid_bench = member_bench<flow_engine, flow_engine_parameters>;

cell_engine_parameters cells(unsigned planes, arbiter::kind kind = arbiter::kind::model) {
  cell_engine_parameters parameters = test_parameters(8, planes);
  parameters.groups = 2;
  parameters.arbiter = kind;
  return parameters;
}

flow_engine_parameters fluids(unsigned planes) {
  const cell_engine_parameters cell = test_parameters(8, planes);
  flow_engine_parameters parameters;
  parameters.endpoints = cell.endpoints;
  parameters.planes = planes;
  parameters.ports = cell.ports;
  parameters.port_rate = cell.port_rate;
  parameters.path_latency = base::picoseconds(path);
  parameters.reduction_groups = 2;
  return parameters;
}

unsigned char* bytes_of(std::vector<float>& data) {
  return reinterpret_cast<unsigned char*>(data.data());
}

TEST(group_loss, a_reduction_on_a_plane_that_dies_goes_again_by_another) {
  cell_bench it(cells(2));
  it.make_group(0, {0, 1, 2});
  std::vector<std::vector<float>> data;
  for (unsigned k = 0; k < 3; ++k) {
    data.emplace_back(1487, static_cast<float>(k + 1));  // 5948 bytes are 10 cells
    it.issue(k, alink::operation::reduce, 0, 0, 5948, bytes_of(data[k]), 0b10);
  }
  it.run_until(20 * slot);
  it.kill_plane(1);
  it.finish();
  // The error comes a path later, at 408 ns, in slot 63; what is sent in slot 64 is handed out from
  // the turn after it on.
  const std::uint64_t again = 64;
  for (unsigned k = 0; k < 3; ++k) {
    EXPECT_EQ(it.value(k, 0), 6.0F);
    EXPECT_EQ(it.value(k, 5944), 6.0F);
    ASSERT_EQ(it.members[k]->served[0].size(), 1U);
    EXPECT_EQ(it.members[k]->served[0][0].value, (again + 10 + 1) * slot + path);
    ASSERT_EQ(it.members[k]->completed.size(), 1U);
    EXPECT_EQ(it.members[k]->completed[0].value, (again + 10 + 1) * slot + 2 * path);
    EXPECT_EQ(it.members[k]->sender.sent_again().bursts, 1U);
  }
  const auto seen = it.engine.statistics();
  EXPECT_EQ(seen.bytes_injected, 6U * 5948);
  EXPECT_EQ(seen.bytes_failed, 3U * 5948);
  EXPECT_EQ(seen.bytes_delivered, 3U * 5948);
  EXPECT_EQ(seen.bytes_reduced, 2U * 5948);
}

TEST(group_loss, who_has_the_result_does_not_get_it_twice) {
  // Member 2 receives at an eighth of the others' rate: its link breaks when 0 and 1 have the sum.
  cell_engine_parameters parameters = cells(2);
  parameters.endpoints[2].slots_per_cell = 8;
  cell_bench it(parameters);
  it.make_group(0, {0, 1, 2});
  std::vector<std::vector<float>> data;
  for (unsigned k = 0; k < 3; ++k) {
    data.emplace_back(10, static_cast<float>(1U << k));
    it.issue(k, alink::operation::reduce, 0, 256, 40, bytes_of(data[k]), 0b10);
  }
  // One cell leaves member 2 in slots 0 to 7 and the switch in slot 8 + 10 or later; the downlink
  // is busy with its cell for eight slots more, so that it arrives seven slots after the others'.
  std::uint64_t first = 0;
  for (std::uint64_t at = slot; first == 0; at += slot) {
    it.run_until(at);
    first = it.members[0]->served[256].empty() ? 0 : at;
  }
  EXPECT_TRUE(it.members[2]->served[256].empty());
  it.break_link(1, 2);
  it.finish();
  for (unsigned k = 0; k < 3; ++k) {
    EXPECT_EQ(it.value(k, 256), 7.0F);
    EXPECT_EQ(it.members[k]->served[256].size(), 1U) << k;
    EXPECT_EQ(it.members[k]->completed.size(), 1U);
  }
}

TEST(group_loss, a_multicast_goes_again_only_to_those_who_lack_it) {
  cell_bench it(cells(2));
  it.make_group(0, {0, 1, 2, 3});
  std::vector<unsigned char> data(5950, 0x5a);
  it.issue(0, alink::operation::multicast, 0, 0, 5950, data.data(), 0b01);
  it.run_until(20 * slot);
  it.break_link(0, 3);
  it.finish();
  for (unsigned k = 1; k < 4; ++k) {
    EXPECT_EQ(it.members[k]->served[0].size(), 1U);
    EXPECT_EQ(it.members[k]->memory[5949], 0x5a);
  }
  const auto seen = it.engine.statistics();
  EXPECT_EQ(seen.bytes_delivered, 3U * 5950);
  EXPECT_EQ(seen.bytes_failed, 5950U);
  EXPECT_EQ(seen.bytes_injected, 2U * 5950);
}

TEST(group_loss, members_that_may_not_use_a_plane_make_all_begin_anew_without_it) {
  cell_bench it(cells(2));
  it.make_group(0, {0, 1});
  std::vector<std::vector<float>> data{std::vector<float>(1024, 1.0F),
                                       std::vector<float>(1024, 2.0F)};
  it.members[1]->usable = 0b01;
  it.issue(0, alink::operation::reduce, 0, 0, 4096, bytes_of(data[0]));
  it.issue(1, alink::operation::reduce, 0, 0, 4096, bytes_of(data[1]), 0b01, 50 * slot);
  it.finish();
  EXPECT_EQ(it.value(0, 4092), 3.0F);
  EXPECT_EQ(it.value(1, 0), 3.0F);
  EXPECT_EQ(it.engine.statistics().bytes_failed, 2U * 4096);
  // 4096 bytes on plane 0 are 7 cells.
  EXPECT_EQ(it.engine.cells_out(0, 0), 7U);
  EXPECT_EQ(it.engine.cells_out(1, 0), 0U);
}

/// Turns of two groups and multicasts, while links break one after the other and come up again:
/// everything arrives once at everybody, and every sum is right.
template <typename Bench>
void break_links_under_load(Bench& it, std::uint64_t seed) {
  const std::vector<std::vector<unsigned>> groups{{0, 1, 2, 3, 6}, {2, 3, 4, 5, 7}};
  for (unsigned group = 0; group < groups.size(); ++group) {
    it.make_group(group, groups[group]);
  }
  base::random_generator random(seed);
  constexpr unsigned turns = 60;
  constexpr unsigned longest = 2048;
  std::vector<std::vector<float>> data;
  data.reserve(turns * 2 * 8);
  struct sum {
    unsigned group;
    std::uint64_t address;
    unsigned elements;
    float value;
    std::vector<unsigned> owners;
  };
  std::vector<sum> sums;
  std::vector<std::pair<unsigned, std::uint64_t>> multicasts;
  for (unsigned turn = 0; turn < turns; ++turn) {
    const unsigned group = turn % 2;
    const auto elements = static_cast<unsigned>(1 + random.below(longest / 4));
    const std::uint64_t address = std::uint64_t{turn} * longest;
    sums.push_back({group, address, elements, 0.0F, groups[group]});
    base::endpoint_id result_to = alink::all_members;
    if (turn % 5 < 2) {
      sums.back().owners.assign(1, groups[group][turn % 5 + random.below(3)]);
      result_to = it.engine.endpoint(sums.back().owners.front()).id;
    }
    for (const unsigned who : groups[group]) {
      const auto value = static_cast<float>(1 + random.below(100));
      sums.back().value += value;
      data.emplace_back(elements, value);
      it.issue(who, alink::operation::reduce, group, address, 4 * elements, bytes_of(data.back()),
               0xffff, 300'000 * turn + random.below(200'000), result_to);
    }
    const std::uint64_t place = std::uint64_t{turns + turn} * longest;
    data.emplace_back(longest / 4, static_cast<float>(turn));
    const unsigned from = groups[group][random.below(5)];
    multicasts.emplace_back(from, place);
    it.issue(from, alink::operation::multicast, group, place, longest, bytes_of(data.back()),
             0xffff, 300'000 * turn);
  }
  for (unsigned fault = 0; fault < 8; ++fault) {
    const auto plane = static_cast<unsigned>(random.below(4));
    const auto port = static_cast<unsigned>(random.below(8));
    it.run_until(1'000'000 + 3'000'000 * std::uint64_t{fault});
    it.break_link(plane, port);
    it.engine.audit();
    it.run_until(2'800'000 + 3'000'000 * std::uint64_t{fault});
    it.mend_link(plane, port);
  }
  it.finish();
  std::uint64_t sent_again = 0;
  for (const auto& one : it.members) {
    EXPECT_EQ(one->failed, 0U);
    sent_again += one->sender.sent_again().bursts;
  }
  EXPECT_GT(sent_again, 20U);
  for (const sum& each : sums) {
    std::size_t results = 0;
    for (const unsigned who : groups[each.group]) {
      results += it.members[who]->served[each.address].size();
    }
    ASSERT_EQ(results, each.owners.size()) << "who only contributes gets nothing";
    for (const unsigned who : each.owners) {
      ASSERT_EQ(it.members[who]->served[each.address].size(), 1U);
      ASSERT_EQ(it.value(who, each.address), each.value);
      ASSERT_EQ(it.value(who, each.address + 4 * (each.elements - 1)), each.value);
    }
  }
  for (unsigned turn = 0; turn < multicasts.size(); ++turn) {
    for (const unsigned who : groups[turn % 2]) {
      const std::size_t copies = who == multicasts[turn].first ? 0 : 1;
      ASSERT_EQ(it.members[who]->served[multicasts[turn].second].size(), copies);
    }
  }
}

TEST(group_loss, a_sum_for_one_member_goes_again_when_the_link_of_another_breaks) {
  cell_bench it(cells(2));
  it.make_group(0, {0, 1, 2});
  std::vector<std::vector<float>> data;
  for (unsigned k = 0; k < 3; ++k) {
    data.emplace_back(1487, static_cast<float>(k + 1));  // 5948 bytes are 10 cells
    it.issue(k, alink::operation::reduce, 0, 0, 5948, bytes_of(data[k]), 0b10, 0, 101);
  }
  it.run_until(20 * slot);
  it.break_link(1, 2);
  it.finish();
  EXPECT_EQ(it.value(1, 5944), 6.0F);
  // As when a plane dies (above): sent again in slot 64.
  ASSERT_EQ(it.members[1]->served[0].size(), 1U);
  EXPECT_EQ(it.members[1]->served[0][0].value, (64 + 10 + 1) * slot + path);
  for (unsigned k = 0; k < 3; ++k) {
    EXPECT_EQ(it.members[k]->served[0].size(), k == 1 ? 1U : 0U);
    EXPECT_EQ(it.members[k]->completed.at(0).value, (64 + 10 + 1) * slot + 2 * path);
  }
  const auto seen = it.engine.statistics();
  EXPECT_EQ(seen.bytes_injected, 6U * 5948);
  EXPECT_EQ(seen.bytes_failed, 3U * 5948);
  EXPECT_EQ(seen.bytes_delivered, 5948U);
  EXPECT_EQ(seen.bytes_reduced, 2U * 5948);
  EXPECT_EQ(seen.bytes_copied, 0U);
}

TEST(group_loss, everything_arrives_once_while_links_break_in_cells) {
  for (const std::uint64_t seed : {1U}) {
    cell_bench it(cells(4));
    break_links_under_load(it, seed);
  }
}

TEST(group_loss, everything_arrives_once_while_links_break_in_cells_of_another_seed) {
  cell_bench it(cells(4, arbiter::kind::lockstep));
  break_links_under_load(it, 7);
}

TEST(group_loss, everything_arrives_once_while_links_break_in_fluids) {
  fluid_bench it(fluids(4));
  break_links_under_load(it, 3);
}

}  // namespace
}  // namespace sn::fabric
