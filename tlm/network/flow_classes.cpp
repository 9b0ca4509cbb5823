#include "network/flow_classes.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace sn::network {

namespace {

/// A permutation of 64-bit words without structure (the finaliser of MurmurHash3).
std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 33U;
  x *= 0xff51'afd7'ed55'8ccdU;
  x ^= x >> 33U;
  x *= 0xc4ce'b9fe'1a85'ec53U;
  x ^= x >> 33U;
  return x;
}

std::uint64_t pattern_of(double part) {
  std::uint64_t pattern = 0;
  std::memcpy(&pattern, &part, sizeof part);
  return pattern;
}

std::size_t distinct(std::vector<std::uint64_t> colours) {
  std::sort(colours.begin(), colours.end());
  return static_cast<std::size_t>(std::unique(colours.begin(), colours.end()) - colours.begin());
}

/// Numbers colours by their first appearance.
std::vector<std::uint32_t> numbered(const std::vector<std::uint64_t>& colours) {
  std::unordered_map<std::uint64_t, std::uint32_t> number;
  std::vector<std::uint32_t> result;
  result.reserve(colours.size());
  for (const std::uint64_t one : colours) {
    result.push_back(number.emplace(one, static_cast<std::uint32_t>(number.size())).first->second);
  }
  return result;
}

/// Parts are sums of few products of small fractions; what order they are added in may matter in
/// the last bits.
bool alike(double a, double b) {
  const double larger = a > b ? a : b;
  const double difference = a > b ? a - b : b - a;
  return difference <= 1e-9 * larger;
}

using load = link_class::load;

/// Sorts by class and joins what is of one class.
void join(std::vector<load>& loads) {
  std::sort(loads.begin(), loads.end(), [](const load& a, const load& b) {
    return a.flow_class != b.flow_class ? a.flow_class < b.flow_class : a.weight < b.weight;
  });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    if (kept != 0 && loads[kept - 1].flow_class == loads[i].flow_class) {
      loads[kept - 1].weight += loads[i].weight;
    } else {
      loads[kept++] = loads[i];
    }
  }
  loads.resize(kept);
}

void join(std::vector<hop>& hops) {
  std::sort(hops.begin(), hops.end(), [](const hop& a, const hop& b) {
    return a.link != b.link ? a.link < b.link : a.part < b.part;
  });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    if (kept != 0 && hops[kept - 1].link == hops[i].link) {
      hops[kept - 1].part += hops[i].part;
    } else {
      hops[kept++] = hops[i];
    }
  }
  hops.resize(kept);
}

}  // namespace

void flow_classes::add(std::uint32_t from, std::uint32_t to, std::uint64_t bytes) {
  base::ensure(from != to && bytes != 0, "a flow that goes nowhere or carries nothing");
  way_.hops.clear();
  way_.latency = base::picoseconds(0);
  network_.append_route(from, to, way_);
  bytes_.push_back(bytes);
  latency_.push_back(way_.latency);
  for (const hop& one : way_.hops) {
    const auto found = index_of_link_.emplace(one.link, static_cast<std::uint32_t>(links_.size()));
    if (found.second) {
      links_.push_back(network_.link_at(one.link));
    }
    hop_link_.push_back(found.first->second);
    hop_part_.push_back(one.part);
  }
  first_hop_.push_back(hop_link_.size());
}

void flow_classes::refine() {
  flow_colour_.resize(bytes_.size());
  link_colour_.resize(links_.size());
  for (std::size_t f = 0; f < bytes_.size(); ++f) {
    flow_colour_[f] = mixed(bytes_[f] ^ mixed(latency_[f].value));
  }
  for (std::size_t l = 0; l < links_.size(); ++l) {
    link_colour_[l] = mixed(links_[l].rate.value);
  }
  std::size_t classes = 0;
  for (;;) {
    const std::size_t now = distinct(flow_colour_) + distinct(link_colour_);
    if (now == classes) {
      return;
    }
    classes = now;
    std::vector<colour> seen_by_link(links_.size(), 0);
    std::vector<colour> next(flow_colour_.size());
    for (std::size_t f = 0; f < bytes_.size(); ++f) {
      colour seen = 0;
      for (std::size_t h = first_hop_[f]; h < first_hop_[f + 1]; ++h) {
        const std::uint64_t part = pattern_of(hop_part_[h]);
        seen += mixed(link_colour_[hop_link_[h]] + part);
        seen_by_link[hop_link_[h]] += mixed(flow_colour_[f] ^ mixed(part));
      }
      next[f] = mixed(flow_colour_[f] ^ mixed(seen));
    }
    flow_colour_ = std::move(next);
    for (std::size_t l = 0; l < links_.size(); ++l) {
      link_colour_[l] = mixed(link_colour_[l] ^ mixed(seen_by_link[l]));
    }
  }
}

