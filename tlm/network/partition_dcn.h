// The network for storage, the KV-cache store and users: each partition has a link of its own to
// it, which all its accelerators share.
#pragma once

#include "network/topology.h"

namespace sn::network {

/// What accelerators talk to over the DCN.
enum class dcn_service : std::uint8_t { storage = 0, kv_store = 1, front_end = 2 };
inline constexpr std::uint32_t dcn_services = 3;

/// Endpoints: accelerators 0 to n - 1, partition by partition; then for each partition its
/// storage, its KV store and its front end. Everything between a service and an accelerator goes
/// over the DCN link of the partition's CIPU and over the CIPU's ports on ALink; storage has a
/// limit of its own. What lies behind the DCN link does not block, and services only serve their
/// partition.
class partition_dcn : public topology {
 public:
  struct parameters {
    std::uint32_t partitions = 1;
    std::uint32_t accelerators_per_partition = 1;
    base::bytes_per_second dcn_rate;          ///< of a CIPU, each way
    base::bytes_per_second storage_rate;      ///< of a partition, each way
    base::bytes_per_second cipu_rate;         ///< of a CIPU on ALink, each way
    base::bytes_per_second accelerator_rate;  ///< of an accelerator on ALink, each way
    base::picoseconds latency;                ///< from a service to an accelerator
  };

  explicit partition_dcn(const parameters& what) : what_(what) {}

  std::uint32_t accelerators() const { return what_.partitions * what_.accelerators_per_partition; }
  std::uint32_t service(std::uint32_t partition, dcn_service which) const {
    return accelerators() + partition * dcn_services + static_cast<std::uint32_t>(which);
  }
  std::uint32_t partition_of(std::uint32_t accelerator) const {
    return accelerator / what_.accelerators_per_partition;
  }

  std::uint32_t endpoints() const override {
    return accelerators() + what_.partitions * dcn_services;
  }
  std::uint32_t links() const override { return 2 * accelerators() + 6 * what_.partitions; }
  link link_at(link_id index) const override;
  /// Between an accelerator and a service of its partition.
  void append_route(std::uint32_t from, std::uint32_t to, route& way) const override;

 private:
  /// Links of a partition, after those of the accelerators.
  enum class part : std::uint32_t { dcn = 0, storage = 2, cipu = 4 };
  link_id link_of(std::uint32_t partition, part which, bool inward) const;

  parameters what_;
};

}  // namespace sn::network
