// The images boot on real devices: what they print, and what they leave in the hardware.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "rack.h"
#include "registers/generated/cpp/alink_switch.h"
#include "registers/generated/cpp/cipu.h"
#include "registers/generated/cpp/gpu.h"
#include "registers/generated/cpp/mailbox.h"

namespace sn::firmware_test {
namespace {

using registers::cipu::cipu_stage;
using sc_core::sc_time;
using testing::HasSubstr;
using testing::Not;

TEST(boot, brings_two_partitions_up) {
  rack machine({});
  machine.boot(sc_time(50, sc_core::SC_MS));
  std::cout << machine.log();
  EXPECT_EQ(machine.stage(0), cipu_stage::ready);
  EXPECT_EQ(machine.stage(1), cipu_stage::ready);
  std::cout << sc_core::sc_time_stamp() << " " << machine.instructions() << "\n";
}

}  // namespace
}  // namespace sn::firmware_test
