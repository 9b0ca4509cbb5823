#include "fabric/slot_clock.h"

#include <numeric>

#include "base/error.h"

namespace sn::fabric {
namespace {

__extension__ using wide = unsigned __int128;

constexpr std::uint64_t picoseconds_per_second = 1'000'000'000'000;

}  // namespace

slot_clock::slot_clock(base::bytes cell, base::bytes_per_second rate)
    : numerator_(cell.value * picoseconds_per_second), denominator_(rate.value) {
  base::ensure(cell.value != 0 && rate.value != 0, "a slot needs a cell and a rate");
  const std::uint64_t common = std::gcd(numerator_, denominator_);
  numerator_ /= common;
  denominator_ /= common;
}

base::picoseconds slot_clock::start_of(std::uint64_t slot) const {
  const wide product = static_cast<wide>(slot) * numerator_ + (denominator_ - 1);
  return base::picoseconds(static_cast<std::uint64_t>(product / denominator_));
}

std::uint64_t slot_clock::first_from(base::picoseconds time) const {
  // Slot k begins at ceil(k n / d) >= t just when k n / d > t - 1, that is k > (t - 1) d / n.
  if (time.value == 0) {
    return 0;
  }
  const wide product = static_cast<wide>(time.value - 1) * denominator_;
  return static_cast<std::uint64_t>(product / numerator_) + 1;
}

std::uint64_t slot_clock::slots_within(base::picoseconds duration) const {
  const wide product = static_cast<wide>(duration.value) * denominator_;
  return static_cast<std::uint64_t>(product / numerator_);
}

}  // namespace sn::fabric
