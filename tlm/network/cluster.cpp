#include "network/cluster.h"

#include <utility>

#include "base/error.h"

namespace sn::network {

cluster::cluster(std::shared_ptr<const topology> inner, std::uint32_t domains,
                 std::shared_ptr<const topology> outer, outer_attachment attachment)
    : inner_(std::move(inner)),
      domains_(domains),
      outer_(std::move(outer)),
      attachment_(attachment),
      per_domain_(inner_->endpoints() - (attachment == outer_attachment::shared ? 1 : 0)) {
  base::ensure(
      outer_->endpoints() == (attachment == outer_attachment::shared ? domains : endpoints()),
      "a network between domains with another number of ports than they have");
}

std::uint32_t cluster::links() const {
  return domains_ * inner_->links() + outer_->links();
}

link cluster::link_at(link_id index) const {
  const std::uint32_t inside = domains_ * inner_->links();
  return index < inside ? inner_->link_at(index % inner_->links())
                        : outer_->link_at(index - inside);
}

void cluster::append_inner(std::uint32_t domain, std::uint32_t from, std::uint32_t to,
                           route& way) const {
  const std::size_t first = way.hops.size();
  inner_->append_route(from, to, way);
  for (std::size_t i = first; i < way.hops.size(); ++i) {
    way.hops[i].link += domain * inner_->links();
  }
}

void cluster::append_route(std::uint32_t from, std::uint32_t to, route& way) const {
  const std::uint32_t source = from / per_domain_;
  const std::uint32_t destination = to / per_domain_;
  if (source == destination) {
    append_inner(source, from % per_domain_, to % per_domain_, way);
    return;
  }
  const bool shared = attachment_ == outer_attachment::shared;
  if (shared) {
    append_inner(source, from % per_domain_, per_domain_, way);
  }
  const std::size_t first = way.hops.size();
  outer_->append_route(shared ? source : from, shared ? destination : to, way);
  for (std::size_t i = first; i < way.hops.size(); ++i) {
    way.hops[i].link += domains_ * inner_->links();
  }
  if (shared) {
    append_inner(destination, per_domain_, to % per_domain_, way);
  }
}

}  // namespace sn::network
