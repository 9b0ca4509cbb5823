// A rail-optimised network between domains: endpoints of the same place in their domains meet at
// the same leaf.
#pragma once

#include "network/topology.h"

namespace sn::network {

/// Rail r joins the endpoints at place r of every domain: a leaf serves one rail of
/// `domains_per_leaf` domains, so two of its endpoints are one switch apart. Everything else goes
/// over spines, which do not block. Links: endpoints up, endpoints down, leaves up, leaves down.
class rails : public topology {
 public:
  struct parameters {
    std::uint32_t domains = 2;
    std::uint32_t endpoints_per_domain = 1;
    std::uint32_t domains_per_leaf = 1;
    base::bytes_per_second rate;       ///< of an endpoint, each way
    base::bytes_per_second leaf_rate;  ///< of all uplinks of a full leaf together, each way
    base::picoseconds leaf_latency;    ///< between endpoints of one leaf
    base::picoseconds spine_latency;   ///< more than that between endpoints of two leaves
  };

  explicit rails(const parameters& what);

  std::uint32_t endpoints() const override { return what_.domains * what_.endpoints_per_domain; }
  std::uint32_t links() const override { return 2 * (endpoints() + leaves_); }
  link link_at(link_id index) const override;
  void append_route(std::uint32_t from, std::uint32_t to, route& way) const override;

 private:
  std::uint32_t leaf_of(std::uint32_t endpoint) const;

  parameters what_;
  std::uint32_t leaves_;
};

}  // namespace sn::network