void flow_classes::gather() {
  class_of_flow_ = numbered(flow_colour_);
  class_of_link_ = numbered(link_colour_);
  for (std::size_t f = 0; f < bytes_.size(); ++f) {
    if (class_of_flow_[f] == flow_classes_.size()) {
      flow_class& one = flow_classes_.emplace_back();
      one.bytes = bytes_[f];
      one.latency = latency_[f];
      for (std::size_t h = first_hop_[f]; h < first_hop_[f + 1]; ++h) {
        one.hops.push_back({class_of_link_[hop_link_[h]], hop_part_[h]});
      }
      join(one.hops);
    }
    ++flow_classes_[class_of_flow_[f]].flows;
  }
  std::vector<std::uint32_t> first_of_class;
  for (std::size_t l = 0; l < links_.size(); ++l) {
    if (class_of_link_[l] == link_classes_.size()) {
      link_classes_.emplace_back().rate = links_[l].rate;
      first_of_class.push_back(static_cast<std::uint32_t>(l));
    }
    ++link_classes_[class_of_link_[l]].links;
  }
  for (std::size_t f = 0; f < bytes_.size(); ++f) {
    for (std::size_t h = first_hop_[f]; h < first_hop_[f + 1]; ++h) {
      const std::uint32_t kind = class_of_link_[hop_link_[h]];
      if (first_of_class[kind] == hop_link_[h]) {
        link_classes_[kind].loads.push_back({class_of_flow_[f], hop_part_[h]});
      }
    }
  }
  for (link_class& one : link_classes_) {
    join(one.loads);
  }
}

// The proof that the partition is equitable: every member of a class looks like the class.
void flow_classes::check() const {
  std::vector<hop> hops;
  for (std::size_t f = 0; f < bytes_.size(); ++f) {
    const flow_class& kind = flow_classes_[class_of_flow_[f]];
    hops.clear();
    for (std::size_t h = first_hop_[f]; h < first_hop_[f + 1]; ++h) {
      hops.push_back({class_of_link_[hop_link_[h]], hop_part_[h]});
    }
    join(hops);
    bool same =
        kind.bytes == bytes_[f] && kind.latency == latency_[f] && kind.hops.size() == hops.size();
    for (std::size_t i = 0; same && i < hops.size(); ++i) {
      same = hops[i].link == kind.hops[i].link && alike(hops[i].part, kind.hops[i].part);
    }
    base::ensure(same, "a flow that is not like its class");
  }
  // Loads by link: sorted by link, then as in the class.
  std::vector<std::size_t> first(links_.size() + 1, 0);
  for (const std::uint32_t l : hop_link_) {
    ++first[l + 1];
  }
  for (std::size_t l = 0; l < links_.size(); ++l) {
    first[l + 1] += first[l];
  }
  std::vector<load> all(hop_link_.size());
  std::vector<std::size_t> next(first.begin(), first.end() - 1);
  for (std::size_t f = 0; f < bytes_.size(); ++f) {
    for (std::size_t h = first_hop_[f]; h < first_hop_[f + 1]; ++h) {
      all[next[hop_link_[h]]++] = {class_of_flow_[f], hop_part_[h]};
    }
  }
  std::vector<load> loads;
  for (std::size_t l = 0; l < links_.size(); ++l) {
    const link_class& kind = link_classes_[class_of_link_[l]];
    loads.assign(all.begin() + static_cast<std::ptrdiff_t>(first[l]),
                 all.begin() + static_cast<std::ptrdiff_t>(first[l + 1]));
    join(loads);
    bool same = kind.rate == links_[l].rate && kind.loads.size() == loads.size();
    for (std::size_t i = 0; same && i < loads.size(); ++i) {
      same = loads[i].flow_class == kind.loads[i].flow_class &&
             alike(loads[i].weight, kind.loads[i].weight);
    }
    base::ensure(same, "a link that is not like its class");
  }
}

void flow_classes::fold() {
  refine();
  gather();
  check();
}

}  // namespace sn::network
