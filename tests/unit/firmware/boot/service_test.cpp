// What the images do for their callers once they run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rack.h"
#include "registers/generated/cpp/alink_switch.h"
#include "registers/generated/cpp/gpu.h"
#include "registers/generated/cpp/mailbox.h"
#include "registers/generated/cpp/pool.h"

namespace sn::firmware_test {
namespace {

using registers::cipu::cipu_stage;
using registers::mailbox::mailbox_command;
using registers::mailbox::mailbox_result;
using sc_core::sc_time;
using testing::ElementsAre;
using testing::HasSubstr;

const sc_time long_enough(5, sc_core::SC_SEC);

mailbox_reply ask_switch(rack& machine, unsigned channel, mailbox_command command,
                         const std::array<std::uint32_t, 4>& argument) {
  return rack::ask(machine.alink_switch(0).mailbox(), channel, command, argument);
}

mailbox_reply ask_pool(rack& machine, unsigned channel, mailbox_command command,
                       const std::array<std::uint32_t, 4>& argument) {
  return rack::ask(machine.pool(0).mailbox(), channel, command, argument);
}

mailbox_reply ask_cipu(rack& machine, mailbox_command command, std::uint32_t argument) {
  return rack::ask(machine.cipu(0).host_mailbox(), 0, command, {argument, 0, 0, 0});
}

/// A machine whose one CIPU does nothing, so that a test can be the caller of switch and pool.
rack_parameters without_cipu() {
  rack_parameters parameters;
  parameters.partitions = 1;
  parameters.silent_cipu = 0;
  return parameters;
}

/// Enables the endpoint's ends of the links of GPU `gpu`.
void enable_gpu_ports(rack& machine, unsigned gpu) {
  for (unsigned plane = 0; plane < machine.parameters().planes; ++plane) {
    machine.link(gpu, plane).enable(alink::link_end::endpoint, true);
  }
}

// ---- CIPU ----

// GPUs 2; ports: (2 GPUs + CIPU + pool) on 2 planes; as many routes.
TEST(cipu_service, tells_its_host_how_far_it_is) {
  rack machine({});
  machine.boot(long_enough);
  const mailbox_reply reply = ask_cipu(machine, mailbox_command::host_status, 0);
  EXPECT_EQ(reply.result, mailbox_result::ok);
  EXPECT_THAT(reply.value, ElementsAre(static_cast<std::uint32_t>(cipu_stage::ready), 2, 8, 8));
}

TEST(cipu_service, tells_its_host_where_the_pool_is) {
  rack machine({});
  machine.boot(long_enough);
  const mailbox_reply reply = ask_cipu(machine, mailbox_command::host_pool, 0);
  EXPECT_EQ(reply.value[0], 1024U);
  EXPECT_EQ(reply.value[3], machine.pool_endpoint(0));
  namespace block = registers::pool;
  const base::register_file& pool = machine.pool(0).registers();
  const bool first = pool.get(block::decoder_base_high, 0) == reply.value[2] &&
                     pool.get(block::decoder_base_low, 0) == reply.value[1];
  const bool second = pool.get(block::decoder_base_high, 1) == reply.value[2] &&
                      pool.get(block::decoder_base_low, 1) == reply.value[1];
  EXPECT_TRUE(first != second);
}

TEST(cipu_service, tells_its_host_about_a_gpu) {
  rack machine({});
  machine.boot(long_enough);
  const mailbox_reply reply = ask_cipu(machine, mailbox_command::host_gpu, 1);
  EXPECT_EQ(reply.value[0], 1U);
  EXPECT_EQ(registers::gpu::health_field::hbm_good.get(reply.value[1]), 1U);
  EXPECT_EQ(reply.value[2], 2U);
  EXPECT_EQ(ask_cipu(machine, mailbox_command::host_gpu, 2).result, mailbox_result::bad_argument);
}

TEST(cipu_service, answers_ping_and_refuses_what_it_does_not_know) {
  rack machine({});
  machine.boot(long_enough);
  EXPECT_EQ(ask_cipu(machine, mailbox_command::ping, 41).value[0], 42U);
  EXPECT_EQ(ask_cipu(machine, mailbox_command::train_ports, 1).result,
            mailbox_result::unknown_command);
}

TEST(cipu_service, answers_its_host_after_a_failure) {
  rack_parameters parameters;
  parameters.faulty_hbm = 0;
  rack machine(parameters);
  machine.boot(long_enough);
  const mailbox_reply reply = ask_cipu(machine, mailbox_command::host_status, 0);
  ASSERT_TRUE(reply.answered);
  EXPECT_THAT(reply.value, ElementsAre(static_cast<std::uint32_t>(cipu_stage::failed), 1, 0, 0));
}

TEST(cipu_service, answers_its_host_during_bring_up) {
  rack_parameters parameters;
  parameters.silent_cipu = 1;  // CIPU 0 waits for it
  rack machine(parameters);
  machine.boot(sc_time(5, sc_core::SC_MS));
  const mailbox_reply reply = ask_cipu(machine, mailbox_command::host_status, 0);
  ASSERT_TRUE(reply.answered);
  EXPECT_EQ(reply.value[0], static_cast<std::uint32_t>(cipu_stage::pod_sync));
}

TEST(cipu_service, takes_a_gpu_off_a_plane_whose_link_went_down) {
  rack machine({});
  machine.boot(long_enough);
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  machine.link(1, 0).enable(alink::link_end::switch_port, false);
  sc_core::sc_start(sc_time(2, sc_core::SC_MS));
  EXPECT_THAT(machine.log("cipu0"), HasSubstr("ALERT: GPU 1: port 0 is"));
  EXPECT_THAT(machine.log("switch0"), HasSubstr("port 1 went down"));
  EXPECT_EQ(machine.accelerator(1).registers().get(registers::gpu::plane_mask), 0b10U);
  machine.link(1, 0).enable(alink::link_end::endpoint, false);
  machine.link(1, 0).enable(alink::link_end::endpoint, true);
  machine.link(1, 0).enable(alink::link_end::switch_port, true);
  sc_core::sc_start(sc_time(2, sc_core::SC_MS));
  EXPECT_THAT(machine.log("cipu0"), HasSubstr("ALERT: GPU 1: port 0 is up"));
  EXPECT_EQ(machine.accelerator(1).registers().get(registers::gpu::plane_mask), 0b11U);
}

TEST(cipu_service, logs_a_gpu_fault_and_no_longer_counts_the_gpu_as_ready) {
  rack machine({});
  machine.boot(long_enough);
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  namespace block = registers::gpu;
  base::register_file& gpu = machine.accelerator(0).registers();
  // A ring of one command that is not one: 64 bytes of ones.
  const std::array<unsigned char, 64> nonsense = [] {
    std::array<unsigned char, 64> bytes{};
    bytes.fill(0xff);
    return bytes;
  }();
  machine.accelerator(0).hbm().write(0, nonsense.data(), nonsense.size());
  gpu.write(block::queue_size, 1);
  gpu.write(block::queue_control, 1);
  gpu.write(block::queue_tail, 1);
  sc_core::sc_start(sc_time(2, sc_core::SC_MS));
  EXPECT_THAT(machine.log("cipu0"), HasSubstr("ALERT: GPU 0: a command could not be decoded"));
  EXPECT_EQ(ask_cipu(machine, mailbox_command::host_status, 0).value[1], 1U);
}

TEST(cipu_service, beats_once_a_second) {
  rack machine({});
  machine.boot(long_enough);
  sc_core::sc_start(sc_time(3500, sc_core::SC_MS));
  EXPECT_EQ(machine.cipu(0).registers().get(registers::cipu::heartbeat), 3U);
}

// ---- switch ----

TEST(switch_service, trains_the_ports_that_are_asked_for) {
  rack machine(without_cipu());
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  enable_gpu_ports(machine, 0);
  enable_gpu_ports(machine, 1);
  const mailbox_reply reply = ask_switch(machine, 3, mailbox_command::train_ports, {0b11, 0, 0, 0});
  EXPECT_EQ(reply.result, mailbox_result::ok);
  EXPECT_EQ(reply.value[0], 2U);
  EXPECT_EQ(reply.value[1], 0U);
  EXPECT_TRUE(machine.alink_switch(0).port_up(0));
  EXPECT_TRUE(machine.alink_switch(0).port_up(1));
}

TEST(switch_service, tells_how_many_ports_stayed_down) {
  rack machine(without_cipu());
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  enable_gpu_ports(machine, 0);  // GPU 1 stays silent
  const mailbox_reply reply = ask_switch(machine, 3, mailbox_command::train_ports, {0b11, 0, 0, 0});
  EXPECT_EQ(reply.result, mailbox_result::ok);
  EXPECT_EQ(reply.value[0], 1U);
  EXPECT_EQ(reply.value[1], 1U);
}

TEST(switch_service, fails_when_no_port_comes_up_and_trains_it_when_asked_again) {
  rack machine(without_cipu());
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(ask_switch(machine, 3, mailbox_command::train_ports, {0b10, 0, 0, 0}).result,
            mailbox_result::failed);
  enable_gpu_ports(machine, 1);  // the link has failed: the switch has to start it anew
  EXPECT_EQ(ask_switch(machine, 3, mailbox_command::train_ports, {0b10, 0, 0, 0}).result,
            mailbox_result::ok);
  EXPECT_TRUE(machine.alink_switch(0).port_up(1));
}

TEST(switch_service, serves_others_while_ports_train) {
  rack machine(without_cipu());
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  namespace block = registers::mailbox;
  base::register_file& mailbox = machine.alink_switch(0).mailbox().registers();
  const std::uint32_t at = 3 * block::channel_command_stride;
  mailbox.write(block::channel_command + at,
                static_cast<std::uint32_t>(mailbox_command::train_ports));
  mailbox.write(block::channel_argument_0 + at, 0b1);
  mailbox.write(block::channel_doorbell + at, 1);  // takes 1 ms: the peer is silent
  sc_core::sc_start(sc_time(100, sc_core::SC_US));
  const std::uint64_t asleep = machine.instructions();
  sc_core::sc_start(sc_time(500, sc_core::SC_US));
  EXPECT_LT(machine.instructions() - asleep, 10'000U);  // the request under way wakes nobody
  const std::uint64_t before = sc_core::sc_time_stamp().value();
  EXPECT_EQ(ask_switch(machine, 4, mailbox_command::ping, {7, 0, 0, 0}).value[0], 8U);
  EXPECT_LE(sc_core::sc_time_stamp().value() - before, sc_time(50, sc_core::SC_US).value());
  EXPECT_EQ(mailbox.get(block::channel_status, block::channel_status_field::done, 3), 0U);
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(mailbox.get(block::channel_status, block::channel_status_field::done, 3), 1U);
}

TEST(switch_service, two_channels_train_their_ports_at_the_same_time) {
  rack machine({});  // both CIPUs ask both switches within a few microseconds
  machine.boot(long_enough);
  EXPECT_THAT(machine.log("switch0"), HasSubstr("channel 0: 4 of 4 ports trained"));
  EXPECT_THAT(machine.log("switch0"), HasSubstr("channel 1: 3 of 3 ports trained"));
}

TEST(switch_service, keeps_ports_and_routes_to_the_channel_that_trained_them) {
  rack machine(without_cipu());
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  enable_gpu_ports(machine, 0);
  enable_gpu_ports(machine, 1);
  ask_switch(machine, 3, mailbox_command::train_ports, {0b01, 0, 0, 0});
  ask_switch(machine, 5, mailbox_command::train_ports, {0b10, 0, 0, 0});
  const auto result = [&](unsigned channel, mailbox_command command, std::uint32_t a,
                          std::uint32_t b) {
    return ask_switch(machine, channel, command, {a, b, 0, 0}).result;
  };
  EXPECT_EQ(result(3, mailbox_command::train_ports, 0b11, 0), mailbox_result::not_owner);
  EXPECT_EQ(result(3, mailbox_command::set_pod, 1, 4), mailbox_result::not_owner);
  EXPECT_EQ(result(3, mailbox_command::set_pod, 0, 4), mailbox_result::ok);
  EXPECT_EQ(result(3, mailbox_command::set_route, 100, 1), mailbox_result::not_owner);
  EXPECT_EQ(result(3, mailbox_command::set_route, 100, 0), mailbox_result::ok);
  // Nobody else takes the endpoint over or away.
  EXPECT_EQ(result(5, mailbox_command::set_route, 100, 1), mailbox_result::not_owner);
  EXPECT_EQ(result(5, mailbox_command::clear_route, 100, 0), mailbox_result::not_owner);
  EXPECT_EQ(machine.alink_switch(0).route(100), base::port_id{0});
  EXPECT_EQ(machine.alink_switch(0).pod(0), 4);
  EXPECT_EQ(machine.alink_switch(0).pod(1), 0);
  EXPECT_EQ(result(3, mailbox_command::clear_route, 100, 0), mailbox_result::ok);
  EXPECT_FALSE(machine.alink_switch(0).route(100).has_value());
}

TEST(switch_service, refuses_arguments_out_of_range) {
  rack machine(without_cipu());  // 2 GPUs, a CIPU and a pool: 4 ports
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  const auto result = [&](mailbox_command command, std::array<std::uint32_t, 4> argument) {
    return ask_switch(machine, 0, command, argument).result;
  };
  EXPECT_EQ(ask_switch(machine, 0, mailbox_command::port_count, {}).value[0], 4U);
  EXPECT_EQ(result(mailbox_command::train_ports, {0, 0, 0, 0}), mailbox_result::bad_argument);
  EXPECT_EQ(result(mailbox_command::train_ports, {0b10000, 0, 0, 0}), mailbox_result::bad_argument);
  EXPECT_EQ(result(mailbox_command::train_ports, {0, 0, 0, 0x80000000}),
            mailbox_result::bad_argument);
  EXPECT_EQ(result(mailbox_command::set_pod, {4, 1}), mailbox_result::bad_argument);
  EXPECT_EQ(result(mailbox_command::set_pod, {0, 0x10000}), mailbox_result::bad_argument);
  EXPECT_EQ(result(mailbox_command::set_route, {1024, 0}), mailbox_result::bad_argument);
  EXPECT_EQ(result(mailbox_command::set_route, {0, 4}), mailbox_result::bad_argument);
  EXPECT_EQ(result(mailbox_command::clear_route, {1024}), mailbox_result::bad_argument);
  EXPECT_EQ(result(mailbox_command::pool_capacity, {}), mailbox_result::unknown_command);
}

// ---- pool ----

TEST(pool_service, uses_the_planes_whose_links_are_up) {
  rack machine(without_cipu());  // 2 GPUs and a CIPU come before it: the pool is at port 3
  sc_core::sc_start(sc_time(3, sc_core::SC_MS));  // by now its ports have given up
  const auto planes = [&] { return machine.pool(0).registers().get(registers::pool::plane_mask); };
  EXPECT_EQ(planes(), 0U);
  EXPECT_EQ(ask_switch(machine, 0, mailbox_command::train_ports, {0b1000, 0, 0, 0}).result,
            mailbox_result::ok);
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  EXPECT_EQ(planes(), 0b01U);
}

TEST(pool_service, gives_capacity_out_and_takes_it_back) {
  rack machine(without_cipu());  // 4 devices of 4096 MiB
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  EXPECT_THAT(ask_pool(machine, 0, mailbox_command::pool_capacity, {}).value,
              ElementsAre(16384, 16384, 4, 0));
  const mailbox_reply first = ask_pool(machine, 1, mailbox_command::pool_allocate, {2048, 2});
  EXPECT_EQ(first.result, mailbox_result::ok);
  EXPECT_THAT(first.value, ElementsAre(0, 0, 0, 0));  // address 0, decoder 0, devices 0 and 1
  // 4096 MiB over 4 devices are 1 GiB of each, after the 1 GiB that is taken of devices 0 and 1.
  const mailbox_reply second = ask_pool(machine, 2, mailbox_command::pool_allocate, {4096, 4});
  EXPECT_THAT(second.value, ElementsAre(1U << 30, 0, 1, 0));
  EXPECT_EQ(ask_pool(machine, 0, mailbox_command::pool_capacity, {}).value[1], 16384U - 6144U);
  EXPECT_EQ(ask_pool(machine, 2, mailbox_command::pool_release, {0}).result,
            mailbox_result::not_owner);
  EXPECT_EQ(ask_pool(machine, 1, mailbox_command::pool_release, {0}).result, mailbox_result::ok);
  EXPECT_EQ(ask_pool(machine, 1, mailbox_command::pool_release, {0}).result,
            mailbox_result::not_owner);
  EXPECT_EQ(ask_pool(machine, 0, mailbox_command::pool_capacity, {}).value[1], 16384U - 4096U);
}

TEST(pool_service, refuses_what_it_cannot_give) {
  rack machine(without_cipu());
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  const auto allocate = [&](std::uint32_t mib, std::uint32_t ways) {
    return ask_pool(machine, 0, mailbox_command::pool_allocate, {mib, ways, 0, 0}).result;
  };
  EXPECT_EQ(allocate(0, 1), mailbox_result::bad_argument);
  EXPECT_EQ(allocate(256, 2), mailbox_result::bad_argument);   // half a granule per device
  EXPECT_EQ(allocate(1280, 5), mailbox_result::bad_argument);  // no such interleave
  EXPECT_EQ(allocate(1024, 33), mailbox_result::bad_argument);
  EXPECT_EQ(allocate(2048, 8), mailbox_result::no_capacity);  // 4 devices only
  EXPECT_EQ(allocate(4352, 1), mailbox_result::no_capacity);  // a device has 4096 MiB
  EXPECT_EQ(allocate(16384, 4), mailbox_result::ok);
  EXPECT_EQ(allocate(256, 1), mailbox_result::no_capacity);
}

}  // namespace
}  // namespace sn::firmware_test
