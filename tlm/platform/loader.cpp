#include "platform/loader.h"

#include <fmt/format.h>

#include <algorithm>

#include "arbiter/class_arbiter.h"
#include "base/yaml_reader.h"
#include "fabric/spray.h"
#include "platform/loader_checks.h"
#include "platform/loader_parts.h"
#include "pool/pool.h"

namespace sn::platform {

namespace {

using base::bytes;
using base::bytes_per_second;
using base::hertz;
using base::milliwatts;
using base::picoseconds;
using base::yaml_reader;

topology_parameters read_topology(yaml_reader map) {
  topology_parameters topology;
  topology.kind = map.get_choice<topology_kind>(
      "kind", {{"single_stage_planes", topology_kind::single_stage_planes}});
  topology.accelerators = read_count(map, "accelerators", 1, base::endpoint_limit);
  topology.accelerators_per_domain =
      read_count(map, "accelerators_per_domain", 1, base::endpoint_limit);
  topology.planes = read_count(map, "planes", 1, fabric::plane_limit);
  for (const auto choice :
       map.get_integers("accelerators_per_partition_choices", 1, base::endpoint_limit)) {
    topology.accelerators_per_partition_choices.push_back(static_cast<unsigned>(choice));
  }
  topology.accelerators_per_partition =
      read_count(map, "accelerators_per_partition", 1, base::endpoint_limit);
  topology.accelerators_per_tray =
      read_count(map, "accelerators_per_tray", 1, base::endpoint_limit);
  topology.inter_domain_medium = map.get_string("inter_domain_medium");
  return topology;
}

scale_up_parameters read_scale_up(yaml_reader map) {
  scale_up_parameters links;
  links.protocol = map.get_string("protocol");
  links.lane_directions_per_accelerator =
      read_count(map, "lane_directions_per_accelerator", 1, 8'192);
  links.reading = map.get_choice<bandwidth_reading>(
      "bandwidth_reading", {{"bidirectional", bandwidth_reading::bidirectional},
                            {"unidirectional", bandwidth_reading::unidirectional}});
  links.lane_rate_raw = map.get_bandwidth("lane_rate_raw", one_byte_per_second, lane_rate_limit);
  links.lane_rate = map.get_bandwidth("lane_rate", one_byte_per_second, lane_rate_limit);
  links.cell_size = map.get_bytes("cell_size", one_byte, bytes(65'536));
  links.payload_fraction = read_fraction(map, "payload_fraction");
  links.request_header = map.get_bytes("request_header", one_byte, bytes(65'536));
  auto times = map.child("latency");
  links.accelerator_phy_tx = read_latency(times, "accelerator_phy_tx");
  links.accelerator_phy_rx = read_latency(times, "accelerator_phy_rx");
  links.switch_port_to_port = read_latency(times, "switch_port_to_port");
  links.propagation_per_metre = read_latency(times, "propagation_per_metre");
  links.path_length_m = times.get_number("path_length_m", 0.0, 10'000.0);
  links.link_training_time = read_latency(map, "link_training_time");
  links.link_detect_timeout = read_latency(map, "link_detect_timeout");
  links.in_network_reduction = map.get_bool("in_network_reduction");
  if (map.has("bit_error_rate")) {
    links.bit_error_rate = map.get_number("bit_error_rate", 0.0, bit_error_rate_limit);
  }
  return links;
}

controller_parameters read_controller(yaml_reader map) {
  controller_parameters controller;
  controller.hart_clock = map.get_frequency("hart_clock", one_hertz, clock_limit);
  controller.ram = map.get_bytes("ram", bytes(4'096), bytes(std::uint64_t{1} << 31U));
  return controller;
}

void read_classes(yaml_reader& map, alink_switch_parameters& parts) {
  if (map.has("traffic_classes")) {
    parts.classes = read_count(map, "traffic_classes", 1, arbiter::class_limit);
  }
  if (map.has("class_weights")) {
    const auto weights = map.get_integers("class_weights", 1, 255);
    if (weights.size() + 1 != parts.classes) {
      map.fail("class_weights", fmt::format("expected a weight for each of the {} classes below "
                                            "the highest, found {}",
                                            parts.classes - 1, weights.size()));
    }
    for (std::size_t c = 0; c < weights.size(); ++c) {
      parts.class_weights.at(c) = static_cast<std::uint8_t>(weights[c]);
    }
  }
  if (map.has("class_age_limit")) {
    parts.class_age_limit = read_count(map, "class_age_limit", 0, 65'535);
  }
}

void read_groups(yaml_reader& map, alink_switch_parameters& parts) {
  // A group takes two numbers of ports beyond those of the switch.
  const unsigned room = (base::port_limit - parts.ports) / 2;
  parts.groups = std::min(parts.groups, room);
  if (map.has("groups")) {
    parts.groups = read_count(map, "groups", 0, std::min(room, 16U));
  }
  if (map.has("reduction_buffer")) {
    parts.reduction_buffer = read_count(map, "reduction_buffer", 1, 65'535);
  }
}

alink_switch_parameters read_switch(yaml_reader map) {
  alink_switch_parameters parts;
  parts.ports = read_count(map, "ports", 1, base::port_limit);
  parts.arbiter_iterations = read_count(map, "arbiter_iterations", 1, base::iteration_limit);
  parts.voq_depth = read_count(map, "voq_depth", 1, 65'535);
  read_classes(map, parts);
  read_groups(map, parts);
  parts.controller = read_controller(map.child("controller"));
  return parts;
}

cipu_parameters read_cipu(yaml_reader map) {
  cipu_parameters parts;
  parts.controller = read_controller(map.child("controller"));
  parts.timer_frequency = map.get_frequency("timer_frequency", one_hertz, clock_limit);
  parts.quantum = map.get_time("quantum", one_nanosecond, latency_limit);
  parts.management_access_latency = read_latency(map, "management_access_latency");
  parts.ports_per_plane = read_count(map, "ports_per_plane", 1, 1);
  parts.scale_out_rate = read_network_rate(map, "scale_out_rate");
  parts.dcn_rate = read_network_rate(map, "dcn_rate");
  parts.nic_latency = read_latency(map, "nic_latency");
  parts.queue_pairs = read_count(map, "queue_pairs", 1);
  return parts;
}

pool_parameters read_pool(yaml_reader map) {
  pool_parameters parts;
  parts.per_domain = read_count(map, "per_domain", 1, 1);
  parts.devices = read_count(map, "devices", 1, pool::device_limit);
  parts.device_capacity = map.get_bytes("device_capacity", one_byte, capacity_limit);
  parts.device_bandwidth =
      map.get_bandwidth("device_bandwidth", one_byte_per_second, memory_bandwidth_limit);
  parts.latency = read_latency(map, "latency");
  parts.decoders = read_count(map, "decoders", 1, pool::decoder_limit);
  parts.interleave_ways = read_count(map, "interleave_ways", 1);
  parts.interleave_granularity = map.get_bytes("interleave_granularity");
  parts.ports_per_plane = read_count(map, "ports_per_plane", 1, 1);
  parts.request_per_partition = map.get_bytes("request_per_partition", bytes(0), capacity_limit);
  parts.controller = read_controller(map.child("controller"));
  return parts;
}

scale_out_parameters read_scale_out(yaml_reader map) {
  scale_out_parameters network;
  network.rate_per_accelerator = read_network_rate(map, "rate_per_accelerator");
  network.nic = map.get_string("nic");
  network.fabric_utilisation = read_fraction(map, "fabric_utilisation");
  network.goodput_at_5pct_loss = read_fraction(map, "goodput_at_5pct_loss");
  network.latency = read_latency(map, "latency");
  network.packets_per_second = map.get_number("packets_per_second", 1.0);
  return network;
}

dcn_parameters read_dcn(yaml_reader map) {
  dcn_parameters network;
  network.storage_bandwidth = read_network_rate(map, "storage_bandwidth");
  return network;
}

power_parameters read_power(yaml_reader map) {
  power_parameters limits;
  limits.rack_supply = map.get_power("rack_supply", milliwatts(1));
  return limits;
}

thermal_parameters read_thermal(yaml_reader map) {
  thermal_parameters cooling;
  cooling.rack_cooling = map.get_power("rack_cooling", milliwatts(1));
  cooling.coolant = map.get_string("coolant");
  cooling.supply_temperature_c = map.get_number("supply_temperature_c", -50.0, 150.0);
  cooling.delta_t_k = map.get_number("delta_t_k", 0.0, 200.0);
  cooling.flow_l_per_min_per_kw = map.get_number("flow_l_per_min_per_kw", 0.0, 1'000.0);
  cooling.liquid_capture_fraction = map.get_number("liquid_capture_fraction", 0.0, 1.0);
  cooling.coldplate_resistance_k_per_w = map.get_number("coldplate_resistance_k_per_w", 0.0, 10.0);
  return cooling;
}

library_parameters::bulk_protocol read_bulk(yaml_reader map) {
  library_parameters::bulk_protocol bulk;
  bulk.launch = read_latency(map, "launch");
  bulk.efficiency = read_fraction(map, "efficiency");
  return bulk;
}

library_parameters read_library(yaml_reader map) {
  library_parameters library;
  library.name = map.get_string("library");
  auto small = map.child("low_latency");
  library.low_latency.up_to = small.get_bytes("up_to", bytes(0), capacity_limit);
  library.low_latency.step_latency = read_latency(small, "step_latency");
  library.low_latency.wire_overhead = small.get_number("wire_overhead", 1.0, 16.0);
  library.low_latency.exposed = read_fraction(small, "exposed");
  library.ring = read_bulk(map.child("ring"));
  library.exchange = read_bulk(map.child("exchange"));
  auto in_switch = map.child("in_switch");
  library.in_switch.bulk = read_bulk(in_switch);
  library.in_switch.fill_depth = in_switch.get_number("fill_depth", 0.0, 16.0);
  library.in_switch.fill_limit = in_switch.get_bytes("fill_limit", bytes(0), capacity_limit);
  return library;
}

std::vector<pod> read_pods(yaml_reader& root, const topology_parameters& topology) {
  std::vector<pod> pods;
  for (auto& map : root.children("pods")) {
    pod one;
    one.name = map.get_string("name");
    for (const auto partition : map.get_integers("partitions", 0, topology.partitions() - 1U)) {
      one.partitions.push_back(static_cast<unsigned>(partition));
    }
    pods.push_back(std::move(one));
  }
  return pods;
}

/// Without a list in the file: each domain is a pod of all its partitions.
std::vector<pod> pods_of_domains(const topology_parameters& topology) {
  std::vector<pod> pods(topology.domains());
  for (unsigned domain = 0; domain < topology.domains(); ++domain) {
    pods[domain].name = fmt::format("domain_{}", domain);
    for (unsigned i = 0; i < topology.partitions_per_domain(); ++i) {
      pods[domain].partitions.push_back(domain * topology.partitions_per_domain() + i);
    }
  }
  return pods;
}

description read(yaml_reader root) {
  description machine;
  machine.file = root.file();
  machine.name = root.get_string("name");
  machine.title = root.get_string("title");
  machine.status = read_validation_status(root);
  machine.topology = read_topology(root.child("topology"));
  check_topology(machine.topology, root);
  machine.accelerator = read_accelerator(root.child("accelerator"));
  machine.scale_up = read_scale_up(root.child("scale_up"));
  machine.alink_switch = read_switch(root.child("switch"));
  machine.cipu = read_cipu(root.child("cipu"));
  if (root.has("pool")) {
    machine.pool = read_pool(root.child("pool"));
  }
  machine.scale_out = read_scale_out(root.child("scale_out"));
  machine.dcn = read_dcn(root.child("dcn"));
  machine.power = read_power(root.child("power"));
  machine.thermal = read_thermal(root.child("thermal"));
  if (root.has("collectives")) {
    machine.library = read_library(root.child("collectives"));
  }
  machine.pods =
      root.has("pods") ? read_pods(root, machine.topology) : pods_of_domains(machine.topology);
  root.finish();
  check(machine, root);
  machine.values = root.values();
  return machine;
}

}  // namespace

description load(const std::string& file) {
  return read(yaml_reader::open(file));
}

description parse(const std::string& text, const std::string& file) {
  return read(yaml_reader::parse(text, file));
}

}  // namespace sn::platform
