// Machines and clusters that are simulated as links and accelerators: no switch is arbitrated and
// no firmware runs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "base/yaml_reader.h"
#include "network/rdma_parameters.h"
#include "network/topology.h"
#include "platform/description.h"

namespace sn::platform {

/// How the accelerators of a scale-up domain are joined.
enum class network_kind : std::uint8_t {
  single_stage,    ///< one stage of switches that do not block
  two_stage_clos,  ///< leaves and spines
  torus,
  mesh,
};

/// How domains are joined.
enum class outer_kind : std::uint8_t {
  none,            ///< there is one domain
  rail_optimised,  ///< accelerators of the same place meet at a leaf
  fat_tree,        ///< neighbours meet at a leaf
};

/// NICs of the network between domains and its switches, packet by packet.
struct packet_network_description {
  network::nic_parameters nic;
  std::uint32_t uplinks = 1;        ///< of a leaf, each as fast as a NIC
  base::bytes port_buffer;          ///< of a switch
  base::picoseconds leaf_latency;   ///< from NIC to NIC on one leaf
  base::picoseconds spine_latency;  ///< more than that on two
  std::uint32_t per_leaf = 1;       ///< rail-optimised: domains, else accelerators
};

/// A machine or cluster. load_network() gives only such that hold together.
struct network_machine {
  std::string name;
  std::string title;  ///< one line for people
  validation_status status = validation_status::prediction_only;
  accelerator_parameters accelerator;
  std::string protocol;  ///< of scale-up
  network_kind kind = network_kind::single_stage;
  outer_kind outer = outer_kind::none;

  unsigned domains = 1;                   ///< that scale-up joins
  unsigned accelerators_per_domain = 0;   ///< numbered domain by domain
  base::bytes_per_second scale_up_rate;   ///< payload of an accelerator's links, each way
  base::bytes_per_second scale_out_rate;  ///< the same to other domains; 0: there are none
  double messages_per_second = 0.0;       ///< to other domains, of an accelerator; if there are any
  std::optional<packet_network_description> packets;  ///< of the network between domains
  bool in_network_reduction = false;                  ///< the switches of a domain can reduce

  /// What a domain is made of, if its switches can be simulated.
  std::shared_ptr<const description> supernode;

  /// Sizes of the groups that a collective is done in, smallest first; their product is the number
  /// of accelerators. Those of a grid are its dimensions.
  std::vector<std::uint32_t> levels;
  std::shared_ptr<const network::topology> network;  ///< its endpoints are the accelerators

  std::string file;                      ///< where it was loaded from
  std::vector<base::yaml_value> values;  ///< every value as written; those of the supernode's file
                                         ///< come after those of the cluster's

  unsigned accelerators() const { return domains * accelerators_per_domain; }
  bool is_grid() const { return kind == network_kind::torus || kind == network_kind::mesh; }
};

std::string_view to_text(network_kind kind);
std::string_view to_text(outer_kind kind);

/// The packet network between some of a machine's accelerators, which become NICs 0, 1, ... in this
/// order. The machine must have `packets`.
network::packet_fabric_parameters packet_fabric_of(const network_machine& machine,
                                                   const std::vector<std::uint32_t>& accelerators);

/// The machine with its derived figures, every value with its basis, and last the assumed values
/// with the reason for each.
std::string show(const network_machine& machine);

}  // namespace sn::platform
