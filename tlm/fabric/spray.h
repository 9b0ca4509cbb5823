// Which bytes of a burst take which plane.
#pragma once

#include <array>
#include <cstdint>

namespace sn::fabric {

/// Largest number of planes: one bit each in a burst's plane mask.
inline constexpr unsigned plane_limit = 16;
/// Bytes of a region: the unit that is sprayed and that stays in order.
inline constexpr std::uint64_t region_bytes = 256;

/// What one plane carries of a burst.
struct plane_share {
  std::uint64_t bytes = 0;
  std::uint64_t regions = 0;  ///< regions touched, whole or in part
};

/// A burst as it is spread over planes.
struct burst_spread {
  std::array<plane_share, plane_limit> share{};
  std::uint16_t used = 0;  ///< the planes that carry something
};

/// Spreads `length` bytes at `address` over the planes of `plane_mask`: region r (address / 256)
/// takes the plane of the mask's (r mod n)-th set bit, n being the number of set bits. One region
/// thus always takes the same plane, which keeps its order. Neither `length` nor the mask may be 0.
burst_spread spread(std::uint64_t address, std::uint64_t length, std::uint16_t plane_mask);

}  // namespace sn::fabric
