#include "estimate/network_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "estimate/bench_options.h"
#include "estimate/booted_machine.h"
#include "estimate/option_error.h"
#include "estimate/schedule_cost.h"

namespace sn::estimate {

namespace {

using workload::collective;
using workload::collective_algorithm;
using workload::collective_kind;
using workload::level_algorithm;

/// Transfers of a stage that are looked at one by one, at most: more take minutes and gigabytes.
constexpr std::uint64_t transfer_limit = 4'000'000;
/// Ranks up to which trees are tried without being asked for: no two of their links are alike.
constexpr std::uint32_t tree_limit = 4'096;
/// Elements of each block of the reference size: divisible by whatever parts blocks are cut into.
constexpr std::uint64_t reference_block = 49'152;

/// Levels, and how each is done.
struct plan {
  collective_algorithm algorithm = collective_algorithm::hierarchical;
  std::vector<std::uint32_t> levels;
  std::vector<level_algorithm> how;
  std::uint32_t trees = 0;  ///< of all ranks, instead
};

/// Plans and what they cost, each costed once.
class planner {
 public:
  planner(const platform::network_machine& machine, const bench_options& options,
          std::uint32_t ranks)
      : machine_(machine),
        kind_(options.kind),
        ranks_(ranks),
        where_{options.groups, options.members},
        parts_(options.parts),
        levels_(where_.is_plain() ? levels_of() : std::vector<std::uint32_t>{ranks}) {}

  /// The plans of an algorithm; all of them without one. Those that take too many transfers are
  /// left out.
  std::vector<plan> plans(std::optional<collective_algorithm> wanted) {
    std::vector<plan> result;
    for (const auto& [algorithm, how] : flat_algorithms()) {
      add_if_wanted(result, wanted, {algorithm, {ranks_}, {how}});
    }
    const bool trees = kind_ == collective_kind::all_reduce || kind_ == collective_kind::broadcast;
    if (trees && (wanted || ranks_ <= tree_limit)) {
      add_if_wanted(result, wanted,
                    {collective_algorithm::binary_tree, {ranks_}, {level_algorithm::direct}, 1});
      add_if_wanted(
          result, wanted,
          {collective_algorithm::double_binary_tree, {ranks_}, {level_algorithm::direct}, 2});
    }
    if (by_level()) {
      for (const std::vector<std::uint32_t>& levels : {levels_, with_split_level()}) {
        for (const std::vector<level_algorithm>& how : ways(levels)) {
          if (levels.size() > 1) {
            add_if_wanted(result, wanted, {collective_algorithm::hierarchical, levels, how});
          }
        }
      }
    }
    return result;
  }

  const std::vector<std::uint32_t>& levels() const { return levels_; }

  const schedule_cost& cost(const plan& one) {
    const auto found = costs_.find({one.levels, one.how, one.trees});
    if (found != costs_.end()) {
      return found->second;
    }
    const collective what = reference();
    const workload::schedule_request wanted = request(one, what);
    schedule_cost result;
    result.elements = what.elements;
    for (const workload::schedule_stage& stage : make_schedule(wanted).stages) {
      if (wanted.grid) {
        result.stages.push_back(cost_of_stage(machine_, stage, fold, where_));
        continue;
      }
      // A stage of a level does not depend on how other levels are done.
      const auto known = stage_costs_.find({one.levels, stage.front().name});
      result.stages.push_back(known != stage_costs_.end()
                                  ? known->second
                                  : stage_costs_
                                        .emplace(std::make_pair(one.levels, stage.front().name),
                                                 cost_of_stage(machine_, stage, fold, where_))
                                        .first->second);
    }
    return costs_.emplace(std::make_tuple(one.levels, one.how, one.trees), std::move(result))
        .first->second;
  }

  collective collective_of(std::uint64_t elements) const {
    collective what;
    what.parts = parts_;
    what.kind = kind_;
    what.ranks = ranks_;
    what.elements = elements;
    return what;
  }

  workload::schedule_request request(const plan& one, const collective& what) const {
    // Among all at once a grid is a network like any other.
    return {what, one.levels, one.how,
            where_.is_plain() && machine_.is_grid() && one.levels == levels_, one.trees};
  }

 private:
  static constexpr folding fold = folding::domains_and_rails;

