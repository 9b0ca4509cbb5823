// What an HDM decoder maps: a range of addresses on ALink, interleaved over memory devices.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/units.h"

namespace sn::pool {

/// Ranges begin and end at multiples of this.
inline constexpr std::uint64_t range_unit = std::uint64_t{256} << 20U;

/// A place in a memory device.
struct device_place {
  unsigned device = 0;
  std::uint64_t address = 0;
};

/// A mapping as the registers of a decoder state it.
///
/// Consecutive pieces of `granularity` bytes go to consecutive devices, whatever the number of
/// ways: piece k lies in device first_device + k mod ways at device_address + (k div ways) *
/// granularity.
struct hdm_mapping {
  std::uint64_t base = 0;  ///< first address on ALink
  std::uint64_t size = 0;  ///< bytes
  std::uint64_t device_address = 0;
  unsigned ways = 1;
  std::uint64_t granularity = 256;  ///< bytes
  unsigned first_device = 0;
  base::pod_id pod = 0;  ///< who may use it

  /// [address, address + length) lies in the range.
  bool contains(std::uint64_t address, std::uint64_t length) const;
  /// Where the byte at `address` lies, which the range must contain.
  device_place locate(std::uint64_t address) const;
};

/// The mapping is one that a pool of `devices` memories of `capacity` each can put into force
/// beside those already `committed`: ways and granularity exist, the range is aligned and does not
/// wrap, all its pieces lie within devices, and it shares neither addresses nor memory with
/// another.
bool is_legal(const hdm_mapping& mapping, unsigned devices, base::bytes capacity,
              const std::vector<hdm_mapping>& committed);

}  // namespace sn::pool
