// A GPU with software's view of its registers and a fabric that keeps every burst for a fixed time.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstring>
#include <deque>
#include <string>
#include <systemc>
#include <vector>

#include "alink/burst.h"
#include "alink/sim_time.h"
#include "gpu/gpu.h"

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

/// Accepts bursts at once and completes each `flight` later, with `completion`.
class delaying_fabric : public sc_core::sc_module {
 public:
  struct sent {
    std::uint64_t at;  ///< ps, when the burst begins
    std::uint64_t address;
    unsigned bytes;
    std::vector<unsigned char> data;
    alink::burst_extension extension;
  };

  explicit delaying_fabric(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_HAS_PROCESS(delaying_fabric);
    target.register_nb_transport_fw(this, &delaying_fabric::forward);
    SC_METHOD(complete);
    sensitive << next_;
    dont_initialize();
  }

  tlm_utils::simple_target_socket<delaying_fabric> target{"target"};
  tlm_utils::simple_initiator_socket<delaying_fabric> to_device{"to_device"};
  tlm_utils::simple_initiator_socket<delaying_fabric> software{"software"};
  sc_core::sc_time flight{10, sc_core::SC_US};
  alink::status completion = alink::status::ok;
  alink::cause why = alink::cause::none;
  std::vector<sent> bursts;

 private:
  tlm::tlm_sync_enum forward(tlm::tlm_generic_payload& burst, tlm::tlm_phase& phase,
                             sc_core::sc_time& delay) {
    if (phase != tlm::BEGIN_REQ) {
      return tlm::TLM_ACCEPTED;
    }
    const sc_core::sc_time begin = sc_core::sc_time_stamp() + delay;
    sent record{begin.value(),
                burst.get_address(),
                burst.get_data_length(),
                {},
                alink::extension_of(burst)};
    if (burst.get_data_ptr() != nullptr) {
      record.data.assign(burst.get_data_ptr(), burst.get_data_ptr() + burst.get_data_length());
    }
    bursts.push_back(record);
    burst.acquire();
    under_way_.push_back({&burst, begin + flight});
    next_.notify(under_way_.front().end - sc_core::sc_time_stamp());
    phase = tlm::END_REQ;
    return tlm::TLM_UPDATED;
  }

  void complete() {
    while (!under_way_.empty() && under_way_.front().end <= sc_core::sc_time_stamp()) {
      tlm::tlm_generic_payload& burst = *under_way_.front().burst;
      under_way_.pop_front();
      alink::extension_of(burst).completion = completion;
      alink::extension_of(burst).why = why;
      burst.set_response_status(completion == alink::status::ok ? tlm::TLM_OK_RESPONSE
                                                                : tlm::TLM_GENERIC_ERROR_RESPONSE);
      tlm::tlm_phase phase = tlm::BEGIN_RESP;
      sc_core::sc_time delay;
      target->nb_transport_bw(burst, phase, delay);
      burst.release();
    }
    if (!under_way_.empty()) {
      next_.notify(under_way_.front().end - sc_core::sc_time_stamp());
    }
  }

  struct flying {
    tlm::tlm_generic_payload* burst;
    sc_core::sc_time end;
  };
  std::deque<flying> under_way_;
  sc_core::sc_event next_;
};

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
      : fabric("fabric"), device("gpu", parameters) {
    device.to_fabric().bind(fabric.target);
    fabric.to_device.bind(device.from_fabric);
    fabric.software.bind(device.management);
    device.set_observer(&log);
    device.on_alert([this](bool level) { alert = level; });
  }

  tlm::tlm_response_status access(tlm::tlm_command direction, std::uint64_t address, void* data,
                                  unsigned size) {
    elaborate();
    tlm::tlm_generic_payload payload;
    payload.set_command(direction);
    payload.set_address(address);
    payload.set_data_ptr(static_cast<unsigned char*>(data));
    payload.set_data_length(size);
    payload.set_streaming_width(size);
    sc_core::sc_time delay;
    fabric.software->b_transport(payload, delay);
    return payload.get_response_status();
  }
  void write(std::uint32_t offset, std::uint32_t value) {
    if (access(tlm::TLM_WRITE_COMMAND, offset, &value, 4) != tlm::TLM_OK_RESPONSE) {
      throw std::runtime_error("a register write failed");
    }
  }
  std::uint32_t read(std::uint32_t offset) {
    std::uint32_t value = 0;
    if (access(tlm::TLM_READ_COMMAND, offset, &value, 4) != tlm::TLM_OK_RESPONSE) {
      throw std::runtime_error("a register read failed");
    }
    return value;
  }
  std::uint32_t read_queue(std::uint32_t offset, unsigned queue) {
    return read(offset + queue * 0x40);
  }

  /// Sockets can be used once elaboration has ended.
  static void elaborate() {
    if (!sc_core::sc_start_of_simulation_invoked()) {
      sc_core::sc_start(sc_core::SC_ZERO_TIME);
    }
  }
  void run_us(double microseconds) { sc_core::sc_start(microseconds, sc_core::SC_US); }
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

  /// A burst that the fabric delivers now; the delay that the GPU adds, in ps.
  std::uint64_t deliver(tlm::tlm_command direction, std::uint64_t address, unsigned char* data,
                        unsigned size, std::uint32_t tag,
                        tlm::tlm_response_status expected = tlm::TLM_OK_RESPONSE) {
    elaborate();
    alink::burst_extension extension;
    extension.source = 9;
    extension.destination = 5;
    extension.tag = tag;
    tlm::tlm_generic_payload payload;
    payload.set_command(direction);
    payload.set_address(address);
    payload.set_data_ptr(data);
    payload.set_data_length(size);
    payload.set_extension(&extension);
    sc_core::sc_time delay;
    fabric.to_device->b_transport(payload, delay);
    payload.clear_extension(&extension);
    if (payload.get_response_status() != expected) {
      throw std::runtime_error("a burst ended with another response than expected");
    }
    return delay.value();
  }

  delaying_fabric fabric;
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
