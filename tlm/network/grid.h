// Tori and meshes of any dimension: every endpoint is a router with a link to each neighbour.
#pragma once

#include <vector>

#include "network/topology.h"

namespace sn::network {

/// How a grid chooses among minimal ways.
enum class grid_routing : std::uint8_t {
  dimension_order,   ///< all of the first dimension, then all of the second, ...
  minimal_adaptive,  ///< evenly over all minimal ways: what adaptive routing tends to when all load
                     ///< it alike
};

/// One dimension of a grid.
struct grid_dimension {
  std::uint32_t size = 1;
  bool wraparound = false;      ///< a torus in this dimension; of two, the neighbours are one
  base::bytes_per_second rate;  ///< of a link, one direction
  base::picoseconds latency;    ///< of a hop
};

/// A grid. Endpoint numbers count dimension 0 fastest. Where two ways around a ring are equally
/// long, each takes half. Link (endpoint x dimensions + dimension) x 2 goes to the next higher
/// coordinate, the one after it to the next lower; those that would leave a mesh do not exist.
class grid : public topology {
 public:
  /// `endpoint_latency`: of the ends, once per way.
  grid(std::vector<grid_dimension> dimensions, grid_routing routing,
       base::picoseconds endpoint_latency);

  std::uint32_t endpoints() const override { return endpoints_; }
  std::uint32_t links() const override;
  link link_at(link_id index) const override;
  void append_route(std::uint32_t from, std::uint32_t to, route& way) const override;

  const std::vector<grid_dimension>& dimensions() const { return dimensions_; }

 private:
  /// Steps in one direction along a dimension.
  struct leg {
    std::uint32_t dimension;
    std::uint32_t steps;
    bool up;
  };

  std::uint32_t coordinate(std::uint32_t endpoint, std::size_t dimension) const;
  std::uint32_t neighbour(std::uint32_t endpoint, std::size_t dimension, bool up) const;
  link_id link_of(std::uint32_t endpoint, std::size_t dimension, bool up) const;
  void append_in_order(std::uint32_t from, const std::vector<leg>& legs, double part,
                       route& way) const;
  void append_spread(std::uint32_t from, const std::vector<leg>& legs, double part,
                     route& way) const;

  std::vector<grid_dimension> dimensions_;
  std::vector<std::uint32_t> strides_;
  grid_routing routing_;
  base::picoseconds endpoint_latency_;
  std::uint32_t endpoints_ = 1;
};

}  // namespace sn::network
