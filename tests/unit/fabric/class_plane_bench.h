// A plane with an arbiter with classes, for tests.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <vector>

#include "arbiter/class_registers.h"
#include "fabric/plane.h"

namespace sn::fabric {

inline constexpr std::uint64_t cell_payload = 595;

/// 8 ports, cells arbitrated 3 slots after they are sent, credits back 2 slots after the grant.
inline plane_parameters plane_with_classes(unsigned classes, unsigned groups = 0) {
  plane_parameters parameters;
  parameters.ports = 8;
  parameters.slots_per_cell.assign(8, 1);
  parameters.voq_depth_cells = 5;
  parameters.uplink_slots = 3;
  parameters.credit_slots = 2;
  parameters.classes = classes;
  parameters.groups = groups;
  return parameters;
}

struct class_plane_bench {
  /// The starvation guard is off.
  explicit class_plane_bench(const plane_parameters& parameters,
                             arbiter::kind kind = arbiter::kind::model)
      : scheduler(arbiter::make_class_scheduler(kind, parameters.ports, 1, parameters.classes)),
        model(parameters, *scheduler) {
    for (unsigned c = 0; c < parameters.classes; ++c) {
      scheduler->write_register(arbiter::class_offset::age_limit + 4 * c, 0);
    }
  }

  static plane_injection share(std::uint64_t slot, unsigned from, unsigned to,
                               unsigned traffic_class, std::uint64_t cells, std::uint32_t burst) {
    plane_injection result;
    result.slot = slot;
    result.burst = burst;
    result.input = static_cast<base::port_id>(from);
    result.output = static_cast<base::port_id>(to);
    result.traffic_class = static_cast<std::uint8_t>(traffic_class);
    result.bytes = cells * cell_payload;
    return result;
  }

  void send(std::uint64_t slot, unsigned from, unsigned to, unsigned traffic_class,
            std::uint64_t cells, std::uint32_t burst) {
    model.inject(share(slot, from, to, traffic_class, cells, burst));
  }

  void contribute(std::uint64_t slot, unsigned from, unsigned group, std::uint64_t cells,
                  std::uint32_t burst) {
    model.inject(share(slot, from, model.reduction_column(group), 0, cells, burst));
  }

  /// Runs to the end; then the books must be right and every burst be complete once.
  std::map<std::uint32_t, std::uint64_t> run() {
    std::vector<plane_completion> done;
    model.run(~std::uint64_t{0}, done);
    EXPECT_TRUE(model.idle());
    model.audit();
    std::map<std::uint32_t, std::uint64_t> slots;
    for (const plane_completion& one : done) {
      EXPECT_TRUE(slots.emplace(one.burst, one.slot).second) << "burst " << one.burst << " twice";
    }
    return slots;
  }

  std::unique_ptr<arbiter::class_scheduler> scheduler;
  plane model;
};

}  // namespace sn::fabric
