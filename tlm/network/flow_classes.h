// Flows and links that cannot be told apart, as one.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "network/topology.h"

namespace sn::network {

/// Flows of which the same number of bytes is to be carried over links that are alike.
struct flow_class {
  std::uint64_t flows = 0;
  std::uint64_t bytes = 0;  ///< of each
  base::picoseconds latency;
  std::vector<hop> hops;  ///< `link` is a link class, `part` the sum over its links; ascending
};

/// Links of one rate that carry the same flows: so many of each class.
struct link_class {
  struct load {
    std::uint32_t flow_class = 0;
    double weight = 0.0;  ///< sum of the parts of that class's flows that take one of the links
  };

  std::uint64_t links = 0;
  base::bytes_per_second rate;
  std::vector<load> loads;  ///< ascending
};

/// A set of flows that start together, folded: two flows are of one class if they have the same
/// size and latency and take links of the same classes in the same parts; two links, if they have
/// the same rate and carry the same parts of flows of the same classes. Fair rates are then the
/// same for all members of a class (the partition is equitable), so that the classes can be solved
/// in place of flows: 165,888 flows of a ring are one class.
///
/// Classes are found by refining colours, 64-bit hashes of what a flow or link sees, until no more
/// classes appear. What they have found is then checked member by member, without hashes.
class flow_classes {
 public:
  explicit flow_classes(const topology& network) : network_(network) {}

  /// A flow of `bytes` bytes, not 0, from an endpoint to another.
  void add(std::uint32_t from, std::uint32_t to, std::uint64_t bytes);
  /// Flows so far.
  std::uint64_t size() const { return bytes_.size(); }
  /// Finds the classes. Call once, after the last add().
  void fold();

  const std::vector<flow_class>& flows() const { return flow_classes_; }
  const std::vector<link_class>& links() const { return link_classes_; }

 private:
  using colour = std::uint64_t;

  void refine();
  void gather();
  void check() const;

  const topology& network_;
  route way_;  ///< scratch of add()

  // Flows; hops of flow f are hop_link_[first_hop_[f]] to before first_hop_[f + 1].
  std::vector<std::uint64_t> bytes_;
  std::vector<base::picoseconds> latency_;
  std::vector<std::size_t> first_hop_{0};
  std::vector<std::uint32_t> hop_link_;  ///< index into links_
  std::vector<double> hop_part_;

  std::unordered_map<link_id, std::uint32_t> index_of_link_;
  std::vector<link> links_;  ///< those that are taken

  std::vector<colour> flow_colour_;
  std::vector<colour> link_colour_;
  std::vector<std::uint32_t> class_of_flow_;
  std::vector<std::uint32_t> class_of_link_;
  std::vector<flow_class> flow_classes_;
  std::vector<link_class> link_classes_;
};

}  // namespace sn::network
