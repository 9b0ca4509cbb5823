#include "estimate/host_usage.h"

#include <sys/resource.h>
#include <sys/time.h>

namespace sn::estimate {

namespace {

rusage usage_of_process() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double cpu_seconds(const rusage& usage) {
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

host_meter::host_meter()
    : wall_start_(std::chrono::steady_clock::now()),
      cpu_start_s_(cpu_seconds(usage_of_process())) {}

host_usage host_meter::read() const {
  const rusage usage = usage_of_process();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - wall_start_;
  // Linux counts ru_maxrss in KiB.
  return {wall.count(), cpu_seconds(usage) - cpu_start_s_,
          static_cast<std::uint64_t>(usage.ru_maxrss) * 1024U};
}

}  // namespace sn::estimate
