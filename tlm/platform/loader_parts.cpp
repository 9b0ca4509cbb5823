#include "platform/loader_parts.h"

#include <fmt/format.h>

#include "gpu/configuration.h"

namespace sn::platform {

using base::bytes_per_second;
using base::milliwatts;
using base::picoseconds;
using base::yaml_reader;

namespace {

efficiency read_efficiency(yaml_reader map) {
  efficiency reached;
  reached.compute = read_fraction(map, "compute");
  reached.memory = read_fraction(map, "memory");
  return reached;
}

}  // namespace

unsigned read_count(yaml_reader& map, const std::string& key, std::uint64_t min,
                    std::uint64_t max) {
  return static_cast<unsigned>(map.get_integer(key, min, max));
}

double read_fraction(yaml_reader& map, const std::string& key) {
  const double value = map.get_number(key);
  if (value <= 0.0 || value > 1.0) {
    map.fail(key, fmt::format("expected a number above 0 and at most 1, found '{}'", value));
  }
  return value;
}

picoseconds read_latency(yaml_reader& map, const std::string& key) {
  return map.get_time(key, picoseconds(0), latency_limit);
}

bytes_per_second read_network_rate(yaml_reader& map, const std::string& key) {
  return map.get_bandwidth(key, one_byte_per_second, network_rate_limit);
}

validation_status read_validation_status(yaml_reader& map) {
  return map.get_choice<validation_status>(
      "validation_status", {{"prediction_only", validation_status::prediction_only},
                            {"measured_public", validation_status::measured_public}});
}

accelerator_parameters read_accelerator(yaml_reader map) {
  accelerator_parameters gpu;
  gpu.model = map.get_string("model");
  auto hbm = map.child("hbm");
  gpu.hbm_capacity = hbm.get_bytes("capacity", one_byte, capacity_limit);
  gpu.hbm_bandwidth = hbm.get_bandwidth("bandwidth", one_byte_per_second, memory_bandwidth_limit);
  gpu.hbm_latency = read_latency(hbm, "latency");
  auto peak = map.child("peak_rate");
  gpu.peak_bf16 = peak.get_compute_rate("bf16", base::flops_per_second(1), compute_rate_limit);
  gpu.peak_fp8 = peak.get_compute_rate("fp8", base::flops_per_second(1), compute_rate_limit);
  auto reached = map.child("efficiency");
  gpu.gemm = read_efficiency(reached.child("gemm"));
  gpu.grouped_gemm = read_efficiency(reached.child("grouped_gemm"));
  gpu.attention = read_efficiency(reached.child("attention"));
  gpu.elementwise = read_efficiency(reached.child("elementwise"));
  gpu.kernel_launch_overhead = read_latency(map, "kernel_launch_overhead");
  gpu.command_fetch_latency = read_latency(map, "command_fetch_latency");
  gpu.command_queues = read_count(map, "command_queues", 1, gpu::queue_limit);
  gpu.copy_engines = read_count(map, "copy_engines", 1, 64);
  gpu.outstanding_bursts = read_count(map, "outstanding_bursts", 1, 65'536);
  gpu.self_test_time = read_latency(map, "self_test_time");
  gpu.hang_timeout = read_latency(map, "hang_timeout");
  auto draw = map.child("power");
  gpu.power_idle = draw.get_power("idle", milliwatts(0), accelerator_power_limit);
  gpu.power_max = draw.get_power("max", milliwatts(1), accelerator_power_limit);
  return gpu;
}

}  // namespace sn::platform
