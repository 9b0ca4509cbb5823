#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "fabric_bench.h"

namespace sn::fabric {
namespace {

using testing::ElementsAre;

// Times by hand. A slot is 6.4 ns. The path is 65 + 150 + 65 = 280 ns. A cell carries 595 bytes.
constexpr std::uint64_t slot = 6'400;
constexpr std::uint64_t path = 280'000;

TEST(cell_engine, a_lone_write_takes_its_cells_the_path_and_the_path_back) {
  fabric_bench it(test_parameters(4, 1));
  auto& burst = it.burst(0, 2, tlm::TLM_WRITE_COMMAND, 0, 5950);
  EXPECT_EQ(it.devices[0]->issue(burst), tlm::TLM_UPDATED);
  EXPECT_EQ(it.devices[0]->last_phase, tlm::END_REQ);
  it.run();
  ASSERT_EQ(it.devices[2]->served.size(), 1U);
  EXPECT_EQ(it.devices[2]->served[0].when.value, 10 * slot + path);
  ASSERT_EQ(it.devices[0]->completed.size(), 1U);
  EXPECT_EQ(it.devices[0]->completed[0].when.value, 10 * slot + 2 * path);
  EXPECT_TRUE(burst.is_response_ok());
  EXPECT_EQ(alink::extension_of(burst).completion, alink::status::ok);
  burst.release();
  EXPECT_EQ(it.pool.in_use(), 0U) << "the engine holds no reference";
}

TEST(cell_engine, a_burst_waits_for_the_next_slot_and_for_its_annotated_delay) {
  fabric_bench it(test_parameters(4, 1));
  // Issued at 0 with a delay of 10 ns: it leaves in slot 2, at 12.8 ns.
  it.devices[0]->issue(it.burst(0, 2, tlm::TLM_WRITE_COMMAND, 0, 64),
                       sc_core::sc_time(10, sc_core::SC_NS));
  it.run();
  EXPECT_EQ(it.devices[2]->served.at(0).when.value, 3 * slot + path);
}

TEST(cell_engine, a_lone_read_takes_request_target_and_data_in_turn) {
  fabric_bench it(test_parameters(4, 1));
  it.devices[3]->latency = sc_core::sc_time(100, sc_core::SC_NS);
  // 4096 bytes are 16 regions: 16 headers of 16 bytes fill one cell; the data fill 7.
  it.devices[0]->issue(it.burst(0, 3, tlm::TLM_READ_COMMAND, 0, 4096));
  it.run();
  const std::uint64_t at_target = slot + path;
  EXPECT_EQ(it.devices[3]->served.at(0).when.value, at_target);
  const std::uint64_t ready = at_target + 100'000;             // 386.4 ns
  const std::uint64_t first_slot = (ready + slot - 1) / slot;  // 61
  EXPECT_EQ(it.devices[0]->completed.at(0).when.value, (first_slot + 7) * slot + path);
  EXPECT_EQ(it.engine.statistics().bytes_delivered, 4096U);
  EXPECT_EQ(it.engine.statistics().cells, 8U);
}

TEST(cell_engine, a_latency_that_is_no_multiple_of_a_slot_stays_exact) {
  auto parameters = test_parameters(4, 1);
  parameters.uplink_latency = base::picoseconds(1);
  parameters.switch_latency = base::picoseconds(99'999);
  parameters.downlink_latency = base::picoseconds(7);
  fabric_bench it(parameters);
  it.devices[0]->issue(it.burst(0, 2, tlm::TLM_WRITE_COMMAND, 0, 64));
  it.run();
  EXPECT_EQ(it.devices[2]->served.at(0).when.value, slot + 100'007);
}

TEST(cell_engine, planes_without_switch_latency_still_work) {
  auto parameters = test_parameters(4, 2);
  parameters.uplink_latency = parameters.switch_latency = parameters.downlink_latency =
      parameters.credit_latency = base::picoseconds(0);
  fabric_bench it(parameters);
  it.devices[0]->issue(it.burst(0, 2, tlm::TLM_WRITE_COMMAND, 0, 5950));
  it.run();
  // Regions: 5950 = 23 x 256 + 62, so plane 0 gets 12 regions (3072 bytes, 6 cells), plane 1 the
  // rest. Nothing arrives sooner than one slot, the rounded uplink, after it was sent.
  EXPECT_EQ(it.devices[2]->served.at(0).when.value, 6 * slot + slot);
}

TEST(cell_engine, spraying_divides_the_time_by_the_planes) {
  fabric_bench it(test_parameters(4, 8));
  // 8 x 595 x 256 bytes: 595 regions and 256 cells on each plane.
  it.devices[0]->issue(it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 0, 8 * 595 * 256));
  it.run();
  EXPECT_EQ(it.devices[1]->served.at(0).when.value, 256 * slot + path);
  const auto statistics = it.engine.statistics();
  for (const auto& plane : statistics.planes) {
    EXPECT_EQ(plane.cells, 256U);
    EXPECT_EQ(plane.uplinks[0].bytes, 595U * 256);
    EXPECT_EQ(plane.downlinks[1].bytes, 595U * 256);
  }
  EXPECT_EQ(statistics.cells, 8U * 256);
}

TEST(cell_engine, the_plane_mask_is_obeyed) {
  fabric_bench it(test_parameters(4, 4));
  auto& burst = it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 0, 100'000);
  alink::extension_of(burst).plane_mask = 0b1010;
  it.devices[0]->issue(burst);
  it.run();
  const auto statistics = it.engine.statistics();
  EXPECT_EQ(statistics.planes[0].cells + statistics.planes[2].cells, 0U);
  EXPECT_EQ(statistics.planes[1].uplinks[0].bytes + statistics.planes[3].uplinks[0].bytes,
            100'000U);
}

TEST(cell_engine, two_senders_to_one_share_its_line_rate) {
  fabric_bench it(test_parameters(4, 1));
  it.devices[0]->issue(it.burst(0, 2, tlm::TLM_WRITE_COMMAND, 0, 595 * 1000));
  it.devices[1]->issue(it.burst(1, 2, tlm::TLM_WRITE_COMMAND, 0, 595 * 1000));
  it.run();
  ASSERT_EQ(it.devices[2]->served.size(), 2U);
  EXPECT_EQ(it.devices[2]->served[0].when.value, 1999 * slot + path);
  EXPECT_EQ(it.devices[2]->served[1].when.value, 2000 * slot + path);
}

TEST(cell_engine, a_plane_that_dies_takes_what_had_not_crossed_it) {
  fabric_bench it(test_parameters(4, 2));
  // 200 regions: 100 on each plane, 25600 bytes in 44 cells. One region from 3 to 1 on plane 1
  // crosses in slot 11 (65 ns after it was sent), so its bytes have left the switch at 128 ns.
  auto& large = it.burst(0, 2, tlm::TLM_WRITE_COMMAND, 0, 51'200);
  auto& crossed = it.burst(3, 1, tlm::TLM_WRITE_COMMAND, 256, 64);
  it.devices[0]->issue(large);
  it.devices[3]->issue(crossed);
  sc_core::sc_start(sc_core::sc_time(128, sc_core::SC_NS));
  it.engine.lose_plane(1);
  for (auto& port : it.controls[1]->up) {
    port.second = false;
  }
  it.run();
  ASSERT_EQ(it.devices[1]->served.size(), 1U);
  EXPECT_EQ(it.devices[1]->served[0].when.value, slot + path);
  EXPECT_TRUE(crossed.is_response_ok());
  // The other plane still carries its 44 cells; then the error comes back.
  EXPECT_TRUE(it.devices[2]->served.empty());
  ASSERT_EQ(it.devices[0]->completed.size(), 1U);
  EXPECT_EQ(it.devices[0]->completed[0].when.value, 44 * slot + 2 * path);
  EXPECT_EQ(alink::extension_of(large).why, alink::cause::plane_lost);
  EXPECT_EQ(alink::extension_of(large).completion, alink::status::isolate);
  auto statistics = it.engine.statistics();
  // Sent in slots 0 to 19; crossed from slot 11 on: 9 cells of the large burst and the small one.
  EXPECT_EQ(statistics.planes[1].uplinks[0].cells, 20U);
  EXPECT_EQ(statistics.planes[1].cells, 10U);
  EXPECT_EQ(statistics.planes[1].cells_lost, 44U - 9U);
  EXPECT_EQ(statistics.planes[0].cells_lost, 0U);
  EXPECT_EQ(statistics.bytes_failed, 51'200U);

  // On both planes it is refused, on the other one it passes.
  it.devices[0]->issue(it.burst(0, 2, tlm::TLM_WRITE_COMMAND, 0, 51'200));
  auto& again = it.burst(0, 2, tlm::TLM_WRITE_COMMAND, 0, 51'200);
  alink::extension_of(again).plane_mask = 1;
  it.devices[0]->issue(again);
  it.run();
  EXPECT_EQ(it.devices[2]->served.size(), 1U);
  EXPECT_TRUE(again.is_response_ok());
  EXPECT_EQ(it.engine.statistics().bytes_delivered, 51'200U + 64U);
}

TEST(cell_engine, reads_that_lose_their_data_fail_and_those_behind_a_lost_burst_pass) {
  fabric_bench it(test_parameters(4, 2));
  // The read's data are on their way back when plane 1 dies; the requests took one slot.
  auto& read = it.burst(0, 3, tlm::TLM_READ_COMMAND, 0, 51'200);
  it.devices[0]->issue(read);
  sc_core::sc_start(sc_core::sc_time(350, sc_core::SC_NS));
  ASSERT_EQ(it.devices[3]->served.size(), 1U);
  auto& lost = it.burst(1, 2, tlm::TLM_WRITE_COMMAND, 0, 512);
  auto& behind = it.burst(1, 2, tlm::TLM_WRITE_COMMAND, 0, 64);
  it.devices[1]->issue(lost);
  it.devices[1]->issue(behind);
  sc_core::sc_start(sc_core::sc_time(10, sc_core::SC_NS));
  it.engine.lose_plane(1);
  for (auto& port : it.controls[1]->up) {
    port.second = false;
  }
  it.run();
  EXPECT_EQ(alink::extension_of(read).why, alink::cause::plane_lost);
  EXPECT_EQ(alink::extension_of(lost).why, alink::cause::plane_lost);
  EXPECT_TRUE(behind.is_response_ok());
  EXPECT_EQ(it.devices[2]->served.size(), 1U);
}

TEST(cell_engine, functional_data_are_exact_at_odd_sizes_and_addresses) {
  fabric_bench it(test_parameters(4, 8));
  base::random_generator random(3);
  std::vector<unsigned char> expected(65536);
  std::vector<std::vector<unsigned char>> buffers;
  for (int i = 0; i < 100; ++i) {
    const auto length = static_cast<unsigned>(1 + random.below(5000));
    const std::uint64_t address = random.below(64 * 1024 - length);
    buffers.emplace_back(length);
    for (auto& byte : buffers.back()) {
      byte = static_cast<unsigned char>(random.next());
    }
    std::copy(buffers.back().begin(), buffers.back().end(),
              expected.begin() + static_cast<std::ptrdiff_t>(address));
    it.devices[0]->issue(
        it.burst(0, 1, tlm::TLM_WRITE_COMMAND, address, length, buffers.back().data()));
  }
  it.run();
  EXPECT_EQ(it.devices[1]->memory, expected) << "overlapping writes land in the order of issue";

  std::vector<unsigned char> read(4321);
  it.devices[3]->issue(it.burst(3, 1, tlm::TLM_READ_COMMAND, 777, 4321, read.data()));
  it.run();
  EXPECT_TRUE(std::equal(read.begin(), read.end(), expected.begin() + 777));
}

TEST(cell_engine, a_small_burst_does_not_pass_a_large_one_to_the_same_region) {
  fabric_bench it(test_parameters(4, 2));
  // The large burst is done last on plane 0 (another sender keeps it busy); the small one touches
  // only a region of plane 1 that the large one touches too.
  auto& other = it.burst(3, 1, tlm::TLM_WRITE_COMMAND, 0, 100'000);
  alink::extension_of(other).plane_mask = 0b01;
  it.devices[3]->issue(other);
  auto& large = it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 0, 40'000);
  auto& small = it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 256, 64);
  auto& elsewhere = it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 50'000 / 512 * 512 + 256, 64);
  it.devices[0]->issue(large);
  it.devices[0]->issue(small);
  it.devices[0]->issue(elsewhere);
  it.run();
  std::vector<const tlm::tlm_generic_payload*> order;
  for (const auto& event : it.devices[1]->served) {
    if (event.burst != &other) {
      order.push_back(event.burst);
    }
  }
  EXPECT_THAT(order, ElementsAre(&elsewhere, &large, &small));
  EXPECT_EQ(it.devices[1]->served[1].when, it.devices[1]->served[2].when);
}

TEST(cell_engine, responses_wait_for_the_end_of_the_one_before) {
  fabric_bench it(test_parameters(4, 1));
  it.devices[0]->end_later = true;
  auto& first = it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 0, 64);
  auto& second = it.burst(0, 2, tlm::TLM_WRITE_COMMAND, 0, 64);
  it.devices[0]->issue(first);
  it.devices[0]->issue(second);
  it.run();
  ASSERT_EQ(it.devices[0]->completed.size(), 1U);
  it.devices[0]->end_response(first);
  ASSERT_EQ(it.devices[0]->completed.size(), 2U);
  it.devices[0]->end_response(second);
  first.release();
  second.release();
  EXPECT_EQ(it.pool.in_use(), 0U);
}

TEST(cell_engine, a_device_may_send_from_within_a_completion) {
  fabric_bench it(test_parameters(4, 2));
  int rounds = 0;
  it.devices[0]->on_complete = [&](tlm::tlm_generic_payload& done) {
    done.release();
    if (++rounds < 100) {
      it.devices[0]->issue(it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 0, 595));
    }
  };
  it.devices[0]->issue(it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 0, 595));
  it.run();
  EXPECT_EQ(rounds, 100);
  EXPECT_EQ(it.engine.statistics().bytes_delivered, 59'500U);
}

// Refusals: each cause by itself. 100 + k is on port k.

/// Issues one burst from endpoint 0 to endpoint 1 and gives its extension after completion.
struct outcome {
  alink::status completion;
  alink::cause why;
  tlm::tlm_response_status response;
  std::uint64_t when;
};

outcome outcome_of(fabric_bench& it, tlm::tlm_command command, std::uint16_t mask = 0xffff) {
  auto& burst = it.burst(0, 1, command, 0, 1000);
  alink::extension_of(burst).plane_mask = mask;
  it.devices[0]->issue(burst);
  it.run();
  const auto& extension = alink::extension_of(burst);
  EXPECT_EQ(it.devices[0]->completed.size(), 1U);
  return {extension.completion, extension.why, burst.get_response_status(),
          it.devices[0]->completed.at(0).when.value};
}

void expect_refused(fabric_bench& it, alink::cause why, alink::status status) {
  const auto seen = outcome_of(it, tlm::TLM_WRITE_COMMAND);
  EXPECT_EQ(seen.why, why) << alink::to_text(seen.why);
  EXPECT_EQ(seen.completion, status);
  EXPECT_NE(seen.response, tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(seen.when, path) << "an error comes after the latency of the path";
  EXPECT_TRUE(it.devices[1]->served.empty()) << "nothing is delivered";
  EXPECT_EQ(it.engine.statistics().bytes_failed, 1000U);
  EXPECT_EQ(it.engine.statistics().bursts_failed, 1U);
  EXPECT_EQ(it.engine.statistics().cells, 0U);
}

TEST(cell_engine_refuses, a_burst_without_planes) {
  fabric_bench it(test_parameters(4, 2));
  const auto seen = outcome_of(it, tlm::TLM_WRITE_COMMAND, 0);
  EXPECT_EQ(seen.why, alink::cause::no_plane);
  EXPECT_EQ(seen.completion, alink::status::isolate);
  EXPECT_EQ(it.engine.statistics().bytes_failed, 1000U);
}

TEST(cell_engine_refuses, a_burst_over_planes_that_do_not_exist) {
  fabric_bench it(test_parameters(4, 2));
  EXPECT_EQ(outcome_of(it, tlm::TLM_WRITE_COMMAND, 0b100).why, alink::cause::no_plane);
}

TEST(cell_engine_refuses, an_untrained_source_port) {
  fabric_bench it(test_parameters(4, 2));
  it.controls[1]->up[0] = false;
  expect_refused(it, alink::cause::source_port_down, alink::status::isolate);
  EXPECT_THAT(it.controls[1]->refusals, ElementsAre(alink::cause::source_port_down));
  EXPECT_TRUE(it.controls[0]->refusals.empty());
}

TEST(cell_engine_refuses, a_missing_route) {
  fabric_bench it(test_parameters(4, 2));
  it.controls[0]->routes.erase(101);
  expect_refused(it, alink::cause::no_route, alink::status::decode_error);
  EXPECT_THAT(it.controls[0]->refusals, ElementsAre(alink::cause::no_route));
}

TEST(cell_engine_refuses, an_untrained_destination_port) {
  fabric_bench it(test_parameters(4, 2));
  it.controls[0]->up[1] = false;
  expect_refused(it, alink::cause::destination_port_down, alink::status::isolate);
}

TEST(cell_engine_refuses, a_foreign_pod) {
  fabric_bench it(test_parameters(4, 2));
  it.controls[1]->pods[1] = 2;
  expect_refused(it, alink::cause::foreign_pod, alink::status::protection_violation);
}

TEST(cell_engine_refuses, endpoints_of_no_pod) {
  fabric_bench it(test_parameters(4, 1));
  it.controls[0]->pods[0] = it.controls[0]->pods[1] = 0;
  expect_refused(it, alink::cause::foreign_pod, alink::status::protection_violation);
}

TEST(cell_engine_refuses, everything_before_firmware_has_run) {
  fabric_bench it(test_parameters(4, 1));
  it.controls[0]->up.clear();
  it.controls[0]->routes.clear();
  it.controls[0]->pods.clear();
  expect_refused(it, alink::cause::source_port_down, alink::status::isolate);
}

TEST(cell_engine_refuses, a_route_to_a_port_that_nobody_is_on) {
  auto parameters = test_parameters(4, 1);
  parameters.ports = 8;
  fabric_bench it(parameters);
  it.controls[0]->routes[101] = 6;
  it.controls[0]->up[6] = true;
  it.controls[0]->pods[6] = 1;
  expect_refused(it, alink::cause::destination_port_down, alink::status::isolate);
  EXPECT_THAT(it.controls[0]->refusals, ElementsAre(alink::cause::destination_port_down));
}

TEST(cell_engine_refuses, a_route_to_the_port_of_another_endpoint) {
  fabric_bench it(test_parameters(4, 1));
  it.controls[0]->routes[101] = 3;
  expect_refused(it, alink::cause::no_route, alink::status::decode_error);
  EXPECT_TRUE(it.devices[3]->served.empty());
}

TEST(cell_engine_refuses, a_read_whose_data_find_no_way_back) {
  fabric_bench it(test_parameters(4, 1));
  it.controls[0]->routes.erase(100);
  const auto seen = outcome_of(it, tlm::TLM_READ_COMMAND);
  EXPECT_EQ(seen.why, alink::cause::no_route);
  EXPECT_EQ(seen.when, slot + 2 * path);
  EXPECT_EQ(it.engine.statistics().bytes_failed, 1000U);
}

TEST(cell_engine_refuses, what_the_target_refuses) {
  fabric_bench it(test_parameters(4, 1));
  it.devices[1]->refuse = true;
  const auto seen = outcome_of(it, tlm::TLM_WRITE_COMMAND);
  EXPECT_EQ(seen.why, alink::cause::target_refused);
  EXPECT_EQ(seen.completion, alink::status::target_abort);
  EXPECT_EQ(seen.when, 2 * slot + 2 * path);
  EXPECT_EQ(it.engine.statistics().bytes_failed, 1000U);
}

TEST(cell_engine_aborts, on_bursts_that_no_device_may_send) {
  fabric_bench it(test_parameters(4, 1), "fabric", false);
  EXPECT_DEATH(it.devices[0]->issue(it.burst(0, 0, tlm::TLM_WRITE_COMMAND, 0, 64)), "own source");
  EXPECT_DEATH(it.devices[0]->issue(it.burst(1, 2, tlm::TLM_WRITE_COMMAND, 0, 64)),
               "name of another");
  EXPECT_DEATH(it.devices[0]->issue(it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 0, 0)), "no bytes");
  sc_core::sc_time delay;
  auto& burst = it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 0, 64);
  EXPECT_DEATH(it.devices[0]->out->b_transport(burst, delay), "nb_transport");
}

TEST(cell_engine, traces_utilisation_per_plane_and_bin) {
  auto parameters = test_parameters(4, 1);
  parameters.bin_slots = 100;
  fabric_bench it(parameters);
  // 100 cells, arbitrated 11 slots (65 ns) after each was sent: slots 11 to 110. Of 4 ports, one is
  // busy: 89 of 400, then 11 of 400.
  it.devices[0]->issue(it.burst(0, 1, tlm::TLM_WRITE_COMMAND, 0, 59'500));
  it.run();
  base::trace trace(true);
  it.engine.trace_utilisation(trace);
  EXPECT_THAT(it.engine.statistics().planes[0].cells_per_bin, ElementsAre(89U, 11U));
  const std::string json = trace.to_json();
  EXPECT_THAT(json, testing::HasSubstr("0.2225"));
  EXPECT_THAT(json, testing::HasSubstr("0.0275"));
}

/// Closed-loop random traffic over 16 endpoints and 4 planes, and what came of it, as numbers.
class random_load {
 public:
  random_load(const std::string& name, arbiter::kind kind, std::uint64_t seed)
      : it_(parameters(kind), name), random_(seed) {
    for (unsigned device = 0; device < 16; ++device) {
      it_.devices[device]->latency = sc_core::sc_time(500, sc_core::SC_NS);
      it_.devices[device]->on_complete = [this, device](tlm::tlm_generic_payload& done) {
        record_.push_back(alink::now().value);
        record_.push_back(device);
        done.release();
        if (issued_ < 2000) {
          issue(device);
        }
      };
    }
  }

  void start() {
    for (unsigned device = 0; device < 16; ++device) {
      for (unsigned outstanding = 0; outstanding < 4; ++outstanding) {
        issue(device);
      }
    }
  }

  /// After the run: completions in order, then the statistics.
  std::vector<std::uint64_t> record() {
    it_.check();
    EXPECT_EQ(it_.pool.in_use(), 0U);
    const auto statistics = it_.engine.statistics();
    EXPECT_EQ(statistics.bursts, issued_);
    EXPECT_EQ(statistics.bytes_failed, 0U);
    auto record = record_;
    for (const auto& plane : statistics.planes) {
      for (const auto value :
           {plane.cells, plane.slots, plane.queued_cell_slots, plane.max_voq_cells}) {
        record.push_back(value);
      }
      for (unsigned port = 0; port < 16; ++port) {
        record.push_back(plane.uplinks[port].bytes);
        record.push_back(plane.downlinks[port].bytes);
        record.push_back(plane.downlinks[port].busy_slots);
      }
    }
    return record;
  }

 private:
  static cell_engine_parameters parameters(arbiter::kind kind) {
    auto chosen = test_parameters(16, 4);
    chosen.endpoints[15].slots_per_cell = 4;
    chosen.voq_depth_cells = 20;
    chosen.receive_buffer_cells = 70;
    chosen.arbiter = kind;
    return chosen;
  }

  void issue(unsigned from) {
    ++issued_;
    const auto to = static_cast<unsigned>((from + 1 + random_.below(15)) % 16);
    const auto command = random_.chance(0.3) ? tlm::TLM_READ_COMMAND : tlm::TLM_WRITE_COMMAND;
    const std::uint64_t address = random_.below(1'000'000);
    const auto length = static_cast<unsigned>(1 + random_.below(30'000));
    const auto delay = static_cast<double>(random_.below(2000));
    it_.devices[from]->issue(it_.burst(from, to, command, address, length),
                             sc_core::sc_time(delay, sc_core::SC_NS));
  }

  fabric_bench it_;
  base::random_generator random_;
  std::uint64_t issued_ = 0;
  std::vector<std::uint64_t> record_;
};

TEST(cell_engine, twin_and_rtl_agree_on_every_completion_and_every_counter) {
  random_load twin("twin", arbiter::kind::model, 1);
  random_load rtl("rtl", arbiter::kind::rtl, 1);
  random_load both("both", arbiter::kind::lockstep, 1);
  random_load other_seed("other", arbiter::kind::model, 2);
  twin.start();
  rtl.start();
  both.start();
  other_seed.start();
  sc_core::sc_start();
  const auto expected = twin.record();
  EXPECT_GT(expected.size(), 4000U);
  EXPECT_EQ(rtl.record(), expected);
  EXPECT_EQ(both.record(), expected);
  EXPECT_NE(other_seed.record(), expected);
}

TEST(cell_engine, an_all_to_all_over_8_planes_is_within_1_percent_of_what_its_arbiter_can_do) {
  auto parameters = test_parameters(16, 8);
  fabric_bench it(parameters);
  // 15 x 1,000,000 bytes per device, 15,000,000 / 8 per plane; 595 of 640 bytes are payload, so a
  // plane needs 15,000,000 / 8 / 595 = 3151.3 slots at line rate. iSLIP with one iteration settles
  // into a rotation in which every input meets every output once per round of 16, itself included:
  // one slot in 16 is lost, a factor of 16 / 15.
  for (unsigned round = 1; round < 16; ++round) {
    for (unsigned from = 0; from < 16; ++from) {
      it.devices[from]->issue(
          it.burst(from, (from + round) % 16, tlm::TLM_WRITE_COMMAND, 0, 1'000'000));
    }
  }
  it.run();
  std::uint64_t last = 0;
  for (const auto& device : it.devices) {
    ASSERT_EQ(device->served.size(), 15U);
    last = std::max(last, device->served.back().when.value);
  }
  const double bound = 15'000'000.0 / 8 / 595 * static_cast<double>(slot);
  EXPECT_GE(static_cast<double>(last - path), bound);
  EXPECT_LE(static_cast<double>(last - path), 1.01 * 16.0 / 15.0 * bound);
  EXPECT_EQ(it.engine.statistics().bytes_delivered, 16U * 15'000'000);
}

}  // namespace
}  // namespace sn::fabric
