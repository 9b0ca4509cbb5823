// Devices, tables and a clockwork for tests of engines.
#pragma once

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "alink/burst_pool.h"
#include "alink/sim_time.h"
#include "checker/checker_set.h"
#include "fabric/cell_engine.h"
#include "fabric/flow_engine.h"
#include "fabric/order_checker.h"

namespace sn::fabric {

/// Tables as a test writes them. Fresh ones are those of a switch that no firmware has touched.
class test_control : public plane_control {
 public:
  bool port_up(base::port_id port) const override { return up.count(port) != 0 && up.at(port); }
  std::optional<base::port_id> route(base::endpoint_id destination) const override {
    const auto found = routes.find(destination);
    return found == routes.end() ? std::nullopt : std::make_optional(found->second);
  }
  base::pod_id pod(base::port_id port) const override {
    return pods.count(port) != 0 ? pods.at(port) : base::pod_id{0};
  }
  bool port_lost(base::port_id port) const override { return lost.test(port); }
  void refused(alink::cause why) override { refusals.push_back(why); }
  base::port_set group(unsigned index) const override {
    return groups.count(index) != 0 ? groups.at(index) : base::port_set();
  }

  std::map<base::port_id, bool> up;
  base::port_set lost;  ///< of those that are not up
  std::map<base::endpoint_id, base::port_id> routes;
  std::map<base::port_id, base::pod_id> pods;
  std::map<unsigned, base::port_set> groups;
  std::vector<alink::cause> refusals;
};

/// A device with 64 KiB of memory that it serves at once or after `latency`, and a log of
/// everything.
class test_device : public sc_core::sc_module {
 public:
  struct event {
    const tlm::tlm_generic_payload* burst;
    base::picoseconds when;
  };

  explicit test_device(const sc_core::sc_module_name& name)
      : sc_core::sc_module(name), out("out"), in("in"), memory(65536) {
    out.register_nb_transport_bw(this, &test_device::backward);
    in.register_b_transport(this, &test_device::serve);
  }

  tlm_utils::simple_initiator_socket<test_device> out;
  tlm_utils::simple_target_socket<test_device> in;
  std::vector<unsigned char> memory;
  sc_core::sc_time latency;
  bool refuse = false;
  bool end_later = false;  ///< answer BEGIN_RESP with TLM_ACCEPTED
  std::vector<event> served;
  std::vector<event> completed;
  std::function<void(tlm::tlm_generic_payload&)> on_complete;

  tlm::tlm_sync_enum issue(tlm::tlm_generic_payload& burst,
                           sc_core::sc_time delay = sc_core::SC_ZERO_TIME) {
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    const auto answer = out->nb_transport_fw(burst, phase, delay);
    last_phase = phase;
    return answer;
  }

  void end_response(tlm::tlm_generic_payload& burst) {
    tlm::tlm_phase phase = tlm::END_RESP;
    sc_core::sc_time delay;
    out->nb_transport_fw(burst, phase, delay);
  }

  tlm::tlm_phase last_phase = tlm::UNINITIALIZED_PHASE;

 private:
  tlm::tlm_sync_enum backward(tlm::tlm_generic_payload& burst, tlm::tlm_phase& /*phase*/,
                              sc_core::sc_time& /*delay*/) {
    completed.push_back({&burst, alink::now()});
    if (on_complete) {
      on_complete(burst);
    }
    return end_later ? tlm::TLM_ACCEPTED : tlm::TLM_COMPLETED;
  }

