// The engine that moves cells, slot by slot, through arbitrated switches.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "arbiter/arbiter.h"
#include "arbiter/class_arbiter.h"
#include "fabric/engine.h"
#include "fabric/plane_process.h"
#include "fabric/slot_clock.h"

namespace sn::fabric {

/// What a cell engine is built from.
struct cell_engine_parameters {
  std::vector<endpoint_parameters> endpoints;
  unsigned planes = 1;
  unsigned ports = 0;                 ///< of each switch, and of its arbiter
  base::bytes_per_second port_rate;   ///< of a full-width port, each way, with all overheads
  base::bytes cell{640};              ///< on the wire
  base::bytes cell_payload{595};      ///< floor(0.93 * 640): UALink's published payload fraction
  base::bytes request_header{16};     ///< of a read request: UALink's, uncompressed
  unsigned voq_depth_cells = 64;      ///< per input and output
  unsigned receive_buffer_cells = 0;  ///< per endpoint and plane; 0: it never limits

  base::picoseconds uplink_latency;    ///< endpoint to switch: transmitter and cable
  base::picoseconds switch_latency;    ///< port to port
  base::picoseconds downlink_latency;  ///< switch to endpoint: cable and receiver
  base::picoseconds credit_latency;    ///< a credit's way back, on either link

  arbiter::kind arbiter = arbiter::kind::model;
  double bit_error_rate = 0.0;  ///< of links, after forward error correction
  std::uint64_t error_seed = 1;

  unsigned iterations = 1;  ///< of the arbiter
  /// Traffic classes, 1 to 4; a burst of a class beyond is of the highest. With one class and no
  /// groups the arbiter is the plain one.
  unsigned classes = 1;
  /// Cells that an endpoint sends of each class in turn, below the highest.
  std::array<std::uint8_t, arbiter::class_limit> class_weights{1, 1, 1, 1};
  unsigned groups = 0;                   ///< for reductions and multicasts
  unsigned reduction_buffer_cells = 64;  ///< results per group and plane

  unsigned bin_slots = 1024;  ///< for utilisation over time

  kernel::turns* order = nullptr;  ///< what it takes turns with
};

/// Probability that a cell is hit on a link.
double cell_error_of(const cell_engine_parameters& parameters);
/// Slots from sending a cell that is hit to sending it again.
std::uint64_t replay_slots_of(const cell_engine_parameters& parameters);

/// Fidelity `cell` and `rtl`: the same engine with another arbiter.
///
/// The last byte of n cells that meet no others arrives n slots and the three latencies after the
/// first slot that begins at or after the burst's start; slots of all planes begin together, slot k
/// at k cell times from the start of simulation. Inside a plane the uplink's and the credits'
/// latencies are rounded up to whole slots, which matters only to when a cell can be arbitrated and
/// to how deep a VOQ must be for line rate (uplink and credit slots). Where the path is shorter
/// than the rounded uplink, that is its latency.
class cell_engine : public engine, private plane_listener {
 public:
  /// Makes one arbiter per plane as the parameters say.
  cell_engine(const sc_core::sc_module_name& name, const cell_engine_parameters& parameters);
  /// Uses the given arbiters, one per plane.
  cell_engine(const sc_core::sc_module_name& name, const cell_engine_parameters& parameters,
              std::vector<std::unique_ptr<arbiter::scheduler>> arbiters);

  const cell_engine_parameters& parameters() const { return parameters_; }
  const slot_clock& clock() const override { return clock_; }
  unsigned bin_slots() const override { return parameters_.bin_slots; }

  engine_statistics statistics() const override;
  std::uint64_t cells_in(unsigned plane, base::port_id port) const override;
  std::uint64_t cells_out(unsigned plane, base::port_id port) const override;
  void audit() const override;

  void lose_plane(unsigned plane) override;
  void lose_link(unsigned plane, base::port_id port) override;
  void restore_link(unsigned plane, base::port_id port, unsigned narrower) override;
  std::optional<std::uint32_t> read_arbiter(unsigned plane, std::uint32_t offset) override;
  bool write_arbiter(unsigned plane, std::uint32_t offset, std::uint32_t value) override;

 protected:
  void carry(const leg& way) override;
  unsigned group_count() const override { return parameters_.groups; }
  void set_group(unsigned group, const base::port_set& members) override;
  void withdraw(unsigned group, const std::vector<burst_index>& contributions) override;
  void save_carriers(base::snapshot_writer& to) const override;
  void restore_carriers(base::snapshot_reader& from) override;

 private:
  /// How far the present leg of a burst has come.
  struct progress {
    unsigned planes_left = 0;
    loss lost;               ///< shares of it
    base::picoseconds last;  ///< when the latest share so far arrives, or was lost

    template <typename Archive>
    void fields(Archive& io) {
      io(planes_left, lost, last);
    }
  };

  void crossed(const plane_completion& share) override;
  void lost(std::uint32_t burst, unsigned plane, alink::cause why) override;
  void gave_up(unsigned plane, base::port_id port) override { link_failed(plane, port); }
  void share_done(std::uint32_t burst, base::picoseconds when);
  plane_parameters make_plane_parameters() const;
  void build_planes();

  cell_engine_parameters parameters_;
  slot_clock clock_;
  base::picoseconds path_latency_;
  std::vector<std::unique_ptr<arbiter::scheduler>> arbiters_;              ///< per plane, or
  std::vector<std::unique_ptr<arbiter::class_scheduler>> class_arbiters_;  ///< these
  std::vector<std::unique_ptr<plane_process>> planes_;
  std::vector<progress> progress_;  ///< per burst
};

}  // namespace sn::fabric
