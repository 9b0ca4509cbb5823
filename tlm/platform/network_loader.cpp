#include "platform/network_loader.h"

#include <fmt/format.h>

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "network/clos.h"
#include "network/cluster.h"
#include "network/grid.h"
#include "network/rails.h"
#include "network/star.h"
#include "platform/loader.h"
#include "platform/loader_parts.h"

namespace sn::platform {

namespace {

using base::bytes_per_second;
using base::picoseconds;
using base::yaml_reader;

constexpr unsigned accelerator_limit = 4'000'000;

bytes_per_second part_of(bytes_per_second rate, double part) {
  return bytes_per_second(static_cast<std::uint64_t>(static_cast<double>(rate.value) * part));
}

/// A domain by itself, which a cluster may take apart again to attach devices that it shares.
struct domain {
  network_machine machine;
  network::star::parameters star;  ///< if it is a single stage
};

void take_star(domain& what, bytes_per_second rate, picoseconds latency) {
  what.machine.kind = network_kind::single_stage;
  what.machine.scale_up_rate = rate;
  what.machine.levels = {what.machine.accelerators_per_domain};
  what.star = {what.machine.accelerators_per_domain, rate, latency, {}};
  what.machine.network = std::make_shared<network::star>(what.star);
}

void read_single_stage(domain& what, yaml_reader& links, double payload) {
  const auto rate = read_network_rate(links, "rate");
  auto times = links.child("latency");
  take_star(what, part_of(rate, payload), read_latency(times, "path"));
}

void read_clos(domain& what, yaml_reader& topology, yaml_reader& links, double payload) {
  network_machine& machine = what.machine;
  const unsigned all = machine.accelerators_per_domain;
  const unsigned per_leaf = read_count(topology, "accelerators_per_leaf", 1, all);
  if (all % per_leaf != 0) {
    topology.fail(
        "accelerators_per_leaf",
        fmt::format("expected a divisor of the {} accelerators, found '{}'", all, per_leaf));
  }
  machine.scale_up_rate = part_of(read_network_rate(links, "rate"), payload);
  const auto leaf_rate = part_of(read_network_rate(links, "leaf_uplink_rate"), payload);
  auto times = links.child("latency");
  const auto leaf = read_latency(times, "leaf");
  const auto spine = read_latency(times, "spine");
  machine.levels = {per_leaf, all / per_leaf};
  machine.network = std::make_shared<network::clos>(
      network::clos::parameters{all, per_leaf, machine.scale_up_rate, leaf_rate, leaf, spine});
}

bytes_per_second rate_from(yaml_reader& map, const std::string& key, const std::string& text) {
  try {
    const auto rate = base::parse_bandwidth(text);
    if (rate.value != 0 && rate <= network_rate_limit) {
      return rate;
    }
  } catch (const std::invalid_argument&) {
    // Said below.
  }
  map.fail(key, fmt::format("expected bandwidths like '128 GB/s', found '{}'", text));
}

void read_grid(domain& what, yaml_reader& topology, yaml_reader& links, double payload) {
  network_machine& machine = what.machine;
  const auto sizes = topology.get_integers("dimensions", 1, accelerator_limit);
  const auto routing = topology.get_choice<network::grid_routing>(
      "routing", {{"dimension_order", network::grid_routing::dimension_order},
                  {"minimal_adaptive", network::grid_routing::minimal_adaptive}});
  const auto rates = links.get_strings("link_rates");
  auto times = links.child("latency");
  const auto ends = read_latency(times, "endpoint");
  const auto hop = read_latency(times, "hop");
  std::uint64_t product = 1;
  for (const std::uint64_t size : sizes) {
    product *= size;
    if (product > machine.accelerators_per_domain) {
      break;
    }
  }
  if (sizes.empty() || product != machine.accelerators_per_domain) {
    topology.fail("dimensions", fmt::format("expected sizes whose product is the {} accelerators",
                                            machine.accelerators_per_domain));
  }
  if (rates.size() != sizes.size()) {
    links.fail("link_rates", fmt::format("expected one for each of the {} dimensions, found {}",
                                         sizes.size(), rates.size()));
  }
  std::vector<network::grid_dimension> dimensions;
  for (std::size_t k = 0; k < sizes.size(); ++k) {
    const auto rate = part_of(rate_from(links, "link_rates", rates[k]), payload);
    const auto size = static_cast<std::uint32_t>(sizes[k]);
    dimensions.push_back({size, machine.kind == network_kind::torus, rate, hop});
    // Both directions of a dimension; in the middle of a mesh as in a torus.
    machine.scale_up_rate += rate * (size > 1 ? 2 : 0);
    if (size > 1) {
      machine.levels.push_back(size);
    }
  }
  if (machine.levels.empty()) {
    machine.levels.push_back(1);
  }
  machine.network = std::make_shared<network::grid>(dimensions, routing, ends);
}

void read_head(network_machine& machine, yaml_reader& root) {
  machine.file = root.file();
  machine.name = root.get_string("name");
  machine.title = root.get_string("title");
  machine.status = read_validation_status(root);
}

domain read_domain(yaml_reader root) {
  domain what;
  network_machine& machine = what.machine;
  read_head(machine, root);
  auto topology = root.child("topology");
  machine.kind =
      topology.get_choice<network_kind>("kind", {{"single_stage", network_kind::single_stage},
                                                 {"two_stage_clos", network_kind::two_stage_clos},
                                                 {"torus", network_kind::torus},
                                                 {"mesh", network_kind::mesh}});
  machine.accelerators_per_domain = read_count(topology, "accelerators", 2, accelerator_limit);
  machine.accelerator = read_accelerator(root.child("accelerator"));
  auto links = root.child("scale_up");
  machine.protocol = links.get_string("protocol");
  machine.in_network_reduction = links.get_bool("in_network_reduction");
  const double payload = read_fraction(links, "payload_fraction");
  switch (machine.kind) {
    case network_kind::single_stage:
      read_single_stage(what, links, payload);
      break;
    case network_kind::two_stage_clos:
      read_clos(what, topology, links, payload);
      break;
    case network_kind::torus:
    case network_kind::mesh:
      read_grid(what, topology, links, payload);
      break;
  }
  root.finish();
  machine.values = root.values();
  return what;
}

/// The domain of a machine with simulated switches, as links.
domain domain_of(const description& machine) {
  domain what;
  what.machine.supernode = std::make_shared<const description>(machine);
  what.machine.accelerator = machine.accelerator;
  what.machine.protocol = machine.scale_up.protocol;
  what.machine.in_network_reduction = machine.scale_up.in_network_reduction;
  what.machine.accelerators_per_domain = machine.topology.accelerators_per_domain;
  take_star(what, machine.accelerator_payload_rate(), machine.path_latency());
  what.machine.values = machine.values;
  return what;
}

bool is_domain_file(yaml_reader& root) {
  auto topology = root.child("topology");
  return topology.has("kind") && topology.get_string("kind") != "single_stage_planes";
}

/// The network between domains.
struct outer_network {
  outer_kind kind = outer_kind::fat_tree;
  unsigned per_leaf = 1;             ///< domains, of a fat tree accelerators
  bytes_per_second rate;             ///< payload, of an accelerator
  double messages_per_second = 0.0;  ///< of an accelerator
  double uplinks = 1.0;  ///< what the uplinks of a leaf carry, as part of what its endpoints do
  picoseconds leaf;
  picoseconds spine;
  std::optional<packet_network_description> packets;
};

network::nic_parameters read_nic(yaml_reader& map) {
  network::nic_parameters nic;
  nic.mtu = map.get_bytes("mtu", base::bytes(64), base::bytes(65'536));
  nic.overhead = map.get_bytes("overhead", one_byte, base::bytes(65'536));
  nic.packets_per_second = map.get_number("packets_per_second", 1.0);
  nic.queue_pairs = read_count(map, "queue_pairs", 1, unsigned_limit);
  nic.repeat = map.get_choice<network::retransmission>(
      "retransmission", {{"go_back_n", network::retransmission::go_back_n},
                         {"selective", network::retransmission::selective}});
  nic.ways = map.get_choice<network::multipath>(
      "multipath",
      {{"flow_hash", network::multipath::flow_hash}, {"spray", network::multipath::spray}});
  nic.timeout = map.get_time("timeout", picoseconds(1), latency_limit);
  nic.reorder_window = read_latency(map, "reorder_window");
  auto control = map.child("congestion_control");
  nic.control = control.get_choice<network::congestion_control>(
      "kind", {{"fixed_window", network::congestion_control::fixed_window},
               {"delay", network::congestion_control::delay}});
  nic.initial_window = control.get_number("initial_window", 1.0, 1e9);
  if (nic.control == network::congestion_control::delay) {
    nic.target_queueing = read_latency(control, "target_queueing");
    nic.most_window = control.get_number("most_window", nic.initial_window, 1e9);
    nic.least_window = control.get_number("least_window", 1e-6, 1.0);
    nic.increase = control.get_number("increase", 1e-6, 1e6);
    nic.decrease = read_fraction(control, "decrease");
    nic.most_decrease = control.get_number("most_decrease", 1e-6, 0.999);
  }
  return nic;
}

/// The section "nic"; `what` knows the rest of the network.
packet_network_description read_packets(yaml_reader map, const outer_network& what,
                                        bytes_per_second line, double payload,
                                        double oversubscription) {
  packet_network_description result;
  result.nic = read_nic(map);
  result.nic.rate = line;
  result.port_buffer = map.get_bytes("port_buffer", one_byte, capacity_limit);
  result.leaf_latency = what.leaf;
  result.spine_latency = what.spine;
  result.per_leaf = what.per_leaf;
  const double uplinks = what.per_leaf / oversubscription;
  result.uplinks = uplinks < 1.0 ? 1 : static_cast<std::uint32_t>(uplinks);
  const auto mtu = static_cast<double>(result.nic.mtu.value);
  const double most = mtu / (mtu + static_cast<double>(result.nic.overhead.value));
  if (payload > most) {
    map.fail(
        "overhead",
        fmt::format("expected no more than payload_fraction = {} leaves: full packets have {:.4f}",
                    payload, most));
  }
  if (result.nic.mtu + result.nic.overhead > result.port_buffer) {
    map.fail("port_buffer", "expected room for a packet");
  }
  return result;
}

outer_network read_outer(yaml_reader map) {
  outer_network what;
  what.kind = map.get_choice<outer_kind>(
      "kind", {{"rail_optimised", outer_kind::rail_optimised}, {"fat_tree", outer_kind::fat_tree}});
  what.per_leaf = read_count(
      map, what.kind == outer_kind::rail_optimised ? "domains_per_leaf" : "accelerators_per_leaf",
      1, accelerator_limit);
  const bytes_per_second line = read_network_rate(map, "rate_per_accelerator");
  const double payload = read_fraction(map, "payload_fraction");
  what.rate = part_of(line, payload);
  const double oversubscription = map.get_number("oversubscription", 1.0, 1000.0);
  what.uplinks = read_fraction(map, "utilisation") / oversubscription;
  what.messages_per_second = map.get_number("messages_per_second", 1.0);
  auto times = map.child("latency");
  what.leaf = read_latency(times, "leaf");
  what.spine = read_latency(times, "spine");
  if (map.has("nic")) {
    what.packets = read_packets(map.child("nic"), what, line, payload, oversubscription);
  }
  return what;
}

std::shared_ptr<const network::topology> build_outer(const outer_network& what,
                                                     const network_machine& machine, bool shared) {
  if (what.kind == outer_kind::rail_optimised) {
    return std::make_shared<network::rails>(network::rails::parameters{
        machine.domains, machine.accelerators_per_domain, what.per_leaf, what.rate,
        part_of(what.rate * what.per_leaf, what.uplinks), what.leaf, what.spine});
  }
  // With shared ports an endpoint is a domain.
  const unsigned together = shared ? machine.accelerators_per_domain : 1;
  return std::make_shared<network::clos>(network::clos::parameters{
      machine.accelerators() / together, what.per_leaf / together, what.rate * together,
      part_of(what.rate * what.per_leaf, what.uplinks), what.leaf, what.spine});
}

network_machine read_cluster(yaml_reader root) {
  network_machine head;
  read_head(head, root);
  auto cluster = root.child("cluster");
  const std::string name = cluster.get_string("supernode");
  const unsigned supernodes = read_count(cluster, "supernodes", 1, accelerator_limit);
  const bool shared =
      cluster.get_choice<bool>("attachment", {{"accelerator", false}, {"shared", true}});
  const outer_network outer = read_outer(cluster.child("network"));
  root.finish();

  const std::string file = (std::filesystem::path(root.file()).parent_path() / name).string();
  auto part = yaml_reader::open(file);
  if (part.has("cluster")) {
    cluster.fail("supernode", fmt::format("expected a machine, found the cluster {}", name));
  }
  unsigned domains = supernodes;
  domain inner;
  if (is_domain_file(part)) {
    inner = read_domain(yaml_reader::open(file));
  } else {
    const description machine = load(file);
    inner = domain_of(machine);
    domains *= machine.topology.domains();
  }
  network_machine machine = inner.machine;
  machine.file = head.file;
  machine.name = head.name;
  machine.title = head.title;
  machine.status = head.status;
  machine.domains = domains;
  machine.outer = outer.kind;
  machine.scale_out_rate = outer.rate;
  machine.messages_per_second = outer.messages_per_second;
  machine.packets = outer.packets;
  if (machine.domains < 2) {
    cluster.fail("supernodes", "expected at least two domains to join, found one");
  }
  if (std::uint64_t{machine.domains} * machine.accelerators_per_domain > accelerator_limit) {
    cluster.fail("supernodes",
                 fmt::format("expected at most {} accelerators in all, found {} x {}",
                             accelerator_limit, machine.domains, machine.accelerators_per_domain));
  }
  auto outer_map = cluster.child("network");
  if (shared && machine.kind != network_kind::single_stage) {
    cluster.fail("attachment", fmt::format("expected accelerator: devices are shared over a single "
                                           "stage of switches, {} is a {}",
                                           name, to_text(machine.kind)));
  }
  if (shared && outer.kind == outer_kind::rail_optimised) {
    outer_map.fail("kind", "expected fat_tree, since shared ports belong to no rail");
  }
  if (shared && outer.per_leaf % machine.accelerators_per_domain != 0) {
    outer_map.fail("accelerators_per_leaf",
                   fmt::format("expected whole domains of {}, which share their ports, found '{}'",
                               machine.accelerators_per_domain, outer.per_leaf));
  }
  if (shared) {
    inner.star.shared_rate = outer.rate * machine.accelerators_per_domain;
    machine.network = std::make_shared<network::star>(inner.star);
  }
  machine.network = std::make_shared<network::cluster>(
      machine.network, machine.domains, build_outer(outer, machine, shared),
      shared ? network::outer_attachment::shared : network::outer_attachment::endpoint);
  machine.levels.push_back(machine.domains);
  machine.values = root.values();
  machine.values.insert(machine.values.end(), inner.machine.values.begin(),
                        inner.machine.values.end());
  return machine;
}

}  // namespace

std::optional<network_machine> load_network(const std::string& file) {
  auto root = yaml_reader::open(file);
  if (root.has("cluster")) {
    return read_cluster(yaml_reader::open(file));
  }
  if (root.has("topology") && is_domain_file(root)) {
    return read_domain(yaml_reader::open(file)).machine;
  }
  return std::nullopt;
}

}  // namespace sn::platform
