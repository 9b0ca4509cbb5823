#include "network/grid.h"

#include <map>
#include <utility>

#include "base/error.h"

namespace sn::network {

grid::grid(std::vector<grid_dimension> dimensions, grid_routing routing,
           base::picoseconds endpoint_latency)
    : dimensions_(std::move(dimensions)), routing_(routing), endpoint_latency_(endpoint_latency) {
  for (const grid_dimension& one : dimensions_) {
    base::ensure(one.size > 0, "a dimension without endpoints");
    strides_.push_back(endpoints_);
    endpoints_ *= one.size;
  }
}

std::uint32_t grid::links() const {
  return endpoints_ * static_cast<std::uint32_t>(dimensions_.size()) * 2;
}

link grid::link_at(link_id index) const {
  const grid_dimension& along = dimensions_[index / 2 % dimensions_.size()];
  return {along.rate, along.latency};
}

std::uint32_t grid::coordinate(std::uint32_t endpoint, std::size_t dimension) const {
  return endpoint / strides_[dimension] % dimensions_[dimension].size;
}

std::uint32_t grid::neighbour(std::uint32_t endpoint, std::size_t dimension, bool up) const {
  const std::uint32_t size = dimensions_[dimension].size;
  const std::uint32_t here = coordinate(endpoint, dimension);
  const std::uint32_t there = (here + (up ? 1 : size - 1)) % size;
  return endpoint - here * strides_[dimension] + there * strides_[dimension];
}

link_id grid::link_of(std::uint32_t endpoint, std::size_t dimension, bool up) const {
  const std::size_t index = (endpoint * dimensions_.size() + dimension) * 2 + (up ? 0 : 1);
  return static_cast<link_id>(index);
}

void grid::append_in_order(std::uint32_t from, const std::vector<leg>& legs, double part,
                           route& way) const {
  for (const leg& one : legs) {
    for (std::uint32_t step = 0; step < one.steps; ++step) {
      way.hops.push_back({link_of(from, one.dimension, one.up), part});
      from = neighbour(from, one.dimension, one.up);
    }
  }
}

// All orders of the steps are equally likely if each step goes along a dimension with a probability
// in proportion to the steps that are left in it.
void grid::append_spread(std::uint32_t from, const std::vector<leg>& legs, double part,
                         route& way) const {
  // What reaches each point of the box of minimal ways, by steps taken; points in order of need.
  struct point {
    std::uint32_t endpoint;
    double part;
  };
  std::map<std::vector<std::uint32_t>, point> reached;
  std::uint32_t total = 0;
  for (const leg& one : legs) {
    total += one.steps;
  }
  reached[std::vector<std::uint32_t>(legs.size(), 0)] = {from, part};
  for (std::uint32_t taken = 0; taken < total; ++taken) {
    std::map<std::vector<std::uint32_t>, point> next;
    for (const auto& [steps, at] : reached) {
      for (std::size_t k = 0; k < legs.size(); ++k) {
        const std::uint32_t left = legs[k].steps - steps[k];
        if (left == 0) {
          continue;
        }
        const double share = at.part * left / (total - taken);
        way.hops.push_back({link_of(at.endpoint, legs[k].dimension, legs[k].up), share});
        std::vector<std::uint32_t> further = steps;
        ++further[k];
        point& there = next[further];
        there.endpoint = neighbour(at.endpoint, legs[k].dimension, legs[k].up);
        there.part += share;
      }
    }
    reached = std::move(next);
  }
}

void grid::append_route(std::uint32_t from, std::uint32_t to, route& way) const {
  // Legs of the shorter way in each dimension; where both are as short, there are two variants.
  std::vector<std::vector<leg>> variants(1);
  way.latency += endpoint_latency_;
  for (std::size_t k = 0; k < dimensions_.size(); ++k) {
    const std::uint32_t size = dimensions_[k].size;
    const std::uint32_t here = coordinate(from, k);
    const std::uint32_t there = coordinate(to, k);
    if (here == there) {
      continue;
    }
    const std::uint32_t above = (there + size - here) % size;
    const std::uint32_t below = size - above;
    const auto dimension = static_cast<std::uint32_t>(k);
    bool up = there > here;
    std::uint32_t steps = up ? there - here : here - there;
    // A ring of two has one neighbour, reached by the links of both directions.
    bool both = false;
    if (dimensions_[k].wraparound) {
      up = above <= below;
      steps = up ? above : below;
      both = above == below;
    }
    way.latency += dimensions_[k].latency * steps;
    const std::size_t count = variants.size();
    for (std::size_t v = 0; v < count; ++v) {
      if (both) {
        variants.push_back(variants[v]);
        variants.back().push_back({dimension, steps, false});
      }
      variants[v].push_back({dimension, steps, up});
    }
  }
  const double part = 1.0 / static_cast<double>(variants.size());
  for (const std::vector<leg>& legs : variants) {
    if (routing_ == grid_routing::dimension_order) {
      append_in_order(from, legs, part, way);
    } else {
      append_spread(from, legs, part, way);
    }
  }
}

}  // namespace sn::network
