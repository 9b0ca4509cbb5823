// Watches from outside whether a fabric keeps bursts in order.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "checker/inline_checker.h"

namespace sn::fabric {

/// Bursts of one source to one destination that touch the same region of 256 bytes reach their
/// target in the order in which they were sent: of two that are delivered, the one sent first is
/// delivered first, and each once; of multicasts only that they were sent, and the order of their
/// first copies. One that fails on its way may be passed. Place one checker as
/// the witness of every hop between devices and one fabric, in both directions. It shares nothing
/// with the fabric's own book-keeping (region_order).
class order_checker : public checker::witness {
 public:
  using reporter = std::function<void(const std::string& violation)>;

  /// Violations abort.
  order_checker();
  explicit order_checker(reporter report) : report_(std::move(report)) {}

  void requested(tlm::tlm_generic_payload& payload, const sc_core::sc_time& time) override;
  void responded(tlm::tlm_generic_payload& payload) override;
  void delivered(tlm::tlm_generic_payload& payload) override;

  /// Deliveries that were checked.
  std::uint64_t deliveries() const { return deliveries_; }

  /// As part of the section of the owner, between two times.
  void save(base::snapshot_writer& to, const kernel::payload_names& names) const;
  void restore(base::snapshot_reader& from, const kernel::payload_names& names);

 private:
  /// A burst between its request and its response.
  struct burst {
    const tlm::tlm_generic_payload* payload;
    sc_core::sc_time sent;
    std::uint64_t first_byte;
    std::uint64_t last_byte;
    bool delivered;
    bool passed;  ///< by one that was sent later
  };
  /// The bursts of one source to one destination, by order of calls.
  using burst_list = std::vector<burst>;

  burst_list& bursts_like(tlm::tlm_generic_payload& payload);
  static burst* find(burst_list& bursts, const tlm::tlm_generic_payload& payload);

  reporter report_;
  std::vector<std::vector<burst_list>> under_way_;  ///< by source and destination
  std::uint64_t deliveries_ = 0;
};

}  // namespace sn::fabric
