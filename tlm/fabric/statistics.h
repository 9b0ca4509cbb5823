// What an engine has carried: plain data, filled as the run goes and read at its end.
#pragma once

#include <cstdint>
#include <vector>

namespace sn::fabric {

/// One direction of the link at a port of a switch.
struct link_statistics {
  std::uint64_t cells = 0;
  std::uint64_t bytes = 0;       ///< payload of bursts and headers of read requests
  std::uint64_t busy_slots = 0;  ///< slots in which the link was sending

  template <typename Archive>
  void fields(Archive& io) {
    io(cells, bytes, busy_slots);
  }
};

/// One plane: a switch with its links.
struct plane_statistics {
  std::uint64_t slots = 0;                   ///< slots in which the plane had work
  std::uint64_t cells = 0;                   ///< cells that crossed the switch
  std::uint64_t queued_cell_slots = 0;       ///< sum over slots of the cells that wait in VOQs
  std::uint64_t cells_replayed = 0;          ///< sent again by links, about
  std::uint64_t cells_lost = 0;              ///< with the plane, waiting or under way
  std::uint64_t cells_reduced = 0;           ///< contributions that reductions took in
  std::uint64_t cells_multicast = 0;         ///< cells of multicasts that all members have got
  std::uint64_t cells_copied = 0;            ///< that left as results and copies; part of `cells`
  std::uint64_t max_voq_cells = 0;           ///< the fullest that any VOQ has been
  std::vector<link_statistics> uplinks;      ///< per port: from the endpoint to the switch
  std::vector<link_statistics> downlinks;    ///< per port: from the switch to the endpoint
  std::vector<std::uint32_t> cells_per_bin;  ///< cells that crossed, per bin of slots from slot 0

  template <typename Archive>
  void fields(Archive& io) {
    io(slots, cells, queued_cell_slots, cells_replayed, cells_lost, cells_reduced, cells_multicast,
       cells_copied, max_voq_cells, uplinks, downlinks, cells_per_bin);
  }
  /// Mean slots that a cell waits in its VOQ.
  double mean_wait_slots() const {
    return cells == 0 ? 0.0 : static_cast<double>(queued_cell_slots) / static_cast<double>(cells);
  }
};

/// A whole engine. Bytes are the data of bursts, for reads and writes alike; once nothing is under
/// way, bytes_injected + bytes_copied = bytes_delivered + bytes_reduced + bytes_failed.
struct engine_statistics {
  std::uint64_t bursts = 0;         ///< accepted from devices
  std::uint64_t bursts_failed = 0;  ///< completed with an error
  std::uint64_t bytes_injected = 0;
  std::uint64_t bytes_delivered = 0;
  std::uint64_t bytes_replayed = 0;  ///< sent again by links, cells and all; not part of the sum
  std::uint64_t bytes_failed = 0;
  std::uint64_t bytes_reduced = 0;  ///< contributions that became part of another
  std::uint64_t bytes_copied = 0;   ///< results and multicasts, beyond the first to have each
  std::uint64_t cells = 0;          ///< over all planes
  std::uint64_t slots = 0;          ///< over all planes
  std::vector<plane_statistics> planes;

  template <typename Archive>
  void fields(Archive& io) {
    io(bursts, bursts_failed, bytes_injected, bytes_delivered, bytes_replayed, bytes_failed,
       bytes_reduced, bytes_copied, cells, slots, planes);
  }
};

/// What was carried between two looks at the same engine; maxima are those at the second.
engine_statistics difference(const engine_statistics& before, engine_statistics after);

/// Adds the totals of another engine to `sum`; planes are left out.
void add_totals(engine_statistics& sum, const engine_statistics& part);

}  // namespace sn::fabric
