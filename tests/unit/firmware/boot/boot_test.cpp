// The images boot on real devices: what they leave in the hardware, and what they say when
// something is wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "rack.h"
#include "registers/generated/cpp/alink_switch.h"
#include "registers/generated/cpp/cipu.h"
#include "registers/generated/cpp/gpu.h"
#include "registers/generated/cpp/pool.h"

namespace sn::firmware_test {
namespace {

using registers::cipu::cipu_stage;
using sc_core::sc_time;
using testing::HasSubstr;

constexpr unsigned both_planes = 0b11;

const sc_time long_enough(5, sc_core::SC_SEC);

std::uint32_t plane_mask(rack& machine, unsigned gpu) {
  return machine.accelerator(gpu).registers().get(registers::gpu::plane_mask);
}

TEST(boot, two_partitions_become_ready) {
  rack machine({});
  machine.boot(long_enough);
  EXPECT_EQ(machine.stage(0), cipu_stage::ready) << machine.log();
  EXPECT_EQ(machine.stage(1), cipu_stage::ready) << machine.log();
}

TEST(boot, log_tells_every_stage_in_order) {
  rack machine({});
  machine.boot(long_enough);
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  std::size_t at = 0;
  for (const char* words :
       {"CIPU of partition 0, channel 0", "stage 1: ", "2 GPUs, 2 switches, 1 pools",
        "stage 2: ", "GPU 0: endpoint 0, 8192 MiB", "GPU 1: endpoint 1, 8192 MiB",
        "stage 3: ", "8 of 8 ALink ports up", "stage 4: ", "8 routes on 2 planes",
        "stage 5: ", "all 2 partitions are up", "stage 6: ", "1024 MiB", "stage 7: ready"}) {
    const std::size_t found = machine.log("cipu0").find(words, at);
    ASSERT_NE(found, std::string::npos) << words << " is missing after\n"
                                        << machine.log("cipu0").substr(0, at);
    at = found;
  }
}

// Endpoint e is at port e of every switch (rack.h), so its route must lead there.
TEST(boot, every_switch_routes_every_endpoint_within_the_pod) {
  rack machine({});
  machine.boot(long_enough);
  for (unsigned plane = 0; plane < 2; ++plane) {
    for (unsigned e = 0; e < machine.endpoints(); ++e) {
      const auto endpoint = static_cast<base::endpoint_id>(e);
      EXPECT_TRUE(machine.alink_switch(plane).port_up(endpoint));
      EXPECT_EQ(machine.alink_switch(plane).route(endpoint), endpoint);
      EXPECT_EQ(machine.alink_switch(plane).pod(endpoint), 1);
    }
    EXPECT_EQ(machine.alink_switch(plane).routes(), machine.endpoints());
  }
}

TEST(boot, gpus_run_their_queues_on_all_planes) {
  rack machine({});
  machine.boot(long_enough);
  for (unsigned gpu = 0; gpu < machine.gpus(); ++gpu) {
    EXPECT_EQ(machine.accelerator(gpu).registers().get(registers::gpu::control,
                                                       registers::gpu::control_field::enable),
              1U);
    EXPECT_EQ(plane_mask(machine, gpu), both_planes);
  }
  EXPECT_EQ(machine.cipu(0).registers().get(registers::cipu::plane_mask), both_planes);
}

// 1024 MiB over 4 devices take 256 MiB of each: the first partition at device address 0 or 256 MiB,
// the second at the other, by who asked first.
TEST(boot, every_partition_maps_pool_capacity_of_its_own) {
  rack machine({});
  machine.boot(long_enough);
  EXPECT_EQ(machine.pool(0).decoders().mapped(), base::bytes(std::uint64_t{2048} << 20));
  namespace block = registers::pool;
  base::register_file& registers = machine.pool(0).registers();
  std::uint32_t addresses = 0;
  for (unsigned decoder = 0; decoder < 2; ++decoder) {
    EXPECT_EQ(
        registers.get(block::decoder_control, block::decoder_control_field::committed, decoder),
        1U);
    EXPECT_EQ(registers.get(block::decoder_owner, decoder), 1U);
    EXPECT_EQ(
        registers.get(block::decoder_interleave, block::decoder_interleave_field::ways, decoder),
        4U);
    addresses += registers.get(block::decoder_device_address_low, decoder);
  }
  EXPECT_EQ(addresses, 0U + (256U << 20));
}

TEST(boot, a_partition_that_asks_for_no_pool_maps_none) {
  rack_parameters parameters;
  parameters.pool_request_mib = 0;
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.stage(0), cipu_stage::ready) << machine.log();
  EXPECT_EQ(machine.pool(0).decoders().mapped(), base::bytes(0));
}

TEST(boot, a_pool_that_is_too_small_is_named) {
  rack_parameters parameters;
  parameters.partitions = 1;
  parameters.pool_request_mib = 16384 + 1024;  // the pool has 4 devices of 4096 MiB
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.stage(0), cipu_stage::failed);
  EXPECT_EQ(machine.failure(0), cipu_stage::pool_map);
  EXPECT_THAT(machine.log("cipu0"),
              HasSubstr("pool gives no 17408 MiB over 4 devices: no capacity left"));
}