  /// The collective that is costed; other sizes follow in proportion, but given parts have one.
  collective reference() const {
    if (!parts_) {
      return collective_of(ranks_ * reference_block);
    }
    return collective_of(largest_share(*parts_, ranks_));
  }

  /// Levels of so many ranks, the first of the machine: whole levels, and at most one in part.
  std::vector<std::uint32_t> levels_of() const {
    std::vector<std::uint32_t> levels;
    std::uint32_t product = 1;
    for (const std::uint32_t size : machine_.levels) {
      if (product == ranks_) {
        break;
      }
      if (ranks_ % product != 0) {
        return {ranks_};
      }
      const std::uint32_t left = ranks_ / product;
      levels.push_back(std::min(size, left));
      product *= levels.back();
    }
    return product == ranks_ ? levels : std::vector<std::uint32_t>{ranks_};
  }

  /// The levels with the last one in two, as nearly equal as may be, if it is large: a ring or
  /// everyone with everyone among hundreds takes many steps or many transfers. Nothing if not.
  std::vector<std::uint32_t> with_split_level() const {
    constexpr std::uint32_t large = 64;
    const std::uint32_t size = levels_.back();
    if (machine_.is_grid() || size <= large) {
      return {};
    }
    std::uint32_t factor = 1;
    for (std::uint32_t f = 2; f * f <= size; ++f) {
      factor = size % f == 0 ? f : factor;
    }
    if (factor == 1) {
      return {};
    }
    std::vector<std::uint32_t> levels = levels_;
    levels.back() = factor;
    levels.push_back(size / factor);
    return levels;
  }

  bool by_level() const {
    return kind_ != collective_kind::all_to_all_v && kind_ != collective_kind::send_receive;
  }

  std::vector<std::pair<collective_algorithm, level_algorithm>> flat_algorithms() const {
    const bool exchange = kind_ == collective_kind::all_to_all || !by_level();
    if (exchange) {
      return {{collective_algorithm::direct, level_algorithm::direct}};
    }
    return {{collective_algorithm::ring, level_algorithm::ring},
            {collective_algorithm::direct, level_algorithm::direct},
            {collective_algorithm::halving_doubling, level_algorithm::halving_doubling}};
  }

  /// All ways to do each level in some way.
  std::vector<std::vector<level_algorithm>> ways(const std::vector<std::uint32_t>& levels) const {
    std::vector<std::vector<level_algorithm>> result{{}};
    for (const std::uint32_t size : levels) {
      std::vector<std::vector<level_algorithm>> longer;
      for (const auto& way : result) {
        for (const auto& [unused, how] : flat_algorithms()) {
          if (workload::can_do(how, size)) {
            longer.push_back(way);
            longer.back().push_back(how);
          }
        }
      }
      result = std::move(longer);
    }
    return result;
  }

  void add_if_wanted(std::vector<plan>& to, std::optional<collective_algorithm> wanted,
                     const plan& one) const {
    for (std::size_t k = 0; k < one.levels.size(); ++k) {
      if (!workload::can_do(one.how[k], one.levels[k])) {
        return;
      }
    }
    if (wanted && *wanted != one.algorithm) {
      return;
    }
    if (kind_ == collective_kind::all_to_all_v &&
        std::uint64_t{ranks_} * (ranks_ - 1) > transfer_limit / where_.groups) {
      return;  // before all of its parts are made
    }
    const std::uint64_t transfers =
        transfers_to_cost(machine_, make_schedule(request(one, reference())));
    if (transfers <= transfer_limit / where_.groups) {
      to.push_back(one);
    }
  }

