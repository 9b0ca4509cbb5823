// A GPU with software's view of its registers and a fabric that keeps every burst for a fixed time.
#pragma once

#include <array>
#include <vector>

#include "checker/checker_set.h"
#include "delaying_fabric.h"
#include "gpu/gpu.h"
#include "register_port.h"

namespace sn::gpu::test {

constexpr std::uint64_t microsecond = 1'000'000;  // in ps
constexpr std::uint64_t nanosecond = 1'000;       // in ps

/// Round numbers: HBM moves 1 byte per ps, BF16 makes 1 flop per ps, FP8 two.
inline configuration round_numbers() {
  configuration c;
  c.index = 7;
  c.endpoint = 5;
  c.domain = 1;
  c.hbm_capacity = base::bytes(std::uint64_t{1} << 30U);
  c.hbm_bandwidth = base::bytes_per_second(1'000'000'000'000);
  c.hbm_latency = base::picoseconds(100 * nanosecond);
  c.peak[static_cast<std::size_t>(precision::bf16)] = base::flops_per_second(1'000'000'000'000);
  c.peak[static_cast<std::size_t>(precision::fp8)] = base::flops_per_second(2'000'000'000'000);
  c.efficiencies[static_cast<std::size_t>(compute_class::gemm)] = {0.5, 0.8};
  c.launch_overhead = base::picoseconds(2 * microsecond);
  c.command_fetch_latency = base::picoseconds(1 * microsecond);
  c.outstanding_bursts = 2;
  c.self_test_time = base::picoseconds(10 * microsecond);
  c.hang_timeout = base::picoseconds(50 * microsecond);
  c.idle_power = base::milliwatts(200'000);
  c.max_power = base::milliwatts(1'000'000);
  c.coolant_celsius = 40.0;
  c.kelvin_per_watt = 0.02;
  return c;
}

/// Writes down what the GPU reports.
struct recorder : observer {
  struct line {
    unsigned queue;
    command work;
    std::uint64_t begin;  ///< ps
    std::uint64_t end;    ///< ps
    alink::status status = alink::status::ok;
    alink::cause why = alink::cause::none;
  };
  void command_begun(unsigned gpu, unsigned queue, const command& work,
                     base::picoseconds begin) override {
    (void)gpu;
    begun.push_back({queue, work, begin.value, 0});
  }
  void command_ended(unsigned gpu, unsigned queue, const command& work, base::picoseconds begin,
                     base::picoseconds end) override {
    last_gpu = gpu;
    ended.push_back({queue, work, begin.value, end.value});
  }
  void transfer_completed(unsigned gpu, unsigned queue, const command& work,
                          base::picoseconds begin, base::picoseconds end, alink::status status,
                          alink::cause why) override {
    (void)gpu;
    transfers.push_back({queue, work, begin.value, end.value, status, why});
  }
  unsigned last_gpu = 0;
  std::vector<line> begun;
  std::vector<line> ended;
  std::vector<line> transfers;
};

/// The whole bench. Rings of 8 entries lie at 64 KiB + 4 KiB per queue.
class gpu_bench {
 public:
  static constexpr std::uint32_t ring_entries = 8;
  static constexpr std::uint64_t ring_of(unsigned queue) { return 0x1'0000 + queue * 0x1000; }

  explicit gpu_bench(const configuration& parameters = round_numbers())
      : fabric("fabric"), software("software"), device("gpu", parameters) {
    constexpr auto timing = checker::data_policy::may_be_absent;
    checks.connect(device.to_fabric(), fabric.from_device, timing);
    checks.connect(fabric.to_device, device.from_fabric, timing);
    checks.connect(software.socket, device.management);
    device.set_observer(&log);
    device.on_alert([this](bool level) { alert = level; });
  }

  void write(std::uint32_t offset, std::uint32_t value) { software.write(offset, value); }
  std::uint32_t read(std::uint32_t offset) { return software.read(offset); }
  std::uint32_t read_queue(std::uint32_t offset, unsigned queue) {
    return read(offset + queue * 0x40);
  }

  static void run_us(double microseconds) { sn::test::run_us(microseconds); }
  static std::uint64_t now() { return sc_core::sc_time_stamp().value(); }

  /// Self-test, then queues on.
  void boot() {
    namespace block = registers::gpu;
    write(block::control, block::control_field::self_test.mask());
    run_us(10);
    for (unsigned q = 0; q < queue_limit; ++q) {
      write(block::queue_base_low + q * 0x40, static_cast<std::uint32_t>(ring_of(q)));
      write(block::queue_size + q * 0x40, ring_entries);
      write(block::queue_control + q * 0x40, 1);
    }
    write(block::plane_mask, 0xf0);
    write(block::control, block::control_field::enable.mask());
  }

  /// Puts a command into a ring and rings the doorbell.
  void push(unsigned queue, const command& work) {
    const std::uint32_t place = tails_[queue]++ % ring_entries;
    device.hbm().write(ring_of(queue) + place * sizeof(command), &work, sizeof(command));
    write(registers::gpu::queue_tail + queue * 0x40, tails_[queue]);
  }

  /// A transfer command over messages that are put at `table`.
  command transfer_of(const std::vector<message>& messages, std::uint32_t tag,
                      std::uint64_t table = 0x10'0000) {
    device.hbm().write(table, messages.data(), messages.size() * sizeof(message));
    command work;
    work.operation = static_cast<std::uint8_t>(opcode::transfer);
    work.tag = tag;
    work.messages = table;
    work.message_count = static_cast<std::uint32_t>(messages.size());
    return work;
  }

  /// A burst from another endpoint that the fabric delivers now; the delay that the GPU adds, in
  /// ps.
  std::uint64_t deliver(tlm::tlm_command direction, std::uint64_t address, unsigned char* data,
                        unsigned size, std::uint32_t tag,
                        tlm::tlm_response_status expected = tlm::TLM_OK_RESPONSE) {
    alink::burst_extension extension;
    extension.source = 9;
    extension.destination = device.parameters().endpoint;
    extension.tag = tag;
    return fabric.deliver(direction, address, data, size, extension, expected);
  }

  checker::checker_set checks;
  sn::test::delaying_fabric fabric;
  sn::test::register_port software;
  gpu device;
  recorder log;
  bool alert = false;

 private:
  std::array<std::uint32_t, queue_limit> tails_{};
};

inline command compute(compute_class kind, precision format, std::uint64_t flops,
                       std::uint64_t traffic) {
  command work;
  work.operation = static_cast<std::uint8_t>(opcode::compute);
  work.kind = static_cast<std::uint8_t>(kind);
  work.format = static_cast<std::uint8_t>(format);
  work.flops = flops;
  work.hbm_traffic = traffic;
  return work;
}

inline command nop(std::uint64_t label = 0) {
  command work;
  work.label = label;
  return work;
}

inline command wait_for(std::uint32_t tag, std::uint64_t amount) {
  command work;
  work.operation = static_cast<std::uint8_t>(opcode::wait);
  work.tag = tag;
  work.bytes = amount;
  return work;
}

}  // namespace sn::gpu::test