TEST(boot, decoders_interleave_as_the_straps_say) {
  rack_parameters parameters;
  parameters.pool_ways = 2;
  parameters.pool_granularity = base::bytes(512);
  rack machine(parameters);
  machine.boot(long_enough);
  namespace block = registers::pool;
  const base::register_file& registers = machine.pool(0).registers();
  // 512 MiB each of devices 0 and 1 for who comes first, the next 512 MiB of both for the other.
  std::uint32_t addresses = 0;
  for (unsigned decoder = 0; decoder < 2; ++decoder) {
    EXPECT_EQ(
        registers.get(block::decoder_control, block::decoder_control_field::committed, decoder),
        1U);
    // Device 0, granularity 256 bytes << 1, 2 ways.
    EXPECT_EQ(registers.get(block::decoder_interleave, decoder), 0x0000'0102U);
    addresses += registers.get(block::decoder_device_address_low, decoder);
  }
  EXPECT_EQ(addresses, 0U + (512U << 20));
  EXPECT_EQ(machine.stage(0), cipu_stage::ready) << machine.log();
  EXPECT_EQ(machine.stage(1), cipu_stage::ready) << machine.log();
}

TEST(boot, decoders_take_the_coarsest_granularity) {
  rack_parameters parameters;
  parameters.partitions = 1;
  parameters.pool_ways = 1;
  parameters.pool_granularity = base::bytes(16384);  // 256 bytes << 6
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.pool(0).registers().get(registers::pool::decoder_interleave, 0), 0x0000'0601U);
  EXPECT_EQ(machine.stage(0), cipu_stage::ready) << machine.log();
}

TEST(boot, more_ways_than_the_pool_has_devices_are_not_made_fewer) {
  rack_parameters parameters;
  parameters.partitions = 1;
  parameters.pool_ways = 8;  // the pool has 4 devices
  parameters.pool_request_mib = 2048;
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.failure(0), cipu_stage::pool_map);
  EXPECT_THAT(machine.log("cipu0"),
              HasSubstr("pool gives no 2048 MiB over 8 devices: no capacity left"));
  EXPECT_EQ(machine.pool(0).decoders().mapped(), base::bytes(0));
}

TEST(boot, capacity_that_the_ways_do_not_divide_is_refused) {
  rack_parameters parameters;
  parameters.partitions = 1;
  parameters.pool_ways = 3;  // 1024 MiB are 4 granules of 256 MiB
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.failure(0), cipu_stage::pool_map);
  EXPECT_THAT(machine.log("cipu0"), HasSubstr("pool gives no 1024 MiB over 3 devices: "));
  EXPECT_EQ(machine.pool(0).decoders().mapped(), base::bytes(0));
}

