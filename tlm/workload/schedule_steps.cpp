#include "workload/schedule_steps.h"

#include <algorithm>

#include "workload/collective_builder.h"

namespace sn::workload {

namespace {

constexpr std::uint64_t channel_limit = 4;

/// The half of a range that goes one way around; all of it if there is only one way.
element_range half(const element_range& range, bool both_ways, std::uint32_t way) {
  return both_ways ? part_of(range, 2, way) : range;
}

/// Sends to a neighbour on the ring, both ways if wanted. `back` is how far behind the sender, in
/// the direction of travel, the owner of what it sends lies.
schedule_step ring_step(const level& of, const std::string& what, bool add, std::uint32_t back) {
  schedule_step step;
  step.name = of.name + " " + std::string(to_text(of.algorithm)) + " " + what;
  step.among = of.among;
  step.repeats = of.among.size - 1;
  step.part_elements = of.range_elements;
  step.operands = add ? 1 : 0;
  step.flows_per_group = std::uint64_t{of.among.size} * (of.both_ways ? 2 : 1);
  step.transfers = [of, add, back](std::uint32_t repetition, std::uint32_t group,
                                   const transfer_sink& sink) {
    const std::uint32_t n = of.among.size;
    const std::uint32_t ways = of.both_ways ? 2 : 1;
    for (std::uint32_t way = 0; way < ways; ++way) {
      for (std::uint32_t member = 0; member < n; ++member) {
        const std::uint32_t behind = (back + repetition) % n;
        const std::uint32_t owner = way == 0 ? (member + n - behind) % n : (member + behind) % n;
        const std::uint32_t next = way == 0 ? (member + 1) % n : (member + n - 1) % n;
        const std::uint32_t from = of.among.rank(group, member);
        const std::uint32_t to = of.among.rank(group, next);
        of.parts(from, owner, [&](const element_range& range) {
          const element_range piece = half(range, of.both_ways, way);
          if (piece.count != 0) {
            sink({from, to, piece, piece.first, add});
          }
        });
      }
    }
  };
  return step;
}

schedule_step direct_step(const level& of, const std::string& what, bool scatter) {
  schedule_step step;
  step.name = of.name + " " + std::string(to_text(of.algorithm)) + " " + what;
  step.among = of.among;
  step.part_elements = of.range_elements;
  step.operands = scatter ? of.among.size - 1 : 0;
  step.in_pieces = scatter;
  step.flows_per_group = std::uint64_t{of.among.size} * (of.among.size - 1);
  step.transfers = [of, scatter](std::uint32_t, std::uint32_t group, const transfer_sink& sink) {
    const std::uint32_t n = of.among.size;
    for (std::uint32_t member = 0; member < n; ++member) {
      const std::uint32_t from = of.among.rank(group, member);
      for (std::uint32_t distance = 1; distance < n; ++distance) {
        const std::uint32_t peer = (member + distance) % n;
        const std::uint32_t to = of.among.rank(group, peer);
        of.parts(from, scatter ? peer : member, [&](const element_range& range) {
          if (range.count != 0) {
            sink({from, to, range, range.first, scatter});
          }
        });
      }
    }
  };
  return step;
}

/// Pairs at a distance, which is a power of two. In a reduce-scatter the distances shrink and a
/// member sends what belongs to its partner's half, in an all-gather they grow and it sends what it
/// has.
schedule_step pair_step(const level& of, const std::string& what, std::uint32_t distance,
                        bool scatter) {
  schedule_step step;
  step.name = of.name + " " + std::string(to_text(of.algorithm)) + " " + what + " at distance " +
              std::to_string(distance);
  step.among = of.among;
  step.part_elements = of.range_elements * distance;
  step.operands = scatter ? 1 : 0;
  step.flows_per_group = of.among.size;
  step.transfers = [of, distance, scatter](std::uint32_t, std::uint32_t group,
                                           const transfer_sink& sink) {
    for (std::uint32_t member = 0; member < of.among.size; ++member) {
      const std::uint32_t partner = member ^ distance;
      const std::uint32_t from = of.among.rank(group, member);
      const std::uint32_t to = of.among.rank(group, partner);
      const std::uint32_t half = (scatter ? partner : member) / distance * distance;
      for (std::uint32_t owner = half; owner < half + distance; ++owner) {
        of.parts(from, owner, [&](const element_range& range) {
          if (range.count != 0) {
            sink({from, to, range, range.first, scatter});
          }
        });
      }
    }
  };
  return step;
}

}  // namespace

std::uint32_t channels_for(std::uint64_t elements) {
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(elements / smallest_part, 1, channel_limit));
}

bool can_do(level_algorithm algorithm, std::uint32_t members) {
  return algorithm != level_algorithm::halving_doubling || (members & (members - 1)) == 0;
}

std::string_view to_text(level_algorithm algorithm) {
  switch (algorithm) {
    case level_algorithm::ring:
      return "ring";
    case level_algorithm::direct:
      return "direct";
    case level_algorithm::halving_doubling:
      return "halving_doubling";
  }
  return "unknown";
}

void append_reduce_scatter(const level& of, std::vector<schedule_stage>& stages) {
  const std::string what = "reduce-scatter";
  switch (of.algorithm) {
    case level_algorithm::ring:
      stages.push_back({ring_step(of, what, true, 1)});
      return;
    case level_algorithm::direct:
      stages.push_back({direct_step(of, what, true)});
      return;
    case level_algorithm::halving_doubling:
      for (std::uint32_t distance = of.among.size / 2; distance != 0; distance /= 2) {
        stages.push_back({pair_step(of, what, distance, true)});
      }
      return;
  }
}

void append_all_gather(const level& of, std::vector<schedule_stage>& stages) {
  const std::string what = "all-gather";
  switch (of.algorithm) {
    case level_algorithm::ring:
      stages.push_back({ring_step(of, what, false, 0)});
      return;
    case level_algorithm::direct:
      stages.push_back({direct_step(of, what, false)});
      return;
    case level_algorithm::halving_doubling:
      for (std::uint32_t distance = 1; distance < of.among.size; distance *= 2) {
        stages.push_back({pair_step(of, what, distance, false)});
      }
      return;
  }
}

}  // namespace sn::workload
