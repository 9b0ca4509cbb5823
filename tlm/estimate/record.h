// Everything that a finished run leaves behind, before it is written down.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "estimate/fault_report.h"
#include "estimate/observations.h"
#include "fabric/statistics.h"
#include "platform/description.h"
#include "workload/decode_step.h"
#include "workload/scenario.h"

namespace sn::estimate {

/// What the firmware reported when its host asked.
struct firmware_summary {
  std::uint64_t instructions = 0;  ///< of all harts until the end of bring-up
  std::uint64_t gpus_ready = 0;
  std::uint64_t ports_trained = 0;
  std::uint64_t routes = 0;
  base::bytes pool_mapped;
  base::picoseconds bring_up_time;  ///< from power-on until the last partition was ready
  std::uint64_t controllers = 0;    ///< harts with firmware

  template <typename Archive>
  void fields(Archive& io) {
    io(instructions, gpus_ready, ports_trained, routes, pool_mapped, bring_up_time, controllers);
  }
};

/// An invariant that was checked in this run.
struct check {
  std::string name;
  bool holds = false;
  std::string detail;
};

/// A row of the table that describes the machine.
struct machine_row {
  std::string name;
  std::string value;
  std::string basis;  ///< of the least known value that it rests on
};

/// Bytes that a rank has sent to others and got from others.
struct rank_traffic {
  base::bytes sent;
  base::bytes received;
};

/// The machine, as far as results speak of it.
struct machine_record {
  std::string name;
  platform::validation_status status = platform::validation_status::prediction_only;
  std::vector<machine_row> rows;
  std::vector<platform::assumption> assumptions;  ///< that the metrics rest on
  bool of_links = false;                          ///< simulated without switches and firmware
};

/// A run.
struct run_record {
  machine_record machine;
  workload::scenario scenario;
  std::string fidelity;
  std::uint64_t seed = 0;

  base::picoseconds simulated_time;
  firmware_summary firmware;
  std::vector<std::string> boot_log;

  workload::decode_step step;
  observations seen;

  fabric::engine_statistics total;    ///< all domains, since power-on
  fabric::engine_statistics in_step;  ///< the job's domain, from the start to the end of the step
  base::picoseconds slot_time;
  std::uint64_t bin_slots = 0;                      ///< of in_step.planes[].cells_per_bin
  std::uint64_t first_bin_slot = 0;                 ///< slot of the step's start, from power-on
  std::vector<base::endpoint_id> endpoint_of_port;  ///< of the job's domain
  std::vector<unsigned> slots_per_cell;             ///< per port of the job's domain

  // Of a machine of links instead:
  std::vector<rank_traffic> traffic;  ///< per rank
  base::bytes_per_second rank_rate;   ///< payload of a rank's links, each way

  std::optional<fault_report> fault;
  std::vector<check> checks;
};

}  // namespace sn::estimate
