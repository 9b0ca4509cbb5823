#include "platform/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "unit/platform/edited_file.h"

namespace sn::platform {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// The message with which the loader refuses the file.
std::string refusal_of(const edited_file& file) {
  try {
    parse(file.text(), "edited.yaml");
  } catch (const base::configuration_error& error) {
    return error.what();
  }
  return "accepted";
}

/// "edited.yaml:<line of path>: <path>: <message>".
std::string refusal(const edited_file& file, const std::string& path, const std::string& message) {
  return "edited.yaml:" + std::to_string(file.line_of(path)) + ": " + path + ": " + message;
}

/// One value of al128.yaml changed must be refused there with exactly this message.
void expect_refused(const std::string& path, const std::string& value, const std::string& message) {
  edited_file file;
  file.set(path, value);
  EXPECT_EQ(refusal_of(file), refusal(file, path, message));
}

TEST(loader, reads_every_value_of_al128) {
  const description machine = load(SN_SOURCE_DIR "/platforms/al128.yaml");
  EXPECT_EQ(machine.name, "al128");
  EXPECT_EQ(machine.status, validation_status::prediction_only);

  EXPECT_EQ(machine.topology.kind, topology_kind::single_stage_planes);
  EXPECT_EQ(machine.topology.accelerators, 128U);
  EXPECT_EQ(machine.topology.accelerators_per_domain, 64U);
  EXPECT_EQ(machine.topology.planes, 8U);
  EXPECT_EQ(machine.topology.accelerators_per_partition, 8U);
  EXPECT_THAT(machine.topology.accelerators_per_partition_choices, ElementsAre(8U, 16U, 32U));
  EXPECT_EQ(machine.topology.accelerators_per_tray, 4U);
  EXPECT_EQ(machine.topology.inter_domain_medium, "optical");

  EXPECT_EQ(machine.accelerator.model, "generic_2kw");
  EXPECT_EQ(machine.accelerator.hbm_capacity.value, 144'000'000'000U);
  EXPECT_EQ(machine.accelerator.hbm_bandwidth.value, 4'000'000'000'000U);
  EXPECT_EQ(machine.accelerator.hbm_latency.value, 600'000U);
  EXPECT_EQ(machine.accelerator.peak_bf16.value, 500'000'000'000'000U);
  EXPECT_EQ(machine.accelerator.peak_fp8.value, 1'000'000'000'000'000U);
  EXPECT_EQ(machine.accelerator.gemm.compute, 0.80);
  EXPECT_EQ(machine.accelerator.gemm.memory, 0.841);
  EXPECT_EQ(machine.accelerator.grouped_gemm.compute, 0.774);
  EXPECT_EQ(machine.accelerator.grouped_gemm.memory, 0.841);
  EXPECT_EQ(machine.accelerator.attention.compute, 0.654);
  EXPECT_EQ(machine.accelerator.attention.memory, 0.841);
  EXPECT_EQ(machine.accelerator.elementwise.compute, 0.05);
  EXPECT_EQ(machine.accelerator.elementwise.memory, 0.841);
  EXPECT_EQ(machine.accelerator.kernel_launch_overhead.value, 1'000'000U);
  EXPECT_EQ(machine.accelerator.command_fetch_latency.value, 500'000U);
  EXPECT_EQ(machine.accelerator.command_queues, 4U);
  EXPECT_EQ(machine.accelerator.copy_engines, 4U);
  EXPECT_EQ(machine.accelerator.outstanding_bursts, 16U);
  EXPECT_EQ(machine.accelerator.self_test_time.value, 50'000'000U);
  EXPECT_EQ(machine.accelerator.hang_timeout.value, 1'000'000'000U);
  EXPECT_EQ(machine.accelerator.power_idle.value, 200'000U);
  EXPECT_EQ(machine.accelerator.power_max.value, 2'000'000U);

  EXPECT_EQ(machine.scale_up.protocol, "alink_ualink_200g");
  EXPECT_EQ(machine.scale_up.lane_directions_per_accelerator, 128U);
  EXPECT_EQ(machine.scale_up.reading, bandwidth_reading::bidirectional);
  EXPECT_EQ(machine.scale_up.lane_rate_raw.value, 14'000'000'000U);
  EXPECT_EQ(machine.scale_up.lane_rate.value, 12'500'000'000U);
  EXPECT_EQ(machine.scale_up.cell_size.value, 640U);
  EXPECT_EQ(machine.scale_up.payload_fraction, 0.93);
  EXPECT_EQ(machine.scale_up.request_header.value, 16U);
  EXPECT_EQ(machine.scale_up.accelerator_phy_tx.value, 60'000U);
  EXPECT_EQ(machine.scale_up.accelerator_phy_rx.value, 60'000U);
  EXPECT_EQ(machine.scale_up.switch_port_to_port.value, 150'000U);
  EXPECT_EQ(machine.scale_up.propagation_per_metre.value, 5'000U);
  EXPECT_EQ(machine.scale_up.path_length_m, 1.0);
  EXPECT_EQ(machine.scale_up.link_training_time.value, 100'000'000U);
  EXPECT_EQ(machine.scale_up.link_detect_timeout.value, 1'000'000'000U);
  EXPECT_TRUE(machine.scale_up.in_network_reduction);

  EXPECT_EQ(machine.alink_switch.ports, 80U);
  EXPECT_EQ(machine.alink_switch.arbiter_iterations, 1U);
  EXPECT_EQ(machine.alink_switch.voq_depth, 64U);
  EXPECT_EQ(machine.alink_switch.controller.hart_clock.value, 500'000'000U);
  EXPECT_EQ(machine.alink_switch.controller.ram.value, 16U << 20U);

  EXPECT_EQ(machine.cipu.controller.hart_clock.value, 1'000'000'000U);
  EXPECT_EQ(machine.cipu.controller.ram.value, 16U << 20U);
  EXPECT_EQ(machine.cipu.timer_frequency.value, 10'000'000U);
  EXPECT_EQ(machine.cipu.quantum.value, 10'000'000U);
  EXPECT_EQ(machine.cipu.management_access_latency.value, 1'000'000U);
  EXPECT_EQ(machine.cipu.ports_per_plane, 1U);
  EXPECT_EQ(machine.cipu.scale_out_rate.value, 50'000'000'000U);
  EXPECT_EQ(machine.cipu.dcn_rate.value, 25'500'000'000U);
  EXPECT_EQ(machine.cipu.nic_latency.value, 5'000'000U);
  EXPECT_EQ(machine.cipu.queue_pairs, 131'072U);

  EXPECT_EQ(machine.pool.per_domain, 1U);
  EXPECT_EQ(machine.pool.devices, 32U);
  EXPECT_EQ(machine.pool.device_capacity.value, std::uint64_t{256} << 30U);
  EXPECT_EQ(machine.pool.device_bandwidth.value, 22'500'000'000U);
  EXPECT_EQ(machine.pool.latency.value, 220'500U);
  EXPECT_EQ(machine.pool.decoders, 16U);
  EXPECT_EQ(machine.pool.interleave_ways, 8U);
  EXPECT_EQ(machine.pool.interleave_granularity.value, 4'096U);
  EXPECT_EQ(machine.pool.ports_per_plane, 1U);
  EXPECT_EQ(machine.pool.request_per_partition.value, std::uint64_t{256} << 30U);
  EXPECT_EQ(machine.pool.controller.hart_clock.value, 500'000'000U);
  EXPECT_EQ(machine.pool.controller.ram.value, 16U << 20U);

  EXPECT_EQ(machine.scale_out.rate_per_accelerator.value, 50'000'000'000U);
  EXPECT_EQ(machine.scale_out.nic, "cipu2_eic_moc");
  EXPECT_EQ(machine.scale_out.fabric_utilisation, 0.95);
  EXPECT_EQ(machine.scale_out.goodput_at_5pct_loss, 0.90);
  EXPECT_EQ(machine.scale_out.latency.value, 5'000'000U);
  EXPECT_EQ(machine.scale_out.packets_per_second, 30e6);
  EXPECT_EQ(machine.dcn.storage_bandwidth.value, 6'000'000'000U);
  EXPECT_EQ(machine.power.rack_supply.value, 350'000'000U);
  EXPECT_EQ(machine.thermal.rack_cooling.value, 500'000'000U);
  EXPECT_EQ(machine.thermal.coolant, "pg25");
  EXPECT_EQ(machine.thermal.supply_temperature_c, 40.0);
  EXPECT_EQ(machine.thermal.delta_t_k, 10.0);
  EXPECT_EQ(machine.thermal.flow_l_per_min_per_kw, 1.5);
  EXPECT_EQ(machine.thermal.liquid_capture_fraction, 0.90);
  EXPECT_EQ(machine.thermal.coldplate_resistance_k_per_w, 0.02);
}

// 800 GB/s per GPU in both directions together, published for the M890: 400 GB/s each way, and one
// link of 50 GB/s to each of eight switches, whose 64 such ports make the published 25.6 Tbit/s.
TEST(loader, the_m890_has_half_of_800_gigabytes_each_way) {
  const description machine = load(SN_SOURCE_DIR "/platforms/al128_m890.yaml");
  EXPECT_EQ(machine.accelerator.model, "zhenwu_m890");
  EXPECT_EQ(machine.accelerator_rate().value, 400'000'000'000U);
  EXPECT_EQ(machine.port_rate().value, 50'000'000'000U);
  EXPECT_EQ(machine.port_rate().value * 64 * 8, 25'600'000'000'000U);
}

TEST(loader, every_value_of_the_shipped_platforms_says_how_it_is_known) {
  for (const char* const name : {"al128.yaml", "al128_m890.yaml"}) {
    const description machine = load(std::string(SN_SOURCE_DIR "/platforms/") + name);
    EXPECT_GT(machine.values.size(), 80U);
    for (const auto& value : machine.values) {
      const bool identity =
          value.key == "name" || value.key == "title" || value.key == "validation_status";
      EXPECT_EQ(value.basis == base::value_basis::unstated, identity) << name << ": " << value.key;
      EXPECT_EQ(value.source.empty(), identity) << name << ": " << value.key;
    }
  }
}

TEST(loader, a_file_that_is_not_there_is_refused) {
  try {
    load("nowhere/absent.yaml");
    ADD_FAILURE() << "accepted";
  } catch (const base::configuration_error& error) {
    EXPECT_STREQ(error.what(), "nowhere/absent.yaml: cannot be opened");
  }
}

TEST(loader, unknown_and_missing_keys_are_refused) {
  edited_file unknown;
  unknown.append("colour: red");
  EXPECT_THAT(refusal_of(unknown), StartsWith(refusal(unknown, "colour", "unknown key; expected")));
  edited_file missing;
  missing.remove("switch.voq_depth");
  EXPECT_THAT(refusal_of(missing),
              HasSubstr("switch.voq_depth: missing; expected a whole number; the keys here are: "
                        "ports, arbiter_iterations, controller"));
}

TEST(loader, topologies_that_do_not_divide_are_refused) {
  expect_refused("topology.kind", "moebius", "expected single_stage_planes, found 'moebius'");
  expect_refused("topology.accelerators", "0", "expected a whole number from 1 to 1024, found '0'");
  expect_refused("topology.accelerators_per_domain", "48",
                 "expected a divisor of the 128 accelerators, found '48'");
  expect_refused("topology.accelerators_per_partition", "7", "expected 8, 16 or 32, found '7'");
  expect_refused("topology.accelerators_per_partition_choices", "[]",
                 "expected at least one number, found none");
  expect_refused("topology.accelerators_per_tray", "5",
                 "expected a divisor of the 64 accelerators of a domain, found '5'");
  expect_refused("topology.planes", "0", "expected a whole number from 1 to 16, found '0'");
  expect_refused("topology.planes", "17", "expected a whole number from 1 to 16, found '17'");
}

TEST(loader, a_partition_size_must_divide_even_when_it_is_among_the_choices) {
  edited_file file;
  file.set("topology.accelerators_per_partition_choices", "[7, 8]");
  file.set("topology.accelerators_per_partition", "7");
  EXPECT_EQ(refusal_of(file), refusal(file, "topology.accelerators_per_partition",
                                      "expected a divisor of the 64 accelerators of a domain, "
                                      "found '7'"));
}

TEST(loader, more_partitions_than_a_mailbox_has_channels_are_refused) {
  edited_file file;
  file.set("topology.accelerators_per_partition_choices", "[2, 8]");
  file.set("topology.accelerators_per_partition", "2");
  EXPECT_EQ(refusal_of(file), refusal(file, "topology.accelerators_per_partition",
                                      "expected at most 16 partitions in a domain, found 32"));
}

TEST(loader, more_partitions_than_a_cipu_can_count_are_refused) {
  edited_file file;
  file.set("topology.accelerators", "1024").set("topology.accelerators_per_domain", "8");
  file.set("topology.accelerators_per_partition_choices", "[2]");
  file.set("topology.accelerators_per_partition", "2");
  EXPECT_EQ(refusal_of(file), refusal(file, "topology.accelerators_per_partition",
                                      "expected at most 256 partitions, found 512"));
}

// 896 accelerators + 112 CIPUs + 14 pools = 1022 fit; 960 + 120 + 15 do not.
TEST(loader, more_endpoints_than_alink_can_name_are_refused) {
  edited_file file;
  file.set("power.rack_supply", "10 MW");
  file.set("topology.accelerators", "896");
  EXPECT_EQ(refusal_of(file), "accepted");
  file.set("topology.accelerators", "960");
  EXPECT_EQ(refusal_of(file), refusal(file, "topology.accelerators",
                                      "expected at most 1024 endpoints on ALink, found 960 "
                                      "accelerators, 120 CIPUs and 15 pools"));
}

TEST(loader, switches_without_enough_ports_or_with_too_many_are_refused) {
  expect_refused("switch.ports", "0", "expected a whole number from 1 to 128, found '0'");
  expect_refused("switch.ports", "129", "expected a whole number from 1 to 128, found '129'");
  // 64 accelerators + 8 CIPUs + 1 pool = 73.
  expect_refused("switch.ports", "72",
                 "expected at least 73 ports for 64 accelerators, 8 CIPUs and 1 pools of a domain, "
                 "found '72'");
  edited_file enough;
  enough.set("switch.ports", "73");
  EXPECT_EQ(refusal_of(enough), "accepted");
  expect_refused("switch.voq_depth", "0", "expected a whole number from 1 to 65535, found '0'");
  expect_refused("switch.arbiter_iterations", "0",
                 "expected a whole number from 1 to 4, found '0'");
}

/// al128.yaml with further keys of its switch.
std::string with_switch_keys(const std::string& keys) {
  edited_file file;
  std::string text = file.text();
  const std::string section = "\nswitch:\n";
  text.insert(text.find(section) + section.size(), keys);
  return text;
}

std::string switch_refusal(const std::string& keys) {
  try {
    parse(with_switch_keys(keys), "edited.yaml");
  } catch (const base::configuration_error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(loader, traffic_classes_have_a_weight_each_but_the_highest) {
  const description machine =
      parse(with_switch_keys("  traffic_classes: {value: 3, basis: assumed, source: a test}\n"
                             "  class_weights: {value: [5, 2], basis: assumed, source: a test}\n"
                             "  class_age_limit: {value: 0, basis: assumed, source: a test}\n"),
            "edited.yaml");
  EXPECT_EQ(machine.alink_switch.classes, 3U);
  EXPECT_EQ(machine.alink_switch.class_weights[0], 5U);
  EXPECT_EQ(machine.alink_switch.class_weights[1], 2U);
  EXPECT_EQ(machine.alink_switch.class_age_limit, 0U);
  const description plain = load(SN_SOURCE_DIR "/platforms/al128.yaml");
  EXPECT_EQ(plain.alink_switch.classes, 1U);
  EXPECT_EQ(plain.alink_switch.groups, 8U);
  EXPECT_THAT(switch_refusal("  traffic_classes: {value: 5, basis: assumed, source: a test}\n"),
              HasSubstr("switch.traffic_classes: expected a whole number from 1 to 4, found '5'"));
  EXPECT_THAT(switch_refusal("  traffic_classes: {value: 3, basis: assumed, source: a test}\n"
                             "  class_weights: {value: [5], basis: assumed, source: a test}\n"),
              HasSubstr("switch.class_weights: expected a weight for each of the 2 classes below "
                        "the highest, found 1"));
  // 80 ports leave room for 24 groups, and registers for 16.
  EXPECT_THAT(switch_refusal("  groups: {value: 17, basis: assumed, source: a test}\n"),
              HasSubstr("switch.groups: expected a whole number from 0 to 16, found '17'"));
}

TEST(loader, lanes_that_do_not_add_up_are_refused) {
  expect_refused("scale_up.lane_directions_per_accelerator", "127",
                 "expected an even number, since bandwidth_reading is bidirectional, found '127'");
  expect_refused("scale_up.lane_directions_per_accelerator", "120",
                 "expected lanes that divide evenly among the 8 planes, found 60 lanes in each "
                 "direction");
  expect_refused("scale_up.lane_directions_per_accelerator", "8192",
                 "expected 1 to 255 lanes per plane and direction, found 512");
  expect_refused("scale_up.lane_rate", "0 Gbit/s", "expected at least 1 B/s, found '0 Gbit/s'");
  expect_refused("scale_up.lane_rate", "113 Gbit/s",
                 "expected at most the raw rate, 14 GB/s, found 14.12 GB/s");
}

TEST(loader, cells_without_payload_are_refused) {
  for (const char* const value : {"0", "-0.5", "1.01"}) {
    expect_refused("scale_up.payload_fraction", value,
                   std::string("expected a number above 0 and at most 1, found '") + value + "'");
  }
  edited_file all_payload;
  all_payload.set("scale_up.payload_fraction", "1");
  EXPECT_EQ(refusal_of(all_payload), "accepted");
  expect_refused("scale_up.payload_fraction", "0.001",
                 "expected at least one byte of payload in a cell of 640 B, found '0.001'");
  expect_refused("scale_up.cell_size", "0 B", "expected at least 1 B, found '0 B'");
  expect_refused("scale_up.request_header", "600 B",
                 "expected at most the payload of a cell, 595 B, found 600 B");
}

TEST(loader, accelerators_that_cannot_be_are_refused) {
  expect_refused("accelerator.hbm.bandwidth", "0 GB/s", "expected at least 1 B/s, found '0 GB/s'");
  expect_refused("accelerator.peak_rate.fp8", "0 TFLOPS",
                 "expected at least 1 FLOPS, found '0 TFLOPS'");
  expect_refused("accelerator.efficiency.attention.compute", "1.2",
                 "expected a number above 0 and at most 1, found '1.2'");
  expect_refused("accelerator.command_queues", "5",
                 "expected a whole number from 1 to 4, found '5'");
  expect_refused("accelerator.copy_engines", "0",
                 "expected a whole number from 1 to 64, found '0'");
  expect_refused("accelerator.power.idle", "3 kW",
                 "expected at most the maximum, 2 kW, found 3 kW");
}

// 128 x 2 kW = 256 kW.
TEST(loader, a_rack_that_cannot_supply_its_accelerators_is_refused) {
  expect_refused("power.rack_supply", "255 kW",
                 "expected at least 256 kW, the maximum of 128 accelerators, found 255 kW");
}

TEST(loader, values_with_a_wrong_unit_are_refused) {
  expect_refused("scale_up.latency.switch_port_to_port", "150",
                 "'150' has no unit; expected a time: a number and one of ps, ns, us, ms, s");
  expect_refused("scale_up.latency.switch_port_to_port", "150 GB",
                 "'150 GB' has the unknown unit 'GB'; expected a time: a number and one of ps, ns, "
                 "us, ms, s");
}

TEST(loader, pools_that_hdm_decoders_cannot_map_are_refused) {
  expect_refused("pool.devices", "33", "expected a whole number from 1 to 32, found '33'");
  expect_refused("pool.decoders", "17", "expected a whole number from 1 to 16, found '17'");
  expect_refused(
      "pool.interleave_ways", "5",
      "expected one of the ways of an HDM decoder, 1, 2, 3, 4, 6, 8, 12 or 16, found '5'");
  expect_refused("pool.interleave_granularity", "3 KiB",
                 "expected a power of two from 256 B to 16 KiB, found 3072 bytes");
  expect_refused("pool.interleave_granularity", "128 B",
                 "expected a power of two from 256 B to 16 KiB, found 128 bytes");
  expect_refused("pool.interleave_granularity", "32 KiB",
                 "expected a power of two from 256 B to 16 KiB, found 32768 bytes");
  expect_refused("pool.device_capacity", "256 GB",
                 "expected a multiple of 256 MiB, found 256000000000 bytes");
  expect_refused("pool.decoders", "7",
                 "expected at least one per partition of a domain, 8, found 7 in 1 pools");
  // 8 ways in units of 256 MiB make 2 GiB.
  expect_refused("pool.request_per_partition", "255 GiB",
                 "expected a multiple of 256 MiB x 8 ways, found 273804165120 bytes");
  // 32 x 256 GiB = 8192 GiB, an eighth of which is 1024 GiB.
  expect_refused("pool.request_per_partition", "1026 GiB",
                 "expected at most 8192 GiB for 8 partitions together, found 1026 GiB each");
  edited_file narrow;
  narrow.set("pool.devices", "4");
  EXPECT_EQ(refusal_of(narrow), refusal(narrow, "pool.interleave_ways",
                                        "expected at most the 4 devices of a pool, found '8'"));
}

TEST(loader, a_platform_may_have_no_pool) {
  edited_file whole;
  std::string text;
  const int first = whole.line_of("pool");
  const int last = whole.line_of("scale_out");
  for (int line = 1; line <= static_cast<int>(whole.lines().size()); ++line) {
    if (line < first || line >= last) {
      text += whole.lines()[static_cast<std::size_t>(line) - 1] + "\n";
    }
  }
  const description machine = parse(text, "edited.yaml");
  EXPECT_EQ(machine.pool.per_domain, 0U);
  EXPECT_EQ(machine.pools(), 0U);
  EXPECT_EQ(machine.ports_in_use(), 72U);
  EXPECT_EQ(machine.endpoints(), 144U);
}

TEST(loader, without_a_list_each_domain_is_a_pod) {
  const description machine = parse(edited_file().text(), "edited.yaml");
  ASSERT_EQ(machine.pods.size(), 2U);
  EXPECT_EQ(machine.pods[0].name, "domain_0");
  EXPECT_THAT(machine.pods[0].partitions, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(machine.pods[1].name, "domain_1");
  EXPECT_THAT(machine.pods[1].partitions, ElementsAre(8, 9, 10, 11, 12, 13, 14, 15));
  EXPECT_EQ(machine.pod_of_partition(7), 1U);
  EXPECT_EQ(machine.pod_of_partition(8), 2U);
}

TEST(loader, listed_pods_replace_those_of_the_domains) {
  edited_file file;
  file.append("pods: [{name: train, partitions: [0, 3]}, {name: serve, partitions: [9]}]");
  const description machine = parse(file.text(), "edited.yaml");
  ASSERT_EQ(machine.pods.size(), 2U);
  EXPECT_EQ(machine.pods[0].name, "train");
  EXPECT_THAT(machine.pods[0].partitions, ElementsAre(0, 3));
  EXPECT_EQ(machine.pod_of_partition(3), 1U);
  EXPECT_EQ(machine.pod_of_partition(9), 2U);
  EXPECT_EQ(machine.pod_of_partition(1), 0U) << "of no pod";
}

TEST(loader, pods_that_cannot_be_are_refused) {
  const auto expect_pods_refused = [](const std::string& list, const std::string& rest) {
    edited_file file;
    file.append("pods: " + list);
    const std::string line = std::to_string(file.line_of("pods"));
    EXPECT_EQ(refusal_of(file), "edited.yaml:" + line + ": " + rest);
  };
  expect_pods_refused("[]",
                      "pods: expected at least one pod; leave the key out for one pod per domain");
  expect_pods_refused("[{name: a, partitions: [16]}]",
                      "pods[0].partitions[0]: expected a whole number from 0 to 15, found '16'");
  expect_pods_refused("[{name: a, partitions: []}]",
                      "pods[0].partitions: expected at least one partition, found an empty list");
  expect_pods_refused("[{name: a, partitions: [7, 8]}]",
                      "pods[0].partitions: expected partitions of one domain (8 each), found 7 and "
                      "8");
  expect_pods_refused("[{name: a, partitions: [1, 0]}]",
                      "pods[0].partitions: expected ascending numbers, found 0 after 1");
  expect_pods_refused("[{name: a, partitions: [0]}, {name: b, partitions: [0]}]",
                      "pods[1].partitions: expected each partition in one pod, found 0 again");
  expect_pods_refused("[{name: a, partitions: [0]}, {name: a, partitions: [1]}]",
                      "pods[1].name: expected each name once, found 'a' again");
  expect_pods_refused("[{name: a, partitions: [0], colour: red}]",
                      "pods[0].colour: unknown key; expected one of: name, partitions");
}

}  // namespace
}  // namespace sn::platform
