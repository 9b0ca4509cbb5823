#include "platform/show.h"

#include <fmt/format.h>

#include "platform/show_parts.h"

namespace sn::platform {

namespace {

using base::to_text;

/// "0-7" for consecutive numbers, else "0, 2, 5".
std::string ranges(const std::vector<unsigned>& numbers) {
  if (numbers.back() - numbers.front() + 1 == numbers.size() && numbers.size() > 1) {
    return fmt::format("{}-{}", numbers.front(), numbers.back());
  }
  return fmt::format("{}", fmt::join(numbers, ", "));
}

/// "1 pool", "8 CIPUs".
std::string counted(unsigned count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string rate_in_bits(base::bytes_per_second rate) {
  return fmt::format("{:.4g} Gbit/s", static_cast<double>(rate.value) * 8e-9);
}

std::string machine_table(const description& machine) {
  const auto& topology = machine.topology;
  const auto& gpu = machine.accelerator;
  table rows("Machine");
  rows.add("accelerators",
           fmt::format("{} x {}, in {} trays of {}", topology.accelerators, gpu.model,
                       topology.trays(), topology.accelerators_per_tray));
  rows.add("accelerator",
           fmt::format("{} HBM at {}, {} BF16, {} FP8, {} max", to_text(gpu.hbm_capacity),
                       to_text(gpu.hbm_bandwidth), to_text(gpu.peak_bf16), to_text(gpu.peak_fp8),
                       to_text(gpu.power_max)));
  rows.add(
      "scale-up",
      fmt::format("{} of {}, each with {} ({})", counted(topology.domains(), "domain"),
                  topology.accelerators_per_domain,
                  topology.planes == 1 ? "1 switch" : fmt::format("{} switches", topology.planes),
                  to_text(topology.kind)));
  rows.add("switch",
           fmt::format("{}: {}, {}, {}, {} spare", counted(machine.alink_switch.ports, "port"),
                       counted(topology.accelerators_per_domain, "accelerator"),
                       counted(topology.partitions_per_domain(), "CIPU"),
                       counted(machine.pool.per_domain, "pool"),
                       machine.alink_switch.ports - machine.ports_in_use()));
  rows.add("partitions", fmt::format("{} of {} accelerators, one OS and one CIPU each",
                                     topology.partitions(), topology.accelerators_per_partition));
  for (std::size_t i = 0; i < machine.pods.size(); ++i) {
    rows.add(
        fmt::format("virtual pod {}", i + 1),
        fmt::format("{}: partitions {}", machine.pods[i].name, ranges(machine.pods[i].partitions)));
  }
  if (machine.pool.per_domain > 0) {
    rows.add("memory pool",
             fmt::format("{} per domain: {} devices of {} at {}, {} idle", machine.pool.per_domain,
                         machine.pool.devices, to_text(machine.pool.device_capacity),
                         to_text(machine.pool.device_bandwidth), to_text(machine.pool.latency)));
  } else {
    rows.add("memory pool", "none");
  }
  return rows.text();
}

std::string derived_table(const description& machine) {
  const auto& topology = machine.topology;
  const auto& links = machine.scale_up;
  const auto& gpu = machine.accelerator;
  const auto each_way = machine.accelerator_rate();
  table rows("Derived figures (each direction unless said otherwise)");
  rows.add("port", fmt::format("{}: {} lanes of {}", to_text(machine.port_rate()),
                               machine.lanes_per_port(), rate_in_bits(links.lane_rate)));
  rows.add("accelerator",
           fmt::format("{}: {} planes, {} lanes; raw {}", to_text(each_way), topology.planes,
                       links.lanes_per_accelerator(),
                       to_text(links.lane_rate_raw * links.lanes_per_accelerator())));
  rows.add("accelerator payload",
           fmt::format("{} ({} of each {} B cell)",
                       to_text(base::bytes_per_second(each_way.value / links.cell_size.value *
                                                      links.cell_payload().value)),
                       to_text(links.cell_payload()), links.cell_size.value));
  rows.add("bisection of a domain", to_text(each_way * (topology.accelerators_per_domain / 2)));
  rows.add("scale-up in all", to_text(each_way * topology.accelerators));
  rows.add("slot", to_text(machine.slot_time()));
  rows.add("endpoint to endpoint",
           fmt::format("{} idle, without serialisation", to_text(machine.path_latency())));
  rows.add("credit round trip",
           fmt::format("{} slots; VOQs hold {}", machine.credit_round_trip_slots(),
                       machine.alink_switch.voq_depth));
  rows.add("endpoints on ALink",
           fmt::format("{} of {}", machine.endpoints(), base::endpoint_limit));
  rows.add("HBM in all", fmt::format("{} at {}", to_text(gpu.hbm_capacity * topology.accelerators),
                                     to_text(gpu.hbm_bandwidth * topology.accelerators)));
  rows.add("compute in all",
           fmt::format("{} BF16, {} FP8", petaflops(gpu.peak_bf16, topology.accelerators),
                       petaflops(gpu.peak_fp8, topology.accelerators)));
  if (machine.pool.per_domain > 0) {
    const unsigned devices = machine.pool.devices * machine.pool.per_domain;
    rows.add("pool of a domain",
             fmt::format(
                 "{} at {}, of which CIPUs map {}", to_text(machine.pool.device_capacity * devices),
                 to_text(machine.pool.device_bandwidth * devices),
                 to_text(machine.pool.request_per_partition * topology.partitions_per_domain())));
  }
  const auto accelerators_power = gpu.power_max * topology.accelerators;
  rows.add("power", fmt::format("accelerators at most {} of {}; {} for the rest",
                                to_text(accelerators_power), to_text(machine.power.rack_supply),
                                to_text(machine.power.rack_supply - accelerators_power)));
  rows.add("coolant flow",
           fmt::format("{:.4g} l/min at full supply",
                       machine.thermal.flow_l_per_min_per_kw *
                           static_cast<double>(machine.power.rack_supply.value) * 1e-6));
  rows.add("die temperature", fmt::format("{:.4g} C idle, {:.4g} C at maximum",
                                          machine.die_temperature_c(gpu.power_idle),
                                          machine.die_temperature_c(gpu.power_max)));
  return rows.text();
}

}  // namespace

std::string show(const description& machine) {
  return show_heading(machine.name, machine.title, machine.status) + "\n" + machine_table(machine) +
         "\n" + derived_table(machine) + "\n" + show_values(machine.values);
}

}  // namespace sn::platform
