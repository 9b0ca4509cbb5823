// A memory pool: CXL-like memory devices behind HDM decoders, an endpoint on ALink.
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <functional>
#include <systemc>
#include <vector>

#include "alink/link.h"
#include "alink/port_bank.h"
#include "base/ids.h"
#include "base/register_file.h"
#include "memory/memory_device.h"
#include "pool/decoder_bank.h"
#include "soc/mailbox_device.h"
#include "soc/register_map.h"
#include "soc/soc.h"

namespace sn::pool {

/// Offsets in the controller's local window and in the window on the management network.
namespace address_map {
inline constexpr std::uint64_t mailbox = 0x0'0000;
inline constexpr std::uint64_t pool = 0x1'0000;
}  // namespace address_map

/// Sources of the controller's PLIC.
enum class interrupt : unsigned { mailbox = 1 };

/// Largest number of memory devices.
inline constexpr unsigned device_limit = 32;

/// What a pool is built from.
struct configuration {
  unsigned index = 0;              ///< of the pool in its domain
  base::endpoint_id endpoint = 0;  ///< on ALink
  unsigned domain = 0;             ///< scale-up domain
  unsigned devices = 0;            ///< 1 to device_limit
  base::bytes device_capacity;     ///< a multiple of 256 MiB
  base::bytes_per_second device_bandwidth;
  base::picoseconds device_latency;
  unsigned decoders = decoder_limit;         ///< 1 to decoder_limit
  soc::controller_configuration controller;  ///< RV32
};

/// The device of registers/pool.rdl with its mailbox, both visible to the controller and on the
/// management network.
///
/// A burst must lie within one committed decoder, and its source must belong to the decoder's pod;
/// any other is an address error and counted. Its bytes are shared among the devices by the
/// interleave; it takes as long as the slowest of them.
class pool : public sc_core::sc_module {
 public:
  /// The virtual pod of an endpoint as the switches have it; 0: none.
  using pod_lookup = std::function<base::pod_id(base::endpoint_id)>;

  /// Throws std::invalid_argument for an impossible configuration, and what the controller throws.
  pool(const sc_core::sc_module_name& name, const configuration& parameters);

  /// Mailbox and pool block, for any number of CIPUs; addresses are relative to the window.
  tlm_utils::multi_passthrough_target_socket<pool> management;
  /// Bursts from other endpoints.
  tlm_utils::simple_target_socket<pool> from_fabric;
  /// A pool sends nothing of its own; this only closes the connection.
  tlm_utils::simple_initiator_socket<pool> to_fabric;

  /// Wires ALink port `port` (the plane) to a switch. Before simulation starts.
  void bind_link(unsigned port, alink::link& wire, unsigned switch_index, unsigned switch_port) {
    ports_.bind(port, wire, switch_index, switch_port);
  }
  /// Says which pod a source belongs to; without it every access is refused.
  void on_look_up_pod(pod_lookup lookup) { pod_of_ = std::move(lookup); }
  /// Gets the line to the CIPU of a mailbox channel at every change.
  void on_answer(soc::mailbox_device::answer_callback callback) {
    mailbox_.on_answer(std::move(callback));
  }

  /// Sections of the device and of its controller, between two times.
  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

  soc::controller_soc& controller() { return controller_; }
  soc::mailbox_device& mailbox() { return mailbox_; }
  base::register_file& registers() { return registers_; }
  const decoder_bank& decoders() const { return decoders_; }
  /// The content of a memory device, without time.
  memory::sparse_memory& device(unsigned index) { return devices_.at(index).content; }

 private:
  template <typename Archive>
  void state(Archive& io);
  void transport_burst(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void transport_local(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug_local(tlm::tlm_generic_payload& payload);
  void transport_management(int caller, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug_management(int caller, tlm::tlm_generic_payload& payload);

  base::register_file registers_;
  soc::mailbox_device mailbox_;
  soc::register_map map_;
  soc::controller_soc controller_;
  tlm_utils::simple_target_socket<pool> local_;
  std::vector<memory::memory_device> devices_;
  decoder_bank decoders_;
  alink::port_bank ports_;
  pod_lookup pod_of_;
};

}  // namespace sn::pool
