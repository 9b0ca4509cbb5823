// A single stage of switches: every endpoint has a link to it and one from it.
#pragma once

#include "network/topology.h"

namespace sn::network {

/// All planes of single-stage switches as one: traffic is sprayed over them evenly, and no switch
/// blocks. Links 0 to n - 1 go up from the endpoints, n to 2 n - 1 down to them.
class star : public topology {
 public:
  struct parameters {
    std::uint32_t endpoints = 2;
    base::bytes_per_second rate;     ///< of an endpoint, each way, all planes together
    base::picoseconds path_latency;  ///< from endpoint to endpoint
    /// Of one more endpoint, the last: devices that all others share. 0: there is none.
    base::bytes_per_second shared_rate;
  };

  explicit star(const parameters& what) : what_(what) {}

  std::uint32_t endpoints() const override {
    return what_.endpoints + (what_.shared_rate.value != 0 ? 1 : 0);
  }
  std::uint32_t links() const override { return 2 * endpoints(); }
  link link_at(link_id index) const override;
  void append_route(std::uint32_t from, std::uint32_t to, route& way) const override;

 private:
  parameters what_;
};

}  // namespace sn::network
