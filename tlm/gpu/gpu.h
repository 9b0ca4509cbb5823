// A GPU: command queues over a compute engine and copy engines, HBM, ALink ports.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <functional>
#include <systemc>

#include "alink/link.h"
#include "alink/port_bank.h"
#include "base/register_file.h"
#include "gpu/arrival_table.h"
#include "gpu/compute_engine.h"
#include "gpu/configuration.h"
#include "gpu/copy_engine.h"
#include "gpu/observer.h"
#include "gpu/queue_wait.h"
#include "kernel/alarm.h"
#include "memory/memory_device.h"
#include "soc/register_map.h"

namespace sn::gpu {

/// Totals since the start.
struct statistics {
  std::uint64_t commands = 0;           ///< completed, all queues
  std::uint64_t transfers = 0;          ///< completed, with or without an error
  std::uint64_t transfers_failed = 0;   ///< of these, with an error
  base::bytes bytes_sent;               ///< in bursts issued
  alink::resend_statistics sent_again;  ///< bursts that were lost
  base::bytes bytes_received;           ///< written into HBM by bursts
  base::picoseconds compute_busy;       ///< time that the compute engine was in use

  template <typename Archive>
  void fields(Archive& io) {
    io(commands, transfers, transfers_failed, bytes_sent, sent_again, bytes_received, compute_busy);
  }
};

/// The device of registers/gpu.rdl.
///
/// Nothing runs before the self-test has passed and control.enable is set. A queue fetches one
/// command after the other, each when its predecessor has ended. A command that makes no sense is a
/// `command` fault and halts its queue, with head at the command, until queue.control.enable is
/// written 0.
class gpu : public sc_core::sc_module {
 public:
  using alert_callback = std::function<void(bool level)>;

  /// Throws std::invalid_argument for an impossible configuration.
  gpu(const sc_core::sc_module_name& name, const configuration& parameters);

  /// The registers, on the management network: 4-byte accesses.
  tlm_utils::simple_target_socket<gpu> management;
  /// Bursts from other endpoints. The delay that is added is HBM's.
  tlm_utils::simple_target_socket<gpu> from_fabric;
  /// Bursts to other endpoints.
  tlm_utils::simple_initiator_socket<alink::burst_initiator>& to_fabric() {
    return copies_.socket();
  }

  /// Wires ALink port `port` (the plane) to a switch. Before simulation starts.
  void bind_link(unsigned port, alink::link& wire, unsigned switch_index, unsigned switch_port) {
    ports_.bind(port, wire, switch_index, switch_port);
  }
  /// Gets the level of the alert line to the CIPU at every change.
  void on_alert(alert_callback callback) { on_alert_ = std::move(callback); }
  /// Watches commands from now on; null: nobody does.
  void set_observer(observer* watcher) { observer_ = watcher; }

  /// The content of HBM, without time: for loading programs and reading results.
  memory::sparse_memory& hbm() { return hbm_.content; }
  base::register_file& registers() { return registers_; }
  const configuration& parameters() const { return parameters_; }
  statistics totals() const;
  /// Power averaged since the start: idle, and the rest by the use of the compute engine.
  base::milliwatts average_power() const;

  alink::burst_pool& bursts() { return copies_.bursts(); }
  /// A section, between two times; bursts() before all sections that name bursts.
  void save(base::snapshot_writer& to, const kernel::payload_names& names) const;
  void restore(base::snapshot_reader& from, const kernel::payload_names& names);

  /// From now on no computation ends; the fault is recorded after the hang timeout.
  void inject_hang() {
    compute_.hang();
    wake();
  }
  /// From now on the self-test fails.
  void inject_hbm_fault() { hbm_faulty_ = true; }

 private:
  /// Planes that software allows and whose links have not failed. A link that was never trained is
  /// not avoided: what software sends there is refused.
  std::uint16_t usable_planes() const;

  enum class queue_phase : std::uint8_t { idle, fetching, computing, waiting, halted };
  struct queue_state {
    queue_phase phase = queue_phase::idle;
    queue_wait wait;  ///< fetching: until the command is decoded; waiting: until data are there
    command current;
    base::picoseconds begin;

    template <typename Archive>
    void fields(Archive& io) {
      io(phase, wait, current, begin);
    }
  };

  /// What changes, but for the copy engines.
  template <typename Archive>
  void fields(Archive& io) {
    io(registers_, hbm_, compute_, arrivals_, queues_, timer_, self_test_running_, self_test_done_,
       self_test_end_, hbm_faulty_, alert_, totals_);
  }
  template <typename Archive>
  void state(Archive& io, const kernel::payload_names& names);

  void bind_registers();
  void control_written(std::uint32_t value);
  void queue_control_written(unsigned queue, std::uint32_t value);
  void power_limit_written(std::uint32_t watts);
  std::uint32_t read_status() const;
  std::uint32_t read_health() const;

  void transport_register(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug_register(tlm::tlm_generic_payload& payload);
  void transport_burst(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug_burst(tlm::tlm_generic_payload& payload);

  bool ready() const;
  bool has_work(unsigned queue) const;
  void wake();
  void wake_at(base::picoseconds when);
  void advance();
  void finish_self_test(base::picoseconds now);
  bool step_compute(base::picoseconds now);
  void finish_computation(const command& work);
  bool step_queue(unsigned queue, base::picoseconds now);
  void decode(unsigned queue, base::picoseconds now);
  bool fetch(unsigned queue, command& out) const;
  bool prepare_transfer(const command& work, transfer& out) const;
  void complete(unsigned queue, base::picoseconds now);
  void arrive(std::uint32_t tag, base::bytes amount, base::picoseconds when);
  void transfer_completed(const transfer& work);
  void record_fault(registers::gpu::gpu_fault code);
  void drive_alert();

  configuration parameters_;
  base::register_file registers_;
  soc::register_map map_;
  memory::memory_device hbm_;
  compute_engine compute_;
  copy_engine copies_;
  alink::port_bank ports_;
  arrival_table arrivals_;
  std::array<queue_state, queue_limit> queues_;
  kernel::alarm timer_;

  bool self_test_running_ = false;
  bool self_test_done_ = false;
  base::picoseconds self_test_end_;
  bool hbm_faulty_ = false;
  bool alert_ = false;
  statistics totals_;
  alert_callback on_alert_;
  observer* observer_ = nullptr;
};

}  // namespace sn::gpu
