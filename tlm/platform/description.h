// What a platform is: the typed content of a file of platforms/, and what follows from it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "base/yaml_reader.h"

namespace sn::platform {

/// What stands behind figures of this machine.
enum class validation_status : std::uint8_t {
  prediction_only,  ///< no measurement of the machine is reproduced
  measured_public,  ///< public measurements exist and are reproduced by tests
};

/// How the accelerators of a domain are wired.
enum class topology_kind : std::uint8_t {
  /// Every endpoint of a domain has one port at each of its switches, one switch per plane;
  /// domains are not connected by ALink.
  single_stage_planes,
};

/// How many parts there are and how they are grouped.
struct topology_parameters {
  topology_kind kind = topology_kind::single_stage_planes;
  unsigned accelerators = 0;
  unsigned accelerators_per_domain = 0;     ///< a domain is what ALink connects
  unsigned planes = 0;                      ///< switches per domain
  unsigned accelerators_per_partition = 0;  ///< a partition is one OS with one CIPU
  std::vector<unsigned> accelerators_per_partition_choices;
  unsigned accelerators_per_tray = 0;
  std::string inter_domain_medium;  ///< what joins domains physically; carries nothing in the model

  unsigned domains() const { return accelerators / accelerators_per_domain; }
  unsigned switches() const { return domains() * planes; }
  unsigned trays() const { return accelerators / accelerators_per_tray; }
  unsigned partitions() const { return accelerators / accelerators_per_partition; }
  unsigned partitions_per_domain() const {
    return accelerators_per_domain / accelerators_per_partition;
  }
};

/// Which part of the peak a kind of computation reaches.
struct efficiency {
  double compute = 1.0;  ///< of the peak rate, when compute limits
  double memory = 1.0;   ///< of the HBM bandwidth, when memory limits
};

/// A GPU.
struct accelerator_parameters {
  std::string model;
  base::bytes hbm_capacity;
  base::bytes_per_second hbm_bandwidth;
  base::picoseconds hbm_latency;     ///< idle, of one access
  base::flops_per_second peak_bf16;  ///< dense
  base::flops_per_second peak_fp8;   ///< dense
  efficiency gemm;
  efficiency grouped_gemm;
  efficiency attention;
  efficiency elementwise;
  base::picoseconds kernel_launch_overhead;  ///< of every computation, before it starts
  base::picoseconds command_fetch_latency;   ///< from doorbell or predecessor to decoded command
  unsigned command_queues = 0;
  unsigned copy_engines = 0;
  unsigned outstanding_bursts = 0;  ///< limit per copy engine
  base::picoseconds self_test_time;
  base::picoseconds hang_timeout;  ///< from when a computation should have ended to a fault
  base::milliwatts power_idle;
  base::milliwatts power_max;
};

/// Whether the announced bandwidth per accelerator counts both directions or each.
enum class bandwidth_reading : std::uint8_t { bidirectional, unidirectional };

/// The links of ALink and what moves on them.
struct scale_up_parameters {
  std::string protocol;
  unsigned lane_directions_per_accelerator = 0;  ///< announced bandwidth over raw lane rate
  bandwidth_reading reading = bandwidth_reading::bidirectional;
  base::bytes_per_second lane_rate_raw;  ///< signalled
  base::bytes_per_second lane_rate;      ///< after line coding and FEC, one direction
  base::bytes cell_size;                 ///< what a slot moves: one DL flit
  double payload_fraction = 0.0;         ///< of a cell that is payload of bursts
  base::bytes request_header;            ///< of a read request on the wire
  base::picoseconds accelerator_phy_tx;
  base::picoseconds accelerator_phy_rx;
  base::picoseconds switch_port_to_port;
  base::picoseconds propagation_per_metre;
  double path_length_m = 0.0;  ///< from an endpoint to a switch
  base::picoseconds link_training_time;
  base::picoseconds link_detect_timeout;
  bool in_network_reduction = false;  ///< the switches can reduce
  double bit_error_rate = 0.0;        ///< of a link, after forward error correction

