#include "pool/hdm_mapping.h"

#include <algorithm>
#include <array>
#include <limits>

namespace sn::pool {

namespace {

constexpr std::array<unsigned, 8> possible_ways{1, 2, 3, 4, 6, 8, 12, 16};
constexpr std::uint64_t smallest_granularity = 256;
constexpr std::uint64_t largest_granularity = smallest_granularity << 6U;

bool overlap(std::uint64_t a, std::uint64_t a_size, std::uint64_t b, std::uint64_t b_size) {
  return a < b + b_size && b < a + a_size;
}

bool share(const hdm_mapping& a, const hdm_mapping& b) {
  const bool same_addresses = overlap(a.base, a.size, b.base, b.size);
  const bool same_devices = overlap(a.first_device, a.ways, b.first_device, b.ways);
  const bool same_memory =
      overlap(a.device_address, a.size / a.ways, b.device_address, b.size / b.ways);
  return same_addresses || (same_devices && same_memory);
}

}  // namespace

bool hdm_mapping::contains(std::uint64_t address, std::uint64_t length) const {
  return address >= base && length <= size && address - base <= size - length;
}

device_place hdm_mapping::locate(std::uint64_t address) const {
  const std::uint64_t offset = address - base;
  const std::uint64_t piece = offset / granularity;
  return {first_device + static_cast<unsigned>(piece % ways),
          device_address + piece / ways * granularity + offset % granularity};
}

bool is_legal(const hdm_mapping& mapping, unsigned devices, base::bytes capacity,
              const std::vector<hdm_mapping>& committed) {
  const auto& m = mapping;
  if (std::find(possible_ways.begin(), possible_ways.end(), m.ways) == possible_ways.end() ||
      m.granularity < smallest_granularity || m.granularity > largest_granularity) {
    return false;
  }
  if (m.base % range_unit != 0 || m.size == 0 || m.size % (range_unit * m.ways) != 0 ||
      m.base > std::numeric_limits<std::uint64_t>::max() - m.size) {
    return false;
  }
  const std::uint64_t per_device = m.size / m.ways;
  if (m.first_device + m.ways > devices || per_device > capacity.value ||
      m.device_address > capacity.value - per_device) {
    return false;
  }
  return std::none_of(committed.begin(), committed.end(),
                      [&](const hdm_mapping& other) { return share(m, other); });
}

}  // namespace sn::pool
