// What a platform file says reaches the hardware by way of straps and firmware.
#include <gtest/gtest.h>

#include "platform/loader.h"
#include "platform/system.h"
#include "registers/generated/cpp/alink_class_arbiter.h"
#include "registers/generated/cpp/pool.h"

namespace sn::firmware_test {
namespace {

using registers::cipu::cipu_stage;

bool all_ready(platform::system& system, unsigned partitions) {
  for (unsigned i = 0; i < partitions; ++i) {
    if (system.cipu(i).stage() != cipu_stage::ready) {
      return false;
    }
  }
  return true;
}

TEST(platform_boot, every_decoder_in_use_interleaves_as_the_platform_file_says) {
  platform::description machine = platform::load(SN_SOURCE_DIR "/platforms/al128.yaml");
  // Other values than the file's. 256 GiB over 16 devices take 16 GiB of each.
  machine.pool.interleave_ways = 16;
  machine.pool.interleave_granularity = base::bytes(1024);
  platform::system system("platform", machine,
                          {arbiter::kind::model, SN_BINARY_DIR "/share/supernode/firmware", true});
  const unsigned partitions = machine.topology.partitions();
  for (unsigned ms = 0; ms < 100 && !all_ready(system, partitions); ++ms) {
    sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
  }
  ASSERT_TRUE(all_ready(system, partitions));
  namespace block = registers::pool;
  for (unsigned pool = 0; pool < machine.pools(); ++pool) {
    const base::register_file& registers = system.pool(pool).registers();
    for (unsigned decoder = 0; decoder < machine.topology.partitions_per_domain(); ++decoder) {
      EXPECT_EQ(
          registers.get(block::decoder_control, block::decoder_control_field::committed, decoder),
          1U);
      EXPECT_EQ(
          registers.get(block::decoder_interleave, block::decoder_interleave_field::ways, decoder),
          16U);
      // 256 bytes << 2.
      EXPECT_EQ(registers.get(block::decoder_interleave,
                              block::decoder_interleave_field::granularity, decoder),
                2U);
    }
  }
}

TEST(platform_boot, firmware_writes_weights_and_age_limits_to_every_arbiter) {
  platform::description machine = platform::load(SN_SOURCE_DIR "/platforms/hgx_h100.yaml");
  machine.alink_switch.classes = 4;
  machine.alink_switch.class_weights = {7, 3, 2, 1};
  machine.alink_switch.class_age_limit = 333;
  platform::system system("platform", machine,
                          {arbiter::kind::model, SN_BINARY_DIR "/share/supernode/firmware", true});
  const unsigned partitions = machine.topology.partitions();
  for (unsigned ms = 0; ms < 100 && !all_ready(system, partitions); ++ms) {
    sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
  }
  ASSERT_TRUE(all_ready(system, partitions));
  namespace block = registers::alink_class_arbiter;
  const unsigned expected[] = {7, 3, 2, 1};
  for (unsigned plane = 0; plane < machine.topology.planes; ++plane) {
    for (std::uint32_t c = 0; c < 4; ++c) {
      EXPECT_EQ(system.fabric(0).read_arbiter(plane, block::weight + 4 * c), expected[c]);
      EXPECT_EQ(system.fabric(0).read_arbiter(plane, block::age_limit + 4 * c), 333U);
    }
  }
}

/// Has the partition's CIPU make GPUs members of a group; the firmware's answer.
platform::host::answer set_group(platform::system& system, unsigned partition, std::uint32_t group,
                                 std::uint32_t gpus) {
  platform::host& host = system.host_of(partition);
  host.post(platform::host::command::host_group, {group, gpus, 0, 0});
  for (unsigned i = 0; i < 1000; ++i) {
    sc_core::sc_start(sc_core::sc_time(100, sc_core::SC_US));
    if (const auto answer = host.poll()) {
      return *answer;
    }
  }
  ADD_FAILURE() << "no answer";
  return {};
}

TEST(platform_boot, hosts_have_firmware_make_groups_at_every_switch) {
  // Two partitions of 8 GPUs of a domain of 64; group 3 is GPUs 1 and 2 of the first and 7 of the
  // second.
  platform::description machine = platform::load(SN_SOURCE_DIR "/platforms/al128.yaml");
  platform::system_options options{arbiter::kind::model, SN_BINARY_DIR "/share/supernode/firmware",
                                   true};
  options.in_switch = true;
  platform::system system("platform", machine, options);
  const unsigned partitions = machine.topology.partitions();
  for (unsigned ms = 0; ms < 100 && !all_ready(system, partitions); ++ms) {
    sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
  }
  ASSERT_TRUE(all_ready(system, partitions));
  using result = platform::host::result;
  EXPECT_EQ(set_group(system, 0, 3, 0x06).code, result::ok);
  const auto second = set_group(system, 1, 3, 0x80);
  EXPECT_EQ(second.code, result::ok);
  EXPECT_EQ(second.value[0], 1U);
  EXPECT_EQ(second.value[1], machine.topology.planes);
  for (unsigned plane = 0; plane < machine.topology.planes; ++plane) {
    const base::port_set members = system.alink_switch(0, plane).group(3);
    EXPECT_EQ(members.count(), 3U);
    for (const unsigned gpu : {1U, 2U, 15U}) {
      EXPECT_TRUE(members.test(machine.attachment_of(machine.accelerator_endpoint(gpu)).port));
    }
    EXPECT_TRUE(system.alink_switch(1, plane).group(3).none()) << "another domain";
  }
  // Smaller again, then nobody; what does not exist is refused.
  EXPECT_EQ(set_group(system, 0, 3, 0x02).code, result::ok);
  EXPECT_EQ(set_group(system, 1, 3, 0).code, result::ok);
  EXPECT_EQ(system.alink_switch(0, 0).group(3).count(), 1U);
  EXPECT_EQ(set_group(system, 0, machine.alink_switch.groups, 1).code, result::failed);
  EXPECT_EQ(set_group(system, 0, 0, 0x100).code, result::bad_argument);
}

}  // namespace
}  // namespace sn::firmware_test