  /// Lanes of an accelerator, each direction, all planes together.
  unsigned lanes_per_accelerator() const {
    return reading == bandwidth_reading::bidirectional ? lane_directions_per_accelerator / 2
                                                       : lane_directions_per_accelerator;
  }
  /// Payload of a cell in whole bytes.
  base::bytes cell_payload() const;
  /// From an endpoint to a switch or back, on the wire only.
  base::picoseconds propagation() const;
};

/// The hart of a switch, a pool or a CIPU.
struct controller_parameters {
  base::hertz hart_clock;
  base::bytes ram;
};

/// An ALink switch.
struct alink_switch_parameters {
  unsigned ports = 0;
  unsigned arbiter_iterations = 0;
  unsigned voq_depth = 0;  ///< cells, per pair of input and output, and class
  unsigned classes = 1;    ///< traffic classes; 1: the arbiter has none
  std::array<std::uint8_t, 4> class_weights{1, 1, 1, 1};  ///< of all but the highest
  unsigned class_age_limit = 1024;  ///< slots after which the guard helps a class; 0: never
  unsigned groups = 8;              ///< for reductions and multicasts, if switches can do them
  unsigned reduction_buffer = 64;   ///< cells of results, per group
  controller_parameters controller;
};

/// The control and I/O processor of a partition.
struct cipu_parameters {
  controller_parameters controller;
  base::hertz timer_frequency;  ///< of mtime, in every controller of the platform
  base::picoseconds quantum;    ///< how far a hart may run ahead of time
  base::picoseconds
      management_access_latency;  ///< to a register of another device, one way and back
  unsigned ports_per_plane = 0;   ///< at each switch, as wide as an accelerator's
  base::bytes_per_second scale_out_rate;
  base::bytes_per_second dcn_rate;
  base::picoseconds nic_latency;
  unsigned queue_pairs = 0;
};

/// The memory pools. A platform without any has per_domain 0 and nothing else.
struct pool_parameters {
  unsigned per_domain = 0;
  unsigned devices = 0;
  base::bytes device_capacity;
  base::bytes_per_second device_bandwidth;
  base::picoseconds latency;  ///< of a load, idle, beyond ALink
  unsigned decoders = 0;
  unsigned interleave_ways = 0;
  base::bytes interleave_granularity;
  unsigned ports_per_plane = 0;       ///< at each switch, as wide as an accelerator's
  base::bytes request_per_partition;  ///< capacity that each CIPU maps at boot
  controller_parameters controller;
};

/// The network between supernodes.
struct scale_out_parameters {
  base::bytes_per_second rate_per_accelerator;
  std::string nic;
  double fabric_utilisation = 0.0;    ///< of line rate, many flows
  double goodput_at_5pct_loss = 0.0;  ///< of line rate
  base::picoseconds latency;
  double packets_per_second = 0.0;  ///< of a NIC
};

/// The third network: storage, KV-cache store, users.
struct dcn_parameters {
  base::bytes_per_second storage_bandwidth;  ///< per partition
};

/// Electrical limits of the rack.
struct power_parameters {
  base::milliwatts rack_supply;
};

/// Cooling of the rack.
struct thermal_parameters {
  base::milliwatts rack_cooling;
  std::string coolant;
  double supply_temperature_c = 0.0;
  double delta_t_k = 0.0;
  double flow_l_per_min_per_kw = 0.0;
  double liquid_capture_fraction = 0.0;  ///< of the heat; 0: cooled by air
  double coldplate_resistance_k_per_w = 0.0;
};

/// The communication library of a machine and what it adds to what links do. A machine without one
/// has no name here, and nothing is added.
struct library_parameters {
  /// Small messages: every word carries a flag, and a step waits for nothing but it.
  struct low_latency_protocol {
    base::bytes up_to;               ///< size of the collective; above it, bulk is used
    base::picoseconds step_latency;  ///< from one rank to the next, in software's view
    double wire_overhead = 1.0;      ///< bytes on the wire per byte of data
    double exposed = 1.0;            ///< part of the wire's time that latencies do not hide
  };
  /// Large messages.
  struct bulk_protocol {
    base::picoseconds launch;  ///< of a collective
    double efficiency = 1.0;   ///< of the payload that links carry
  };
  /// Reduction and multicast in the switches.
  struct in_switch_protocol {
    bulk_protocol bulk;
    double fill_depth = 0.0;  ///< bytes that fill the pipeline, as part of the size ...
    base::bytes fill_limit;   ///< ... of which no more than this counts
  };

