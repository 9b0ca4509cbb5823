#include "workload/schedule.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "workload/schedule_exchange.h"
#include "workload/schedule_steps.h"
#include "workload/schedule_tree.h"

namespace sn::workload {

namespace {

/// The digits of rank numbers, one per level.
class digits {
 public:
  explicit digits(const std::vector<std::uint32_t>& sizes) : sizes_(sizes) {
    for (const std::uint32_t size : sizes) {
      strides_.push_back(ranks_);
      ranks_ *= size;
    }
  }

  std::uint32_t ranks() const { return ranks_; }
  std::size_t levels() const { return sizes_.size(); }
  std::uint32_t size(std::size_t level) const { return sizes_[level]; }
  std::uint32_t stride(std::size_t level) const { return strides_[level]; }
  rank_groups groups(std::size_t level) const { return {ranks_, sizes_[level], strides_[level]}; }
  std::string name(std::size_t level) const {
    return levels() == 1 ? "all" : "level " + std::to_string(level + 1);
  }

 private:
  std::vector<std::uint32_t> sizes_;
  std::vector<std::uint32_t> strides_;
  std::uint32_t ranks_ = 1;
};

/// What a rank still has to do with before its level number `position` of `order`, when `whole` is
/// divided level by level.
element_range nested_range(element_range whole, const digits& number,
                           const std::vector<std::size_t>& order, std::size_t position,
                           std::uint32_t rank) {
  for (std::size_t k = 0; k < position; ++k) {
    const rank_groups groups = number.groups(order[k]);
    whole = part_of(whole, groups.size, groups.member_of(rank));
  }
  return whole;
}

level nested_level(const schedule_request& request, const digits& number, element_range whole,
                   const std::vector<std::size_t>& order, std::size_t position) {
  const std::size_t at = order[position];
  level of;
  of.name = number.name(at);
  of.among = number.groups(at);
  of.algorithm = request.algorithms[at];
  of.both_ways = request.grid;
  of.range_elements =
      part_of(nested_range(whole, number, order, position, 0), number.size(at), 0).count;
  of.parts = [=](std::uint32_t rank, std::uint32_t member,
                 const std::function<void(const element_range&)>& sink) {
    sink(part_of(nested_range(whole, number, order, position, rank), number.size(at), member));
  };
  return of;
}

/// Stages of several schedules that go on at the same time.
void run_together(std::vector<schedule_stage>& stages, std::vector<schedule_stage> more) {
  base::ensure(stages.empty() || stages.size() == more.size(), "schedules of different length");
  stages.resize(more.size());
  for (std::size_t i = 0; i < more.size(); ++i) {
    for (schedule_step& step : more[i]) {
      stages[i].push_back(std::move(step));
    }
  }
}

void append_all_reduce(const schedule_request& request, const digits& number,
                       std::vector<schedule_stage>& stages) {
  const std::size_t levels = number.levels();
  const bool rotate =
      request.grid && levels > 1 &&
      std::equal(request.levels.begin() + 1, request.levels.end(), request.levels.begin()) &&
      std::equal(request.algorithms.begin() + 1, request.algorithms.end(),
                 request.algorithms.begin());
  const std::size_t parts = rotate ? levels : 1;
  std::vector<schedule_stage> together;
  for (std::size_t p = 0; p < parts; ++p) {
    const element_range whole = part_of({0, request.what.elements}, parts, p);
    std::vector<std::size_t> order(levels);
    for (std::size_t k = 0; k < levels; ++k) {
      order[k] = (k + p) % levels;
    }
    std::vector<schedule_stage> alone;
    for (std::size_t k = 0; k < levels; ++k) {
      append_reduce_scatter(nested_level(request, number, whole, order, k), alone);
    }
    for (std::size_t k = levels; k-- > 0;) {
      append_all_gather(nested_level(request, number, whole, order, k), alone);
    }
    run_together(together, std::move(alone));
  }
  stages = std::move(together);
}

/// The blocks of the ranks whose digits below `at` are those of `rank` and whose digit `at` is
/// `member`.
level block_level(const schedule_request& request, const digits& number, std::size_t at) {
  level of;
  const std::uint64_t elements = request.what.elements;
  const std::uint32_t step = number.stride(at) * number.size(at);
  of.name = number.name(at);
  of.among = number.groups(at);
  of.algorithm = request.algorithms[at];
  of.both_ways = request.grid;
  of.range_elements = elements / step;
  of.parts = [=](std::uint32_t rank, std::uint32_t member,
                 const std::function<void(const element_range&)>& sink) {
    const std::uint32_t first = rank % number.stride(at) + member * number.stride(at);
    for (std::uint32_t block = first; block < number.ranks(); block += step) {
      sink(part_of({0, elements}, number.ranks(), block));
    }
  };
  return of;
}

/// Rank 0 sends to rank 1, that to rank 2 while it comes, and so on; on a grid half of the data
/// goes the other way around.
void append_chain(const schedule_request& request, const digits& number,
                  std::vector<schedule_stage>& stages) {
  const std::uint32_t ranks = number.ranks();
  const std::uint32_t ways = request.grid ? 2 : 1;
  const element_range whole{0, request.what.elements};
  schedule_step chain;
  chain.name = number.name(0) + " chain";
  chain.among = number.groups(0);
  chain.part_elements = part_of(whole, ways, 0).count;
  chain.flows_per_group = std::uint64_t{ranks - 1} * ways;
  chain.relays.ranks = ranks - 2;
  chain.transfers = [=](std::uint32_t, std::uint32_t, const transfer_sink& sink) {
    for (std::uint32_t way = 0; way < ways; ++way) {
      const element_range part = part_of(whole, ways, way);
      for (std::uint32_t hop = 0; hop + 1 < ranks && part.count != 0; ++hop) {
        const std::uint32_t from = way == 0 ? hop : (ranks - hop) % ranks;
        const std::uint32_t to = way == 0 ? hop + 1 : ranks - hop - 1;
        sink({from, to, part, part.first, false});
      }
    }
  };
  stages.push_back({chain});
}

/// Rank 0 scatters in its group of the smallest level; all who have something scatter that in their
/// groups of the next, and so on, so that many ranks send when it comes to the larger levels. Then
/// all gather, largest level first.
void append_broadcast(const schedule_request& request, const digits& number,
                      std::vector<schedule_stage>& stages) {
  const element_range whole{0, request.what.elements};
  std::vector<std::size_t> order(number.levels());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (const std::size_t at : order) {
    const level of = nested_level(request, number, whole, order, at);
    schedule_step scatter;
    scatter.name = of.name + " scatter";
    scatter.among = of.among;
    scatter.part_elements = of.range_elements;
    scatter.flows_per_group = of.among.size - 1;
    scatter.all_groups = at + 1 == number.levels();
    scatter.transfers = [of, reached = number.stride(at)](std::uint32_t, std::uint32_t group,
                                                          const transfer_sink& sink) {
      const std::uint32_t root = of.among.rank(group, 0);
      for (std::uint32_t member = 1; root < reached && member < of.among.size; ++member) {
        of.parts(root, member, [&](const element_range& range) {
          if (range.count != 0) {
            sink({root, of.among.rank(group, member), range, range.first, false});
          }
        });
      }
    };
    stages.push_back({scatter});
  }
  for (std::size_t k = number.levels(); k-- > 0;) {
    append_all_gather(nested_level(request, number, whole, order, k), stages);
  }
}

void check(const schedule_request& request) {
  base::ensure(request.trees == 0 || request.what.kind == collective_kind::all_reduce ||
                   request.what.kind == collective_kind::broadcast,
               "a collective that trees do not do");
  std::uint64_t product = 1;
  for (const std::uint32_t size : request.levels) {
    product *= size;
  }
  base::ensure(request.algorithms.size() == request.levels.size() && !request.levels.empty() &&
                   product == request.what.ranks && request.what.groups == 1,
               "levels of another collective");
  for (std::size_t k = 0; k < request.levels.size(); ++k) {
    base::ensure(can_do(request.algorithms[k], request.levels[k]),
                 "a level that cannot be done so");
  }
  const bool single = request.what.kind == collective_kind::all_to_all_v ||
                      request.what.kind == collective_kind::send_receive;
  if (single && request.levels.size() > 1) {
    throw base::configuration_error("", 0, "algorithm",
                                    std::string("expected direct for ") +
                                        std::string(to_text(request.what.kind)) +
                                        ", which is not done level by level");
  }
}

}  // namespace

schedule make_schedule(const schedule_request& request) {
  check(request);
  const digits number(request.levels);
  schedule result;
  for (std::uint32_t rank = 0; rank < std::min(request.what.ranks, 2U); ++rank) {
    const collective_place place = place_of(request.what, rank);
    result.data_elements = std::max({result.data_elements, place.input.end(), place.output.end()});
  }
  if (request.trees != 0) {
    append_trees(request.what, request.trees, result.stages);
    return result;
  }
  switch (request.what.kind) {
    case collective_kind::all_reduce:
      append_all_reduce(request, number, result.stages);
      break;
    case collective_kind::reduce_scatter:
      for (std::size_t k = 0; k < number.levels(); ++k) {
        append_reduce_scatter(block_level(request, number, k), result.stages);
      }
      break;
    case collective_kind::all_gather:
      for (std::size_t k = number.levels(); k-- > 0;) {
        append_all_gather(block_level(request, number, k), result.stages);
      }
      break;
    case collective_kind::broadcast:
      if (number.levels() == 1 && request.algorithms.front() == level_algorithm::ring) {
        append_chain(request, number, result.stages);
      } else {
        append_broadcast(request, number, result.stages);
      }
      break;
    case collective_kind::all_to_all:
      append_all_to_all(request, result);
      break;
    case collective_kind::all_to_all_v:
    case collective_kind::send_receive:
      append_flat_exchange(request.what, result);
      break;
  }
  return result;
}

}  // namespace sn::workload
