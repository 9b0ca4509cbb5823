// A platform that runs: every device of a description, built and bound.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <systemc>
#include <vector>

#include "alink/link.h"
#include "alink_switch/alink_switch.h"
#include "arbiter/arbiter.h"
#include "base/snapshot.h"
#include "checker/checker_set.h"
#include "cipu/cipu.h"
#include "cipu/packet_network.h"
#include "fabric/engine.h"
#include "fabric/order_checker.h"
#include "gpu/gpu.h"
#include "platform/description.h"
#include "platform/fabric_fault.h"
#include "platform/host.h"
#include "pool/pool.h"

namespace sn::platform {

/// What moves bursts: cells through arbitrated switches, or fluids.
enum class fabric_engine { cell, flow };

/// What is chosen per run and not a property of the machine.
struct system_options {
  arbiter::kind arbiter = arbiter::kind::model;  ///< in every switch
  std::string firmware;                          ///< folder with cipu.elf, switch.elf, pool.elf
  bool run_firmware = true;                      ///< false: all controllers stay in reset
  fabric_engine engine = fabric_engine::cell;    ///< flow: no arbiter is used
  /// Puts a checker of TLM-2.0's base protocol between devices and fabric, on the management
  /// network and at the hosts, and watches the order of bursts. A violation aborts.
  bool check_protocols = true;
  /// The switches reduce and multicast, if the machine's can: their arbiter is the one with classes
  /// also where there is one class. Nothing else differs, but for the time to simulate.
  bool in_switch = false;
};

/// The whole machine. Endpoints, ports and pods are numbered as the description says.
class system : public sc_core::sc_module {
 public:
  /// A line that the firmware of `controller` ("cipu3", "switch0.5", "pool1") printed.
  using log_sink = std::function<void(const sc_core::sc_time& time, std::string_view controller,
                                      std::string_view line)>;

  /// Throws base::configuration_error when an image cannot be loaded or the arbiter cannot be had.
  system(const sc_core::sc_module_name& name, const description& machine,
         const system_options& options);
  ~system() override;

  const description& machine() const { return machine_; }

  gpu::gpu& accelerator(unsigned index) { return *gpus_.at(index); }
  const gpu::gpu& accelerator(unsigned index) const { return *gpus_.at(index); }
  cipu::cipu& cipu(unsigned partition) { return *cipus_.at(partition); }
  host& host_of(unsigned partition) { return *hosts_.at(partition); }
  pool::pool& pool(unsigned index) { return *pools_.at(index); }
  alink_switch::alink_switch& alink_switch(unsigned domain, unsigned plane) {
    return *switches_.at(domain * machine_.topology.planes + plane);
  }
  fabric::engine& fabric(unsigned domain) { return *fabrics_.at(domain); }
  const fabric::engine& fabric(unsigned domain) const { return *fabrics_.at(domain); }
  /// The link between an endpoint's port and the switch of `plane`.
  alink::link& link(base::endpoint_id endpoint, unsigned plane) {
    return *links_.at(endpoint).at(plane);
  }
  const alink::link& link(base::endpoint_id endpoint, unsigned plane) const {
    return *links_.at(endpoint).at(plane);
  }

  /// `fault` happens `delay` from now. Once per system.
  void inject(const fabric_fault& fault, const sc_core::sc_time& delay);
  /// What was carried when the fault happened.
  struct fault_record {
    sc_core::sc_time when;
    fabric::engine_statistics carried;  ///< by its domain until then
    sc_core::sc_time up_again;          ///< when its link was up again, if it was; else 0

    template <typename Archive>
    void fields(Archive& io) {
      io(when, carried, up_again);
    }
  };
  /// Set when it has happened.
  const std::optional<fault_record>& happened() const { return happened_; }

  /// Links that have gone down because their replays brought nothing.
  unsigned links_given_up() const { return links_given_up_; }

  /// Gets every line of every UART. Call before simulation starts.
  void on_log(const log_sink& sink);
  /// Harts that firmware runs on, and the instructions they have completed.
  unsigned controllers() const;
  std::uint64_t instructions() const;
  /// What a snapshot of it is made with: another machine cannot go on there. Throws
  /// base::configuration_error when a file is gone.
  base::snapshot_facts facts() const;
  /// The whole state, between two times, as sections; the first holds the present time.
  void save(base::snapshot_writer& to) const;
  /// Goes on where a machine of the same facts was saved; before its simulation starts. Throws
  /// base::configuration_error that names the file when it cannot.
  void restore(base::snapshot_reader& from);

  /// What the fabrics of all domains have carried, once the books of each have been audited.
  fabric::engine_statistics audited_totals() const;

 private:
  template <typename Archive>
  void state(Archive& io);
  void build_switches(const system_options& options);
  void build_pools(const system_options& options);
  void build_gpus();
  void build_cipus(const system_options& options);
  void build_links();
  void build_fabrics(const system_options& options);
  unsigned groups(const system_options& options) const;
  void attach_switches(unsigned domain);
  void attach_management();
  void happen();
  void follow_link(base::endpoint_id endpoint, unsigned plane, alink::link_state state);
  template <typename Device>
  void wire(Device& device, base::endpoint_id endpoint);
  base::pod_id pod_of_endpoint(base::endpoint_id endpoint) const;
  soc::controller_configuration controller(const controller_parameters& parameters, unsigned xlen,
                                           const std::string& image, const system_options& options);
  std::vector<const soc::controller_soc*> all_controllers() const;
  /// Payloads that may be under way between two times.
  std::vector<alink::burst_pool*> burst_pools() const;

  description machine_;
  const system_options options_;
  kernel::turns order_;  ///< of everything that acts in the machine
  checker::checker_set checks_;
  std::vector<std::unique_ptr<fabric::order_checker>> orders_;  ///< by domain
  std::unique_ptr<sn::cipu::packet_network> scale_out_;
  std::unique_ptr<sn::cipu::packet_network> dcn_;
  std::vector<std::unique_ptr<sn::alink_switch::alink_switch>> switches_;  ///< by domain, plane
  std::vector<std::unique_ptr<sn::pool::pool>> pools_;
  std::vector<std::unique_ptr<sn::gpu::gpu>> gpus_;
  std::vector<std::unique_ptr<sn::cipu::cipu>> cipus_;
  std::vector<std::unique_ptr<host>> hosts_;
  std::vector<std::vector<std::unique_ptr<alink::link>>> links_;  ///< by endpoint, plane
  std::vector<std::uint16_t> carrying_;  ///< by endpoint: planes whose links are up
  std::vector<std::unique_ptr<sn::fabric::engine>> fabrics_;
  kernel::alarm fault_happens_;
  fabric_fault fault_;
  std::optional<fault_record> happened_;
  unsigned links_given_up_ = 0;
};

}  // namespace sn::platform
