#include "arbiter/class_registers.h"

#include <fmt/format.h>

namespace sn::arbiter {

namespace {

constexpr std::uint16_t reset_age_limit = 1024;
constexpr std::uint8_t reset_weight = 1;
constexpr std::uint32_t control_count = 1U << 0U;
constexpr std::uint32_t control_clear = 1U << 1U;

[[noreturn]] void refuse(std::uint32_t offset, const char* why) {
  throw register_access_error(fmt::format("arbiter register {:#06x}: {}", offset, why));
}

/// The offset is that of a member of an array of `count` registers from `first` on.
bool lies_in(std::uint32_t offset, std::uint32_t first, unsigned count) {
  return offset >= first && offset < first + 4 * count;
}

constexpr unsigned per_class = class_limit;
constexpr unsigned total_words = 8;
constexpr unsigned grant_words = class_limit * base::port_limit;

}  // namespace

class_registers::class_registers(unsigned ports, unsigned iterations, unsigned classes)
    : ports_(ports), iterations_(iterations), classes_(classes) {
  reset();
}

void class_registers::reset() {
  counting_ = true;
  hold_limit_ = 0;
  weight_.fill(reset_weight);
  age_limit_.fill(reset_age_limit);
  enabled_ = base::port_set::first(ports_);
  totals_ = {};
  grants_ = {};
}

std::uint32_t class_registers::read(std::uint32_t offset) const {
  const unsigned word = offset / 4;
  if (offset % 4 == 0) {
    if (offset == class_offset::capability) {
      return class_capability(ports_, iterations_, classes_);
    }
    if (offset == class_offset::control) {
      return counting_ ? control_count : 0;
    }
    if (offset == class_offset::hold_limit) {
      return hold_limit_;
    }
    if (lies_in(offset, class_offset::weight, per_class)) {
      return word % per_class < classes_ ? weight_[word % per_class] : 0;
    }
    if (lies_in(offset, class_offset::age_limit, per_class)) {
      return word % per_class < classes_ ? age_limit_[word % per_class] : 0;
    }
    if (lies_in(offset, class_offset::port_enable, base::port_limit / 32)) {
      const unsigned quarter = word % 4;
      return static_cast<std::uint32_t>(enabled_.word[quarter / 2] >> (quarter % 2 * 32));
    }
    if (lies_in(offset, class_offset::slots, total_words)) {
      const unsigned index = word - class_offset::slots / 4;
      return static_cast<std::uint32_t>(totals_[index / 2] >> (index % 2 * 32));
    }
    if (lies_in(offset, class_offset::grants, grant_words)) {
      const unsigned index = word - class_offset::grants / 4;
      return grants_[index / base::port_limit][index % base::port_limit];
    }
  }
  refuse(offset, "no such register");
}

void class_registers::write(std::uint32_t offset, std::uint32_t value) {
  const unsigned index = offset / 4 % 4;
  if (offset % 4 != 0) {
    refuse(offset, "no such register");
  }
  if (offset == class_offset::control) {
    counting_ = (value & control_count) != 0;
    if ((value & control_clear) != 0) {
      totals_ = {};
      grants_ = {};
    }
  } else if (offset == class_offset::hold_limit) {
    hold_limit_ = static_cast<std::uint16_t>(value);
  } else if (lies_in(offset, class_offset::weight, per_class)) {
    weight_[index] = static_cast<std::uint8_t>(value);
  } else if (lies_in(offset, class_offset::age_limit, per_class)) {
    age_limit_[index] = static_cast<std::uint16_t>(value);
  } else if (lies_in(offset, class_offset::port_enable, base::port_limit / 32)) {
    base::port_set mask;
    base::port_set bits;
    mask.word[index / 2] = std::uint64_t{0xffffffff} << (index % 2 * 32);
    bits.word[index / 2] = std::uint64_t{value} << (index % 2 * 32);
    enabled_ = ((enabled_ & ~mask) | bits) & base::port_set::first(ports_);
  } else if (offset == class_offset::capability ||
             lies_in(offset, class_offset::slots, total_words) ||
             lies_in(offset, class_offset::grants, grant_words)) {
    refuse(offset, "cannot be written");
  } else {
    refuse(offset, "no such register");
  }
}

void class_registers::count(const class_grant& grant, unsigned conflicts, unsigned idle) {
  if (!counting_) {
    return;
  }
  totals_[0] += 1;
  totals_[1] += conflicts;
  totals_[2] += idle;
  totals_[3] += grant.multicast.count();
  (grant.granted & ~grant.multicast).for_each([&](unsigned output) {
    ++grants_[grant.class_for_output[output]][output];
  });
}

}  // namespace sn::arbiter
