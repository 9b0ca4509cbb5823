// Networks of directed links as fluids see them: links, and which of them a flow takes.
#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"

namespace sn::network {

/// Index of a directed link of a topology.
using link_id = std::uint32_t;

/// A directed link, or several alike over which everything is spread evenly.
struct link {
  base::bytes_per_second rate;  ///< of payload
  base::picoseconds latency;    ///< from its start to the start of the next, without serialisation
};

/// A link of a flow's way.
struct hop {
  link_id link = 0;
  double part = 1.0;  ///< of the flow's bytes that take it, above 0 and at most 1
};

/// What a flow takes. Its ways may split; then the latency is that of the longest.
struct route {
  std::vector<hop> hops;
  base::picoseconds latency;
};

/// Links and routes between endpoints.
class topology {
 public:
  topology() = default;
  topology(const topology&) = delete;
  topology& operator=(const topology&) = delete;
  virtual ~topology() = default;

  /// Endpoints are numbered from 0.
  virtual std::uint32_t endpoints() const = 0;
  /// Links are numbered from 0.
  virtual std::uint32_t links() const = 0;
  virtual link link_at(link_id index) const = 0;
  /// Appends the way from one endpoint to another, which is not the same, to `way`.
  virtual void append_route(std::uint32_t from, std::uint32_t to, route& way) const = 0;
};

}  // namespace sn::network
