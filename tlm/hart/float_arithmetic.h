// IEEE 754 arithmetic on bit patterns, in integers: exact in every rounding mode on every host.
#pragma once

#include <cstdint>

namespace sn::hart::floating {

/// Rounding modes as RISC-V numbers them.
enum class rounding : unsigned {
  nearest_even = 0,
  toward_zero = 1,
  down = 2,
  up = 3,
  nearest_away = 4,
};

// Bits of fflags.
inline constexpr std::uint32_t inexact = 1U << 0;
inline constexpr std::uint32_t underflow = 1U << 1;
inline constexpr std::uint32_t overflow = 1U << 2;
inline constexpr std::uint32_t divide_by_zero = 1U << 3;
inline constexpr std::uint32_t invalid = 1U << 4;

/// How an operation rounds, and the flags that operations have raised.
struct environment {
  rounding mode = rounding::nearest_even;
  std::uint32_t flags = 0;
};

/// A binary interchange format; values are held in the low bits of 64.
template <unsigned fraction, unsigned exponent>
struct format {
  static constexpr unsigned fraction_bits = fraction;
  static constexpr unsigned exponent_bits = exponent;
  static constexpr unsigned bits = 1 + fraction + exponent;
  static constexpr int bias = (1 << (exponent - 1)) - 1;
  static constexpr std::uint64_t sign_bit = std::uint64_t{1} << (bits - 1);
  static constexpr std::uint64_t infinity = ((std::uint64_t{1} << exponent) - 1) << fraction;
  static constexpr std::uint64_t quiet_bit = std::uint64_t{1} << (fraction - 1);
  /// The NaN that operations return.
  static constexpr std::uint64_t nan = infinity | quiet_bit;
  static constexpr std::uint64_t fraction_mask = (std::uint64_t{1} << fraction) - 1;

  static constexpr bool is_nan(std::uint64_t a) { return (a & ~sign_bit) > infinity; }
  static constexpr bool is_signaling(std::uint64_t a) { return is_nan(a) && (a & quiet_bit) == 0; }
};
using single = format<23, 8>;
using twice = format<52, 11>;

template <typename F>
std::uint64_t add(std::uint64_t a, std::uint64_t b, environment& e);
template <typename F>
std::uint64_t subtract(std::uint64_t a, std::uint64_t b, environment& e);
template <typename F>
std::uint64_t multiply(std::uint64_t a, std::uint64_t b, environment& e);
template <typename F>
std::uint64_t divide(std::uint64_t a, std::uint64_t b, environment& e);
template <typename F>
std::uint64_t square_root(std::uint64_t a, environment& e);
/// a * b + c, rounded once.
template <typename F>
std::uint64_t multiply_add(std::uint64_t a, std::uint64_t b, std::uint64_t c, environment& e);

/// minimumNumber and maximumNumber of IEEE 754-2019: -0 is less than +0, NaNs lose.
template <typename F>
std::uint64_t minimum(std::uint64_t a, std::uint64_t b, environment& e);
template <typename F>
std::uint64_t maximum(std::uint64_t a, std::uint64_t b, environment& e);

/// Quiet for equality: only signaling NaNs are invalid; the other two are signaling.
template <typename F>
bool equal(std::uint64_t a, std::uint64_t b, environment& e);
template <typename F>
bool less(std::uint64_t a, std::uint64_t b, environment& e);
template <typename F>
bool less_or_equal(std::uint64_t a, std::uint64_t b, environment& e);

/// The mask of FCLASS: one of ten bits.
template <typename F>
std::uint32_t classify(std::uint64_t a);

/// From one format to another.
template <typename From, typename To>
std::uint64_t convert(std::uint64_t a, environment& e);

/// To an integer of `width` bits (32 or 64), which is sign-extended to 64 whether it is signed or
/// not. What does not fit saturates and is invalid; NaN counts as plus infinity.
template <typename F>
std::uint64_t to_integer(std::uint64_t a, unsigned width, bool is_signed, environment& e);
/// From a signed or unsigned integer of 64 bits.
template <typename F>
std::uint64_t from_integer(std::uint64_t a, bool is_signed, environment& e);

}  // namespace sn::hart::floating
