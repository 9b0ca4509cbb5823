#include "platform/description.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace sn::platform {

namespace {

/// `key` is `section` itself or lies below it.
bool in_section(const std::string& key, const std::string& section) {
  return key == section ||
         (key.size() > section.size() && key.compare(0, section.size(), section) == 0 &&
          (key[section.size()] == '.' || key[section.size()] == '['));
}

}  // namespace

base::bytes scale_up_parameters::cell_payload() const {
  // The small addend keeps a product such as 0.95 x 640, which is whole, from being cut below it.
  return base::bytes(
      static_cast<std::uint64_t>(payload_fraction * static_cast<double>(cell_size.value) + 1e-6));
}

base::picoseconds scale_up_parameters::propagation() const {
  return base::picoseconds(static_cast<std::uint64_t>(
      std::llround(path_length_m * static_cast<double>(propagation_per_metre.value))));
}

base::bytes_per_second description::accelerator_payload_rate() const {
  return base::bytes_per_second(accelerator_rate().value / scale_up.cell_size.value *
                                scale_up.cell_payload().value);
}

base::picoseconds description::slot_time() const {
  return base::transfer_time(scale_up.cell_size, port_rate());
}

base::picoseconds description::path_latency() const {
  return scale_up.accelerator_phy_tx + scale_up.propagation() + scale_up.switch_port_to_port +
         scale_up.propagation() + scale_up.accelerator_phy_rx;
}

std::uint64_t description::credit_round_trip_slots() const {
  const std::uint64_t slot = slot_time().value;
  return (path_latency().value + slot - 1) / slot;
}

double description::die_temperature_c(base::milliwatts draw) const {
  return thermal.supply_temperature_c +
         thermal.coldplate_resistance_k_per_w * static_cast<double>(draw.value) / 1000.0;
}

base::endpoint_id description::accelerator_endpoint(unsigned index) const {
  base::ensure(index < topology.accelerators, "platform: no such accelerator");
  return static_cast<base::endpoint_id>(index);
}

base::endpoint_id description::cipu_endpoint(unsigned partition) const {
  base::ensure(partition < topology.partitions(), "platform: no such partition");
  return static_cast<base::endpoint_id>(topology.accelerators + partition);
}

base::endpoint_id description::pool_endpoint(unsigned index) const {
  base::ensure(index < pools(), "platform: no such pool");
  return static_cast<base::endpoint_id>(topology.accelerators + topology.partitions() + index);
}

base::port_id description::accelerator_port(unsigned index) const {
  base::ensure(index < topology.accelerators, "platform: no such accelerator");
  return static_cast<base::port_id>(index % topology.accelerators_per_domain);
}

base::port_id description::cipu_port(unsigned partition) const {
  base::ensure(partition < topology.partitions(), "platform: no such partition");
  return static_cast<base::port_id>(topology.accelerators_per_domain +
                                    partition % topology.partitions_per_domain());
}

base::port_id description::pool_port(unsigned index) const {
  base::ensure(index < pools(), "platform: no such pool");
  return static_cast<base::port_id>(topology.accelerators_per_domain +
                                    topology.partitions_per_domain() + index % pool.per_domain);
}

attachment description::attachment_of(base::endpoint_id endpoint) const {
  base::ensure(endpoint < endpoints(), "platform: no such endpoint");
  unsigned index = endpoint;
  if (index < topology.accelerators) {
    return {domain_of_accelerator(index), accelerator_port(index)};
  }
  index -= topology.accelerators;
  if (index < topology.partitions()) {
    return {domain_of_partition(index), cipu_port(index)};
  }
  index -= topology.partitions();
  return {domain_of_pool(index), pool_port(index)};
}

base::pod_id description::pod_of_partition(unsigned partition) const {
  for (std::size_t i = 0; i < pods.size(); ++i) {
    const auto& members = pods[i].partitions;
    if (std::find(members.begin(), members.end(), partition) != members.end()) {
      return static_cast<base::pod_id>(i + 1);
    }
  }
  return 0;
}

std::vector<assumption> assumptions(const description& machine,
                                    const std::vector<std::string>& sections) {
  return assumptions(machine.values, sections);
}

std::vector<assumption> assumptions(const std::vector<base::yaml_value>& values,
                                    const std::vector<std::string>& sections) {
  std::vector<assumption> found;
  for (const auto& value : values) {
    const bool wanted = sections.empty() || std::any_of(sections.begin(), sections.end(),
                                                        [&](const std::string& section) {
                                                          return in_section(value.key, section);
                                                        });
    if (wanted && value.basis == base::value_basis::assumed) {
      found.push_back({value.key, value.text, value.source});
    }
  }
  return found;
}

std::string_view to_text(validation_status status) {
  return status == validation_status::measured_public ? "measured_public" : "prediction_only";
}

std::string_view to_text(topology_kind kind) {
  switch (kind) {
    case topology_kind::single_stage_planes:
      return "single_stage_planes";
  }
  return "unknown";
}

std::string_view to_text(bandwidth_reading reading) {
  return reading == bandwidth_reading::unidirectional ? "unidirectional" : "bidirectional";
}

}  // namespace sn::platform
