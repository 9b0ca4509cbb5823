// Nothing passes that firmware has not allowed, and every refusal says why.
#include <gmock/gmock.h>

#include "base/error.h"
#include "integration/rack.h"
#include "registers/generated/cpp/alink_switch.h"
#include "registers/generated/cpp/gpu.h"

namespace sn::test {
namespace {

using ::testing::HasSubstr;

constexpr base::bytes message_size{4096};

/// What firmware does to a GPU, by hand and without the rest of bring-up.
void enable_gpu(gpu::gpu& device, std::uint32_t planes) {
  namespace regs = registers::gpu;
  device.registers().write(regs::control, regs::control_field::self_test.mask());
  sc_core::sc_start(sc_core::sc_time(1, sc_core::SC_MS));
  ASSERT_EQ(device.registers().write(regs::control, regs::control_field::enable.mask()),
            base::register_status::ok);
  ASSERT_EQ(device.registers().write(regs::plane_mask, planes), base::register_status::ok);
}

/// Every byte that was injected must have failed; none was delivered.
void expect_all_failed(rack& r) {
  const fabric::engine_statistics carried = r.system.fabric(0).statistics();
  EXPECT_EQ(carried.bytes_injected, message_size.value);
  EXPECT_EQ(carried.bytes_failed, message_size.value);
  EXPECT_EQ(carried.bytes_delivered, 0U);
  EXPECT_EQ(r.system.accelerator(1).totals().bytes_received, base::bytes(0));
}

TEST(refusal, without_firmware_the_platform_does_not_come_up_and_says_where_it_stands) {
  rack r(rack::al128(), false);
  try {
    r.boot.run(base::picoseconds(5'000'000'000), r.progress, r.pace);
    FAIL() << "came up without firmware";
  } catch (const base::run_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("did not come up"));
    EXPECT_THAT(error.what(), HasSubstr("cipu0 is in reset"));
    EXPECT_THAT(error.what(), HasSubstr("cipu15 is in reset"));
  }
}

TEST(refusal, without_firmware_a_gpu_has_no_plane_to_send_on) {
  rack r(rack::al128(), false);
  enable_gpu(r.system.accelerator(0), 0);
  const auto job = r.run(one_message(2, 1, message_size));
  EXPECT_THAT(job->failure(), HasSubstr("no plane"));
  expect_all_failed(r);
}

TEST(refusal, without_firmware_even_a_forced_gpu_finds_its_port_untrained) {
  rack r(rack::al128(), false);
  enable_gpu(r.system.accelerator(0), 0xff);
  const auto job = r.run(one_message(2, 1, message_size));
  EXPECT_THAT(job->failure(), HasSubstr("the link from the source to the switch is not trained"));
  expect_all_failed(r);
}

TEST(refusal, after_bring_up_the_same_message_passes) {
  rack r(rack::al128());
  r.bring_up();
  const auto before = r.system.fabric(0).statistics();
  const auto job = r.run(one_message(2, 1, message_size));
  EXPECT_EQ(job->failure(), "");
  EXPECT_TRUE(job->done());
  const auto after = r.system.fabric(0).statistics();
  EXPECT_EQ(after.bytes_delivered - before.bytes_delivered, message_size.value);
}

TEST(refusal, a_clean_bring_up_refuses_nothing) {
  rack r(rack::al128());
  r.bring_up();
  for (unsigned domain = 0; domain < 2; ++domain) {
    EXPECT_EQ(r.system.fabric(domain).statistics().bytes_failed, 0U);
  }
}

TEST(refusal, a_source_port_left_untrained_is_named) {
  rack r(rack::al128());
  r.bring_up();
  r.system.link(r.machine.accelerator_endpoint(0), 3).enable(alink::link_end::endpoint, false);
  const auto job = r.run(one_message(2, 1, message_size));
  EXPECT_THAT(job->failure(), HasSubstr("the link from the source to the switch is not trained"));
}

TEST(refusal, a_destination_port_left_untrained_is_named) {
  rack r(rack::al128());
  r.bring_up();
  r.system.link(r.machine.accelerator_endpoint(1), 3).enable(alink::link_end::switch_port, false);
  const auto job = r.run(one_message(2, 1, message_size));
  EXPECT_THAT(job->failure(),
              HasSubstr("the link from the switch to the destination is not trained"));
}

TEST(refusal, a_missing_route_is_named) {
  rack r(rack::al128());
  r.bring_up();
  namespace regs = registers::alink_switch;
  r.system.alink_switch(0, 5).registers().set(regs::route, 0, r.machine.accelerator_endpoint(1));
  const auto job = r.run(one_message(2, 1, message_size));
  EXPECT_THAT(job->failure(), HasSubstr("no route"));
  EXPECT_EQ(r.system.alink_switch(0, 5).registers().get(regs::refused_no_route), 1U);
}

/// One domain as two virtual pods of four partitions each.
platform::description two_pods() {
  platform::description machine = rack::al128();
  machine.pods = {{"a", {0, 1, 2, 3}}, {"b", {4, 5, 6, 7}}, {"c", {8, 9, 10, 11, 12, 13, 14, 15}}};
  return machine;
}

TEST(refusal, firmware_keeps_pods_apart) {
  rack r(two_pods());
  r.bring_up();
  // Partition 4 begins with GPU 32.
  const fabric::engine_statistics before = r.system.fabric(0).statistics();
  const auto job = r.run(one_message(33, 32, message_size));
  EXPECT_THAT(job->failure(), HasSubstr("source and destination are not of one virtual pod"));
  EXPECT_EQ(r.system.accelerator(32).totals().bytes_received, base::bytes(0));
  const fabric::engine_statistics after = r.system.fabric(0).statistics();
  EXPECT_EQ(after.bytes_failed - before.bytes_failed, message_size.value);
  EXPECT_EQ(after.bytes_delivered, before.bytes_delivered);
  // Each burst is counted by the switch that refused it.
  std::uint32_t refused = 0;
  for (unsigned plane = 0; plane < 8; ++plane) {
    refused += r.system.alink_switch(0, plane).registers().get(
        registers::alink_switch::refused_foreign_pod);
  }
  EXPECT_EQ(refused, after.bursts_failed - before.bursts_failed);
  EXPECT_GT(refused, 0U);
}

TEST(refusal, firmware_lets_a_pod_talk_across_its_partitions) {
  rack r(two_pods());
  r.bring_up();
  // GPU 31 is of partition 3, in the same pod as GPU 0.
  const auto job = r.run(one_message(32, 31, message_size));
  EXPECT_EQ(job->failure(), "");
  EXPECT_EQ(r.system.accelerator(31).totals().bytes_received, message_size);
}

}  // namespace
}  // namespace sn::test