  const platform::network_machine& machine_;
  collective_kind kind_;
  std::uint32_t ranks_;
  placement where_;
  std::shared_ptr<const std::vector<std::uint64_t>> parts_;
  std::vector<std::uint32_t> levels_;
  std::map<std::tuple<std::vector<std::uint32_t>, std::vector<level_algorithm>, std::uint32_t>,
           schedule_cost>
      costs_;  ///< by levels, how each is done, and trees
  std::map<std::pair<std::vector<std::uint32_t>, std::string>, stage_cost> stage_costs_;
};

/// "hierarchical (8 direct, 48 ring)"
std::string name_of(const plan& one) {
  if (one.algorithm != collective_algorithm::hierarchical) {
    return std::string(workload::to_text(one.algorithm));
  }
  std::string levels;
  for (std::size_t k = 0; k < one.levels.size(); ++k) {
    levels +=
        fmt::format("{}{} {}", k == 0 ? "" : ", ", one.levels[k], workload::to_text(one.how[k]));
  }
  return fmt::format("hierarchical ({})", levels);
}

struct choice {
  const plan* best = nullptr;
  base::picoseconds time;
  std::string reason;
};

choice choose(const platform::network_machine& machine, planner& costs,
              const std::vector<plan>& plans, std::uint64_t elements) {
  choice result;
  const plan* next = nullptr;
  base::picoseconds next_time;
  for (const plan& one : plans) {
    const base::picoseconds time = time_of(machine, costs.cost(one), elements);
    if (result.best == nullptr || time < result.time) {
      next = result.best;
      next_time = result.time;
      result.best = &one;
      result.time = time;
    } else if (next == nullptr || time < next_time) {
      next = &one;
      next_time = time;
    }
  }
  result.reason = name_of(*result.best);
  if (next == nullptr) {
    result.reason += ": the only one";
  } else {
    result.reason += fmt::format("; next {} at {}", name_of(*next), base::to_text(next_time));
  }
  return result;
}

/// Whether switches are simulated inside a domain, and links between domains.
bool is_mixed(const bench_options& options) {
  return options.engine != platform::fabric_engine::flow;
}

void check_mixed(const bench_options& options, const platform::network_machine& machine,
                 std::uint32_t ranks) {
  if (!machine.supernode) {
    throw bad("--fidelity", fmt::format("expected flow: {} is simulated as links, without switches "
                                        "that arbitrate",
                                        machine.name));
  }
  if (ranks % machine.accelerators_per_domain != 0 || ranks == machine.accelerators_per_domain) {
    throw bad("--ranks", fmt::format("expected two or more whole domains of {}, since switches are "
                                     "simulated in one of them, not {}",
                                     machine.accelerators_per_domain, ranks));
  }
  if (options.algorithm.value_or(collective_algorithm::hierarchical) !=
      collective_algorithm::hierarchical) {
    throw bad("--algorithm", "expected hierarchical, which is what can be simulated in part");
  }
  if (options.kind == collective_kind::broadcast || options.kind == collective_kind::all_to_all_v ||
      options.kind == collective_kind::send_receive) {
    throw bad("--fidelity", fmt::format("expected flow for {} of several domains",
                                        workload::to_text(options.kind)));
  }
}

void check_options(const bench_options& options, const platform::network_machine& machine,
                   std::uint32_t ranks) {
  check_sizes(options);
  if (is_mixed(options)) {
    check_mixed(options, machine, ranks);
    if (options.groups != 1 || !options.members.empty()) {
      throw bad("--fidelity", "expected flow for groups and members of several domains");
    }
  }
  if (ranks < 2 || ranks > machine.accelerators()) {
    throw bad("--ranks", fmt::format("expected 2 to {}, the accelerators of {}, not {}",
                                     machine.accelerators(), machine.name, ranks));
  }
  if (options.traffic_class != 0) {
    throw bad("--traffic-class", "links have no traffic classes: expected 0");
  }
  const std::string where = is_mixed(options) ? "between its domains " : "";
  if (options.fault) {
    throw bad(option_of(options.fault->fault),
              fmt::format("{} is {}simulated as links, which do not fail", machine.name, where));
  }
  if (options.bit_error_rate) {
    throw bad("--bit-error-rate",
              fmt::format("{} is {}simulated as links, which never err", machine.name, where));
  }
  if (options.groups < 1 || options.groups > machine.accelerators() / ranks) {
    throw bad("--groups", fmt::format("{} groups of {} ranks do not fit into {} ({} accelerators)",
                                      options.groups, ranks, machine.name, machine.accelerators()));
  }
  check_members(options, machine.name, machine.accelerators());
  check_parts(options, ranks);
}

/// The part of a hierarchical collective inside one domain, on simulated switches. All domains do
/// the same at the same time.
class inner_part {
 public:
  inner_part(const bench_options& options, const platform::network_machine& machine)
      : domain_(machine.accelerators_per_domain),
        booted_(*machine.supernode,
                {options.arbiter, options.firmware, true, options.engine, options.check_protocols},
                {}, "") {}

