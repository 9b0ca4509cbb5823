// What a platform file says reaches the hardware by way of straps and firmware.
#include <gtest/gtest.h>

#include "platform/loader.h"
#include "platform/system.h"
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

}  // namespace
}  // namespace sn::firmware_test
