#include "estimate/bench_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"

namespace sn::estimate {

namespace {

base::configuration_error bad(const char* key, const std::string& message) {
  return {"", 0, key, message};
}

/// What is free on the host now.
base::bytes available_memory() {
  const long pages = sysconf(_SC_AVPHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  return base::bytes(pages > 0 && page > 0
                         ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page)
                         : 0);
}

}  // namespace

void check_sizes(const bench_options& options) {
  if (options.begin.value < workload::element_size) {
    throw bad("--begin", fmt::format("expected {} bytes, one element, or more, not {}",
                                     workload::element_size, options.begin.value));
  }
  if (options.end < options.begin) {
    throw bad("--end", "expected no less than --begin");
  }
  if (options.factor < 2) {
    throw bad("--factor", "expected 2 or more");
  }
}

std::vector<base::bytes> sizes_of(const bench_options& options) {
  std::vector<base::bytes> sizes;
  for (std::uint64_t size = options.begin.value; size <= options.end.value;
       size *= options.factor) {
    sizes.emplace_back(size / workload::element_size * workload::element_size);
    if (size > options.end.value / options.factor) {
      break;  // before it overflows
    }
  }
  return sizes;
}

void check_host_memory(base::bytes needed, base::bytes size) {
  const base::bytes available = available_memory();
  if (available.value != 0 && needed > available) {
    throw base::run_error(fmt::format(
        "--check of {} bytes keeps {} of data on this host, which has {} free; use a smaller --end "
        "or fewer --ranks",
        size.value, base::to_text(needed), base::to_text(available)));
  }
}

}  // namespace sn::estimate
