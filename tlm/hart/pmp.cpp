#include "hart/pmp.h"

namespace sn::hart {
namespace {

constexpr std::uint8_t allow_read = 1U << 0;
constexpr std::uint8_t allow_write = 1U << 1;
constexpr std::uint8_t allow_execute = 1U << 2;
constexpr std::uint8_t locked = 1U << 7;
constexpr std::uint8_t implemented = 0x9f;

enum class matching : unsigned { off, top_of_range, four_bytes, power_of_two };

matching matching_of(std::uint8_t configuration) {
  return static_cast<matching>(configuration >> 3 & 3U);
}

std::uint8_t permission_for(access_kind kind) {
  switch (kind) {
    case access_kind::fetch:
      return allow_execute;
    case access_kind::load:
      return allow_read;
    default:
      return allow_write;
  }
}

/// Bits 55:2 of an address, the most that RV64 has.
constexpr std::uint64_t address_mask = (std::uint64_t{1} << 54) - 1;

}  // namespace

void pmp::reset() {
  configuration_.fill(0);
  address_.fill(0);
  update();
}

void pmp::write_configuration(unsigned entry, std::uint8_t value) {
  std::uint8_t& mine = configuration_.at(entry);
  const bool reserved = (value & (allow_read | allow_write)) == allow_write;
  if ((mine & locked) == 0 && !reserved) {
    mine = value & implemented;
    update();
  }
}

void pmp::write_address(unsigned entry, std::uint64_t value) {
  const bool below_locked_top = entry + 1 < entries &&
                                (configuration_.at(entry + 1) & locked) != 0 &&
                                matching_of(configuration_.at(entry + 1)) == matching::top_of_range;
  if ((configuration_.at(entry) & locked) == 0 && !below_locked_top) {
    address_.at(entry) = value & address_mask;
    update();
  }
}

void pmp::load(const std::array<std::uint8_t, entries>& configurations,
               const std::array<std::uint64_t, entries>& addresses) {
  configuration_ = configurations;
  address_ = addresses;
  update();
}

void pmp::update() {
  binds_machine_ = false;
  for (unsigned i = 0; i < entries; ++i) {
    range& mine = ranges_.at(i);
    const std::uint64_t here = address_.at(i);
    mine = {};
    switch (matching_of(configuration_.at(i))) {
      case matching::off:
        break;
      case matching::top_of_range:
        mine.begin = i == 0 ? 0 : address_.at(i - 1) * 4;
        mine.last = here * 4 - 1;
        mine.any = mine.begin < here * 4;
        break;
      case matching::four_bytes:
        mine = {here * 4, here * 4 + 3, true};
        break;
      case matching::power_of_two: {
        // The trailing ones say how large: none is 8 bytes.
        const std::uint64_t ones = here ^ (here + 1);
        mine = {(here & ~ones) * 4, (here | ones) * 4 + 3, true};
        break;
      }
    }
    binds_machine_ = binds_machine_ || (mine.any && (configuration_.at(i) & locked) != 0);
  }
}

bool pmp::allows(std::uint64_t physical, std::uint64_t size, access_kind kind,
                 privilege mode) const {
  const std::uint64_t last = physical + size - 1;
  for (unsigned i = 0; i < entries; ++i) {
    const range& each = ranges_.at(i);
    if (!each.any || last < each.begin || physical > each.last) {
      continue;
    }
    if (physical < each.begin || last > each.last) {
      return false;
    }
    const std::uint8_t configuration = configuration_.at(i);
    return (mode == privilege::machine && (configuration & locked) == 0) ||
           (configuration & permission_for(kind)) != 0;
  }
  return mode == privilege::machine;
}

bool pmp::is_uniform(std::uint64_t physical, std::uint64_t size) const {
  const std::uint64_t last = physical + size - 1;
  for (const range& each : ranges_) {
    const bool touches = each.any && each.begin <= last && each.last >= physical;
    if (touches && (each.begin > physical || each.last < last)) {
      return false;
    }
  }
  return true;
}

}  // namespace sn::hart
