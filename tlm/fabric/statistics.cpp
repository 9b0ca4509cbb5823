#include "fabric/statistics.h"

#include <cstddef>

namespace sn::fabric {

engine_statistics difference(const engine_statistics& before, engine_statistics after) {
  const auto subtract = [](auto& from, const auto& what) { from -= what; };
  subtract(after.bursts, before.bursts);
  subtract(after.bursts_failed, before.bursts_failed);
  subtract(after.bytes_injected, before.bytes_injected);
  subtract(after.bytes_delivered, before.bytes_delivered);
  subtract(after.bytes_replayed, before.bytes_replayed);
  subtract(after.bytes_failed, before.bytes_failed);
  subtract(after.bytes_reduced, before.bytes_reduced);
  subtract(after.bytes_copied, before.bytes_copied);
  subtract(after.cells, before.cells);
  subtract(after.slots, before.slots);
  for (std::size_t p = 0; p < after.planes.size(); ++p) {
    plane_statistics& plane = after.planes[p];
    const plane_statistics& earlier = before.planes[p];
    subtract(plane.slots, earlier.slots);
    subtract(plane.cells, earlier.cells);
    subtract(plane.cells_replayed, earlier.cells_replayed);
    subtract(plane.cells_lost, earlier.cells_lost);
    subtract(plane.cells_reduced, earlier.cells_reduced);
    subtract(plane.cells_multicast, earlier.cells_multicast);
    subtract(plane.cells_copied, earlier.cells_copied);
    subtract(plane.queued_cell_slots, earlier.queued_cell_slots);
    const auto subtract_links = [&](auto& links, const auto& were) {
      for (std::size_t port = 0; port < links.size(); ++port) {
        subtract(links[port].cells, were[port].cells);
        subtract(links[port].bytes, were[port].bytes);
        subtract(links[port].busy_slots, were[port].busy_slots);
      }
    };
    subtract_links(plane.uplinks, earlier.uplinks);
    subtract_links(plane.downlinks, earlier.downlinks);
    // Bins count from power-on; those before the step hold what the earlier look has seen.
    for (std::size_t b = 0; b < earlier.cells_per_bin.size(); ++b) {
      subtract(plane.cells_per_bin[b], earlier.cells_per_bin[b]);
    }
  }
  return after;
}

void add_totals(engine_statistics& sum, const engine_statistics& part) {
  sum.bursts += part.bursts;
  sum.bursts_failed += part.bursts_failed;
  sum.bytes_injected += part.bytes_injected;
  sum.bytes_delivered += part.bytes_delivered;
  sum.bytes_replayed += part.bytes_replayed;
  sum.bytes_failed += part.bytes_failed;
  sum.bytes_reduced += part.bytes_reduced;
  sum.bytes_copied += part.bytes_copied;
  sum.cells += part.cells;
  sum.slots += part.slots;
}

}  // namespace sn::fabric
