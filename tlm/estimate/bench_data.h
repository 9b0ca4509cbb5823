// The data of a collective in the HBM of the GPUs that do it.
#pragma once

#include <cstdint>
#include <vector>

#include "estimate/job.h"
#include "workload/collective_check.h"

namespace sn::estimate {

/// Puts inputs before a job and looks at outputs after it.
class bench_data {
 public:
  /// For `what`, done by `work` on `gpus`.
  bench_data(const workload::collective& what, const job& work, std::vector<gpu::gpu*> gpus);

  /// Fills the data of every rank with bytes that no result holds, then writes its input.
  void load(base::bytes data_memory);
  /// Elements of all outputs that differ from what the collective's definition demands.
  std::uint64_t count_wrong() const;

  /// HBM content that a checked run keeps on the host, for all ranks.
  static base::bytes host_memory(const workload::program& work);

 private:
  std::uint64_t address(std::uint32_t rank, std::uint64_t element) const;

  workload::collective what_;
  workload::collective_check check_;
  const job& work_;
  std::vector<gpu::gpu*> gpus_;
};

}  // namespace sn::estimate
