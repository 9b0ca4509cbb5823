#include "estimate/schedule_cost.h"

#include <algorithm>
#include <unordered_map>

#include "base/error.h"
#include "network/fluid.h"

namespace sn::estimate {

namespace {

using workload::element_size;
using workload::schedule_step;
using workload::transfer;

/// Which groups of a step stand for all.
struct sample {
  std::uint32_t copies = 1;  ///< groups for which each that is looked at stands
  std::uint32_t every = 1;   ///< groups 0, every, 2 every, ...
  std::uint32_t end = 0;     ///< before this one
};

sample sample_of(const platform::network_machine& machine, const schedule_step& step,
                 folding fold) {
  sample all{1, 1, step.among.count()};
  const std::uint32_t domain = machine.accelerators_per_domain;
  if (fold == folding::none || !step.all_groups) {
    return all;
  }
  const std::uint64_t span = std::uint64_t{step.among.stride} * step.among.size;
  if (machine.kind == platform::network_kind::two_stage_clos) {
    const std::uint32_t leaf = machine.levels.front();
    if (span <= leaf && leaf % span == 0 && step.among.ranks % leaf == 0) {
      // Within leaves, which are alike and share no link.
      return {step.among.ranks / leaf, 1, leaf / step.among.size};
    }
  }
  if (machine.domains == 1 || step.among.ranks % domain != 0) {
    return all;
  }
  if (span <= domain && domain % span == 0) {
    // Within domains, which are alike and share no link.
    const std::uint32_t domains = step.among.ranks / domain;
    return {domains, 1, step.among.count() / domains};
  }
  if (machine.outer == platform::outer_kind::rail_optimised && step.among.stride % domain == 0) {
    // Along rails, which are alike and share no link: the first place of the domains.
    return {domain, domain, step.among.count()};
  }
  return all;
}

/// What a repetition does to the memories of ranks.
class memory_load {
 public:
  void add(const transfer& one) {
    const double bytes = static_cast<double>(one.part.count) * element_size;
    at(one.from).copied += bytes;
    at(one.to).copied += bytes;
    at(one.to).added += one.add ? bytes : 0.0;
  }
  double most_copied() const {
    double most = 0.0;
    for (const rank& one : ranks_) {
      most = std::max(most, one.copied);
    }
    return most;
  }
  double most_added() const {
    double most = 0.0;
    for (const rank& one : ranks_) {
      most = std::max(most, one.added);
    }
    return most;
  }

 private:
  struct rank {
    double copied = 0.0;
    double added = 0.0;
  };
  rank& at(std::uint32_t index) {
    if (index >= ranks_.size()) {
      ranks_.resize(index + 1);
    }
    return ranks_[index];
  }

  std::vector<rank> ranks_;
};

/// Joins what goes between the same two ranks and comes one after the other.
class flow_joiner {
 public:
  flow_joiner(network::flow_classes& flows, std::uint32_t domain)
      : flows_(flows), domain_(domain) {}

  void add(const transfer& one) {
    if (one.from != from_ || one.to != to_) {
      flush();
      from_ = one.from;
      to_ = one.to;
    }
    bytes_ += one.part.count * element_size;
  }
  void flush() {
    if (bytes_ != 0 && from_ != to_) {
      flows_.add(from_, to_, bytes_);
      if (from_ / domain_ != to_ / domain_) {
        most_messages_ = std::max(most_messages_, ++messages_[from_]);
      }
    }
    bytes_ = 0;
  }
  /// To other domains, of the rank that sends most.
  std::uint64_t most_messages() const { return most_messages_; }

