#include "estimate/machine_rows.h"

#include <fmt/format.h>

#include <algorithm>

namespace sn::estimate {

namespace {

/// How well a row that rests on the values under `keys` is known: as the least known of them.
std::string basis_of(const std::vector<base::yaml_value>& values,
                     const std::vector<std::string>& keys) {
  auto worst = base::value_basis::published;
  for (const base::yaml_value& value : values) {
    const bool wanted = std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
      return value.key == key || value.key.rfind(key + ".", 0) == 0;
    });
    if (wanted && value.basis > worst) {
      worst = value.basis;
    }
  }
  return std::string(base::to_text(worst));
}

/// Rows of one machine.
class table {
 public:
  explicit table(const std::vector<base::yaml_value>& values) : values_(values) {}

  void row(const char* name, const std::string& value, const std::vector<std::string>& keys) {
    rows_.push_back({name, value, basis_of(values_, keys)});
  }
  void accelerator(const platform::accelerator_parameters& what) {
    row("HBM per accelerator",
        fmt::format("{} at {}", base::to_text(what.hbm_capacity),
                    base::to_text(what.hbm_bandwidth)),
        {"accelerator.hbm"});
    row("Peak per accelerator",
        fmt::format("{} BF16, {} FP8", base::to_text(what.peak_bf16), base::to_text(what.peak_fp8)),
        {"accelerator.peak_rate"});
  }
  const std::vector<machine_row>& rows() const { return rows_; }

 private:
  const std::vector<base::yaml_value>& values_;
  std::vector<machine_row> rows_;
};

}  // namespace

machine_record record_of(const platform::description& machine) {
  const auto& topology = machine.topology;
  table all(machine.values);
  all.row("Accelerators",
          fmt::format("{} in {} domains", topology.accelerators, topology.domains()),
          {"topology.accelerators", "topology.accelerators_per_domain"});
  all.row("Switches", fmt::format("{} per domain, one stage", topology.planes),
          {"topology.planes", "topology.kind"});
  all.row("Scale-up bandwidth per accelerator, each way", base::to_text(machine.accelerator_rate()),
          {"scale_up.lane_directions_per_accelerator", "scale_up.bandwidth_reading",
           "scale_up.lane_rate"});
  all.row("Payload of a cell",
          fmt::format("{} of {}", base::to_text(machine.scale_up.cell_payload()),
                      base::to_text(machine.scale_up.cell_size)),
          {"scale_up.cell_size", "scale_up.payload_fraction"});
  all.row("Switch, port to port", base::to_text(machine.scale_up.switch_port_to_port),
          {"scale_up.latency.switch_port_to_port"});
  all.accelerator(machine.accelerator);
  all.row("Partitions, one OS each", std::to_string(topology.partitions()),
          {"topology.accelerators", "topology.accelerators_per_partition"});
  all.row("Memory pools", std::to_string(machine.pools()), {"pool.per_domain"});

  machine_record result;
  result.name = machine.name;
  result.status = machine.status;
  result.rows = all.rows();
  result.assumptions =
      platform::assumptions(machine, {"topology", "accelerator", "scale_up", "alink_switch"});
  return result;
}

machine_record record_of(const platform::network_machine& machine, std::uint32_t ranks) {
  const bool one_domain = ranks <= machine.accelerators_per_domain;
  table all(machine.values);
  all.row("Accelerators", fmt::format("{} in {} domains", machine.accelerators(), machine.domains),
          {"topology.accelerators", "cluster.supernodes"});
  all.row("Joined by", std::string(to_text(machine.kind)), {"topology"});
  all.row("Scale-up payload per accelerator, each way", base::to_text(machine.scale_up_rate),
          {"scale_up"});
  if (machine.outer != platform::outer_kind::none) {
    all.row("Between domains",
            fmt::format("{}, payload {} per accelerator", to_text(machine.outer),
                        base::to_text(machine.scale_out_rate)),
            {"cluster"});
  }
  all.accelerator(machine.accelerator);
  all.row("Simulated as", "links and accelerators, without switches and firmware", {});

  machine_record result;
  result.name = machine.name;
  result.status = machine.status;
  result.rows = all.rows();
  std::vector<std::string> sections{"topology", "accelerator", "scale_up"};
  if (!one_domain) {
    sections.emplace_back("cluster");
  }
  result.assumptions = platform::assumptions(machine.values, sections);
  result.of_links = true;
  return result;
}

}  // namespace sn::estimate
