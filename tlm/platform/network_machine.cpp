#include "platform/network_machine.h"

#include <fmt/format.h>

#include <map>

#include "platform/show_parts.h"

namespace sn::platform {

namespace {

using base::to_text;

std::string machine_table(const network_machine& machine) {
  const accelerator_parameters& gpu = machine.accelerator;
  table rows("Machine");
  rows.add("accelerators", fmt::format("{} x {}", machine.accelerators(), gpu.model));
  rows.add("accelerator",
           fmt::format("{} HBM at {}, {} BF16, {} FP8, {} max", to_text(gpu.hbm_capacity),
                       to_text(gpu.hbm_bandwidth), to_text(gpu.peak_bf16), to_text(gpu.peak_fp8),
                       to_text(gpu.power_max)));
  rows.add("scale-up",
           fmt::format("{} of {} ({}, {})",
                       machine.domains == 1 ? std::string("1 domain")
                                            : fmt::format("{} domains", machine.domains),
                       machine.accelerators_per_domain, to_text(machine.kind), machine.protocol));
  rows.add("between domains", std::string(to_text(machine.outer)));
  rows.add("levels of a collective", fmt::format("{}", fmt::join(machine.levels, " x ")));
  rows.add("simulated as", "links and accelerators: no switch is arbitrated, no firmware runs");
  return rows.text();
}

std::string derived_table(const network_machine& machine) {
  const accelerator_parameters& gpu = machine.accelerator;
  table rows("Derived figures (payload, each direction)");
  rows.add("accelerator, scale-up", to_text(machine.scale_up_rate));
  if (machine.outer != outer_kind::none) {
    rows.add("accelerator, to others", to_text(machine.scale_out_rate));
  }
  network::route way;
  machine.network->append_route(0, machine.accelerators_per_domain - 1, way);
  rows.add("across a domain", fmt::format("{} idle, without serialisation", to_text(way.latency)));
  if (machine.domains > 1) {
    way = {};
    machine.network->append_route(0, machine.accelerators() - 1, way);
    rows.add("to another domain",
             fmt::format("{} idle, without serialisation", to_text(way.latency)));
  }
  rows.add("HBM in all", fmt::format("{} at {}", to_text(gpu.hbm_capacity * machine.accelerators()),
                                     to_text(gpu.hbm_bandwidth * machine.accelerators())));
  rows.add("compute in all",
           fmt::format("{} BF16, {} FP8", petaflops(gpu.peak_bf16, machine.accelerators()),
                       petaflops(gpu.peak_fp8, machine.accelerators())));
  return rows.text();
}

}  // namespace

std::string_view to_text(network_kind kind) {
  switch (kind) {
    case network_kind::single_stage:
      return "single_stage";
    case network_kind::two_stage_clos:
      return "two_stage_clos";
    case network_kind::torus:
      return "torus";
    case network_kind::mesh:
      return "mesh";
  }
  return "unknown";
}

std::string_view to_text(outer_kind kind) {
  switch (kind) {
    case outer_kind::none:
      return "none";
    case outer_kind::rail_optimised:
      return "rail_optimised";
    case outer_kind::fat_tree:
      return "fat_tree";
  }
  return "unknown";
}

network::packet_fabric_parameters packet_fabric_of(const network_machine& machine,
                                                   const std::vector<std::uint32_t>& accelerators) {
  const packet_network_description& what = machine.packets.value();
  network::packet_fabric_parameters result;
  std::map<std::uint32_t, std::uint32_t> number_of_leaf;
  for (const std::uint32_t one : accelerators) {
    std::uint32_t leaf = one / what.per_leaf;
    if (machine.outer == outer_kind::rail_optimised) {
      const std::uint32_t group = one / machine.accelerators_per_domain / what.per_leaf;
      leaf = group * machine.accelerators_per_domain + one % machine.accelerators_per_domain;
    }
    const auto known = static_cast<std::uint32_t>(number_of_leaf.size());
    result.leaf_of_nic.push_back(number_of_leaf.emplace(leaf, known).first->second);
  }
  result.spines = what.uplinks;
  result.uplink_rate = what.nic.rate;
  result.buffer = what.port_buffer;
  // Half of what lies between two NICs is on either side.
  result.nic_latency = base::picoseconds(what.leaf_latency.value / 2);
  result.spine_latency = base::picoseconds(what.spine_latency.value / 2);
  return result;
}

std::string show(const network_machine& machine) {
  return show_heading(machine.name, machine.title, machine.status) + "\n" + machine_table(machine) +
         "\n" + derived_table(machine) + "\n" + show_values(machine.values);
}

}  // namespace sn::platform
