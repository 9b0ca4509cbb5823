#include "estimate/fault_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "estimate/option_error.h"
#include "platform/system.h"

namespace sn::estimate {

namespace {

using json = nlohmann::ordered_json;

double microseconds(base::picoseconds time) {
  return static_cast<double>(time.value) * 1e-6;
}

/// "the link of gpu5 to plane 3 failed".
std::string what_happened(const platform::fabric_fault& fault) {
  switch (fault.what) {
    case platform::fabric_fault::kind::plane:
      return fmt::format("plane {} died", fault.plane);
    case platform::fabric_fault::kind::link:
      return fmt::format("the link of gpu{} to plane {} failed", fault.endpoint, fault.plane);
    case platform::fabric_fault::kind::lanes:
      return fmt::format("the link of gpu{} to plane {} lost {} lanes", fault.endpoint, fault.plane,
                         fault.lanes);
  }
  return {};
}

}  // namespace

const char* option_of(const platform::fabric_fault& fault) {
  switch (fault.what) {
    case platform::fabric_fault::kind::plane:
      return "--kill-plane";
    case platform::fabric_fault::kind::link:
      return "--fail-link";
    case platform::fabric_fault::kind::lanes:
      return "--lose-lanes";
  }
  return "";
}

void check_fault(const platform::fabric_fault& fault, const platform::description& machine) {
  using kind = platform::fabric_fault::kind;
  const char* key = option_of(fault);
  const unsigned planes = machine.topology.planes;
  if (fault.plane >= planes || planes < 2) {
    throw bad(key, fmt::format("{} has {} plane{}: expected one of several, not {}", machine.name,
                               planes, planes == 1 ? "" : "s", fault.plane));
  }
  if (fault.what != kind::plane && fault.endpoint >= machine.topology.accelerators) {
    throw bad(key, fmt::format("expected one of the GPUs 0 to {} of {}, not {}",
                               machine.topology.accelerators - 1, machine.name, fault.endpoint));
  }
  const unsigned lanes = machine.lanes_per_port();
  if (fault.what == kind::lanes && (fault.lanes == 0 || fault.lanes >= lanes)) {
    throw bad(key, fmt::format("expected 1 to {} of the {} lanes of a link of {}", lanes - 1, lanes,
                               machine.name));
  }
}

std::string name_of(const planned_fault& planned) {
  const platform::fabric_fault& fault = planned.fault;
  return fmt::format("fault {} of plane {}, domain {}, endpoint {}, {} lanes after {}",
                     static_cast<unsigned>(fault.what), fault.plane, fault.domain, fault.endpoint,
                     fault.lanes, base::to_text(planned.when));
}

const fabric::engine& fabric_of(const platform::system& system,
                                const platform::description& machine,
                                const platform::fabric_fault& fault) {
  return system.fabric(fault.what == platform::fabric_fault::kind::plane
                           ? fault.domain
                           : machine.attachment_of(fault.endpoint).domain);
}

fault_report report_of(const platform::system& system, const platform::description& machine,
                       const platform::fabric_fault& fault, base::picoseconds start,
                       base::picoseconds length, std::uint64_t delivered_before) {
  const platform::system::fault_record& record = *system.happened();
  const base::picoseconds happened(record.when.value());
  fault_report result;
  result.fault = fault;
  result.when = happened - start;
  base::picoseconds recovered = happened;
  for (unsigned i = 0; i < machine.topology.accelerators; ++i) {
    const auto again = system.accelerator(i).totals().sent_again;
    result.bursts_sent_again += again.bursts;
    result.bytes_sent_again += again.size;
    recovered = std::max(recovered, again.last);
  }
  result.recovery = recovered - happened;
  const auto rate = [](std::uint64_t amount, base::picoseconds time) {
    return time.value == 0 ? 0.0 : static_cast<double>(amount) / base::to_seconds(time);
  };
  result.rate_before = rate(record.carried.bytes_delivered - delivered_before, result.when);
  if (length > result.when) {
    result.rate_after = rate(fabric_of(system, machine, fault).statistics().bytes_delivered -
                                 record.carried.bytes_delivered,
                             length - result.when);
  }
  // In lanes of a rank: those of a link that is down do not count.
  const std::uint64_t all = std::uint64_t{machine.lanes_per_port()} * machine.topology.planes;
  std::uint64_t left = all - machine.lanes_per_port();
  if (fault.what == platform::fabric_fault::kind::lanes) {
    left += system.link(fault.endpoint, fault.plane).good_lanes();
    if (record.up_again != sc_core::SC_ZERO_TIME) {
      result.training = base::picoseconds((record.up_again - record.when).value());
    }
  }
  result.line_rate = base::bytes_per_second(machine.accelerator_payload_rate().value * left / all);
  return result;
}

std::vector<std::string> sentences(const fault_report& report) {
  const bool plane = report.fault.what == platform::fabric_fault::kind::plane;
  std::vector<std::string> lines;
  lines.push_back(
      fmt::format("{} at {:.2f} us: {} bursts of {} bytes went again by the other planes, the last "
                  "arrived {:.2f} us after",
                  what_happened(report.fault), microseconds(report.when), report.bursts_sent_again,
                  report.bytes_sent_again.value, microseconds(report.recovery)));
  lines.push_back(
      fmt::format("delivered by the domain: {:.2f} GB/s before, {:.2f} GB/s after; line rate of {} "
                  "now {:.2f} GB/s",
                  report.rate_before * 1e-9, report.rate_after * 1e-9,
                  plane ? "a rank" : fmt::format("gpu{}", report.fault.endpoint),
                  static_cast<double>(report.line_rate.value) * 1e-9));
  if (report.training) {
    lines.push_back(
        fmt::format("the link was up again {:.2f} us after", microseconds(*report.training)));
  }
  return lines;
}

json fault_json(const fault_report& report) {
  using kind = platform::fabric_fault::kind;
  const platform::fabric_fault& fault = report.fault;
  json entry = {{"kind", fault.what == kind::plane  ? "plane"
                         : fault.what == kind::link ? "link"
                                                    : "lanes"},
                {"plane", fault.plane}};
  if (fault.what != kind::plane) {
    entry["gpu"] = fault.endpoint;
  }
  if (fault.what == kind::lanes) {
    entry["lanes_lost"] = fault.lanes;
  }
  entry.update({{"at_us", microseconds(report.when)},
                {"bursts_sent_again", report.bursts_sent_again},
                {"bytes_sent_again", report.bytes_sent_again.value},
                {"recovery_us", microseconds(report.recovery)},
                {"delivered_before_GBps", report.rate_before * 1e-9},
                {"delivered_after_GBps", report.rate_after * 1e-9},
                {"line_rate_after_GBps", static_cast<double>(report.line_rate.value) * 1e-9}});
  if (report.training) {
    entry["training_us"] = microseconds(*report.training);
  }
  return entry;
}

}  // namespace sn::estimate
