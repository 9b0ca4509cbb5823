// What registers and firmware make of a link that fails, and what becomes of bursts to its GPU.
#include <gtest/gtest.h>

#include "integration/rack.h"
#include "registers/generated/cpp/alink_switch.h"
#include "registers/generated/cpp/gpu.h"

namespace sn::test {
namespace {

using kind = platform::fabric_fault::kind;

constexpr base::bytes message_size{4096};
constexpr unsigned plane = 3;
constexpr unsigned hurt = 1;  ///< a GPU

struct link_fault : testing::Test {
  link_fault() : machine(rack::al128()) { machine.bring_up(); }

  /// Lets the fault happen and gives firmware time to react.
  void happen(kind what, unsigned lanes = 0) {
    platform::fabric_fault fault;
    fault.what = what;
    fault.plane = plane;
    fault.endpoint = machine.machine.accelerator_endpoint(hurt);
    fault.lanes = lanes;
    machine.system.inject(fault, sc_core::SC_ZERO_TIME);
    sc_core::sc_start(sc_core::sc_time(50, sc_core::SC_US));
  }
  std::uint32_t mask(unsigned gpu) {
    return machine.system.accelerator(gpu).registers().get(registers::gpu::plane_mask);
  }
  alink::link_state state_at_gpu() {
    return static_cast<alink::link_state>(machine.system.accelerator(hurt).registers().get(
        registers::gpu::alink_status, registers::gpu::alink_status_field::state, plane));
  }
  alink::link_state state_at_switch() {
    namespace regs = registers::alink_switch;
    const auto place = machine.machine.attachment_of(machine.machine.accelerator_endpoint(hurt));
    return static_cast<alink::link_state>(
        machine.system.alink_switch(place.domain, plane)
            .registers()
            .get(regs::port_status, regs::port_status_field::state, place.port));
  }

  rack machine;
};

TEST_F(link_fault, is_seen_at_both_ends_and_the_others_find_another_way) {
  ASSERT_EQ(mask(hurt), 0xffU);
  happen(kind::link);
  EXPECT_EQ(state_at_gpu(), alink::link_state::failed);
  EXPECT_EQ(state_at_switch(), alink::link_state::failed);
  EXPECT_EQ(mask(hurt), 0xf7U) << "its CIPU has taken the plane out";
  EXPECT_EQ(mask(0), 0xffU);

  // GPU 0 does not know: the message is refused, and goes again by the other planes.
  const auto before = machine.system.fabric(0).statistics();
  const auto job = machine.run(one_message(2, hurt, message_size));
  EXPECT_EQ(job->failure(), "");
  EXPECT_TRUE(job->done());
  const auto after = machine.system.audited_totals();
  EXPECT_EQ(after.bytes_failed - before.bytes_failed, message_size.value);
  EXPECT_EQ(machine.system.accelerator(0).totals().sent_again.bursts, 1U);
  EXPECT_EQ(machine.system.accelerator(hurt).totals().bytes_received, message_size);
}

TEST_F(link_fault, of_lanes_ends_with_a_link_of_half_the_width_that_firmware_uses_again) {
  happen(kind::lanes, 1);
  EXPECT_EQ(state_at_gpu(), alink::link_state::training);
  EXPECT_EQ(state_at_switch(), alink::link_state::training);
  EXPECT_EQ(mask(hurt), 0xf7U);
  sc_core::sc_start(sc_core::sc_time(100, sc_core::SC_US));
  EXPECT_EQ(state_at_gpu(), alink::link_state::up);
  EXPECT_EQ(state_at_switch(), alink::link_state::up);
  EXPECT_EQ(mask(hurt), 0xffU);
  EXPECT_EQ(machine.system.accelerator(hurt).registers().get(
                registers::gpu::alink_status, registers::gpu::alink_status_field::lanes, plane),
            4U)
      << "the largest power of two of the seven that work";
  const auto job = machine.run(one_message(2, hurt, message_size));
  EXPECT_EQ(job->failure(), "");
  EXPECT_EQ(machine.system.accelerator(0).totals().sent_again.bursts, 0U);
}

}  // namespace
}  // namespace sn::test
