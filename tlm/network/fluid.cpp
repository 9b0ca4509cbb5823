#include "network/fluid.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "base/error.h"

namespace sn::network {

namespace {

/// Rates by filling: all flows get faster together until a link is full, which decides those that
/// take it, and so on. A solution costs what the ways of the flows that have not ended have of
/// links.
class filling {
 public:
  explicit filling(const flow_classes& what) : loads_(what.links().size()), links_(loads_.size()) {
    const auto& links = what.links();
    first_hop_.push_back(0);
    for (const flow_class& one : what.flows()) {
      first_hop_.push_back(first_hop_.back() + one.hops.size());
    }
    rates_.resize(what.flows().size());
    decided_.resize(rates_.size());
    hops_.resize(first_hop_.back());
    std::vector<std::size_t> next(first_hop_.begin(), first_hop_.end() - 1);
    for (std::size_t l = 0; l < links.size(); ++l) {
      links_[l].rate = static_cast<double>(links[l].rate.value);
      loads_[l] = links[l].loads;
      for (const link_class::load& one : links[l].loads) {
        hops_[next[one.flow_class]++] = {static_cast<std::uint32_t>(l), one.weight};
      }
    }
  }

  /// Bytes per second of each class of flows; anything for those that have ended.
  const std::vector<double>& solve(const std::vector<bool>& ended) {
    decided_ = ended;
    fullest_.clear();
    for (std::size_t l = 0; l < links_.size(); ++l) {
      std::vector<link_class::load>& loads = loads_[l];
      loads.erase(
          std::remove_if(loads.begin(), loads.end(),
                         [&](const link_class::load& one) { return ended[one.flow_class]; }),
          loads.end());
      filled& link = links_[l];
      link.left = link.rate;
      link.undecided = loads.size();
      link.weight = 0.0;
      for (const link_class::load& one : loads) {
        link.weight += one.weight;
      }
      if (link.undecided != 0) {
        fullest_.push_back({link.left / link.weight, static_cast<std::uint32_t>(l)});
      }
    }
    std::make_heap(fullest_.begin(), fullest_.end());
    while (!fullest_.empty()) {
      std::pop_heap(fullest_.begin(), fullest_.end());
      candidate& next = fullest_.back();
      const filled& link = links_[next.link];
      if (link.undecided == 0) {
        fullest_.pop_back();
        continue;
      }
      const double share = link.left / link.weight;
      if (share > next.share) {
        next.share = share;  // it has got a higher one since
        std::push_heap(fullest_.begin(), fullest_.end());
        continue;
      }
      const std::uint32_t full = next.link;
      fullest_.pop_back();
      for (const link_class::load& one : loads_[full]) {
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
    std::uint32_t link;
    bool operator<(const candidate& other) const {
      return share != other.share ? share > other.share : link > other.link;
    }
  };
  /// A link while rates are found.
  struct filled {
    double rate = 0.0;
    double left = 0.0;          ///< not yet given away
    double weight = 0.0;        ///< of the flows without a rate
    std::size_t undecided = 0;  ///< their number: differences of sums are not exact
  };
  /// Each of the links of a class carries so much of the flows of a class.
  struct weighted_hop {
    std::uint32_t link;
    double weight;
  };

  void decide(std::uint32_t flow, double rate) {
    rates_[flow] = rate;
    decided_[flow] = true;
    for (std::size_t h = first_hop_[flow]; h < first_hop_[flow + 1]; ++h) {
      filled& link = links_[hops_[h].link];
      link.left = std::max(0.0, link.left - rate * hops_[h].weight);
      link.weight -= hops_[h].weight;
      --link.undecided;
    }
  }

  std::vector<std::vector<link_class::load>> loads_;  ///< per link, without flows that have ended
  std::vector<filled> links_;
  std::vector<weighted_hop> hops_;  ///< of flow f from first_hop_[f] to before first_hop_[f + 1]
  std::vector<std::size_t> first_hop_;
  std::vector<double> rates_;
  std::vector<bool> decided_;
  std::vector<candidate> fullest_;  ///< a heap; a link may have got a higher share since
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
  std::vector<std::size_t> open(flows.size());
  std::iota(open.begin(), open.end(), std::size_t{0});
  std::vector<double> ends(flows.size());
  double now = 0.0;
  double last = 0.0;
  while (!open.empty()) {
    const std::vector<double>& rates = shares.solve(ended);
    ++result.solutions;
    double first_end = std::numeric_limits<double>::infinity();
    for (const std::size_t f : open) {
      base::ensure(rates[f] > 0.0, "a flow that gets nothing");
      ends[f] = left[f] / rates[f];
      first_end = std::min(first_end, ends[f]);
    }
    const double step = first_end + (now + first_end) / static_cast<double>(grain);
    double taken = first_end;
    for (const std::size_t f : open) {
      taken = ends[f] <= step ? std::max(taken, ends[f]) : taken;
    }
    std::size_t kept = 0;
    for (const std::size_t f : open) {
      if (ends[f] <= taken) {
        ended[f] = true;
        last = std::max(last, now + ends[f] + base::to_seconds(flows[f].latency));
      } else {
        left[f] -= rates[f] * taken;
        open[kept++] = f;
      }
    }
    open.resize(kept);
    now += taken;
  }
  result.carried = base::from_seconds(now);
  result.last = base::from_seconds(last);
  result.busiest = busiest_of(what, now);
  base::ensure(result.busiest <= 1.0 + 1e-6, "a link carried more than its rate");
  return result;
}

}  // namespace sn::network
