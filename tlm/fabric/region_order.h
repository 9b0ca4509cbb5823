// Keeps bursts to the same regions in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sn::fabric {

/// The bursts from one source to one destination that are under way, in the order in which they set
/// out. Planes are not equally fast, so a burst can be complete at its target before an earlier one
/// is; it may be delivered only if no earlier one touches a region (256 bytes) that it touches.
class region_order {
 public:
  using burst_index = std::uint32_t;

  /// `burst`, which touches the regions of `length` bytes at `address`, sets out.
  void enter(burst_index burst, std::uint64_t address, std::uint64_t length);
  /// `burst` has arrived: may it be delivered? If not, leave() will name it in due course.
  bool may_pass(burst_index burst);
  /// `burst` was delivered. Appends to `released` the bursts that were held and may now pass.
  void leave(burst_index burst, std::vector<burst_index>& released);

  template <typename Archive>
  void fields(Archive& io) {
    io(entries_);
  }

 private:
  struct entry {
    burst_index burst;
    bool held;
    std::uint64_t first_region;
    std::uint64_t last_region;

    template <typename Archive>
    void fields(Archive& io) {
      io(burst, held, first_region, last_region);
    }
  };

  std::size_t place_of(burst_index burst) const;
  bool blocked(std::size_t place) const;

  std::vector<entry> entries_;
};

}  // namespace sn::fabric
