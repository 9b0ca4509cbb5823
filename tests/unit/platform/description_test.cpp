#include "platform/description.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "platform/loader.h"
#include "unit/platform/edited_file.h"

namespace sn::platform {
namespace {

using testing::ElementsAre;

description al128() {
  return load(SN_SOURCE_DIR "/platforms/al128.yaml");
}

std::vector<std::string> keys_of(const std::vector<assumption>& list) {
  std::vector<std::string> keys;
  keys.reserve(list.size());
  for (const auto& one : list) {
    keys.push_back(one.key);
  }
  return keys;
}

TEST(description, counts_the_parts_of_al128) {
  const description machine = al128();
  EXPECT_EQ(machine.topology.domains(), 2U);      // 128 / 64
  EXPECT_EQ(machine.topology.switches(), 16U);    // published: 16 switch nodes
  EXPECT_EQ(machine.topology.trays(), 32U);       // published: 32 trays
  EXPECT_EQ(machine.topology.partitions(), 16U);  // 128 / 8
  EXPECT_EQ(machine.topology.partitions_per_domain(), 8U);
  EXPECT_EQ(machine.pools(), 2U);
  EXPECT_EQ(machine.endpoints(), 146U);    // 128 + 16 + 2
  EXPECT_EQ(machine.ports_in_use(), 73U);  // 64 + 8 + 1
}

// 128 lane directions are 64 lanes each way, 8 per plane; a lane carries 100 Gbit/s = 12.5 GB/s.
TEST(description, derives_rates_from_lanes) {
  const description machine = al128();
  EXPECT_EQ(machine.scale_up.lanes_per_accelerator(), 64U);
  EXPECT_EQ(machine.lanes_per_port(), 8U);
  EXPECT_EQ(machine.port_rate().value, 100'000'000'000U);
  EXPECT_EQ(machine.accelerator_rate().value, 800'000'000'000U);
  EXPECT_EQ(machine.slot_time().value, 6'400U);            // 640 B / 100 GB/s
  EXPECT_EQ(machine.scale_up.cell_payload().value, 595U);  // 0.93 x 640 = 595.2
}

TEST(description, the_other_reading_of_the_announcement_doubles_the_lanes) {
  edited_file file;
  file.set("scale_up.bandwidth_reading", "unidirectional");
  const description machine = parse(file.text(), "edited.yaml");
  EXPECT_EQ(machine.lanes_per_port(), 16U);
  EXPECT_EQ(machine.accelerator_rate().value, 1'600'000'000'000U);
  EXPECT_EQ(machine.slot_time().value, 3'200U);
}

TEST(description, a_whole_payload_is_not_cut_by_rounding) {
  edited_file file;
  file.set("scale_up.payload_fraction", "0.95");
  EXPECT_EQ(parse(file.text(), "edited.yaml").scale_up.cell_payload().value, 608U);
}

// 60 ns + 5 ns + 150 ns + 5 ns + 60 ns = 280 ns; 280 / 6.4 = 43.75 slots.
TEST(description, derives_latency_and_credit_round_trip) {
  const description machine = al128();
  EXPECT_EQ(machine.scale_up.propagation().value, 5'000U);
  EXPECT_EQ(machine.path_latency().value, 280'000U);
  EXPECT_EQ(machine.credit_round_trip_slots(), 44U);
  EXPECT_LE(machine.credit_round_trip_slots(), machine.alink_switch.voq_depth);
}

TEST(description, propagation_follows_the_path_length) {
  edited_file file;
  file.set("scale_up.latency.path_length_m", "0.5");
  EXPECT_EQ(parse(file.text(), "edited.yaml").scale_up.propagation().value, 2'500U);
}

// 40 C supply + 0.02 K/W x 2000 W.
TEST(description, a_die_is_as_hot_as_its_coldplate_lets_it) {
  EXPECT_DOUBLE_EQ(al128().die_temperature_c(base::milliwatts(2'000'000)), 80.0);
  EXPECT_DOUBLE_EQ(al128().die_temperature_c(base::milliwatts(0)), 40.0);
}

TEST(description, numbers_endpoints_accelerators_first_then_cipus_then_pools) {
  const description machine = al128();
  std::set<unsigned> used;
  for (unsigned i = 0; i < 128; ++i) {
    used.insert(machine.accelerator_endpoint(i));
  }
  for (unsigned i = 0; i < 16; ++i) {
    used.insert(machine.cipu_endpoint(i));
  }
  used.insert(machine.pool_endpoint(0));
  used.insert(machine.pool_endpoint(1));
  EXPECT_EQ(used.size(), 146U);
  EXPECT_EQ(*used.rbegin(), 145U);
  EXPECT_EQ(machine.accelerator_endpoint(127), 127U);
  EXPECT_EQ(machine.cipu_endpoint(0), 128U);
  EXPECT_EQ(machine.pool_endpoint(1), 145U);
}

TEST(description, numbers_ports_anew_in_every_domain) {
  const description machine = al128();
  EXPECT_EQ(machine.accelerator_port(0), 0U);
  EXPECT_EQ(machine.accelerator_port(64), 0U);
  EXPECT_EQ(machine.accelerator_port(127), 63U);
  EXPECT_EQ(machine.cipu_port(0), 64U);
  EXPECT_EQ(machine.cipu_port(7), 71U);
  EXPECT_EQ(machine.cipu_port(8), 64U);
  EXPECT_EQ(machine.pool_port(0), 72U);
  EXPECT_EQ(machine.pool_port(1), 72U);
}

TEST(description, finds_where_an_endpoint_is_attached_from_its_number_alone) {
  const description machine = al128();
  for (unsigned i = 0; i < 128; ++i) {
    const attachment place = machine.attachment_of(machine.accelerator_endpoint(i));
    EXPECT_EQ(place.domain, machine.domain_of_accelerator(i));
    EXPECT_EQ(place.port, machine.accelerator_port(i));
  }
  for (unsigned i = 0; i < 16; ++i) {
    const attachment place = machine.attachment_of(machine.cipu_endpoint(i));
    EXPECT_EQ(place.domain, machine.domain_of_partition(i));
    EXPECT_EQ(place.port, machine.cipu_port(i));
  }
  for (unsigned i = 0; i < 2; ++i) {
    const attachment place = machine.attachment_of(machine.pool_endpoint(i));
    EXPECT_EQ(place.domain, machine.domain_of_pool(i));
    EXPECT_EQ(place.port, machine.pool_port(i));
  }
}

TEST(description, knows_what_belongs_to_which_domain_and_partition) {
  const description machine = al128();
  EXPECT_EQ(machine.domain_of_accelerator(63), 0U);
  EXPECT_EQ(machine.domain_of_accelerator(64), 1U);
  EXPECT_EQ(machine.partition_of_accelerator(7), 0U);
  EXPECT_EQ(machine.partition_of_accelerator(8), 1U);
  EXPECT_EQ(machine.domain_of_partition(7), 0U);
  EXPECT_EQ(machine.domain_of_partition(8), 1U);
  EXPECT_EQ(machine.domain_of_pool(1), 1U);
}

TEST(description_death, parts_that_do_not_exist_have_no_number) {
  const description machine = al128();
  EXPECT_DEATH(machine.accelerator_endpoint(128), "no such accelerator");
  EXPECT_DEATH(machine.cipu_port(16), "no such partition");
  EXPECT_DEATH(machine.pool_endpoint(2), "no such pool");
  EXPECT_DEATH(machine.attachment_of(146), "no such endpoint");
}

TEST(description, lists_the_assumptions_of_the_sections_that_are_asked_for) {
  const description machine = al128();
  EXPECT_THAT(keys_of(assumptions(machine, {"topology"})),
              ElementsAre("topology.accelerators_per_partition"));
  EXPECT_THAT(keys_of(assumptions(machine, {"accelerator.peak_rate", "dcn"})),
              ElementsAre("accelerator.peak_rate.bf16", "accelerator.peak_rate.fp8",
                          "dcn.storage_bandwidth"));
  EXPECT_TRUE(assumptions(machine, {"accelerator.peak"}).empty()) << "not a section";
  EXPECT_TRUE(assumptions(machine, {"validation_status"}).empty());

  const auto rates = assumptions(machine, {"accelerator.peak_rate.fp8"});
  ASSERT_EQ(rates.size(), 1U);
  EXPECT_EQ(rates[0].text, "1000 TFLOPS");
  EXPECT_EQ(rates[0].source, "twice BF16; not published");
}

TEST(description, all_assumptions_are_listed_when_no_section_is_named) {
  const description machine = al128();
  std::size_t written = 0;
  const edited_file file;
  for (const auto& line : file.lines()) {
    written += line.find("basis: assumed") != std::string::npos ? 1U : 0U;
  }
  EXPECT_EQ(assumptions(machine).size(), written);
}

TEST(description, names_its_choices_as_the_file_does) {
  EXPECT_EQ(to_text(validation_status::prediction_only), "prediction_only");
  EXPECT_EQ(to_text(validation_status::measured_public), "measured_public");
  EXPECT_EQ(to_text(topology_kind::single_stage_planes), "single_stage_planes");
  EXPECT_EQ(to_text(bandwidth_reading::bidirectional), "bidirectional");
  EXPECT_EQ(to_text(bandwidth_reading::unidirectional), "unidirectional");
}

}  // namespace
}  // namespace sn::platform