  std::string name;
  low_latency_protocol low_latency;
  bulk_protocol ring;
  bulk_protocol exchange;  ///< all-to-all, send and receive
  in_switch_protocol in_switch;
};

/// A virtual pod: partitions whose endpoints may reach each other. Pods are numbered from 1 in the
/// order of the list.
struct pod {
  std::string name;
  std::vector<unsigned> partitions;  ///< ascending, of one domain
};

/// Where an endpoint is attached: its port at every switch of its domain.
struct attachment {
  unsigned domain = 0;
  base::port_id port = 0;
};

/// A whole machine. load() gives only descriptions that hold together.
struct description {
  std::string name;
  std::string title;  ///< one line for people
  validation_status status = validation_status::prediction_only;
  topology_parameters topology;
  accelerator_parameters accelerator;
  scale_up_parameters scale_up;
  alink_switch_parameters alink_switch;
  cipu_parameters cipu;
  pool_parameters pool;
  scale_out_parameters scale_out;
  dcn_parameters dcn;
  power_parameters power;
  thermal_parameters thermal;
  library_parameters library;
  std::vector<pod> pods;

  std::string file;                      ///< where it was loaded from
  std::vector<base::yaml_value> values;  ///< every value as written, in the order of the file

  /// Lanes of one link, each direction.
  unsigned lanes_per_port() const { return scale_up.lanes_per_accelerator() / topology.planes; }
  /// Rate of one port, each direction, cells and all.
  base::bytes_per_second port_rate() const { return scale_up.lane_rate * lanes_per_port(); }
  /// Rate of an accelerator over all planes, each direction.
  base::bytes_per_second accelerator_rate() const { return port_rate() * topology.planes; }
  /// The same of payload, cells of whole bytes.
  base::bytes_per_second accelerator_payload_rate() const;
  /// Time of one cell on a port.
  base::picoseconds slot_time() const;
  /// From an endpoint over a switch to another endpoint on an idle fabric, without serialisation.
  base::picoseconds path_latency() const;
  /// From a cell's departure to its credit's return, in slots, rounded up: the phys, the wire both
  /// ways and the switch, as in path_latency().
  std::uint64_t credit_round_trip_slots() const;
  /// Die temperature of an accelerator that draws `draw`, in the steady state.
  double die_temperature_c(base::milliwatts draw) const;

  // Endpoints on ALink: accelerators first, then CIPUs, then pools.
  unsigned pools() const { return topology.domains() * pool.per_domain; }
  unsigned endpoints() const { return topology.accelerators + topology.partitions() + pools(); }
  base::endpoint_id accelerator_endpoint(unsigned index) const;
  base::endpoint_id cipu_endpoint(unsigned partition) const;
  base::endpoint_id pool_endpoint(unsigned index) const;

  // Ports of every switch of a domain: its accelerators first, then its CIPUs, then its pools.
  unsigned ports_in_use() const {
    return topology.accelerators_per_domain + topology.partitions_per_domain() + pool.per_domain;
  }
  base::port_id accelerator_port(unsigned index) const;
  base::port_id cipu_port(unsigned partition) const;
  base::port_id pool_port(unsigned index) const;

  /// Where any endpoint is attached.
  attachment attachment_of(base::endpoint_id endpoint) const;

  // Membership.
  unsigned domain_of_accelerator(unsigned index) const {
    return index / topology.accelerators_per_domain;
  }
  unsigned partition_of_accelerator(unsigned index) const {
    return index / topology.accelerators_per_partition;
  }
  unsigned domain_of_partition(unsigned partition) const {
    return partition / topology.partitions_per_domain();
  }
  unsigned domain_of_pool(unsigned index) const { return index / pool.per_domain; }
  /// The pod of a partition; 0 when it belongs to none.
  base::pod_id pod_of_partition(unsigned partition) const;
};

/// A value that a result rests on although nobody has published it.
struct assumption {
  std::string key;     ///< "accelerator.hbm.bandwidth"
  std::string text;    ///< as written
  std::string source;  ///< why this value
};

/// The assumed ones of the values of the given sections, in their order. A section is a key path of
/// the file ("scale_up", "accelerator.efficiency"); no sections means all of them.
std::vector<assumption> assumptions(const std::vector<base::yaml_value>& values,
                                    const std::vector<std::string>& sections = {});
/// Those of a machine.
std::vector<assumption> assumptions(const description& machine,
                                    const std::vector<std::string>& sections = {});

std::string_view to_text(validation_status status);
std::string_view to_text(topology_kind kind);
std::string_view to_text(bandwidth_reading reading);

}  // namespace sn::platform