TEST(boot, a_missing_pool_is_named) {
  rack_parameters parameters;
  parameters.partitions = 1;
  parameters.pools = 0;
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.failure(0), cipu_stage::pool_map);
  EXPECT_THAT(machine.log("cipu0"), HasSubstr("1024 MiB of pool asked for, but no pool answers"));
}

TEST(boot, a_gpu_that_fails_its_self_test_stops_its_partition_only) {
  rack_parameters parameters;
  parameters.faulty_hbm = 3;  // GPU 1 of partition 1
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.stage(1), cipu_stage::failed);
  EXPECT_EQ(machine.failure(1), cipu_stage::gpu_check);
  EXPECT_THAT(machine.log("cipu1"), HasSubstr("GPU 1: HBM failed its self-test"));
  // The other partition comes as far as it can alone.
  EXPECT_EQ(machine.failure(0), cipu_stage::pod_sync);
  EXPECT_THAT(machine.log("cipu0"), HasSubstr("only 1 of the pod's 2 partitions came: 0"));
  EXPECT_FALSE(machine.alink_switch(0).route(3).has_value());
  EXPECT_FALSE(machine.alink_switch(0).port_up(3));
}

TEST(boot, a_clean_boot_has_no_burst_refused) {
  rack machine({});
  machine.boot(long_enough);
  // Two partitions write and read 8 KiB at both ends of their range.
  EXPECT_EQ(machine.fabric().statistics().bytes_delivered, 2U * 2U * 2U * 8192U);
  EXPECT_EQ(machine.fabric().statistics().bytes_failed, 0U);
}

TEST(boot, the_pool_sprays_over_all_planes_before_the_pod_meets) {
  rack machine({});
  std::uint32_t planes = 0;
  machine.cipu(0).on_stage([&](cipu_stage reached, cipu_stage) {
    if (reached == cipu_stage::pod_sync) {
      planes = machine.pool(0).registers().get(registers::pool::plane_mask);
    }
  });
  machine.boot(long_enough);
  EXPECT_EQ(planes, both_planes);
}

// Alone in its pod a partition meets nobody: it uses the pool as soon as its tables are written.
TEST(boot, a_single_partition_does_not_use_the_pool_before_it_can_be_reached) {
  rack_parameters parameters;
  parameters.partitions = 1;
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.stage(0), cipu_stage::ready) << machine.log();
  EXPECT_EQ(machine.fabric().statistics().bytes_delivered, 2U * 2U * 8192U);
  EXPECT_EQ(machine.fabric().statistics().bytes_failed, 0U);
}

TEST(boot, nobody_uses_the_pool_when_the_domain_s_leader_fails) {
  rack_parameters parameters;
  parameters.faulty_hbm = 0;  // partition 0 leads the domain: it alone brings the pool up
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.failure(0), cipu_stage::gpu_check);
  EXPECT_EQ(machine.failure(1), cipu_stage::pod_sync);
  EXPECT_THAT(machine.log("cipu1"), HasSubstr("the pod's leader, partition 0, does not say"));
  EXPECT_EQ(machine.fabric().statistics().bytes_injected, 0U);
}

TEST(boot, a_pool_whose_route_is_gone_is_named_at_the_first_refusal) {
  rack machine({});
  machine.cipu(1).on_stage([&](cipu_stage reached, cipu_stage) {
    for (unsigned plane = 0; reached == cipu_stage::pool_map && plane < 2; ++plane) {
      machine.alink_switch(plane).registers().set(registers::alink_switch::route, 0,
                                                  machine.pool_endpoint(0));
    }
  });
  machine.boot(long_enough);
  EXPECT_EQ(machine.failure(1), cipu_stage::pool_map);
  EXPECT_THAT(machine.log("cipu1"), HasSubstr("no access to pool address"));
  EXPECT_THAT(machine.log("cipu1"), HasSubstr("there is no route"));
}

