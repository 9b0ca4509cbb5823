#include "platform/loader_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace sn::platform {

namespace {

using base::bytes;
using base::yaml_reader;

// What registers/*.rdl can name.
constexpr unsigned partition_limit = 256;       ///< CIPU strap.index
constexpr unsigned mailbox_channel_limit = 16;  ///< callers of a switch or a pool
constexpr unsigned lane_limit = 255;            ///< port status.lanes
constexpr std::array<unsigned, 8> hdm_ways{1, 2, 3, 4, 6, 8, 12, 16};
constexpr bytes hdm_granularity_min(256);
constexpr bytes hdm_granularity_max(16'384);
constexpr bytes hdm_unit(std::uint64_t{256} << 20U);  ///< alignment of a decoder's range

template <typename List>
std::string listed(const List& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    text += i == 0 ? "" : (i + 1 == items.size() ? " or " : ", ");
    text += std::to_string(items[i]);
  }
  return text;
}

template <typename List, typename Item>
bool contains(const List& items, const Item& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

/// `part` must divide `whole`, which `whole_name` describes.
void check_divides(yaml_reader& map, const std::string& key, unsigned part, unsigned whole,
                   const char* whole_name) {
  if (whole % part != 0) {
    map.fail(key,
             fmt::format("expected a divisor of the {} {}, found '{}'", whole, whole_name, part));
  }
}

void check_endpoints(const description& machine, yaml_reader& root) {
  if (machine.endpoints() > base::endpoint_limit) {
    root.child("topology")
        .fail("accelerators",
              fmt::format("expected at most {} endpoints on ALink, found {} accelerators, {} CIPUs "
                          "and {} pools",
                          base::endpoint_limit, machine.topology.accelerators,
                          machine.topology.partitions(), machine.pools()));
  }
}

void check_ports(const description& machine, yaml_reader& root) {
  const auto& topology = machine.topology;
  if (machine.ports_in_use() > machine.alink_switch.ports) {
    root.child("switch").fail(
        "ports", fmt::format("expected at least {} ports for {} accelerators, {} CIPUs and {} "
                             "pools of a domain, found '{}'",
                             machine.ports_in_use(), topology.accelerators_per_domain,
                             topology.partitions_per_domain(), machine.pool.per_domain,
                             machine.alink_switch.ports));
  }
}

void check_lanes(const description& machine, yaml_reader& root) {
  const auto& links = machine.scale_up;
  auto map = root.child("scale_up");
  if (links.reading == bandwidth_reading::bidirectional &&
      links.lane_directions_per_accelerator % 2 != 0) {
    map.fail("lane_directions_per_accelerator",
             fmt::format("expected an even number, since bandwidth_reading is bidirectional, "
                         "found '{}'",
                         links.lane_directions_per_accelerator));
  }
  const unsigned lanes = links.lanes_per_accelerator();
  const unsigned planes = machine.topology.planes;
  if (lanes % planes != 0) {
    map.fail("lane_directions_per_accelerator",
             fmt::format("expected lanes that divide evenly among the {} planes, found {} lanes in "
                         "each direction",
                         planes, lanes));
  }
  if (machine.lanes_per_port() == 0 || machine.lanes_per_port() > lane_limit) {
    map.fail("lane_directions_per_accelerator",
             fmt::format("expected 1 to {} lanes per plane and direction, found {}", lane_limit,
                         machine.lanes_per_port()));
  }
  if (links.lane_rate > links.lane_rate_raw) {
    map.fail("lane_rate",
             fmt::format("expected at most the raw rate, {}, found {}",
                         base::to_text(links.lane_rate_raw), base::to_text(links.lane_rate)));
  }
  if (links.cell_payload() == bytes(0)) {
    map.fail("payload_fraction",
             fmt::format("expected at least one byte of payload in a cell of {}, found '{}'",
                         base::to_text(links.cell_size), links.payload_fraction));
  }
  if (links.request_header > links.cell_payload()) {
    map.fail("request_header",
             fmt::format("expected at most the payload of a cell, {}, found {}",
                         base::to_text(links.cell_payload()), base::to_text(links.request_header)));
  }
}

void check_accelerator(const description& machine, yaml_reader& root) {
  const auto& gpu = machine.accelerator;
  if (gpu.power_idle > gpu.power_max) {
    root.child("accelerator")
        .child("power")
        .fail("idle", fmt::format("expected at most the maximum, {}, found {}",
                                  base::to_text(gpu.power_max), base::to_text(gpu.power_idle)));
  }
  const auto all = gpu.power_max * machine.topology.accelerators;
  if (all > machine.power.rack_supply) {
    root.child("power").fail(
        "rack_supply", fmt::format("expected at least {}, the maximum of {} accelerators, found {}",
                                   base::to_text(all), machine.topology.accelerators,
                                   base::to_text(machine.power.rack_supply)));
  }
}

void check_pool(const description& machine, yaml_reader& root) {
  const auto& parts = machine.pool;
  auto map = root.child("pool");
  const unsigned callers = machine.topology.partitions_per_domain();
  if (parts.device_capacity.value % hdm_unit.value != 0) {
    map.fail("device_capacity", fmt::format("expected a multiple of 256 MiB, found {} bytes",
                                            parts.device_capacity.value));
  }
  if (!contains(hdm_ways, parts.interleave_ways)) {
    map.fail("interleave_ways",
             fmt::format("expected one of the ways of an HDM decoder, {}, found '{}'",
                         listed(hdm_ways), parts.interleave_ways));
  }
  if (parts.interleave_ways > parts.devices) {
    map.fail("interleave_ways", fmt::format("expected at most the {} devices of a pool, found '{}'",
                                            parts.devices, parts.interleave_ways));
  }
  const std::uint64_t granularity = parts.interleave_granularity.value;
  if (parts.interleave_granularity < hdm_granularity_min ||
      parts.interleave_granularity > hdm_granularity_max ||
      (granularity & (granularity - 1)) != 0) {
    map.fail(
        "interleave_granularity",
        fmt::format("expected a power of two from 256 B to 16 KiB, found {} bytes", granularity));
  }
  if (parts.decoders * parts.per_domain < callers) {
    map.fail("decoders",
             fmt::format("expected at least one per partition of a domain, {}, found {} in {} "
                         "pools",
                         callers, parts.decoders * parts.per_domain, parts.per_domain));
  }
  const std::uint64_t unit = hdm_unit.value * parts.interleave_ways;
  if (parts.request_per_partition.value % unit != 0) {
    map.fail("request_per_partition",
             fmt::format("expected a multiple of 256 MiB x {} ways, found {} bytes",
                         parts.interleave_ways, parts.request_per_partition.value));
  }
  const bytes capacity = parts.device_capacity * parts.devices * parts.per_domain;
  if (parts.request_per_partition * callers > capacity) {
    map.fail(
        "request_per_partition",
        fmt::format("expected at most {} for {} partitions together, found {} each",
                    base::to_text(capacity), callers, base::to_text(parts.request_per_partition)));
  }
}

void check_pods(const description& machine, yaml_reader& root) {
  auto maps = root.children("pods");
  if (maps.empty()) {
    root.fail("pods", "expected at least one pod; leave the key out for one pod per domain");
  }
  std::set<std::string> names;
  std::set<unsigned> taken;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const auto& members = machine.pods[i].partitions;
    if (!names.insert(machine.pods[i].name).second) {
      maps[i].fail("name",
                   fmt::format("expected each name once, found '{}' again", machine.pods[i].name));
    }
    if (members.empty()) {
      maps[i].fail("partitions", "expected at least one partition, found an empty list");
    }
    for (std::size_t k = 0; k < members.size(); ++k) {
      if (machine.domain_of_partition(members[k]) != machine.domain_of_partition(members[0])) {
        maps[i].fail("partitions",
                     fmt::format("expected partitions of one domain ({} each), found {} and {}",
                                 machine.topology.partitions_per_domain(), members[0], members[k]));
      }
      if (k > 0 && members[k] <= members[k - 1]) {
        maps[i].fail("partitions", fmt::format("expected ascending numbers, found {} after {}",
                                               members[k], members[k - 1]));
      }
      if (!taken.insert(members[k]).second) {
        maps[i].fail("partitions",
                     fmt::format("expected each partition in one pod, found {} again", members[k]));
      }
    }
  }
}

}  // namespace

