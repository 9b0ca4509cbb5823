// An ALink switch as its controller's firmware and the fabric see it: ports, tables, counters.
#pragma once

#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <systemc>
#include <vector>

#include "alink/link.h"
#include "base/register_file.h"
#include "fabric/plane_control.h"
#include "soc/mailbox_device.h"
#include "soc/register_map.h"
#include "soc/soc.h"

namespace sn::alink_switch {

/// Offsets in the controller's local window.
namespace local_map {
inline constexpr std::uint64_t mailbox = 0x0'0000;
inline constexpr std::uint64_t alink_switch = 0x1'0000;
inline constexpr std::uint64_t arbiter = 0x2'0000;  ///< if it has classes
}  // namespace local_map

/// Sources of the controller's PLIC.
enum class interrupt : unsigned { mailbox = 1, port_change = 2 };

/// What the rack wants of a traffic class.
struct class_strap {
  unsigned weight = 1;     ///< below the highest class, at most 255
  unsigned age_limit = 0;  ///< in slots, at most 65535
};

/// What a switch is built from.
struct configuration {
  unsigned ports = 0;       ///< 1 to base::port_limit
  unsigned iterations = 1;  ///< of the arbiter, 1 to 15; for the capability register
  unsigned plane = 0;       ///< index of the switch in its domain
  unsigned domain = 0;      ///< scale-up domain
  unsigned classes = 0;     ///< of an arbiter with classes; 0: it has none, and no registers
  std::array<class_strap, 4> class_straps{};
  unsigned groups = 0;                       ///< for reductions and multicasts, at most 16
  soc::controller_configuration controller;  ///< RV32
};

/// Cells that passed a port since the start, as the fabric counts them.
struct port_cells {
  std::uint64_t in = 0;
  std::uint64_t out = 0;
};

/// Reaches the registers of the switch's arbiter, by offset. Without it they hold what is written.
struct arbiter_port {
  std::function<std::uint32_t(std::uint32_t offset)> read;
  std::function<void(std::uint32_t offset, std::uint32_t value)> write;
};

/// The control plane of a switch: registers/alink_switch.rdl and those of its arbiter,
/// registers/alink_class_arbiter.rdl, seen by the controller only, and the mailbox, which CIPUs
/// reach over the management network. The fabric asks it as plane_control.
class alink_switch : public sc_core::sc_module, public fabric::plane_control {
 public:
  using cell_counter = std::function<port_cells(base::port_id port)>;
  using answer_callback = soc::mailbox_device::answer_callback;

  /// Throws std::invalid_argument for an impossible configuration, and what the controller throws.
  alink_switch(const sc_core::sc_module_name& name, const configuration& parameters);

  /// The mailbox, for any number of CIPUs; addresses are relative to the device's window.
  tlm_utils::multi_passthrough_target_socket<alink_switch> management;

  /// Wires `port`. Before simulation starts.
  void bind_link(base::port_id port, alink::link& wire);
  /// Says where cells are counted; without it the counters read 0.
  void on_count_cells(cell_counter counter) { count_cells_ = std::move(counter); }
  /// Says where the arbiter's registers are.
  void on_arbiter(arbiter_port port) { arbiter_ = std::move(port); }
  /// Gets the line to the CIPU of a mailbox channel at every change.
  void on_answer(answer_callback callback) { mailbox_.on_answer(std::move(callback)); }

  /// Sections of the device and of its controller, between two times.
  void save(base::snapshot_writer& to) const;
  void restore(base::snapshot_reader& from);

  soc::controller_soc& controller() { return controller_; }
  soc::mailbox_device& mailbox() { return mailbox_; }
  base::register_file& registers() { return registers_; }
  base::register_file& arbiter_registers() { return arbiter_registers_; }
  /// Ports that are trained.
  unsigned ports_up() const;
  /// Routes that are valid.
  unsigned routes() const;

  bool port_up(base::port_id port) const override;
  bool port_lost(base::port_id port) const override;
  std::optional<base::port_id> route(base::endpoint_id destination) const override;
  base::pod_id pod(base::port_id port) const override;
  void refused(alink::cause why) override;
  base::port_set group(unsigned index) const override;

 private:
  template <typename Archive>
  void state(Archive& io);
  void bind_registers();
  void bind_arbiter();
  void show(base::port_id port);
  void link_changed(base::port_id port);
  void drive_port_change();

  void transport_local(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug_local(tlm::tlm_generic_payload& payload);
  void transport_management(int caller, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  unsigned debug_management(int caller, tlm::tlm_generic_payload& payload);

  configuration parameters_;
  base::register_file registers_;
  base::register_file arbiter_registers_;
  soc::mailbox_device mailbox_;
  soc::register_map local_map_;
  soc::register_map management_map_;
  soc::controller_soc controller_;
  tlm_utils::simple_target_socket<alink_switch> local_;
  std::vector<alink::link*> links_;  ///< per port; null: not wired
  cell_counter count_cells_;
  arbiter_port arbiter_;
};

}  // namespace sn::alink_switch
