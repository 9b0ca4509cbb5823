// Physical quantities as distinct types: bytes, picoseconds and rates never mix by accident.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sn::base {

/// An integer count of one unit. `Tag` names the unit; quantities of different tags do not mix.
template <typename Tag>
struct quantity {
  std::uint64_t value = 0;

  constexpr quantity() = default;
  constexpr explicit quantity(std::uint64_t count) : value(count) {}

  friend constexpr bool operator==(quantity a, quantity b) { return a.value == b.value; }
  friend constexpr bool operator!=(quantity a, quantity b) { return a.value != b.value; }
  friend constexpr bool operator<(quantity a, quantity b) { return a.value < b.value; }
  friend constexpr bool operator<=(quantity a, quantity b) { return a.value <= b.value; }
  friend constexpr bool operator>(quantity a, quantity b) { return a.value > b.value; }
  friend constexpr bool operator>=(quantity a, quantity b) { return a.value >= b.value; }
  friend constexpr quantity operator+(quantity a, quantity b) {
    return quantity(a.value + b.value);
  }
  friend constexpr quantity operator-(quantity a, quantity b) {
    return quantity(a.value - b.value);
  }
  friend constexpr quantity operator*(quantity a, std::uint64_t n) { return quantity(a.value * n); }
  constexpr quantity& operator+=(quantity b) {
    value += b.value;
    return *this;
  }
  constexpr quantity& operator-=(quantity b) {
    value -= b.value;
    return *this;
  }
};

struct bytes_tag {};
struct picoseconds_tag {};
struct bytes_per_second_tag {};
struct hertz_tag {};
struct milliwatts_tag {};
struct flops_per_second_tag {};

/// Bytes.
using bytes = quantity<bytes_tag>;
/// Picoseconds: the time of engines. At the TLM surface time is sc_core::sc_time.
using picoseconds = quantity<picoseconds_tag>;
/// Bytes per second.
using bytes_per_second = quantity<bytes_per_second_tag>;
/// Hertz.
using hertz = quantity<hertz_tag>;
/// Milliwatts.
using milliwatts = quantity<milliwatts_tag>;
/// Floating-point operations per second (a multiply-add counts as two).
using flops_per_second = quantity<flops_per_second_tag>;

/// Time to move `amount` at `rate`, rounded up to a picosecond. `rate` must not be zero.
picoseconds transfer_time(bytes amount, bytes_per_second rate);

/// Seconds as a double, for results only.
constexpr double to_seconds(picoseconds time) {
  return static_cast<double>(time.value) * 1e-12;
}

/// The nearest count of picoseconds; `seconds` must not be negative, nor more than a hundred days.
picoseconds from_seconds(double seconds);

// Parsing of values as people write them: "896 GB/s", "400 Gbit/s", "150 ns", "144 GiB", "2 kW",
// "1.3 GHz", "500 TFLOPS". GB is 10^9, GiB is 2^30. Each throws std::invalid_argument that says
// what was expected when the text is not a number followed by a unit of that kind, is negative, or
// is not a whole count of the base unit (a value is never rounded silently).
bytes parse_bytes(std::string_view text);
picoseconds parse_time(std::string_view text);
bytes_per_second parse_bandwidth(std::string_view text);
hertz parse_frequency(std::string_view text);
milliwatts parse_power(std::string_view text);
flops_per_second parse_compute_rate(std::string_view text);

// Printing for people, with three to four significant digits and an SI prefix (bytes: GiB when it
// is a whole number of them, else GB).
std::string to_text(bytes amount);
std::string to_text(picoseconds time);
std::string to_text(bytes_per_second rate);
std::string to_text(hertz frequency);
std::string to_text(milliwatts power);
std::string to_text(flops_per_second rate);

}  // namespace sn::base
