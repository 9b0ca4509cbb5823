// What a run cost on the host: the only figures that differ between hosts.
#pragma once

#include <chrono>
#include <cstdint>

namespace sn::estimate {

/// Resources used by this process.
struct host_usage {
  double wall_s = 0.0;
  double cpu_s = 0.0;                   ///< user and system
  std::uint64_t peak_memory_bytes = 0;  ///< resident set
};

/// Measures from its construction on.
class host_meter {
 public:
  host_meter();
  /// Used since construction; the memory is the peak of the whole process.
  host_usage read() const;

 private:
  std::chrono::steady_clock::time_point wall_start_;
  double cpu_start_s_;
};

}  // namespace sn::estimate
