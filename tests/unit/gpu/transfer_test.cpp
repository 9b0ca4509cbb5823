// Copy engines, arrivals and waits.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "gpu_bench.h"

namespace sn::gpu::test {

namespace block = registers::gpu;

namespace {

constexpr std::uint64_t hbm_latency = 100 * nanosecond;

}  // namespace

TEST(gpu_transfer, a_burst_leaves_when_the_table_and_its_first_byte_have_been_read) {
  gpu_bench bench;
  bench.boot();
  const auto decoded = gpu_bench::now() + 1 * microsecond;
  bench.push(0, bench.transfer_of({{20, 0, 4096, 0x5000, 0}}, 42));
  bench.run_us(50);
  ASSERT_EQ(bench.fabric.bursts.size(), 1U);
  const auto& burst = bench.fabric.bursts[0];
  // The table: 32 bytes at 1 byte/ps and the latency; then the first byte: the latency.
  EXPECT_EQ(burst.at, decoded + 32 + hbm_latency + hbm_latency);
  EXPECT_EQ(burst.address, 0x5000U);
  EXPECT_EQ(burst.bytes, 4096U);
  EXPECT_TRUE(burst.data.empty());
  EXPECT_EQ(burst.extension.source, 5U);
  EXPECT_EQ(burst.extension.destination, 20U);
  EXPECT_EQ(burst.extension.tag, 42U);
  EXPECT_EQ(burst.extension.plane_mask, 0xf0U);
  ASSERT_EQ(bench.log.transfers.size(), 1U);
  EXPECT_EQ(bench.log.transfers[0].begin, decoded);
  EXPECT_EQ(bench.log.transfers[0].end, burst.at + 10 * microsecond);
  EXPECT_EQ(bench.log.transfers[0].status, alink::status::ok);
  EXPECT_EQ(bench.device.totals().bytes_sent.value, 4096U);
}

TEST(gpu_transfer, a_message_may_go_to_a_group_even_of_the_gpus_own_number) {
  gpu_bench bench;
  bench.boot();
  bench.push(0, bench.transfer_of(
                    {{5, kind_of(alink::operation::reduce, element::bfloat16), 256, 0x5000, 0},
                     {5, kind_of(alink::operation::multicast, element::float32), 512, 0x6000, 0}},
                    42));
  bench.run_us(50);
  ASSERT_EQ(bench.fabric.bursts.size(), 2U);
  EXPECT_EQ(bench.fabric.bursts[0].extension.what, alink::operation::reduce);
  EXPECT_EQ(bench.fabric.bursts[0].extension.format, base::element::bfloat16);
  EXPECT_EQ(bench.fabric.bursts[0].extension.destination, 5U);
  EXPECT_EQ(bench.fabric.bursts[1].extension.what, alink::operation::multicast);
  EXPECT_EQ(bench.fabric.bursts[1].bytes, 512U);
}

TEST(gpu_transfer, a_contribution_of_half_an_element_or_of_an_unknown_kind_is_a_fault) {
  gpu_bench bench;
  bench.boot();
  const std::vector<message> bad{
      {1, kind_of(alink::operation::reduce, element::float32), 6, 0, 0},
      {1, kind_of(alink::operation::multicast, element::float16), 8, 0, 0},
      {1, 3, 8, 0, 0},
      {1, 0x401, 8, 0, 0}};
  for (unsigned queue = 0; queue < bad.size(); ++queue) {
    const std::vector<message> one(1, bad[queue]);
    bench.push(queue, bench.transfer_of(one, 42, 0x10'0000 + 0x1000 * queue));
  }
  bench.run_us(50);
  EXPECT_TRUE(bench.fabric.bursts.empty());
  for (unsigned queue = 0; queue < bad.size(); ++queue) {
    EXPECT_EQ(bench.read_queue(block::queue_head, queue), 0U) << "halted at message " << queue;
  }
}

TEST(gpu_transfer, it_does_not_block_its_queue) {
  gpu_bench bench;
  bench.boot();
  const auto start = gpu_bench::now();
  bench.push(0, bench.transfer_of({{20, 0, 4096, 0, 0}}, 1));
  // 2 us launch and 3 us of work, while the burst flies for 10 us.
  bench.push(0, compute(compute_class::attention, precision::bf16, 3'000'000, 0));
  bench.run_us(100);
  ASSERT_EQ(bench.log.ended.size(), 2U);
  EXPECT_EQ(bench.log.ended[0].end, start + 1 * microsecond);
  EXPECT_EQ(bench.log.ended[1].end, start + 7 * microsecond);
  ASSERT_EQ(bench.log.transfers.size(), 1U);
  EXPECT_GT(bench.log.transfers[0].end, bench.log.ended[1].end);
}

TEST(gpu_transfer, no_more_bursts_are_outstanding_than_the_engines_allow) {
  gpu_bench bench;  // limit 2, flight 10 us
  bench.boot();
  bench.push(0, bench.transfer_of({{20, 0, 100, 0, 0},
                                   {21, 0, 100, 0, 0},
                                   {22, 0, 0, 0, 0},  // nothing to send
                                   {23, 0, 100, 0, 0},
                                   {24, 0, 100, 0, 0},
                                   {25, 0, 100, 0, 0}},
                                  1));
  bench.run_us(100);
  const auto& sent = bench.fabric.bursts;
  ASSERT_EQ(sent.size(), 5U);
  // The first two leave together but for the 100 ps that HBM needs for the first one's bytes.
  EXPECT_EQ(sent[1].at - sent[0].at, 100U);
  // The third waits for the completion of the first, then for HBM.
  EXPECT_EQ(sent[2].at, sent[0].at + 10 * microsecond + hbm_latency);
  EXPECT_EQ(sent[3].at, sent[1].at + 10 * microsecond + hbm_latency);
  EXPECT_EQ(sent[4].at, sent[2].at + 10 * microsecond + hbm_latency);
  EXPECT_EQ(sent[4].extension.destination, 25U);
  ASSERT_EQ(bench.log.transfers.size(), 1U);
  EXPECT_EQ(bench.log.transfers[0].end, sent[4].at + 10 * microsecond);
}

TEST(gpu_transfer, functional_messages_carry_what_hbm_holds) {
  gpu_bench bench;
  bench.boot();
  std::vector<unsigned char> data(5000);
  std::iota(data.begin(), data.end(), static_cast<unsigned char>(3));
  bench.device.hbm().write(0x20'0000, data.data(), data.size());
  auto work = bench.transfer_of({{20, 0, 5000, 0, 0x20'0000}}, 1);
  work.flags = command_flag::functional;
  bench.push(0, work);
  bench.run_us(50);
  ASSERT_EQ(bench.fabric.bursts.size(), 1U);
  EXPECT_EQ(bench.fabric.bursts[0].data, data);
}

TEST(gpu_transfer, an_error_completion_is_a_fault_with_its_cause) {
  gpu_bench bench;
  bench.boot();
  bench.write(block::interrupt_enable, block::interrupt_enable_field::fault.mask());
  bench.fabric.completion = alink::status::isolate;
  bench.fabric.why = alink::cause::destination_port_down;
  bench.push(0, bench.transfer_of({{20, 0, 64, 0, 0}, {21, 0, 64, 0, 0}}, 1));
  bench.run_us(50);
  ASSERT_EQ(bench.log.transfers.size(), 1U);
  EXPECT_EQ(bench.log.transfers[0].status, alink::status::isolate);
  EXPECT_EQ(bench.log.transfers[0].why, alink::cause::destination_port_down);
  EXPECT_EQ(bench.read(block::transfers_failed), 1U);
  EXPECT_EQ(block::health_field::fault.get(bench.read(block::health)),
            static_cast<std::uint32_t>(block::gpu_fault::transfer));
  EXPECT_TRUE(bench.alert);
}

TEST(gpu_transfer, a_message_to_the_gpu_itself_is_read_and_written_in_hbm) {
  gpu_bench bench;
  bench.boot();
  const std::uint32_t word = 0xfeed'f00d;
  bench.device.hbm().write(0x30'0000, &word, 4);
  const auto decoded = gpu_bench::now() + 1 * microsecond;
  auto work = bench.transfer_of({{5, 0, 1'000'000, 0x40'0000, 0x30'0000}}, 9);
  work.flags = command_flag::functional;
  bench.push(0, work);
  bench.push(0, wait_for(9, 1'000'000));
  bench.run_us(50);
  EXPECT_TRUE(bench.fabric.bursts.empty());
  // After the table (32 ps and the latency): 2e6 bytes at 1 byte/ps and the latency.
  const auto copied = decoded + 32 + hbm_latency + 2 * microsecond + hbm_latency;
  ASSERT_EQ(bench.log.transfers.size(), 1U);
  EXPECT_EQ(bench.log.transfers[0].end, copied);
  ASSERT_EQ(bench.log.ended.size(), 2U);
  EXPECT_EQ(bench.log.ended[1].end, copied);
  std::uint32_t back = 0;
  bench.device.hbm().read(0x40'0000, &back, 4);
  EXPECT_EQ(back, word);
}

TEST(gpu_transfer, tables_and_messages_beyond_hbm_are_command_faults) {
  const message beyond{20, 0, 64, 0, (std::uint64_t{1} << 30U) - 63};
  gpu_bench bench;
  bench.boot();
  bench.push(0, bench.transfer_of({beyond}, 1));
  auto table = bench.transfer_of({}, 1);
  table.messages = (std::uint64_t{1} << 30U) - 16;
  table.message_count = 1;
  bench.push(1, table);
  bench.run_us(10);
  EXPECT_EQ(block::health_field::fault.get(bench.read(block::health)),
            static_cast<std::uint32_t>(block::gpu_fault::command));
  EXPECT_EQ(bench.read_queue(block::queue_head, 0), 0U);
  EXPECT_EQ(bench.read_queue(block::queue_head, 1), 0U);
  EXPECT_TRUE(bench.fabric.bursts.empty());
}

TEST(gpu_wait, it_ends_when_the_last_byte_under_its_tag_is_in_hbm) {
  gpu_bench bench;
  bench.boot();
  bench.push(0, wait_for(3, 3000));
  bench.run_us(5);
  EXPECT_EQ(bench.deliver(tlm::TLM_WRITE_COMMAND, 0, nullptr, 2000, 3), 2000 + hbm_latency);
  bench.deliver(tlm::TLM_WRITE_COMMAND, 0, nullptr, 5000, 4);  // another tag
  bench.run_us(5);
  EXPECT_TRUE(bench.log.ended.empty());
  const auto last = gpu_bench::now();
  bench.deliver(tlm::TLM_WRITE_COMMAND, 0, nullptr, 1000, 3);
  bench.run_us(5);
  ASSERT_EQ(bench.log.ended.size(), 1U);
  EXPECT_EQ(bench.log.ended[0].end, last + 1000 + hbm_latency);
  EXPECT_EQ(bench.device.totals().bytes_received.value, 8000U);
}

TEST(gpu_wait, what_has_arrived_before_counts) {
  gpu_bench bench;
  bench.boot();
  bench.deliver(tlm::TLM_WRITE_COMMAND, 0, nullptr, 64, 3);
  bench.run_us(5);
  const auto start = gpu_bench::now();
  bench.push(0, wait_for(3, 64));
  bench.push(0, wait_for(8, 0));
  bench.run_us(5);
  ASSERT_EQ(bench.log.ended.size(), 2U);
  EXPECT_EQ(bench.log.ended[0].end, start + 1 * microsecond);
  EXPECT_EQ(bench.log.ended[1].end, start + 2 * microsecond);
}

TEST(gpu_wait, nobody_can_wait_for_untagged_bytes) {
  gpu_bench bench;
  bench.boot();
  bench.deliver(tlm::TLM_WRITE_COMMAND, 0, nullptr, 64, alink::untagged);
  bench.push(0, wait_for(alink::untagged, 64));
  bench.run_us(5);
  EXPECT_TRUE(bench.log.ended.empty());
  EXPECT_EQ(block::health_field::fault.get(bench.read(block::health)),
            static_cast<std::uint32_t>(block::gpu_fault::command));
}

TEST(gpu_hbm, bursts_read_and_write_it_and_share_its_bandwidth) {
  gpu_bench bench;
  unsigned char data[4] = {1, 2, 3, 4};
  EXPECT_EQ(bench.deliver(tlm::TLM_WRITE_COMMAND, 0x1ffe, data, 4, 1), 4 + hbm_latency);
  unsigned char back[4] = {};
  // The pins are busy with the write for 4 ps more.
  EXPECT_EQ(bench.deliver(tlm::TLM_READ_COMMAND, 0x1ffe, back, 4, 1), 8 + hbm_latency);
  EXPECT_EQ(std::memcmp(data, back, 4), 0);
}

TEST(gpu_hbm, bursts_beyond_it_are_address_errors) {
  gpu_bench bench;
  bench.deliver(tlm::TLM_WRITE_COMMAND, (std::uint64_t{1} << 30U) - 63, nullptr, 64, 1,
                tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(bench.device.totals().bytes_received.value, 0U);
}

TEST(gpu_alink, ports_show_their_links_and_changes_raise_the_alert) {
  gpu_bench bench;
  alink::link wire("wire",
                   {8, sc_core::sc_time(2, sc_core::SC_US), sc_core::sc_time(1, sc_core::SC_MS)});
  bench.device.bind_link(3, wire, 3, 17);
  bench.write(block::interrupt_enable, block::interrupt_enable_field::port_change.mask());
  EXPECT_EQ(bench.read(block::alink_peer + 12), 0x8000'0311U);
  EXPECT_EQ(bench.read(block::alink_peer), 0U);
  bench.write(block::alink_control + 12, 1);
  EXPECT_TRUE(bench.alert);
  EXPECT_EQ(bench.read(block::alink_status + 12), 1U);  // detect
  bench.write(block::interrupt_status, block::interrupt_status_field::port_change.mask());
  EXPECT_FALSE(bench.alert);
  wire.enable(alink::link_end::switch_port, true);
  bench.run_us(3);
  EXPECT_EQ(bench.read(block::alink_status + 12), 0x0803U);  // up, 8 lanes
  EXPECT_TRUE(bench.alert);
  bench.write(block::alink_control + 12, 0);
  EXPECT_EQ(bench.read(block::alink_status + 12), 1U);  // the switch still looks for its peer
}

TEST(gpu_transfer, a_plane_whose_link_to_a_destination_failed_is_avoided_on_that_way_for_a_while) {
  configuration parameters = round_numbers();
  parameters.plane_retry = base::picoseconds(50 * microsecond);
  gpu_bench bench(parameters);
  bench.boot();  // software allows planes 4 to 7; bursts take 10 us
  bench.fabric.completion = alink::status::isolate;
  bench.fabric.why = alink::cause::link_lost;
  bench.fabric.lost_planes = 0x20;
  bench.push(0, bench.transfer_of({{9, 0, 4096, 0x100, 0}}, 1));
  while (bench.fabric.bursts.size() < 2) {
    bench.run_us(0.1);
  }
  bench.fabric.completion = alink::status::ok;
  bench.fabric.why = alink::cause::none;
  bench.run_us(20);
  ASSERT_EQ(bench.log.transfers.size(), 1U);
  EXPECT_EQ(bench.log.transfers[0].status, alink::status::ok);
  bench.push(0, bench.transfer_of({{9, 0, 64, 0x100, 0}, {8, 0, 64, 0x100, 0}}, 2));
  bench.run_us(60);
  bench.push(0, bench.transfer_of({{9, 0, 64, 0x100, 0}}, 3));
  bench.run_us(20);
  ASSERT_EQ(bench.fabric.bursts.size(), 5U);
  const auto mask = [&](std::size_t burst) {
    return unsigned{bench.fabric.bursts[burst].extension.plane_mask};
  };
  EXPECT_EQ(mask(0), 0xf0U);
  EXPECT_EQ(mask(1), 0xd0U);
  EXPECT_EQ(mask(2), 0xd0U) << "it has learnt of it";
  EXPECT_EQ(mask(3), 0xf0U) << "another destination";
  EXPECT_EQ(mask(4), 0xf0U) << "after 50 us the link may be up again";
  EXPECT_EQ(bench.device.totals().sent_again.bursts, 1U);
}

TEST(gpu_transfer, a_burst_that_is_lost_on_every_plane_fails) {
  gpu_bench bench;
  bench.boot();
  bench.fabric.completion = alink::status::isolate;
  bench.fabric.why = alink::cause::link_lost;
  bench.fabric.lost_planes = 0xf0;
  bench.push(0, bench.transfer_of({{9, 0, 4096, 0x100, 0}}, 1));
  bench.run_us(100);
  EXPECT_EQ(bench.fabric.bursts.size(), 1U);
  ASSERT_EQ(bench.log.transfers.size(), 1U);
  EXPECT_EQ(bench.log.transfers[0].status, alink::status::isolate);
  EXPECT_EQ(bench.log.transfers[0].why, alink::cause::link_lost);
}

TEST(gpu_transfer, a_burst_that_a_plane_lost_goes_again_by_those_whose_links_have_not_failed) {
  const auto never = sc_core::sc_time(1, sc_core::SC_SEC);
  const auto training = sc_core::sc_time(1, sc_core::SC_US);
  std::vector<std::unique_ptr<alink::link>> links;
  gpu_bench bench;
  for (unsigned port = 0; port < 8; ++port) {
    links.push_back(std::make_unique<alink::link>(("link" + std::to_string(port)).c_str(),
                                                  alink::link_parameters{4, training, never}));
    bench.device.bind_link(port, *links.back(), port, 0);
    links.back()->enable(alink::link_end::endpoint, true);
    links.back()->enable(alink::link_end::switch_port, true);
  }
  links[6]->break_down();
  links[7]->break_down();
  bench.boot();  // software allows planes 4 to 7
  bench.fabric.completion = alink::status::isolate;
  bench.fabric.why = alink::cause::plane_lost;
  bench.push(0, bench.transfer_of({{9, 0, 4096, 0x100, 0}}, 1));
  while (bench.fabric.bursts.size() < 2) {
    bench.run_us(0.1);
  }
  EXPECT_TRUE(bench.log.transfers.empty());
  bench.fabric.completion = alink::status::ok;
  bench.fabric.why = alink::cause::none;
  bench.run_us(30);
  ASSERT_EQ(bench.fabric.bursts.size(), 2U);
  EXPECT_EQ(bench.fabric.bursts[0].extension.plane_mask, 0xf0);
  EXPECT_EQ(bench.fabric.bursts[1].extension.plane_mask, 0x30);
  EXPECT_EQ(bench.fabric.bursts[1].at, bench.fabric.bursts[0].at + 10 * microsecond);
  EXPECT_EQ(bench.fabric.bursts[1].bytes, 4096U);
  ASSERT_EQ(bench.log.transfers.size(), 1U);
  EXPECT_EQ(bench.log.transfers[0].status, alink::status::ok);
  const auto again = bench.device.totals().sent_again;
  EXPECT_EQ(again.bursts, 1U);
  EXPECT_EQ(again.size, base::bytes(4096));
  EXPECT_EQ(again.last.value, bench.fabric.bursts[1].at + 10 * microsecond);

  // Lost on the planes that are usable: nothing is left to try.
  bench.write(registers::gpu::plane_mask, 0x30);
  bench.fabric.completion = alink::status::isolate;
  bench.push(0, bench.transfer_of({{9, 0, 4096, 0x100, 0}}, 1));
  bench.run_us(30);
  EXPECT_EQ(bench.fabric.bursts.size(), 3U);
  EXPECT_EQ(bench.log.transfers.back().status, alink::status::isolate);
}

}  // namespace sn::gpu::test
