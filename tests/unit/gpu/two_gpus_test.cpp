// Two GPUs on the fabric itself: commands of one, arrivals at the other, bytes and picoseconds.
#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <vector>

#include "fabric/cell_engine.h"
#include "fabric/order_checker.h"
#include "gpu_bench.h"

namespace sn::gpu::test {

namespace block = registers::gpu;

namespace {

/// A switch whose tables let everything pass: endpoint e is behind port e - 5.
class open_switch : public fabric::plane_control {
 public:
  bool port_up(base::port_id port) const override { return port != down; }
  std::optional<base::port_id> route(base::endpoint_id destination) const override {
    return static_cast<base::port_id>(destination - 5);
  }
  base::pod_id pod(base::port_id) const override { return 1; }
  void refused(alink::cause) override {}
  int down = -1;
};

/// One plane: slots of 6.4 ns that carry 595 bytes, 280 ns from GPU to GPU.
fabric::cell_engine_parameters one_plane() {
  fabric::cell_engine_parameters p;
  p.endpoints = {{5, 0, 1}, {6, 1, 1}};
  p.planes = 1;
  p.ports = 2;
  p.port_rate = base::bytes_per_second(100'000'000'000);
  p.uplink_latency = base::picoseconds(65'000);
  p.switch_latency = base::picoseconds(150'000);
  p.downlink_latency = base::picoseconds(65'000);
  p.credit_latency = base::picoseconds(65'000);
  return p;
}

configuration endpoint_six() {
  configuration c = round_numbers();
  c.endpoint = 6;
  return c;
}

struct pair_bench {
  pair_bench()
      : engine("engine", one_plane()),
        software_a("software_a"),
        software_b("software_b"),
        a("a", round_numbers()),
        b("b", endpoint_six()) {
    engine.attach_control(0, tables);
    constexpr auto timing = checker::data_policy::may_be_absent;
    checks.connect(a.to_fabric(), engine.from_device(0), timing, &order);
    checks.connect(b.to_fabric(), engine.from_device(1), timing, &order);
    checks.connect(engine.to_device(0), a.from_fabric, timing, &order);
    checks.connect(engine.to_device(1), b.from_fabric, timing, &order);
    checks.connect(software_a.socket, a.management);
    checks.connect(software_b.socket, b.management);
    a.set_observer(&log_a);
    b.set_observer(&log_b);
    for (auto* software : {&software_a, &software_b}) {
      software->write(block::queue_base_low, 0x1'0000);
      software->write(block::queue_size, 8);
      software->write(block::queue_control, 1);
      software->write(block::plane_mask, 1);
      software->write(block::control, 3);
    }
    sn::test::run_us(20);  // the self-test
  }

  static void run(gpu& device, sn::test::register_port& software, const command& work) {
    device.hbm().write(0x1'0000, &work, sizeof work);
    software.write(block::queue_tail, 1);
  }
  command send(std::uint64_t bytes) {
    const message item{6, 0, bytes, 0x7'0001, 0x5'0003};
    a.hbm().write(0x2'0000, &item, sizeof item);
    command work;
    work.operation = static_cast<std::uint8_t>(opcode::transfer);
    work.flags = command_flag::functional;
    work.tag = 11;
    work.messages = 0x2'0000;
    work.message_count = 1;
    return work;
  }

  open_switch tables;
  fabric::order_checker order;
  checker::checker_set checks;
  fabric::cell_engine engine;
  sn::test::register_port software_a;
  sn::test::register_port software_b;
  gpu a;
  gpu b;
  recorder log_a;
  recorder log_b;
};

}  // namespace

TEST(two_gpus, a_message_arrives_when_it_should_and_with_its_bytes) {
  pair_bench bench;
  std::vector<unsigned char> data(5950);
  std::iota(data.begin(), data.end(), static_cast<unsigned char>(9));
  bench.a.hbm().write(0x5'0003, data.data(), data.size());
  const std::uint64_t start = sc_core::sc_time_stamp().value();
  pair_bench::run(bench.b, bench.software_b, wait_for(11, 5950));
  pair_bench::run(bench.a, bench.software_a, bench.send(5950));
  sn::test::run_us(20);

  // Fetch 1 us; table 32 bytes at 1 byte/ps and 100 ns; first byte of HBM 100 ns. Then the next
  // slot, 10 cells, 280 ns, and HBM at the other side: 5950 ps and 100 ns.
  const std::uint64_t issue = start + 1'000'000 + 32 + 100'000 + 100'000;
  const std::uint64_t slot = (issue + 6'399) / 6'400;
  const std::uint64_t there = (slot + 10) * 6'400 + 280'000 + 5'950 + 100'000;
  ASSERT_EQ(bench.log_b.ended.size(), 1U);
  EXPECT_EQ(bench.log_b.ended[0].end, there);
  // The sender's completion takes the way back as well.
  ASSERT_EQ(bench.log_a.transfers.size(), 1U);
  EXPECT_EQ(bench.log_a.transfers[0].end, there + 280'000);
  EXPECT_EQ(bench.log_a.transfers[0].status, alink::status::ok);
  std::vector<unsigned char> back(5950);
  bench.b.hbm().read(0x7'0001, back.data(), back.size());
  EXPECT_EQ(back, data);
  EXPECT_TRUE(bench.engine.idle());
  bench.engine.audit();
}

TEST(two_gpus, a_port_that_is_down_fails_the_transfer_with_its_cause) {
  pair_bench bench;
  bench.tables.down = 1;
  pair_bench::run(bench.a, bench.software_a, bench.send(64));
  sn::test::run_us(20);
  ASSERT_EQ(bench.log_a.transfers.size(), 1U);
  EXPECT_EQ(bench.log_a.transfers[0].why, alink::cause::destination_port_down);
  EXPECT_EQ(bench.software_a.read(block::transfers_failed), 1U);
  EXPECT_EQ(bench.b.totals().bytes_received.value, 0U);
}

}  // namespace sn::gpu::test