TEST(boot, a_partition_that_stays_away_is_named) {
  rack_parameters parameters;
  parameters.silent_cipu = 1;
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.failure(0), cipu_stage::pod_sync);
  EXPECT_THAT(machine.log("cipu0"), HasSubstr("only 1 of the pod's 2 partitions came: 0"));
}

TEST(boot, a_leader_that_stays_away_is_named) {
  rack_parameters parameters;
  parameters.silent_cipu = 0;
  parameters.pool_request_mib = 0;
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.failure(1), cipu_stage::pod_sync);
  EXPECT_THAT(machine.log("cipu1"), HasSubstr("the pod's leader, partition 0, does not say"));
}

TEST(boot, goes_on_without_a_plane_whose_switch_is_silent) {
  rack_parameters parameters;
  parameters.silent_switch = 1;
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.stage(0), cipu_stage::ready) << machine.log();
  EXPECT_EQ(machine.stage(1), cipu_stage::ready) << machine.log();
  EXPECT_THAT(machine.log("cipu0"), HasSubstr("switch of plane 1: its firmware does not answer"));
  for (unsigned gpu = 0; gpu < machine.gpus(); ++gpu) {
    EXPECT_EQ(plane_mask(machine, gpu), 0b01U);
  }
}

TEST(boot, a_gpu_without_a_link_to_a_plane_does_not_use_it) {
  rack_parameters parameters;
  parameters.unwired_last_gpu_port = true;
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.stage(1), cipu_stage::ready) << machine.log();
  EXPECT_EQ(plane_mask(machine, 2), both_planes);
  EXPECT_EQ(plane_mask(machine, 3), 0b01U);
}

TEST(boot, lost_frames_delay_the_pod_but_do_not_stop_it) {
  rack_parameters parameters;
  parameters.partitions = 4;
  parameters.frame_loss = 0.5;
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_GT(machine.scale_out().lost(), 0U);
  for (unsigned partition = 0; partition < 4; ++partition) {
    EXPECT_EQ(machine.stage(partition), cipu_stage::ready) << machine.log();
  }
}

TEST(boot, two_pods_do_not_wait_for_each_other) {
  rack_parameters parameters;
  parameters.pods = {7, 9};
  parameters.pool_request_mib = 0;
  parameters.silent_cipu = 1;
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.stage(0), cipu_stage::ready) << machine.log();
  EXPECT_EQ(machine.alink_switch(0).pod(0), 7);
}

TEST(boot, the_partitions_of_a_pod_need_not_be_neighbours) {
  rack_parameters parameters;
  parameters.partitions = 4;
  parameters.pods = {7, 9, 7, 9};
  parameters.pool_request_mib = 0;
  rack machine(parameters);
  machine.boot(long_enough);
  for (unsigned partition = 0; partition < 4; ++partition) {
    EXPECT_EQ(machine.stage(partition), cipu_stage::ready) << machine.log();
  }
  // GPUs 0 and 1 are partition 0's, 2 and 3 partition 1's, and so on.
  const std::array<base::pod_id, 8> expected{7, 7, 9, 9, 7, 7, 9, 9};
  for (unsigned port = 0; port < expected.size(); ++port) {
    EXPECT_EQ(machine.alink_switch(1).pod(static_cast<base::port_id>(port)), expected.at(port));
  }
}

TEST(boot, a_partition_of_no_pod_is_ready_but_reaches_nobody) {
  rack_parameters parameters;
  parameters.pods = {1, 0};
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.stage(0), cipu_stage::ready) << machine.log();
  EXPECT_EQ(machine.stage(1), cipu_stage::ready) << machine.log();
  EXPECT_THAT(machine.log("cipu1"), HasSubstr("belongs to no pod"));
  EXPECT_EQ(machine.alink_switch(0).pod(2), 0);
  EXPECT_EQ(machine.alink_switch(0).pod(0), 1);
}

