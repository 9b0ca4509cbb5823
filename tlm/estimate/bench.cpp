#include "estimate/bench.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "estimate/bench_options.h"
#include "estimate/booted_machine.h"
#include "platform/loader.h"
#include "workload/collective_choice.h"

namespace sn::estimate {

namespace {

/// The collective of one size; the algorithm is filled in.
workload::collective collective_of(const bench_options& options, std::uint32_t ranks,
                                   base::bytes size) {
  workload::collective what;
  what.kind = options.kind;
  what.ranks = ranks;
  what.groups = options.groups;
  what.elements = size.value / workload::element_size;
  what.parts = options.parts;
  what.traffic_class = static_cast<std::uint8_t>(options.traffic_class);
  what.long_messages = options.engine == platform::fabric_engine::flow;
  return what;
}

/// All that decides what is simulated after the boot.
std::string work_name(const bench_options& options, std::uint32_t ranks) {
  std::string text = fmt::format(
      "bench of {}, {} group(s) of {} ranks, algorithm {}, {} to {} bytes by factor {}{}",
      workload::to_text(options.kind), options.groups, ranks,
      options.algorithm ? workload::to_text(*options.algorithm) : "auto", options.begin.value,
      options.end.value, options.factor, options.check ? ", checked" : "");
  if (!options.members.empty()) {
    text += fmt::format(", members {}", fmt::join(options.members, " "));
  }
  if (options.parts) {
    text += fmt::format(", parts {}", fmt::join(*options.parts, " "));
  }
  if (options.fault) {
    text += ", " + name_of(*options.fault);
  }
  return text;
}

}  // namespace

base::picoseconds collective_time(const workload::program& work, const observations& seen) {
  base::picoseconds end = seen.start;
  for (std::size_t rank = 0; rank < work.ranks.size(); ++rank) {
    for (std::size_t q = 0; q < work.ranks[rank].queues.size(); ++q) {
      const auto& operations = work.ranks[rank].queues[q].operations;
      for (std::size_t i = 0; i < operations.size(); ++i) {
        if (operations[i].kind != workload::operation_kind::transfer) {
          end = std::max(end, seen.operations[rank][q][i].end);
        }
      }
    }
  }
  return end - seen.start;
}

bench_result run_bench(const bench_options& options,
                       const std::function<void(const bench_result&)>& begun,
                       const std::function<void(const bench_row&)>& row_done) {
  platform::description machine = platform::load(options.platform_file);
  if (options.bit_error_rate) {
    machine.scale_up.bit_error_rate = *options.bit_error_rate;
  }
  bench_result result;
  result.platform = machine.name;
  result.ranks = options.ranks == 0 ? machine.topology.accelerators_per_domain : options.ranks;
  result.line_rate = machine.accelerator_payload_rate();
  check_sizes(options);
  check_ranks(options, machine, result.ranks);
  if (options.fault) {
    check_fault(options.fault->fault, machine);
  }
  check_traffic_class(options, machine);
  workload::collective_rates rates = rates_of(machine);
  rates.in_switch = can_in_switch(options, machine);

  const auto chosen = [&](workload::collective what, std::string& reason) {
    if (options.algorithm) {
      what.algorithm = *options.algorithm;
    } else {
      // Only groups of one domain share its switches.
      workload::collective beside = what;
      beside.groups = groups_in_a_domain(options, machine, what.ranks);
      const auto choice = workload::choose_algorithm(beside, rates);
      what.algorithm = choice.algorithm;
      reason = choice.reason;
    }
    return what;
  };
  platform::system_options how{options.arbiter, options.firmware, true, options.engine,
                               options.check_protocols};
  // What cannot be done is refused before the platform boots.
  bool first = true;
  for (const base::bytes size : sizes_of(options)) {
    workload::collective probe = collective_of(options, result.ranks, size);
    if (probe.ranks >= 2 || options.algorithm) {
      std::string unused;
      probe = chosen(probe, unused);
    }
    how.in_switch = how.in_switch || probe.algorithm == workload::collective_algorithm::in_switch;
    if (first) {
      workload::expand(probe);
    }
    first = false;
  }
  if (how.in_switch) {
    check_in_switch(options, machine);
  }

  booted_machine booted(machine, how, options.snapshots, work_name(options, result.ranks));
  booted.on_save([&result](base::state_saver& io) { io(result.rows); });
  const bool within = booted.in_work();
  if (within) {
    booted.restore_caller([&result](base::state_restorer& io) { io(result.rows); });
  }
  result.firmware = booted.firmware();
  begun(result);
  for (const bench_row& row : result.rows) {
    row_done(row);
  }
  if (options.fault && !within) {
    booted.plan(*options.fault);
  }

  std::vector<base::bytes> left = sizes_of(options);
  left.erase(left.begin(),
             left.begin() + static_cast<std::ptrdiff_t>(std::min(result.rows.size(), left.size())));
  for (const base::bytes size : left) {
    bench_row row;
    row.size = size;
    const workload::collective what =
        chosen(collective_of(options, result.ranks, size), row.reason);
    row.algorithm = what.algorithm;
    const booted_machine::outcome done = booted.run(what, options.check, options.members);
    row.time = done.time;
    row.wrong = done.wrong;
    row.fault = done.fault;
    row.algorithm_bandwidth = static_cast<double>(size.value) / base::to_seconds(row.time);
    row.bus_bandwidth = row.algorithm_bandwidth * workload::bus_factor(options.kind, result.ranks);
    row_done(row);
    result.rows.push_back(row);
  }
  booted.expect_saved();
  if (options.fault && std::none_of(result.rows.begin(), result.rows.end(),
                                    [](const bench_row& row) { return row.fault.has_value(); })) {
    throw base::run_error("all collectives had ended before the fault was to happen");
  }
  const fabric::engine_statistics carried = booted.carried();
  result.bytes_injected = base::bytes(carried.bytes_injected);
  result.bytes_delivered = base::bytes(carried.bytes_delivered);
  result.bytes_failed = base::bytes(carried.bytes_failed);
  result.bytes_reduced = base::bytes(carried.bytes_reduced);
  result.bytes_copied = base::bytes(carried.bytes_copied);
  result.bytes_replayed = base::bytes(carried.bytes_replayed);
  result.links_given_up = booted.links_given_up();
  return result;
}

}  // namespace sn::estimate