void check_topology(const topology_parameters& topology, yaml_reader& root) {
  auto map = root.child("topology");
  check_divides(map, "accelerators_per_domain", topology.accelerators_per_domain,
                topology.accelerators, "accelerators");
  const auto& choices = topology.accelerators_per_partition_choices;
  if (choices.empty()) {
    map.fail("accelerators_per_partition_choices", "expected at least one number, found none");
  }
  if (!contains(choices, topology.accelerators_per_partition)) {
    map.fail("accelerators_per_partition", fmt::format("expected {}, found '{}'", listed(choices),
                                                       topology.accelerators_per_partition));
  }
  check_divides(map, "accelerators_per_partition", topology.accelerators_per_partition,
                topology.accelerators_per_domain, "accelerators of a domain");
  check_divides(map, "accelerators_per_tray", topology.accelerators_per_tray,
                topology.accelerators_per_domain, "accelerators of a domain");
  if (topology.partitions() > partition_limit) {
    map.fail("accelerators_per_partition", fmt::format("expected at most {} partitions, found {}",
                                                       partition_limit, topology.partitions()));
  }
  if (topology.partitions_per_domain() > mailbox_channel_limit) {
    map.fail("accelerators_per_partition",
             fmt::format("expected at most {} partitions in a domain, found {}",
                         mailbox_channel_limit, topology.partitions_per_domain()));
  }
}

void check(const description& machine, yaml_reader& root) {
  check_endpoints(machine, root);
  check_ports(machine, root);
  check_lanes(machine, root);
  check_accelerator(machine, root);
  if (machine.pool.per_domain > 0) {
    check_pool(machine, root);
  }
  if (root.has("pods")) {
    check_pods(machine, root);
  }
}

}  // namespace sn::platform
