#include "fabric/spray.h"

#include "base/error.h"

namespace sn::fabric {

burst_spread spread(std::uint64_t address, std::uint64_t length, std::uint16_t plane_mask) {
  base::ensure(length != 0 && plane_mask != 0, "a burst is spread over nothing");
  std::array<std::uint8_t, plane_limit> plane_at{};
  std::uint64_t planes = 0;
  for (unsigned plane = 0; plane < plane_limit; ++plane) {
    if (((plane_mask >> plane) & 1U) != 0) {
      plane_at[planes++] = static_cast<std::uint8_t>(plane);
    }
  }

  const std::uint64_t first = address / region_bytes;
  const std::uint64_t last = (address + (length - 1)) / region_bytes;
  const std::uint64_t regions = last - first + 1;
  const std::uint64_t places = regions < planes ? regions : planes;
  burst_spread result;
  for (std::uint64_t i = 0; i < places; ++i) {
    const unsigned plane = plane_at[(first + i) % planes];
    plane_share& share = result.share[plane];
    share.regions = (regions - i + planes - 1) / planes;
    share.bytes = share.regions * region_bytes;
    result.used = static_cast<std::uint16_t>(result.used | (1U << plane));
  }
  // The first and the last region may be touched in part only.
  result.share[plane_at[first % planes]].bytes -= address % region_bytes;
  result.share[plane_at[last % planes]].bytes -=
      region_bytes - 1 - (address + (length - 1)) % region_bytes;
  return result;
}

}  // namespace sn::fabric