TEST(boot, the_pool_serves_the_pod_of_the_domain_s_leader) {
  rack_parameters parameters;
  parameters.pods = {7, 9};
  rack machine(parameters);
  machine.boot(long_enough);
  EXPECT_EQ(machine.stage(0), cipu_stage::ready) << machine.log();
  EXPECT_EQ(machine.stage(1), cipu_stage::ready) << machine.log();
  EXPECT_THAT(machine.log("cipu1"), HasSubstr("the pool belongs to another pod"));
  EXPECT_EQ(machine.pool(0).decoders().mapped(), base::bytes(std::uint64_t{1024} << 20));
  EXPECT_EQ(machine.fabric().statistics().bytes_failed, 0U);
}

// The platform's second domain of four partitions: indices 4 to 7, channels 0 to 3.
TEST(boot, in_any_domain_the_pool_serves_all_partitions_of_the_leader_s_pod) {
  rack_parameters parameters;
  parameters.partitions = 4;
  parameters.first_partition = 4;
  parameters.pods = {7, 9, 7, 9};
  rack machine(parameters);
  machine.boot(long_enough);
  for (unsigned partition = 0; partition < 4; ++partition) {
    EXPECT_EQ(machine.stage(partition), cipu_stage::ready) << machine.log();
  }
  EXPECT_THAT(machine.log("cipu0"), HasSubstr("CIPU of partition 4, channel 0"));
  const auto maps = [&](unsigned partition) {
    return machine.log("cipu" + std::to_string(partition)).find("maps 1024 MiB") !=
           std::string::npos;
  };
  EXPECT_TRUE(maps(0));
  EXPECT_FALSE(maps(1));
  EXPECT_TRUE(maps(2));
  EXPECT_FALSE(maps(3));
  EXPECT_EQ(machine.pool(0).registers().get(registers::pool::decoder_owner, 0), 7U);
  EXPECT_EQ(machine.pool(0).registers().get(registers::pool::decoder_owner, 1), 7U);
}

TEST(boot, firmware_that_dies_says_where_and_why) {
  rack machine({});
  machine.boot(long_enough);
  sc_core::sc_start(sc_time(1, sc_core::SC_MS));
  // A word of zeros, which is an illegal instruction, where it goes on after WFI.
  soc::controller_soc& controller = machine.cipu(0).controller();
  ASSERT_TRUE(controller.waiting());
  const std::uint32_t illegal = 0;
  const std::uint64_t at = controller.program_counter();
  ASSERT_TRUE(controller.write_debug(at, &illegal, sizeof illegal));
  sc_core::sc_start(sc_time(2, sc_core::SC_SEC));  // the next heartbeat wakes it
  EXPECT_THAT(machine.log("cipu0"), HasSubstr("firmware died: illegal instruction (cause 2)"));
  EXPECT_EQ(machine.stage(0), cipu_stage::failed);
  EXPECT_EQ(machine.failure(0), cipu_stage::ready);
}

TEST(boot, needs_few_instructions) {
  rack machine({});
  machine.boot(long_enough);
  EXPECT_LT(machine.instructions(), 1'000'000U);
}

TEST(boot, sleeps_when_there_is_nothing_to_do) {
  rack machine({});
  machine.boot(long_enough);
  sc_core::sc_start(sc_time(10, sc_core::SC_MS));
  const std::uint64_t before = machine.instructions();
  sc_core::sc_start(sc_time(500, sc_core::SC_MS));
  // Half a second of 1 GHz is 500 million slots in each of five harts; what runs is the pool's look
  // at its ports ten times a second and heartbeats.
  EXPECT_LT(machine.instructions() - before, 10'000U);
}

}  // namespace
}  // namespace sn::firmware_test