  base::picoseconds time(const plan& how, collective_kind kind, std::uint64_t elements) {
    base::picoseconds sum;
    for (const collective_kind part : parts_of(kind)) {
      collective what;
      what.kind = part;
      what.algorithm = algorithm_of(how.how.front());
      what.ranks = domain_;
      what.elements = elements;
      sum += booted_.run(what, false).time;
    }
    return sum;
  }
  const booted_machine& booted() const { return booted_; }

 private:
  static std::vector<collective_kind> parts_of(collective_kind kind) {
    if (kind == collective_kind::all_reduce) {
      return {collective_kind::reduce_scatter, collective_kind::all_gather};
    }
    return {kind};
  }
  static collective_algorithm algorithm_of(level_algorithm how) {
    switch (how) {
      case level_algorithm::ring:
        return collective_algorithm::ring;
      case level_algorithm::direct:
        return collective_algorithm::direct;
      case level_algorithm::halving_doubling:
        return collective_algorithm::halving_doubling;
    }
    base::invariant_violated("a level without an algorithm");
  }

  std::uint32_t domain_;
  booted_machine booted_;
};

/// Without the stages of the first level.
schedule_cost between_domains(const schedule_cost& all) {
  schedule_cost result;
  result.elements = all.elements;
  for (const stage_cost& stage : all.stages) {
    if (stage.name.rfind("level 1 ", 0) != 0) {
      result.stages.push_back(stage);
    }
  }
  return result;
}

}  // namespace

bench_result run_network_bench(const bench_options& options,
                               const platform::network_machine& machine,
                               const std::function<void(const bench_result&)>& begun,
                               const std::function<void(const bench_row&)>& row_done) {
  bench_result result;
  result.platform = machine.name;
  result.ranks = options.ranks == 0 ? machine.accelerators() : options.ranks;
  result.line_rate = machine.scale_up_rate;
  result.links = is_mixed(options) ? link_use::between_domains : link_use::everywhere;
  check_options(options, machine, result.ranks);

  planner costs(machine, options, result.ranks);
  const std::vector<plan> plans =
      costs.plans(is_mixed(options) ? collective_algorithm::hierarchical : options.algorithm);
  if (plans.empty()) {
    throw bad(
        "--algorithm",
        fmt::format("{} does no {} of {} ranks on {}, whose levels are {}, or takes more than "
                    "{} transfers at a time",
                    options.algorithm ? workload::to_text(*options.algorithm) : "auto",
                    workload::to_text(options.kind), result.ranks, machine.name,
                    fmt::join(costs.levels(), " x "), transfer_limit));
  }
  std::optional<inner_part> inner;
  if (is_mixed(options)) {
    inner.emplace(options, machine);
    result.firmware = inner->booted().firmware();
  }
  begun(result);
  for (const base::bytes size : sizes_of(options)) {
    const collective what = costs.collective_of(size.value / workload::element_size);
    const choice chosen = choose(machine, costs, plans, what.elements);
    bench_row row;
    row.size = size;
    row.algorithm = chosen.best->algorithm;
    row.reason = chosen.reason;
    const schedule_cost on_links =
        inner ? between_domains(costs.cost(*chosen.best)) : costs.cost(*chosen.best);
    row.time = time_of(machine, on_links, what.elements);
    if (inner) {
      row.time += inner->time(*chosen.best, what.kind, what.elements);
    }
    row.algorithm_bandwidth = static_cast<double>(size.value) / base::to_seconds(row.time);
    row.bus_bandwidth = row.algorithm_bandwidth * workload::bus_factor(options.kind, result.ranks);
    if (options.check) {
      const workload::schedule steps = make_schedule(costs.request(*chosen.best, what));
      check_host_memory(base::bytes(steps.data_elements * result.ranks * workload::element_size),
                        size);
      row.wrong = count_wrong(what, steps);  // of one group: all do the same
    }
    const auto carried =
        static_cast<std::uint64_t>(std::llround(wire_bytes_of(on_links, what.elements)));
    result.bytes_injected += base::bytes(carried);
    result.bytes_delivered += base::bytes(carried);
    row_done(row);
    result.rows.push_back(row);
  }
  if (inner) {
    const fabric::engine_statistics carried = inner->booted().carried();
    result.bytes_injected += base::bytes(carried.bytes_injected);
    result.bytes_delivered += base::bytes(carried.bytes_delivered);
    result.bytes_failed += base::bytes(carried.bytes_failed);
  }
  return result;
}

}  // namespace sn::estimate
