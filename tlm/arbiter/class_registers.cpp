#include "arbiter/class_registers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace sn::arbiter {

namespace {

constexpr std::uint32_t word_bytes = 4;

[[noreturn]] void refuse(std::uint32_t offset, const char* why) {
  throw register_access_error(fmt::format("arbiter register {:#06x}: {}", offset, why));
}

/// The register, or the array of registers, that has the word at `offset`.
const base::register_info& described_at(std::uint32_t offset) {
  if (offset % word_bytes == 0) {
    for (const base::register_info& info : class_offset::table) {
      if (offset >= info.offset && offset < info.offset + info.count * info.stride) {
        return info;
      }
    }
  }
  refuse(offset, "no such register");
}

/// What the register at `offset` holds after reset.
std::uint32_t reset_value(std::uint32_t offset) {
  return described_at(offset).reset;
}

/// Word `index`, low one first.
std::uint32_t word_of(std::uint64_t value, std::uint32_t index) {
  return static_cast<std::uint32_t>(value >> (index * 32));
}

}  // namespace

class_registers::class_registers(unsigned ports, unsigned iterations, unsigned classes)
    : ports_(ports), iterations_(iterations), classes_(classes) {
  reset();
}

void class_registers::reset() {
  counting_ = class_offset::control_field::count.get(reset_value(class_offset::control)) != 0;
  hold_limit_ = static_cast<std::uint16_t>(reset_value(class_offset::hold_limit));
  weight_.fill(static_cast<std::uint8_t>(reset_value(class_offset::weight)));
  age_limit_.fill(static_cast<std::uint16_t>(reset_value(class_offset::age_limit)));
  enabled_ = {};
  for (std::uint32_t word = 0; word < base::port_limit / 32; ++word) {
    set_enabled(word, reset_value(class_offset::port_enable));
  }
  totals_ = {};
  grants_ = {};
}

std::uint32_t class_registers::read(std::uint32_t offset) const {
  const base::register_info& info = described_at(offset);
  return value(info.offset, (offset - info.offset) / info.stride) & info.read_mask;
}

std::uint32_t class_registers::value(std::uint32_t first, std::uint32_t index) const {
  switch (first) {
    case class_offset::capability:
      return class_capability(ports_, iterations_, classes_);
    case class_offset::control:
      return class_offset::control_field::count.set(0, counting_ ? 1 : 0);
    case class_offset::hold_limit:
      return hold_limit_;
    case class_offset::weight:
      return index < classes_ ? weight_[index] : 0;
    case class_offset::age_limit:
      return index < classes_ ? age_limit_[index] : 0;
    case class_offset::port_enable:
      return word_of(enabled_.word[index / 2], index % 2);
    case class_offset::slots_lo:
      return word_of(totals_.slots, 0);
    case class_offset::slots_hi:
      return word_of(totals_.slots, 1);
    case class_offset::conflicts_lo:
      return word_of(totals_.conflicts, 0);
    case class_offset::conflicts_hi:
      return word_of(totals_.conflicts, 1);
    case class_offset::idle_waiting_lo:
      return word_of(totals_.idle_waiting, 0);
    case class_offset::idle_waiting_hi:
      return word_of(totals_.idle_waiting, 1);
    case class_offset::multicast_grants_lo:
      return word_of(totals_.multicast_grants, 0);
    case class_offset::multicast_grants_hi:
      return word_of(totals_.multicast_grants, 1);
    case class_offset::grants:
      return grants_[index / base::port_limit][index % base::port_limit];
    default:
      base::invariant_violated("class_registers: a register without a value");
  }
}

void class_registers::write(std::uint32_t offset, std::uint32_t written) {
  const base::register_info& info = described_at(offset);
  if (info.write_mask == 0) {
    refuse(offset, "cannot be written");
  }
  const std::uint32_t index = (offset - info.offset) / info.stride;
  const std::uint32_t bits = written & info.write_mask;
  switch (info.offset) {
    case class_offset::control:
      counting_ = class_offset::control_field::count.get(bits) != 0;
      if (class_offset::control_field::clear.get(bits) != 0) {
        totals_ = {};
        grants_ = {};
      }
      break;
    case class_offset::hold_limit:
      hold_limit_ = static_cast<std::uint16_t>(bits);
      break;
    case class_offset::weight:
      weight_[index] = static_cast<std::uint8_t>(bits);
      break;
    case class_offset::age_limit:
      age_limit_[index] = static_cast<std::uint16_t>(bits);
      break;
    case class_offset::port_enable:
      set_enabled(index, bits);
      break;
    default:
      base::invariant_violated("class_registers: a register that nothing takes writes of");
  }
}

void class_registers::set_enabled(std::uint32_t word, std::uint32_t ports) {
  base::port_set mask;
  base::port_set bits;
  mask.word[word / 2] = std::uint64_t{0xffffffff} << (word % 2 * 32);
  bits.word[word / 2] = std::uint64_t{ports} << (word % 2 * 32);
  enabled_ = ((enabled_ & ~mask) | bits) & base::port_set::first(ports_);
}

void class_registers::count(const class_grant& grant, unsigned conflicts, unsigned idle) {
  if (!counting_) {
    return;
  }
  totals_.slots += 1;
  totals_.conflicts += conflicts;
  totals_.idle_waiting += idle;
  totals_.multicast_grants += grant.multicast.count();
  (grant.granted & ~grant.multicast).for_each([&](unsigned output) {
    ++grants_[grant.class_for_output[output]][output];
  });
}

void class_registers::put_counters(std::uint64_t total, std::uint32_t grants) {
  totals_ = {total, total, total, total};
  for (unsigned c = 0; c < classes_; ++c) {
    std::fill_n(grants_[c].begin(), ports_, grants);
  }
}

}  // namespace sn::arbiter
