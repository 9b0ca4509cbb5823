#include "estimate/bench_options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>

#include "arbiter/class_arbiter.h"
#include "base/error.h"
#include "estimate/option_error.h"
#include "platform/loader_parts.h"

namespace sn::estimate {

namespace {

/// What is free on the host now.
base::bytes available_memory() {
  const long pages = sysconf(_SC_AVPHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  return base::bytes(pages > 0 && page > 0
                         ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page)
                         : 0);
}

}  // namespace

void check_ranks(const bench_options& options, const platform::description& machine,
                 std::uint32_t ranks) {
  const unsigned domain = machine.topology.accelerators_per_domain;
  if (ranks < 2) {
    throw bad("--ranks", fmt::format("expected 2 to {}, not {}", domain, ranks));
  }
  if (ranks > domain) {
    throw bad("--ranks", fmt::format("{} ranks do not fit into a scale-up domain of {} ({} GPUs)",
                                     ranks, machine.name, domain));
  }
  if (options.groups > machine.topology.accelerators / std::max(ranks, 1U)) {
    throw bad("--groups",
              fmt::format("{} groups of {} ranks do not fit into {} ({} GPUs)", options.groups,
                          ranks, machine.name, machine.topology.accelerators));
  }
  check_parts(options, ranks);
  check_members(options, machine.name, machine.topology.accelerators);
  if (!options.members.empty()) {
    for (std::size_t i = 0; i < options.members.size(); ++i) {
      const std::uint32_t first = options.members[i / ranks * ranks];
      if (machine.domain_of_accelerator(options.members[i]) !=
          machine.domain_of_accelerator(first)) {
        throw bad(
            "--members",
            fmt::format("GPUs {} and {} of {} are of one group and not of one scale-up domain",
                        first, options.members[i], machine.name));
      }
    }
    return;
  }
  for (unsigned group = 0; group < options.groups; ++group) {
    const unsigned first = group * ranks;
    if (machine.domain_of_accelerator(first) != machine.domain_of_accelerator(first + ranks - 1)) {
      throw bad("--groups",
                fmt::format("GPUs {} to {} of {} are one group and not of one scale-up domain",
                            first, first + ranks - 1, machine.name));
    }
  }
}

unsigned groups_in_a_domain(const bench_options& options, const platform::description& machine,
                            std::uint32_t ranks) {
  std::vector<unsigned> groups(machine.topology.accelerators /
                               machine.topology.accelerators_per_domain);
  for (unsigned group = 0; group < options.groups; ++group) {
    const std::uint32_t first = group * ranks;
    ++groups[machine.domain_of_accelerator(options.members.empty() ? first
                                                                   : options.members[first])];
  }
  return *std::max_element(groups.begin(), groups.end());
}

void check_members(const bench_options& options, const std::string& machine,
                   std::uint32_t accelerators) {
  std::vector<std::uint32_t> sorted = options.members;
  std::sort(sorted.begin(), sorted.end());
  if (!sorted.empty() && sorted.back() >= accelerators) {
    throw bad("--members", fmt::format("expected accelerators 0 to {} of {}, not {}",
                                       accelerators - 1, machine, sorted.back()));
  }
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    throw bad("--members", fmt::format("accelerator {} is there twice", *twice));
  }
}

void check_parts(const bench_options& options, std::uint32_t ranks) {
  if (!options.parts) {
    return;
  }
  if (options.kind != workload::collective_kind::all_to_all_v) {
    throw bad("--parts",
              fmt::format("expected all_to_all_v, not {}", workload::to_text(options.kind)));
  }
  if (options.parts->size() != std::size_t{ranks} * ranks) {
    throw bad("--parts", fmt::format("expected sizes from and to {} ranks, found {} sizes", ranks,
                                     options.parts->size()));
  }
}

std::uint64_t largest_share(const std::vector<std::uint64_t>& parts, std::uint32_t ranks) {
  std::uint64_t most = 0;
  for (auto row = parts.begin(); row != parts.end(); row += ranks) {
    most = std::max(most, std::accumulate(row, row + ranks, std::uint64_t{0}));
  }
  return most;
}

void check_traffic_class(const bench_options& options, const platform::description& machine) {
  const unsigned classes = machine.alink_switch.classes;
  if (options.traffic_class >= classes) {
    throw bad(
        "--traffic-class",
        fmt::format("the switches of {} have {} traffic class{} (switch.traffic_classes): "
                    "expected 0{}, not {}",
                    machine.name, classes, classes == 1 ? "" : "es",
                    classes == 1 ? "" : fmt::format(" to {}", classes - 1), options.traffic_class));
  }
  if (options.traffic_class != 0 && options.engine == platform::fabric_engine::flow) {
    throw bad("--traffic-class",
              "fidelity flow has no arbiters: expected fidelity cell, rtl or lockstep");
  }
}

namespace {

/// Why not; empty if they can.
std::string no_in_switch(const bench_options& options, const platform::description& machine) {
  if (!machine.scale_up.in_network_reduction) {
    return fmt::format(
        "the switches of {} neither reduce nor multicast "
        "(scale_up.in_network_reduction)",
        machine.name);
  }
  if (options.groups > machine.alink_switch.groups) {
    return fmt::format(
        "expected at most {} groups, which the switches of {} have (switch.groups), "
        "not {}",
        machine.alink_switch.groups, machine.name, options.groups);
  }
  if (options.engine == platform::fabric_engine::flow) {
    return {};
  }
  try {
    arbiter::make_class_scheduler(options.arbiter, machine.alink_switch.ports,
                                  machine.alink_switch.arbiter_iterations,
                                  machine.alink_switch.classes);
  } catch (const base::configuration_error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

bool can_in_switch(const bench_options& options, const platform::description& machine) {
  return no_in_switch(options, machine).empty();
}

void check_in_switch(const bench_options& options, const platform::description& machine) {
  const std::string why_not = no_in_switch(options, machine);
  if (!why_not.empty()) {
    throw bad("--algorithm", "in_switch: " + why_not);
  }
}

void check_sizes(const bench_options& options) {
  if (options.begin.value < workload::element_size) {
    throw bad("--begin", fmt::format("expected {} bytes, one element, or more, not {}",
                                     workload::element_size, options.begin.value));
  }
  if (options.end < options.begin) {
    throw bad("--end", "expected no less than --begin");
  }
  if (options.bit_error_rate.value_or(0.0) < 0.0 ||
      options.bit_error_rate.value_or(0.0) > platform::bit_error_rate_limit) {
    throw bad("--bit-error-rate",
              fmt::format("expected 0 to {}, found {}", platform::bit_error_rate_limit,
                          *options.bit_error_rate));
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
