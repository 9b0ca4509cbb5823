#include "platform/gpu_parameters.h"

namespace sn::platform {

namespace {

gpu::efficiency to_gpu(const efficiency& part) {
  return {part.compute, part.memory};
}

}  // namespace

gpu::configuration gpu_parameters(const accelerator_parameters& from) {
  gpu::configuration result;
  result.queues = from.command_queues;
  result.hbm_capacity = from.hbm_capacity;
  result.hbm_bandwidth = from.hbm_bandwidth;
  result.hbm_latency = from.hbm_latency;
  result.peak[static_cast<unsigned>(gpu::precision::fp8)] = from.peak_fp8;
  result.peak[static_cast<unsigned>(gpu::precision::bf16)] = from.peak_bf16;
  const auto efficiency_of = [&](gpu::compute_class kind) -> gpu::efficiency& {
    return result.efficiencies[static_cast<unsigned>(kind)];
  };
  efficiency_of(gpu::compute_class::gemm) = to_gpu(from.gemm);
  efficiency_of(gpu::compute_class::grouped_gemm) = to_gpu(from.grouped_gemm);
  efficiency_of(gpu::compute_class::attention) = to_gpu(from.attention);
  efficiency_of(gpu::compute_class::elementwise) = to_gpu(from.elementwise);
  result.launch_overhead = from.kernel_launch_overhead;
  result.command_fetch_latency = from.command_fetch_latency;
  result.outstanding_bursts = from.copy_engines * from.outstanding_bursts;
  result.self_test_time = from.self_test_time;
  result.hang_timeout = from.hang_timeout;
  result.idle_power = from.power_idle;
  result.max_power = from.power_max;
  return result;
}

}  // namespace sn::platform