  void serve(tlm::tlm_generic_payload& burst, sc_core::sc_time& delay) {
    served.push_back({&burst, alink::now()});
    delay += latency;
    if (refuse) {
      burst.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
      return;
    }
    if (burst.get_data_ptr() != nullptr) {
      unsigned char* place = &memory.at(burst.get_address());
      if (burst.is_write()) {
        std::memcpy(place, burst.get_data_ptr(), burst.get_data_length());
      } else {
        std::memcpy(burst.get_data_ptr(), place, burst.get_data_length());
      }
    }
    burst.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

/// Endpoints with id 100 + k on port k, on planes with cells of 640 bytes in 6.4 ns.
inline cell_engine_parameters test_parameters(unsigned endpoints, unsigned planes) {
  cell_engine_parameters parameters;
  for (unsigned index = 0; index < endpoints; ++index) {
    endpoint_parameters endpoint;
    endpoint.id = static_cast<base::endpoint_id>(100 + index);
    endpoint.port = static_cast<base::port_id>(index);
    parameters.endpoints.push_back(endpoint);
  }
  parameters.planes = planes;
  parameters.ports = endpoints;
  parameters.port_rate = base::bytes_per_second(100'000'000'000);
  parameters.voq_depth_cells = 64;
  parameters.uplink_latency = base::picoseconds(65'000);
  parameters.switch_latency = base::picoseconds(150'000);
  parameters.downlink_latency = base::picoseconds(65'000);
  parameters.credit_latency = base::picoseconds(65'000);
  return parameters;
}

/// The tables of an engine's planes, attached: everything up, routed, one pod.
template <typename Engine, typename Parameters>
std::vector<std::unique_ptr<test_control>> attached_controls(Engine& engine,
                                                             const Parameters& parameters) {
  std::vector<std::unique_ptr<test_control>> controls;
  for (unsigned plane = 0; plane < parameters.planes; ++plane) {
    controls.push_back(std::make_unique<test_control>());
    for (const auto& endpoint : parameters.endpoints) {
      controls.back()->up[endpoint.port] = true;
      controls.back()->routes[endpoint.id] = endpoint.port;
      controls.back()->pods[endpoint.port] = 1;
    }
    engine.attach_control(plane, *controls.back());
  }
  return controls;
}

/// What holds when nothing is under way any more, with what switches merge and copy for groups.
template <typename Engine>
void expect_settled(const Engine& engine) {
  EXPECT_TRUE(engine.idle());
  engine.audit();
  const auto seen = engine.statistics();
  EXPECT_EQ(seen.bytes_injected + seen.bytes_copied,
            seen.bytes_delivered + seen.bytes_reduced + seen.bytes_failed);
}

/// An engine, its tables (everything up, routed, one pod) and its devices, bound.
template <typename Engine, typename Parameters>
struct engine_bench {
  /// Unless `checked` is false, every hop is checked: by the rules of TLM-2.0, and for order.
  explicit engine_bench(const Parameters& parameters, const std::string& name = "fabric",
                        bool checked = true)
      : checks(checked),
        engine(name.c_str(), parameters),
        controls(attached_controls(engine, parameters)) {
    for (unsigned index = 0; index < engine.endpoints(); ++index) {
      devices.push_back(
          std::make_unique<test_device>((name + "_device_" + std::to_string(index)).c_str()));
      checks.connect(devices.back()->out, engine.from_device(index),
                     checker::data_policy::may_be_absent, &order);
      checks.connect(engine.to_device(index), devices.back()->in,
                     checker::data_policy::may_be_absent, &order);
    }
  }

  /// A burst from endpoint `from` to endpoint `to` (indices), not yet issued, over all planes.
  tlm::tlm_generic_payload& burst(unsigned from, unsigned to, tlm::tlm_command command,
                                  std::uint64_t address, unsigned length,
                                  unsigned char* data = nullptr) {
    auto& payload = pool.acquire();
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_length(length);
    payload.set_streaming_width(length);
    payload.set_data_ptr(data);
    auto& extension = alink::extension_of(payload);
    extension.source = engine.endpoint(from).id;
    extension.destination = engine.endpoint(to).id;
    extension.plane_mask = 0xffff;
    return payload;
  }

  /// Runs until nothing happens any more; then books and invariants must hold.
  void run() {
    sc_core::sc_start();
    check();
  }

  void check() const {
    expect_settled(engine);
    if (std::none_of(devices.begin(), devices.end(),
                     [](const auto& device) { return device->end_later; })) {
      checks.audit();
    }
  }

  alink::burst_pool pool;
  order_checker order;
  checker::checker_set checks;
  Engine engine;
  std::vector<std::unique_ptr<test_control>> controls;
  std::vector<std::unique_ptr<test_device>> devices;
};

using fabric_bench = engine_bench<cell_engine, cell_engine_parameters>;
using flow_bench = engine_bench<flow_engine, flow_engine_parameters>;

}  // namespace sn::fabric
