#include "platform/fabric_parameters.h"

#include "alink/replayed_line.h"
#include "base/error.h"

namespace sn::platform {

namespace {

/// A cell of 640 bytes is then hit with a probability of 5 %, and 17 times in a row of 1e-22.
constexpr double survivable_bit_error_rate = 1e-5;

}  // namespace

fabric::cell_engine_parameters cell_parameters(const description& machine, unsigned domain) {
  const scale_up_parameters& links = machine.scale_up;
  fabric::cell_engine_parameters parameters;
  for (unsigned endpoint = 0; endpoint < machine.endpoints(); ++endpoint) {
    const auto id = static_cast<base::endpoint_id>(endpoint);
    const attachment place = machine.attachment_of(id);
    if (place.domain == domain) {
      parameters.endpoints.push_back({id, place.port, 1});
    }
  }
  parameters.planes = machine.topology.planes;
  parameters.ports = machine.alink_switch.ports;
  parameters.port_rate = machine.port_rate();
  parameters.cell = links.cell_size;
  parameters.cell_payload = links.cell_payload();
  parameters.request_header = links.request_header;
  parameters.voq_depth_cells = machine.alink_switch.voq_depth;
  parameters.uplink_latency = links.accelerator_phy_tx + links.propagation();
  parameters.switch_latency = links.switch_port_to_port;
  parameters.downlink_latency = links.propagation() + links.accelerator_phy_rx;
  parameters.credit_latency = links.accelerator_phy_rx + links.propagation();
  parameters.iterations = machine.alink_switch.arbiter_iterations;
  parameters.classes = machine.alink_switch.classes;
  parameters.class_weights = machine.alink_switch.class_weights;
  parameters.reduction_buffer_cells = machine.alink_switch.reduction_buffer;
  parameters.bit_error_rate = links.bit_error_rate;
  parameters.error_seed = 1 + domain;
  return parameters;
}

fabric::flow_engine_parameters flow_parameters(const description& machine, unsigned domain) {
  const fabric::cell_engine_parameters same = cell_parameters(machine, domain);
  fabric::flow_engine_parameters parameters;
  parameters.endpoints = same.endpoints;
  parameters.planes = same.planes;
  parameters.ports = same.ports;
  if (machine.scale_up.bit_error_rate > survivable_bit_error_rate) {
    throw base::configuration_error(
        "", 0, "bit_error_rate",
        "expected at most 1e-5 with fidelity flow, whose links never go down by themselves");
  }
  // Replays take their part of the rate, by the closed form of a saturated link.
  const double goodput = alink::go_back_n_goodput(
      fabric::cell_error_of(same), static_cast<double>(fabric::replay_slots_of(same)));
  parameters.port_rate = base::bytes_per_second(
      static_cast<std::uint64_t>(static_cast<double>(same.port_rate.value) * goodput));
  parameters.cell = same.cell;
  parameters.cell_payload = same.cell_payload;
  parameters.request_header = same.request_header;
  parameters.iterations = same.iterations;
  parameters.path_latency = same.uplink_latency + same.switch_latency + same.downlink_latency;
  return parameters;
}

}  // namespace sn::platform
