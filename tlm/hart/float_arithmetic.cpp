#include "hart/float_arithmetic.h"

#include <utility>

namespace sn::hart::floating {
namespace {

__extension__ using wide = unsigned __int128;

constexpr int top_bit(wide value) {
  const auto high = static_cast<std::uint64_t>(value >> 64);
  const auto low = static_cast<std::uint64_t>(value);
  return high != 0 ? 127 - __builtin_clzll(high) : 63 - __builtin_clzll(low);
}

/// A finite number that is not zero: significand * 2^exponent.
struct number {
  bool negative = false;
  int exponent = 0;
  wide significand = 0;
};

template <typename F>
constexpr bool is_negative(std::uint64_t a) {
  return (a & F::sign_bit) != 0;
}
template <typename F>
constexpr bool is_zero(std::uint64_t a) {
  return (a & ~F::sign_bit) == 0;
}
template <typename F>
constexpr bool is_infinite(std::uint64_t a) {
  return (a & ~F::sign_bit) == F::infinity;
}
template <typename F>
constexpr std::uint64_t with_sign(bool negative, std::uint64_t magnitude) {
  return magnitude | (negative ? F::sign_bit : std::uint64_t{0});
}

template <typename F>
number unpack(std::uint64_t a) {
  const int field = static_cast<int>((a & F::infinity) >> F::fraction_bits);
  const std::uint64_t fraction = a & F::fraction_mask;
  const std::uint64_t hidden = field == 0 ? 0 : F::fraction_mask + 1;
  const int exponent = (field == 0 ? 1 : field) - F::bias - static_cast<int>(F::fraction_bits);
  return {is_negative<F>(a), exponent, fraction | hidden};
}

/// Whether a result whose kept part is odd or not has to be increased for what is cut off: nothing
/// (and then this is not asked), less than, exactly or more than a half.
bool rounds_up(rounding mode, bool negative, bool odd, bool half_bit, bool rest) {
  switch (mode) {
    case rounding::nearest_even:
      return half_bit && (rest || odd);
    case rounding::nearest_away:
      return half_bit;
    case rounding::down:
      return negative;
    case rounding::up:
      return !negative;
    default:
      return false;
  }
}

/// A significand cut after `shift` bits, and what was cut.
struct cut {
  wide kept = 0;
  bool half_bit = false;
  bool rest = false;
};

cut cut_after(wide significand, int shift, bool sticky) {
  if (shift <= 0) {
    return {significand << -shift, false, sticky};
  }
  if (shift > 128) {
    return {0, false, true};
  }
  const wide half = wide{1} << (shift - 1);
  return {shift == 128 ? wide{0} : significand >> shift, (significand & half) != 0,
          sticky || (significand & (half - 1)) != 0};
}

/// Rounds significand * 2^exponent, and a little more if `sticky`, to the format. The significand
/// is not zero, and with `sticky` at least two bits longer than the format's.
template <typename F>
std::uint64_t round(number value, bool sticky, environment& e) {
  constexpr int precision = static_cast<int>(F::fraction_bits) + 1;
  constexpr int least = 1 - F::bias;  // exponent of the smallest normal number
  const int magnitude = value.exponent + top_bit(value.significand);
  const auto rounded_at = [&](int lowest) {
    const cut part = cut_after(value.significand, lowest - value.exponent, sticky);
    const bool lost = part.half_bit || part.rest;
    const bool up =
        lost && rounds_up(e.mode, value.negative, (part.kept & 1U) != 0, part.half_bit, part.rest);
    return std::pair<std::uint64_t, bool>(static_cast<std::uint64_t>(part.kept) + (up ? 1U : 0U),
                                          lost);
  };
  constexpr std::uint64_t full = std::uint64_t{1} << precision;

  int lowest = (magnitude < least ? least : magnitude) - (precision - 1);
  auto [kept, lost] = rounded_at(lowest);
  if (lost) {
    e.flags |= inexact;
    // Tiny is what would be below the normal numbers if exponents had no end.
    const bool tiny =
        magnitude < least - 1 ||
        (magnitude == least - 1 && rounded_at(magnitude - (precision - 1)).first != full);
    if (tiny) {
      e.flags |= underflow;
    }
  }
  if (kept == full) {
    kept >>= 1U;
    ++lowest;
  }
  const bool normal = kept >= full / 2;
  const int field = normal ? lowest + (precision - 1) + F::bias : 0;
  if (field >= 2 * F::bias + 1) {
    e.flags |= overflow | inexact;
    const bool to_infinity = e.mode == rounding::nearest_even || e.mode == rounding::nearest_away ||
                             (e.mode == rounding::up && !value.negative) ||
                             (e.mode == rounding::down && value.negative);
    return with_sign<F>(value.negative, to_infinity ? F::infinity : F::infinity - 1);
  }
  const std::uint64_t fraction = kept & F::fraction_mask;
  return with_sign<F>(value.negative,
                      static_cast<std::uint64_t>(field) << F::fraction_bits | fraction);
}

template <typename F>
std::uint64_t invalid_result(environment& e) {
  e.flags |= invalid;
  return F::nan;
}

/// The result for operands of which one is NaN.
template <typename F>
std::uint64_t nan_of(std::uint64_t a, std::uint64_t b, environment& e) {
  if (F::is_signaling(a) || F::is_signaling(b)) {
    e.flags |= invalid;
  }
  return F::nan;
}

/// The sign of an exact zero sum of two numbers that are not both zero of one sign.
template <typename F>
std::uint64_t zero_sum(const environment& e) {
  return with_sign<F>(e.mode == rounding::down, 0);
}

/// Moves the top bit to bit 125, which leaves room for a carry.
number aligned(number value) {
  const int shift = 125 - top_bit(value.significand);
  return {value.negative, value.exponent - shift, value.significand << shift};
}

/// The rounded sum of two numbers of at most 106 bits.
template <typename F>
std::uint64_t sum(const number& first, const number& second, environment& e) {
  number a = aligned(first);
  number b = aligned(second);
  if (a.exponent < b.exponent || (a.exponent == b.exponent && a.significand < b.significand)) {
    std::swap(a, b);
  }
  const int distance = a.exponent - b.exponent;
  const cut part = cut_after(b.significand, distance, false);
  const bool sticky = part.half_bit || part.rest;
  if (a.negative == b.negative) {
    a.significand += part.kept;
  } else {
    // What was cut off of b makes the difference smaller by less than one unit.
    a.significand -= part.kept + (sticky ? 1U : 0U);
  }
  if (a.significand == 0) {
    return zero_sum<F>(e);
  }
  return round<F>(a, sticky, e);
}

wide integer_root(wide value) {
  wide root = 0;
  for (wide bit = wide{1} << 126; bit != 0; bit >>= 2U) {
    if (value >= root + bit) {
      value -= root + bit;
      root = (root >> 1U) + bit;
    } else {
      root >>= 1U;
    }
  }
  return root;
}

/// -1, 0 or 1 for numbers that are not NaN.
template <typename F>
int compare(std::uint64_t a, std::uint64_t b) {
  if (is_zero<F>(a) && is_zero<F>(b)) {
    return 0;
  }
  const bool negative = is_negative<F>(a);
  if (negative != is_negative<F>(b)) {
    return negative ? -1 : 1;
  }
  if (a == b) {
    return 0;
  }
  return (a < b) != negative ? -1 : 1;
}

template <typename F>
std::uint64_t choose(std::uint64_t a, std::uint64_t b, bool want_less, environment& e) {
  if (F::is_signaling(a) || F::is_signaling(b)) {
    e.flags |= invalid;
  }
  if (F::is_nan(a)) {
    return F::is_nan(b) ? F::nan : b;
  }
  if (F::is_nan(b)) {
    return a;
  }
  if (is_zero<F>(a) && is_zero<F>(b)) {
    return is_negative<F>(a) == want_less ? a : b;
  }
  return (compare<F>(a, b) < 0) == want_less ? a : b;
}

}  // namespace

template <typename F>
std::uint64_t add(std::uint64_t a, std::uint64_t b, environment& e) {
  if (F::is_nan(a) || F::is_nan(b)) {
    return nan_of<F>(a, b, e);
  }
  if (is_infinite<F>(a)) {
    return is_infinite<F>(b) && is_negative<F>(a) != is_negative<F>(b) ? invalid_result<F>(e) : a;
  }
  if (is_infinite<F>(b)) {
    return b;
  }
  if (is_zero<F>(a) && is_zero<F>(b)) {
    return a == b ? a : zero_sum<F>(e);
  }
  if (is_zero<F>(a)) {
    return b;
  }
  if (is_zero<F>(b)) {
    return a;
  }
  return sum<F>(unpack<F>(a), unpack<F>(b), e);
}

template <typename F>
std::uint64_t subtract(std::uint64_t a, std::uint64_t b, environment& e) {
  return add<F>(a, F::is_nan(b) ? b : b ^ F::sign_bit, e);
}

template <typename F>
std::uint64_t multiply(std::uint64_t a, std::uint64_t b, environment& e) {
  if (F::is_nan(a) || F::is_nan(b)) {
    return nan_of<F>(a, b, e);
  }
  const bool negative = is_negative<F>(a) != is_negative<F>(b);
  if (is_infinite<F>(a) || is_infinite<F>(b)) {
    return is_zero<F>(a) || is_zero<F>(b) ? invalid_result<F>(e)
                                          : with_sign<F>(negative, F::infinity);
  }
  if (is_zero<F>(a) || is_zero<F>(b)) {
    return with_sign<F>(negative, 0);
  }
  const number x = unpack<F>(a);
  const number y = unpack<F>(b);
  return round<F>({negative, x.exponent + y.exponent, x.significand * y.significand}, false, e);
}

template <typename F>
std::uint64_t divide(std::uint64_t a, std::uint64_t b, environment& e) {
  if (F::is_nan(a) || F::is_nan(b)) {
    return nan_of<F>(a, b, e);
  }
  const bool negative = is_negative<F>(a) != is_negative<F>(b);
  if (is_infinite<F>(a)) {
    return is_infinite<F>(b) ? invalid_result<F>(e) : with_sign<F>(negative, F::infinity);
  }
  if (is_infinite<F>(b)) {
    return with_sign<F>(negative, 0);
  }
  if (is_zero<F>(b)) {
    if (is_zero<F>(a)) {
      return invalid_result<F>(e);
    }
    e.flags |= divide_by_zero;
    return with_sign<F>(negative, F::infinity);
  }
  if (is_zero<F>(a)) {
    return with_sign<F>(negative, 0);
  }
  // A dividend of 126 bits by a divisor of at most 53 gives 73 bits or more.
  const number x = aligned(unpack<F>(a));
  const number y = unpack<F>(b);
  const wide quotient = x.significand / y.significand;
  return round<F>({negative, x.exponent - y.exponent, quotient}, x.significand % y.significand != 0,
                  e);
}

template <typename F>
std::uint64_t square_root(std::uint64_t a, environment& e) {
  if (F::is_nan(a)) {
    return nan_of<F>(a, a, e);
  }
  if (is_zero<F>(a)) {
    return a;
  }
  if (is_negative<F>(a)) {
    return invalid_result<F>(e);
  }
  if (is_infinite<F>(a)) {
    return a;
  }
  number x = aligned(unpack<F>(a));
  if (x.exponent % 2 != 0) {
    x.significand <<= 1U;
    --x.exponent;
  }
  const wide root = integer_root(x.significand);
  return round<F>({false, x.exponent / 2, root}, root * root != x.significand, e);
}

template <typename F>
std::uint64_t multiply_add(std::uint64_t a, std::uint64_t b, std::uint64_t c, environment& e) {
  const bool no_product =
      (is_infinite<F>(a) && is_zero<F>(b)) || (is_zero<F>(a) && is_infinite<F>(b));
  if (no_product) {
    return invalid_result<F>(e);  // also if c is a quiet NaN
  }
  if (F::is_nan(a) || F::is_nan(b) || F::is_nan(c)) {
    nan_of<F>(a, b, e);
    return nan_of<F>(c, c, e);
  }
  const bool negative = is_negative<F>(a) != is_negative<F>(b);
  if (is_infinite<F>(a) || is_infinite<F>(b)) {
    return is_infinite<F>(c) && is_negative<F>(c) != negative ? invalid_result<F>(e)
                                                              : with_sign<F>(negative, F::infinity);
  }
  if (is_infinite<F>(c)) {
    return c;
  }
  if (is_zero<F>(a) || is_zero<F>(b)) {
    return add<F>(with_sign<F>(negative, 0), c, e);
  }
  const number x = unpack<F>(a);
  const number y = unpack<F>(b);
  const number product{negative, x.exponent + y.exponent, x.significand * y.significand};
  return is_zero<F>(c) ? round<F>(product, false, e) : sum<F>(product, unpack<F>(c), e);
}

template <typename F>
std::uint64_t minimum(std::uint64_t a, std::uint64_t b, environment& e) {
  return choose<F>(a, b, true, e);
}

template <typename F>
std::uint64_t maximum(std::uint64_t a, std::uint64_t b, environment& e) {
  return choose<F>(a, b, false, e);
}

template <typename F>
bool equal(std::uint64_t a, std::uint64_t b, environment& e) {
  if (F::is_nan(a) || F::is_nan(b)) {
    nan_of<F>(a, b, e);
    return false;
  }
  return compare<F>(a, b) == 0;
}

template <typename F>
bool less(std::uint64_t a, std::uint64_t b, environment& e) {
  if (F::is_nan(a) || F::is_nan(b)) {
    e.flags |= invalid;
    return false;
  }
  return compare<F>(a, b) < 0;
}

template <typename F>
bool less_or_equal(std::uint64_t a, std::uint64_t b, environment& e) {
  if (F::is_nan(a) || F::is_nan(b)) {
    e.flags |= invalid;
    return false;
  }
  return compare<F>(a, b) <= 0;
}

template <typename F>
std::uint32_t classify(std::uint64_t a) {
  if (F::is_nan(a)) {
    return F::is_signaling(a) ? 1U << 8 : 1U << 9;
  }
  const std::uint64_t magnitude = a & ~F::sign_bit;
  unsigned place = 0;  // from infinity to zero
  if (magnitude == F::infinity) {
    place = 0;
  } else if (magnitude > F::fraction_mask) {
    place = 1;
  } else {
    place = magnitude != 0 ? 2 : 3;
  }
  return 1U << (is_negative<F>(a) ? place : 7 - place);
}

template <typename From, typename To>
std::uint64_t convert(std::uint64_t a, environment& e) {
  if (From::is_nan(a)) {
    nan_of<From>(a, a, e);
    return To::nan;
  }
  const bool negative = is_negative<From>(a);
  if (is_infinite<From>(a) || is_zero<From>(a)) {
    return with_sign<To>(negative, is_zero<From>(a) ? 0 : To::infinity);
  }
  return round<To>(unpack<From>(a), false, e);
}

template <typename F>
std::uint64_t to_integer(std::uint64_t a, unsigned width, bool is_signed, environment& e) {
  const wide limit = wide{1} << (is_signed ? width - 1 : width);
  const auto extended = [width](std::uint64_t value) {
    return width == 64 ? value
                       : static_cast<std::uint64_t>(
                             static_cast<std::int64_t>(static_cast<std::int32_t>(value)));
  };
  const auto saturated = [&](bool negative) {
    e.flags |= invalid;
    if (!negative) {
      return extended(static_cast<std::uint64_t>(limit - 1));
    }
    return is_signed ? extended(static_cast<std::uint64_t>(wide{0} - limit)) : 0;
  };
  if (F::is_nan(a)) {
    return saturated(false);
  }
  const bool negative = is_negative<F>(a);
  if (is_infinite<F>(a)) {
    return saturated(negative);
  }
  if (is_zero<F>(a)) {
    return 0;
  }
  const number x = unpack<F>(a);
  if (x.exponent > 64) {
    return saturated(negative);
  }
  const cut part = cut_after(x.significand, -x.exponent, false);
  const bool lost = part.half_bit || part.rest;
  wide magnitude = part.kept;
  if (lost && rounds_up(e.mode, negative, (magnitude & 1U) != 0, part.half_bit, part.rest)) {
    ++magnitude;
  }
  const bool fits =
      negative ? (is_signed ? magnitude <= limit : magnitude == 0) : magnitude < limit;
  if (!fits) {
    return saturated(negative);
  }
  if (lost) {
    e.flags |= inexact;
  }
  const auto low = static_cast<std::uint64_t>(magnitude);
  return extended(negative ? 0 - low : low);
}

template <typename F>
std::uint64_t from_integer(std::uint64_t a, bool is_signed, environment& e) {
  if (a == 0) {
    return 0;
  }
  const bool negative = is_signed && static_cast<std::int64_t>(a) < 0;
  return round<F>({negative, 0, negative ? 0 - a : a}, false, e);
}

// Both formats.
template std::uint64_t add<single>(std::uint64_t, std::uint64_t, environment&);
template std::uint64_t add<twice>(std::uint64_t, std::uint64_t, environment&);
template std::uint64_t subtract<single>(std::uint64_t, std::uint64_t, environment&);
template std::uint64_t subtract<twice>(std::uint64_t, std::uint64_t, environment&);
template std::uint64_t multiply<single>(std::uint64_t, std::uint64_t, environment&);
template std::uint64_t multiply<twice>(std::uint64_t, std::uint64_t, environment&);
template std::uint64_t divide<single>(std::uint64_t, std::uint64_t, environment&);
template std::uint64_t divide<twice>(std::uint64_t, std::uint64_t, environment&);
template std::uint64_t square_root<single>(std::uint64_t, environment&);
template std::uint64_t square_root<twice>(std::uint64_t, environment&);
template std::uint64_t multiply_add<single>(std::uint64_t, std::uint64_t, std::uint64_t,
                                            environment&);
template std::uint64_t multiply_add<twice>(std::uint64_t, std::uint64_t, std::uint64_t,
                                           environment&);
template std::uint64_t minimum<single>(std::uint64_t, std::uint64_t, environment&);
template std::uint64_t minimum<twice>(std::uint64_t, std::uint64_t, environment&);
template std::uint64_t maximum<single>(std::uint64_t, std::uint64_t, environment&);
template std::uint64_t maximum<twice>(std::uint64_t, std::uint64_t, environment&);
template bool equal<single>(std::uint64_t, std::uint64_t, environment&);
template bool equal<twice>(std::uint64_t, std::uint64_t, environment&);
template bool less<single>(std::uint64_t, std::uint64_t, environment&);
template bool less<twice>(std::uint64_t, std::uint64_t, environment&);
template bool less_or_equal<single>(std::uint64_t, std::uint64_t, environment&);
template bool less_or_equal<twice>(std::uint64_t, std::uint64_t, environment&);
template std::uint32_t classify<single>(std::uint64_t);
template std::uint32_t classify<twice>(std::uint64_t);
template std::uint64_t convert<single, twice>(std::uint64_t, environment&);
template std::uint64_t convert<twice, single>(std::uint64_t, environment&);
template std::uint64_t to_integer<single>(std::uint64_t, unsigned, bool, environment&);
template std::uint64_t to_integer<twice>(std::uint64_t, unsigned, bool, environment&);
template std::uint64_t from_integer<single>(std::uint64_t, bool, environment&);
template std::uint64_t from_integer<twice>(std::uint64_t, bool, environment&);

}  // namespace sn::hart::floating
