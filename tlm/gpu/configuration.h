// What a GPU is built from.
#pragma once

#include <array>

#include "base/ids.h"
#include "base/units.h"
#include "gpu/command.h"
#include "kernel/turns.h"

namespace sn::gpu {

/// Number of command queues that the register block has.
inline constexpr unsigned queue_limit = 4;

/// Which part of the peak a compute class reaches.
struct efficiency {
  double compute = 1.0;  ///< of the peak rate of the format; in (0, 1]
  double memory = 1.0;   ///< of the HBM bandwidth; in (0, 1]
};

/// All parameters of a GPU. The constructor refuses what is impossible.
struct configuration {
  kernel::turns* order = nullptr;  ///< what it takes turns with
  unsigned index = 0;              ///< in the platform, for observers
  base::endpoint_id endpoint = 0;  ///< on ALink
  unsigned domain = 0;             ///< scale-up domain
  unsigned queues = queue_limit;   ///< command queues that work, 1 to queue_limit

  base::bytes hbm_capacity;  ///< at least 1 MiB; the register rounds down
  base::bytes_per_second hbm_bandwidth;
  base::picoseconds hbm_latency;
  std::array<base::flops_per_second, precisions> peak;   ///< dense, by precision
  std::array<efficiency, compute_classes> efficiencies;  ///< by compute_class

  base::picoseconds launch_overhead;        ///< of every computation, before it starts
  base::picoseconds command_fetch_latency;  ///< from doorbell or predecessor to decoded command
  unsigned outstanding_bursts = 1;          ///< limit of all copy engines together
  /// How long a plane that has lost something to a destination is avoided on the way there.
  base::picoseconds plane_retry{100'000'000};

  base::picoseconds self_test_time;  ///< from control.self_test to status.self_test_done
  base::picoseconds hang_timeout;    ///< from when a computation should have ended to the fault

  base::milliwatts idle_power;
  base::milliwatts max_power;    ///< compute engine always busy
  double coolant_celsius = 0.0;  ///< temperature of the die when nothing is drawn
  double kelvin_per_watt = 0.0;  ///< from coolant to die
};

}  // namespace sn::gpu
