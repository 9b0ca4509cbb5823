// CIPU 2.0: the control and I/O processor of a partition.
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <functional>
#include <systemc>

#include "alink/link.h"
#include "alink/port_bank.h"
#include "base/register_file.h"
#include "cipu/dma_engine.h"
#include "cipu/management_network.h"
#include "cipu/nic.h"
#include "registers/generated/cpp/cipu.h"
#include "soc/mailbox_device.h"
#include "soc/register_map.h"
#include "soc/soc.h"

namespace sn::cipu {

/// Offsets in the hart's local window.
namespace local_map {
inline constexpr std::uint64_t cipu = 0x0'0000;
inline constexpr std::uint64_t host_mailbox = 0x1'0000;
}  // namespace local_map

/// Sources of the hart's PLIC.
enum class interrupt : unsigned { host = 1, dma = 2, alert = 3, answer = 4, nic = 5 };

/// Largest number of management windows (the alert register's bits).
inline constexpr unsigned window_limit = 128;

/// What a CIPU is built from.
struct configuration {
  unsigned index = 0;              ///< of the partition in the platform, up to 255
  unsigned channel = 0;            ///< of the partition in its domain: its channel at mailboxes
  base::endpoint_id endpoint = 0;  ///< on ALink
  unsigned domain = 0;             ///< scale-up domain
  base::pod_id pod = 0;            ///< virtual pod of the partition
  unsigned pod_partitions = 1;     ///< partitions in the pod
  unsigned pod_leader = 0;         ///< index of the pod's first partition
  std::uint32_t pool_request_mib = 0;
  unsigned pool_interleave_ways = 1;  ///< 1 to 16; whether it can be had is the pool's to say
  base::bytes pool_interleave_granularity{256};  ///< a power of two up to 16 KiB
  unsigned windows = 0;                          ///< management windows that may hold a device
  sc_core::sc_time management_latency;
  unsigned queue_pairs = 0;
  /// How long a plane that has lost something to a destination is avoided on the way there.
  base::picoseconds plane_retry{100'000'000};
  soc::controller_configuration controller;  ///< RV64
};

/// The device of registers/cipu.rdl around an RV64 controller. As a target on ALink it refuses
/// everything: data come and go by its own DMA engine.
class cipu : public sc_core::sc_module {
 public:
  using stage_callback =
      std::function<void(registers::cipu::cipu_stage stage, registers::cipu::cipu_stage failure)>;

  /// Throws std::invalid_argument for an impossible configuration, and what the controller throws.
  cipu(const sc_core::sc_module_name& name, const configuration& parameters);

  /// The host's side of the host mailbox: 4-byte accesses.
  tlm_utils::simple_target_socket<cipu> host;
  /// Bursts from other endpoints; refused.
  tlm_utils::simple_target_socket<cipu> from_fabric;
  /// Bursts of the DMA engine.
  tlm_utils::simple_initiator_socket<alink::burst_initiator>& to_fabric() { return dma_.socket(); }

  /// The windows of the partition: attach devices here.
  management_network& management() { return management_; }
  /// Wires ALink port `port` (the plane) to a switch. Before simulation starts.
  void bind_link(unsigned port, alink::link& wire, unsigned switch_index, unsigned switch_port) {
    ports_.bind(port, wire, switch_index, switch_port);
  }
  /// Connects a port of the NIC. Before simulation starts.
  void connect(nic_port port, packet_network& network) { nic_.connect(port, network); }

  /// The device in `window` drives its alert line.
  void set_alert(unsigned window, bool level);
  /// The device in `window` drives the line of this CIPU's mailbox channel.
  void set_answer(unsigned window, bool level);
  /// Gets the boot status whenever firmware writes it.
  void on_stage(stage_callback callback) { on_stage_ = std::move(callback); }
  /// Gets the line of a channel of the host mailbox at every change.
  void on_host_answer(soc::mailbox_device::answer_callback callback) {
    host_mailbox_.on_answer(std::move(callback));
  }

  /// Bursts of the DMA engine that a plane or a link had lost.
  const alink::resend_statistics& sent_again() const { return dma_.sent_again(); }
  alink::burst_pool& bursts() { return dma_.bursts(); }
  /// Sections of the device and of its controller, between two times; bursts() before all sections
  /// that name bursts.
  void save(base::snapshot_writer& to, const kernel::payload_names& names) const;
  void restore(base::snapshot_reader& from, const kernel::payload_names& names);

  registers::cipu::cipu_stage stage() const;
  soc::controller_soc& controller() { return controller_; }
  soc::mailbox_device& host_mailbox() { return host_mailbox_; }
  base::register_file& registers() { return registers_; }

 private:
  using window_bits = std::array<std::uint32_t, window_limit / 32>;

  template <typename Archive>
  void state(Archive& io, const kernel::payload_names& names);
  void bind_registers(const configuration& parameters);
  bool in_ram(std::uint64_t address, std::size_t size) const;
  void set_window(window_bits& bits, unsigned window, bool level, interrupt line);

  void transport_local(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug_local(tlm::tlm_generic_payload& payload);
  void transport_host(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug_host(tlm::tlm_generic_payload& payload);
  void refuse_burst(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void drive(interrupt line, bool level);

  base::register_file registers_;
  soc::mailbox_device host_mailbox_;
  base::bytes ram_size_;
  soc::register_map local_map_;
  soc::register_map host_map_;
  soc::controller_soc controller_;
  tlm_utils::simple_target_socket<cipu> local_;
  management_network management_;
  dma_engine dma_;
  nic nic_;
  alink::port_bank ports_;
  window_bits alerts_{};
  window_bits answers_{};
  stage_callback on_stage_;
};

}  // namespace sn::cipu
