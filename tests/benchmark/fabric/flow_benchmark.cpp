// Speed of the flow engine: whole exchanges on the fabric of a 64-GPU domain.
#include <benchmark/benchmark.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <systemc>
#include <vector>

#include "alink/burst_pool.h"
#include "base/random.h"
#include "fabric/flow_engine.h"

namespace sn::fabric {
namespace {

constexpr unsigned ranks = 64;
constexpr unsigned planes = 8;

/// Everything is up and leads where its number says.
class open_tables : public plane_control {
 public:
  bool port_up(base::port_id /*port*/) const override { return true; }
  std::optional<base::port_id> route(base::endpoint_id destination) const override {
    return destination;
  }
  base::pod_id pod(base::port_id /*port*/) const override { return 1; }
  void refused(alink::cause /*why*/) override {}
};

/// Takes everything at once.
class sink : public sc_core::sc_module {
 public:
  explicit sink(const sc_core::sc_module_name& name) : sc_core::sc_module(name) {
    out.register_nb_transport_bw(this, &sink::complete);
    in.register_b_transport(this, &sink::serve);
  }

  tlm_utils::simple_initiator_socket<sink> out{"out"};
  tlm_utils::simple_target_socket<sink> in{"in"};

 private:
  tlm::tlm_sync_enum complete(tlm::tlm_generic_payload& /*burst*/, tlm::tlm_phase& /*phase*/,
                              sc_core::sc_time& /*delay*/) {
    return tlm::TLM_COMPLETED;
  }
  void serve(tlm::tlm_generic_payload& burst, sc_core::sc_time& /*delay*/) {
    burst.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

flow_engine_parameters al128() {
  flow_engine_parameters parameters;
  for (unsigned rank = 0; rank < ranks; ++rank) {
    parameters.endpoints.push_back(
        {static_cast<base::endpoint_id>(rank), static_cast<base::port_id>(rank), 1});
  }
  parameters.planes = planes;
  parameters.ports = 80;
  parameters.port_rate = base::bytes_per_second(100'000'000'000);
  parameters.path_latency = base::picoseconds(280'000);
  return parameters;
}

struct domain {
  domain() : engine("fabric", al128()) {
    for (unsigned plane = 0; plane < planes; ++plane) {
      engine.attach_control(plane, tables);
    }
    for (unsigned rank = 0; rank < ranks; ++rank) {
      devices.push_back(std::make_unique<sink>(("device" + std::to_string(rank)).c_str()));
      devices.back()->out.bind(engine.from_device(rank));
      engine.to_device(rank).bind(devices.back()->in);
    }
  }

  void send(unsigned from, unsigned to, std::uint64_t address, unsigned length) {
    tlm::tlm_generic_payload& payload = pool.acquire();
    payload.set_command(tlm::TLM_WRITE_COMMAND);
    payload.set_address(address);
    payload.set_data_length(length);
    payload.set_streaming_width(length);
    payload.set_data_ptr(nullptr);
    alink::burst_extension& extension = alink::extension_of(payload);
    extension.source = static_cast<base::endpoint_id>(from);
    extension.destination = static_cast<base::endpoint_id>(to);
    extension.plane_mask = 0xffff;
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay;
    devices[from]->out->nb_transport_fw(payload, phase, delay);
  }

  alink::burst_pool pool;
  open_tables tables;
  flow_engine engine;
  std::vector<std::unique_ptr<sink>> devices;
};

/// Every rank has `bytes` in all, in equal parts for all ranks.
void all_to_all(benchmark::State& state, domain& rack) {
  const auto part = static_cast<unsigned>(state.range(0) / ranks);
  for (auto _ : state) {
    for (unsigned round = 1; round < ranks; ++round) {
      for (unsigned from = 0; from < ranks; ++from) {
        rack.send(from, (from + round) % ranks, 0, part);
      }
    }
    sc_core::sc_start();
  }
  rack.engine.audit();
}

/// Every part of another size and at another address: no two planes and no two flows are alike.
void uneven_all_to_all(benchmark::State& state, domain& rack) {
  const auto part = static_cast<unsigned>(state.range(0) / ranks);
  base::random_generator random(1);
  for (auto _ : state) {
    for (unsigned round = 1; round < ranks; ++round) {
      for (unsigned from = 0; from < ranks; ++from) {
        rack.send(from, (from + round) % ranks, 256 * random.below(1024),
                  static_cast<unsigned>(1 + random.below(2 * std::uint64_t{part})));
      }
    }
    sc_core::sc_start();
  }
  rack.engine.audit();
}

}  // namespace
}  // namespace sn::fabric

/// libsystemc, which the fabric links, owns main().
int sc_main(int argc, char** argv) {
  // One rack for all benchmarks: SystemC elaborates once.
  sn::fabric::domain rack;
  constexpr std::int64_t mib = std::int64_t{1} << 20U;
  benchmark::RegisterBenchmark(
      "all_to_all/bytes", [&rack](benchmark::State& state) { sn::fabric::all_to_all(state, rack); })
      ->Arg(mib / 4)
      ->Arg(64 * mib)
      ->Arg(1024 * mib)
      ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark(
      "uneven_all_to_all/bytes",
      [&rack](benchmark::State& state) { sn::fabric::uneven_all_to_all(state, rack); })
      ->Arg(mib / 4)
      ->Arg(64 * mib)
      ->Unit(benchmark::kMillisecond);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