 private:
  network::flow_classes& flows_;
  std::uint32_t domain_;
  std::unordered_map<std::uint32_t, std::uint64_t> messages_;
  std::uint64_t most_messages_ = 0;
  std::uint32_t from_ = 0;
  std::uint32_t to_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace

stage_cost cost_of_stage(const platform::network_machine& machine,
                         const workload::schedule_stage& stage, folding fold,
                         const placement& where) {
  fold = where.is_plain() ? fold : folding::none;
  stage_cost cost;
  cost.name = stage.front().name;
  cost.repeats = stage.front().repeats;
  cost.part_elements = stage.front().part_elements;
  cost.in_pieces = stage.front().in_pieces;
  cost.relays = stage.front().relays;
  network::flow_classes flows(*machine.network);
  memory_load memory;
  const std::uint32_t copies = sample_of(machine, stage.front(), fold).copies;
  for (const schedule_step& step : stage) {
    const sample groups = sample_of(machine, step, fold);
    base::ensure(step.repeats == cost.repeats && groups.copies == copies,
                 "steps of a stage that do not go together");
    cost.part_elements = std::min(cost.part_elements, step.part_elements);
    cost.sums = cost.sums || step.operands != 0;
    flow_joiner joiner(flows, machine.accelerators_per_domain);
    memory_load sums;
    for (std::uint32_t group = 0; group < groups.end; group += groups.every) {
      for (std::uint32_t copy = 0; copy < where.groups; ++copy) {
        step.transfers(0, group, [&](transfer one) {
          one.from = where.accelerator(one.from, copy, step.among.ranks);
          one.to = where.accelerator(one.to, copy, step.among.ranks);
          joiner.add(one);
          memory.add(one);
          sums.add(one);
        });
      }
    }
    joiner.flush();
    cost.outer_messages += joiner.most_messages();
    if (step.operands != 0) {
      // Every operand is read once, every result read and written once.
      cost.sum_bytes += sums.most_added() * (1.0 + 2.0 / step.operands);
    }
  }
  flows.fold();
  const network::fluid_result result = network::carry(flows);
  cost.carried_seconds = base::to_seconds(result.carried);
  cost.latency = result.latency;
  cost.copy_bytes = memory.most_copied();
  cost.wire_bytes = static_cast<double>(result.bytes) * copies;
  return cost;
}

std::uint64_t transfers_to_cost(const platform::network_machine& machine,
                                const workload::schedule& steps) {
  std::uint64_t most = 0;
  for (const workload::schedule_stage& stage : steps.stages) {
    std::uint64_t sum = 0;
    for (const schedule_step& step : stage) {
      const sample groups = sample_of(machine, step, folding::domains_and_rails);
      sum += groups.end / groups.every * step.flows_per_group;
    }
    most = std::max(most, sum);
  }
  return most;
}

schedule_cost cost_of(const platform::network_machine& machine, const workload::collective& what,
                      const workload::schedule& steps, folding fold) {
  schedule_cost result;
  result.elements = what.elements;
  for (const workload::schedule_stage& stage : steps.stages) {
    result.stages.push_back(cost_of_stage(machine, stage, fold));
  }
  return result;
}

base::picoseconds time_of(const platform::network_machine& machine, const schedule_cost& cost,
                          std::uint64_t elements) {
  const platform::accelerator_parameters& gpu = machine.accelerator;
  const double scale = static_cast<double>(elements) / static_cast<double>(cost.elements);
  const auto hbm = static_cast<double>(gpu.hbm_bandwidth.value);
  const base::picoseconds launch = gpu.command_fetch_latency + gpu.kernel_launch_overhead;
  double total = 0.0;      // seconds
  double computing = 0.0;  // the same if only the compute engine held up stages with sums
  for (const stage_cost& stage : cost.stages) {
    const auto part = static_cast<std::uint64_t>(static_cast<double>(stage.part_elements) * scale);
    const bool relayed = stage.relays.ranks != 0;
    const auto cuts = static_cast<double>(relayed ? workload::pieces_of({0, part})
                                                  : workload::channels_for(part));
    const double copies = scale * stage.copy_bytes / hbm;
    const double sums = scale * stage.sum_bytes / (hbm * gpu.elementwise.memory);
    const double links = std::max(scale * stage.carried_seconds, copies);
    const double bytes = cuts == 1.0 ? links + sums : std::max(links, copies + sums);
    base::picoseconds fixed = stage.latency + gpu.command_fetch_latency + gpu.hbm_latency * 3;
    if (stage.outer_messages != 0) {
      fixed += base::from_seconds(static_cast<double>(stage.outer_messages) /
                                  machine.messages_per_second);
    }
    if (stage.sums && !relayed) {
      fixed += launch;
    }
    const double once = base::to_seconds(fixed);
    const double n = stage.repeats;
    double taken = relayed ? stage.relays.ranks * (once + stage.relays.hop_share * bytes / cuts) +
                                 once + bytes + stage.relays.adding_hops * base::to_seconds(launch)
                           : std::max(n * (once + bytes / cuts), n * bytes + once);
    const double pieces = stage.in_pieces ? static_cast<double>(workload::pieces_of_channel(
                                                part / static_cast<std::uint64_t>(cuts)))
                                          : 1.0;
    const double kernels = cuts * pieces;
    if (pieces > 1.0) {
      const double others = (kernels - 1.0) * base::to_seconds(gpu.kernel_launch_overhead);
      taken = std::max(taken, once + links / pieces + others + sums);
    }
    total += taken;
    // Launches of all channels and pieces follow each other on the compute engine.
    computing +=
        stage.sums ? n * (kernels * base::to_seconds(gpu.kernel_launch_overhead) + sums) : taken;
  }
  return base::from_seconds(std::max(total, computing));
}

double wire_bytes_of(const schedule_cost& cost, std::uint64_t elements) {
  double bytes = 0.0;
  for (const stage_cost& stage : cost.stages) {
    bytes += stage.wire_bytes * stage.repeats;
  }
  return bytes * static_cast<double>(elements) / static_cast<double>(cost.elements);
}

}  // namespace sn::estimate
