// Many domains alike, joined by a network between them.
#pragma once

#include <memory>

#include "network/topology.h"

namespace sn::network {

/// How endpoints of a domain reach the network between domains.
enum class outer_attachment : std::uint8_t {
  endpoint,  ///< each by a port of its own
  shared,    ///< by ports of the domain that all its endpoints share, over the domain's network
};

/// `domains` copies of one topology and a network between them. An endpoint is numbered domain by
/// domain. Traffic within a domain never leaves it; traffic between domains takes the outer network
/// only, with `shared` also the inner one up to the shared ports, which are the last endpoint of
/// the inner topology and no endpoint of the cluster.
class cluster : public topology {
 public:
  /// The outer network has an endpoint per endpoint of the cluster, with `shared` one per domain.
  cluster(std::shared_ptr<const topology> inner, std::uint32_t domains,
          std::shared_ptr<const topology> outer, outer_attachment attachment);

  std::uint32_t endpoints() const override { return domains_ * per_domain_; }
  std::uint32_t links() const override;
  link link_at(link_id index) const override;
  void append_route(std::uint32_t from, std::uint32_t to, route& way) const override;

  std::uint32_t endpoints_per_domain() const { return per_domain_; }

 private:
  void append_inner(std::uint32_t domain, std::uint32_t from, std::uint32_t to, route& way) const;

  std::shared_ptr<const topology> inner_;
  std::uint32_t domains_;
  std::shared_ptr<const topology> outer_;
  outer_attachment attachment_;
  std::uint32_t per_domain_;
};

}  // namespace sn::network
