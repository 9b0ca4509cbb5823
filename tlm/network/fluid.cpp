#include "network/fluid.h"

#include <algorithm>
#include <queue>
#include <vector>

#include "base/error.h"

namespace sn::network {

namespace {

/// Rates by filling: all flows get faster together until a link is full, which decides those that
/// take it, and so on.
class filling {
 public:
  explicit filling(const flow_classes& what) : what_(what) {}

  /// Bytes per second of each class of flows; 0 for those that have ended.
  const std::vector<double>& solve(const std::vector<bool>& ended) {
    const auto& links = what_.links();
    rates_.assign(what_.flows().size(), 0.0);
    decided_ = ended;
    left_.resize(links.size());
    open_.assign(links.size(), 0.0);
    fullest_ = {};
    for (std::size_t l = 0; l < links.size(); ++l) {
      left_[l] = static_cast<double>(links[l].rate.value);
      for (const link_class::load& one : links[l].loads) {
        open_[l] += ended[one.flow_class] ? 0.0 : one.weight;
      }
      offer(l);
    }
    while (!fullest_.empty()) {
      const candidate next = fullest_.top();
      fullest_.pop();
      if (open_of(next.link) == 0.0) {
        continue;
      }
      const double share = left_[next.link] / open_[next.link];
      if (share > next.share) {
        offer(next.link);  // it has got a higher share since
        continue;
      }
      for (const link_class::load& one : links[next.link].loads) {
        if (!decided_[one.flow_class]) {
          decide(one.flow_class, share);
        }
      }
    }
    return rates_;
  }

 private:
  struct candidate {
    double share;
    std::size_t link;
    bool operator<(const candidate& other) const {
      return share != other.share ? share > other.share : link > other.link;
    }
  };

  /// Weight without a rate; counted anew, since differences of sums are not exact.
  double open_of(std::size_t link) {
    double open = 0.0;
    for (const link_class::load& one : what_.links()[link].loads) {
      open += decided_[one.flow_class] ? 0.0 : one.weight;
    }
    open_[link] = open;
    return open;
  }

  void offer(std::size_t link) {
    if (open_of(link) != 0.0) {
      fullest_.push({left_[link] / open_[link], link});
    }
  }

  void decide(std::uint32_t flow, double rate) {
    rates_[flow] = rate;
    decided_[flow] = true;
    for (const hop& one : what_.flows()[flow].hops) {
      // Each of the links of a class carries this much of the flows of this class.
      const auto& loads = what_.links()[one.link].loads;
      const auto mine = std::lower_bound(
          loads.begin(), loads.end(), flow,
          [](const link_class::load& a, std::uint32_t b) { return a.flow_class < b; });
      left_[one.link] = std::max(0.0, left_[one.link] - rate * mine->weight);
    }
  }

  const flow_classes& what_;
  std::vector<double> rates_;
  std::vector<bool> decided_;
  std::vector<double> left_;
  std::vector<double> open_;
  std::priority_queue<candidate> fullest_;
};

/// What the busiest link has carried, in parts of what it could.
double busiest_of(const flow_classes& what, double seconds) {
  double busiest = 0.0;
  for (const link_class& one : what.links()) {
    double bytes = 0.0;
    for (const link_class::load& each : one.loads) {
      bytes += each.weight * static_cast<double>(what.flows()[each.flow_class].bytes);
    }
    busiest = std::max(busiest, bytes / (static_cast<double>(one.rate.value) * seconds));
  }
  return busiest;
}

}  // namespace

fluid_result carry(const flow_classes& what) {
  fluid_result result;
  const auto& flows = what.flows();
  if (flows.empty()) {
    return result;
  }
  std::vector<double> left;
  for (const flow_class& one : flows) {
    left.push_back(static_cast<double>(one.bytes));
    result.bytes += one.bytes * one.flows;
    result.latency = std::max(result.latency, one.latency);
  }
  filling shares(what);
  std::vector<bool> ended(flows.size(), false);
  std::size_t open = flows.size();
  double now = 0.0;
  double last = 0.0;
  while (open != 0) {
    const std::vector<double>& rates = shares.solve(ended);
    ++result.solutions;
    double first_end = -1.0;
    for (std::size_t f = 0; f < flows.size(); ++f) {
      if (!ended[f]) {
        base::ensure(rates[f] > 0.0, "a flow that gets nothing");
        const double end = left[f] / rates[f];
        first_end = first_end < 0.0 || end < first_end ? end : first_end;
      }
    }
    const double step = first_end + (now + first_end) / static_cast<double>(grain);
    double taken = first_end;
    for (std::size_t f = 0; f < flows.size(); ++f) {
      if (!ended[f] && left[f] / rates[f] <= step) {
        taken = std::max(taken, left[f] / rates[f]);
      }
    }
    for (std::size_t f = 0; f < flows.size(); ++f) {
      if (ended[f]) {
        continue;
      }
      const double end = left[f] / rates[f];
      if (end <= taken) {
        ended[f] = true;
        --open;
        last = std::max(last, now + end + base::to_seconds(flows[f].latency));
      } else {
        left[f] -= rates[f] * taken;
      }
    }
    now += taken;
  }
  result.carried = base::from_seconds(now);
  result.last = base::from_seconds(last);
  result.busiest = busiest_of(what, now);
  base::ensure(result.busiest <= 1.0 + 1e-6, "a link carried more than its rate");
  return result;
}

}  // namespace sn::network
