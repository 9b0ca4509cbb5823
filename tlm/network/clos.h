// Two stages of switches: leaves to which endpoints are attached, and spines above them.
#pragma once

#include "network/topology.h"

namespace sn::network {

/// A two-stage Clos network. A leaf stands for all switches that serve the same endpoints, and its
/// uplinks are one link, as traffic is sprayed over all spines, which do not block.
///
/// Links: endpoints up, endpoints down, leaves up, leaves down.
class clos : public topology {
 public:
  struct parameters {
    std::uint32_t endpoints = 2;
    std::uint32_t endpoints_per_leaf = 1;  ///< the last leaf may have fewer
    base::bytes_per_second rate;           ///< of an endpoint, each way
    base::bytes_per_second leaf_rate;      ///< of all uplinks of a leaf together, each way
    base::picoseconds leaf_latency;        ///< between endpoints of one leaf
    base::picoseconds spine_latency;       ///< more than that between endpoints of two leaves
  };

  explicit clos(const parameters& what);

  std::uint32_t endpoints() const override { return what_.endpoints; }
  std::uint32_t links() const override { return 2 * (what_.endpoints + leaves_); }
  std::uint32_t leaves() const { return leaves_; }
  link link_at(link_id index) const override;
  void append_route(std::uint32_t from, std::uint32_t to, route& way) const override;

 private:
  parameters what_;
  std::uint32_t leaves_;
};

}  // namespace sn::network
