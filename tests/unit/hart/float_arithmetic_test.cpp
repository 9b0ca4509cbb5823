// Floating-point arithmetic against the host's, which is another implementation: results and flags
// of random and extreme operands in the four rounding modes that hosts have. The fifth, and what
// hosts may do differently, is checked against values worked out by hand.
#include "hart/float_arithmetic.h"

#include <gtest/gtest.h>

#include <array>
#include <cfenv>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/random.h"

namespace sn::hart::floating {
namespace {

template <typename F>
struct host;
template <>
struct host<single> {
  using type = float;
  using bits = std::uint32_t;
};
template <>
struct host<twice> {
  using type = double;
  using bits = std::uint64_t;
};

template <typename F>
typename host<F>::type value_of(std::uint64_t pattern) {
  const auto bits = static_cast<typename host<F>::bits>(pattern);
  typename host<F>::type value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

template <typename F>
std::uint64_t pattern_of(typename host<F>::type value) {
  typename host<F>::bits bits;
  std::memcpy(&bits, &value, sizeof bits);
  return F::is_nan(bits) ? F::nan : bits;
}

constexpr std::array<int, 4> host_modes{FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};

std::uint32_t host_flags() {
  const int raised = std::fetestexcept(FE_ALL_EXCEPT);
  return ((raised & FE_INEXACT) != 0 ? inexact : 0U) |
         ((raised & FE_UNDERFLOW) != 0 ? underflow : 0U) |
         ((raised & FE_OVERFLOW) != 0 ? overflow : 0U) |
         ((raised & FE_DIVBYZERO) != 0 ? divide_by_zero : 0U) |
         ((raised & FE_INVALID) != 0 ? invalid : 0U);
}

/// Extremes, and values around them.
template <typename F>
std::vector<std::uint64_t> corners() {
  std::vector<std::uint64_t> all;
  const std::uint64_t one = std::uint64_t(F::bias) << F::fraction_bits;
  for (const std::uint64_t magnitude :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, F::fraction_mask,
        F::fraction_mask + 1, F::fraction_mask + 2, one - 1, one, one + 1, F::infinity - 1,
        F::infinity, F::infinity | 1, F::nan, one + (F::fraction_mask + 1) / 2}) {
    all.push_back(magnitude);
    all.push_back(magnitude | F::sign_bit);
  }
  return all;
}

/// Corners first, then random patterns whose exponents lie close together as often as not.
template <typename F>
class operands {
 public:
  std::uint64_t next() {
    const std::uint64_t kind = random_.below(4);
    if (kind == 0) {
      return corners_[random_.below(corners_.size())];
    }
    const std::uint64_t mask = (F::sign_bit - 1) | F::sign_bit;
    std::uint64_t pattern = random_.next() & mask;
    if (kind == 1) {  // near one
      const std::uint64_t exponent = static_cast<std::uint64_t>(F::bias) - 30 + random_.below(60);
      pattern = (pattern & ~F::infinity) | exponent << F::fraction_bits;
    } else if (kind == 2) {  // few bits
      pattern &= ~(F::fraction_mask >> 6);
    }
    return pattern;
  }

 private:
  base::random_generator random_{20261121};
  std::vector<std::uint64_t> corners_ = corners<F>();
};

constexpr int rounds = 60'000;

template <typename F, typename ours_type, typename theirs_type>
void compare(const char* name, ours_type ours, theirs_type theirs) {
  operands<F> source;
  for (int i = 0; i < rounds; ++i) {
    const std::uint64_t a = source.next();
    const std::uint64_t b = source.next();
    const std::uint64_t c = source.next();
    const auto mode = static_cast<unsigned>(i) % host_modes.size();
    environment e{static_cast<rounding>(mode), 0};
    const std::uint64_t result = ours(a, b, c, e);
    std::fesetround(host_modes.at(mode));
    std::feclearexcept(FE_ALL_EXCEPT);
    volatile typename host<F>::type x = value_of<F>(a);
    volatile typename host<F>::type y = value_of<F>(b);
    volatile typename host<F>::type z = value_of<F>(c);
    std::feclearexcept(FE_ALL_EXCEPT);
    volatile typename host<F>::type wanted = theirs(x, y, z);
    const std::uint32_t flags = host_flags();
    std::fesetround(FE_TONEAREST);
    ASSERT_EQ(result, pattern_of<F>(wanted))
        << name << std::hex << " of " << a << ", " << b << ", " << c << " in mode " << mode;
    ASSERT_EQ(e.flags, flags) << name << std::hex << " of " << a << ", " << b << ", " << c
                              << " in mode " << mode;
  }
}

template <typename F>
void compare_all() {
  using value = typename host<F>::type;
  using bits = std::uint64_t;
  compare<F>(
      "add", [](bits a, bits b, bits, environment& e) { return add<F>(a, b, e); },
      [](value a, value b, value) { return a + b; });
  compare<F>(
      "subtract", [](bits a, bits b, bits, environment& e) { return subtract<F>(a, b, e); },
      [](value a, value b, value) { return a - b; });
  compare<F>(
      "multiply", [](bits a, bits b, bits, environment& e) { return multiply<F>(a, b, e); },
      [](value a, value b, value) { return a * b; });
  compare<F>(
      "divide", [](bits a, bits b, bits, environment& e) { return divide<F>(a, b, e); },
      [](value a, value b, value) { return a / b; });
  compare<F>(
      "square root", [](bits a, bits, bits, environment& e) { return square_root<F>(a, e); },
      [](value a, value, value) { return std::sqrt(a); });
}

TEST(float_arithmetic, single_precision_agrees_with_the_host) {
  compare_all<single>();
}

TEST(float_arithmetic, double_precision_agrees_with_the_host) {
  compare_all<twice>();
}

/// Results only: the flags of the host's fma may be those of a library.
template <typename F>
void compare_fused() {
  operands<F> source;
  for (int i = 0; i < rounds; ++i) {
    const std::uint64_t a = source.next();
    const std::uint64_t b = source.next();
    const std::uint64_t c = source.next();
    environment e;
    const std::uint64_t result = multiply_add<F>(a, b, c, e);
    const auto wanted = std::fma(value_of<F>(a), value_of<F>(b), value_of<F>(c));
    ASSERT_EQ(result, pattern_of<F>(wanted)) << std::hex << a << ", " << b << ", " << c;
  }
}

TEST(float_arithmetic, fused_multiply_add_agrees_with_the_host) {
  compare_fused<single>();
  compare_fused<twice>();
}

TEST(float_arithmetic, conversions_agree_with_the_host) {
  operands<twice> source;
  for (int i = 0; i < rounds; ++i) {
    const std::uint64_t a = source.next();
    const auto mode = static_cast<unsigned>(i) % host_modes.size();
    environment e{static_cast<rounding>(mode), 0};
    const std::uint64_t narrow = convert<twice, single>(a, e);
    std::fesetround(host_modes.at(mode));
    volatile double x = value_of<twice>(a);
    std::feclearexcept(FE_ALL_EXCEPT);
    volatile float wanted = static_cast<float>(x);
    const std::uint32_t flags = host_flags();
    ASSERT_EQ(narrow, pattern_of<single>(wanted)) << std::hex << a << " in mode " << mode;
    ASSERT_EQ(e.flags, flags) << std::hex << a << " in mode " << mode;
    e.flags = 0;
    const std::uint64_t from = from_integer<twice>(a, true, e);
    volatile double wanted_from = static_cast<double>(static_cast<std::int64_t>(a));
    ASSERT_EQ(from, pattern_of<twice>(wanted_from)) << std::hex << a;
    const std::uint64_t from_unsigned = from_integer<single>(a, false, e);
    volatile float wanted_unsigned = static_cast<float>(a);
    ASSERT_EQ(from_unsigned, pattern_of<single>(wanted_unsigned)) << std::hex << a;
    std::fesetround(FE_TONEAREST);
  }
}

constexpr std::uint64_t one = 0x3ff0'0000'0000'0000;

TEST(float_arithmetic, ties_go_away_from_zero_in_the_fifth_mode) {
  // 1 + 2^-53 lies halfway between 1 and 1 + 2^-52; to even it is 1.
  environment e{rounding::nearest_away, 0};
  const std::uint64_t half_unit = std::uint64_t{1023 - 53} << 52;
  EXPECT_EQ(add<twice>(one, half_unit, e), one + 1);
  EXPECT_EQ(e.flags, inexact);
  EXPECT_EQ(add<twice>(one | twice::sign_bit, half_unit | twice::sign_bit, e),
            (one + 1) | twice::sign_bit);
  EXPECT_EQ(to_integer<twice>(0x4004'0000'0000'0000, 64, true, e), 3U);                 // 2.5
  EXPECT_EQ(to_integer<twice>(0xc004'0000'0000'0000, 64, true, e), ~std::uint64_t{2});  // -2.5
}

TEST(float_arithmetic, integers_saturate_and_are_invalid) {
  struct row {
    std::uint64_t value;
    unsigned width;
    bool is_signed;
    std::uint64_t result;
    std::uint32_t flags;
  };
  // From table 11.4 of the unprivileged specification.
  for (const row& each : {
           row{twice::nan, 32, true, 0x7fff'ffff, invalid},
           row{twice::nan, 32, false, ~std::uint64_t{0}, invalid},
           row{twice::nan, 64, true, 0x7fff'ffff'ffff'ffff, invalid},
           row{twice::nan, 64, false, ~std::uint64_t{0}, invalid},
           row{twice::infinity | twice::sign_bit, 32, true, 0xffff'ffff'8000'0000, invalid},
           row{twice::infinity | twice::sign_bit, 64, false, 0, invalid},
           row{0x41e0'0000'0000'0000, 32, true, 0x7fff'ffff, invalid},            // 2^31
           row{0xc1e0'0000'0000'0000, 32, true, 0xffff'ffff'8000'0000, 0},        // -2^31
           row{0x41e0'0000'0000'0000, 32, false, 0xffff'ffff'8000'0000, 0},       // 2^31
           row{0x41f0'0000'0000'0000, 32, false, ~std::uint64_t{0}, invalid},     // 2^32
           row{0x43e0'0000'0000'0000, 64, true, 0x7fff'ffff'ffff'ffff, invalid},  // 2^63
           row{0x43e0'0000'0000'0000, 64, false, std::uint64_t{1} << 63, 0},      // 2^63
           row{0xbfe0'0000'0000'0000, 32, false, 0, inexact},                     // -0.5 to even
           row{0xbff8'0000'0000'0000, 32, false, 0, invalid},                     // -1.5
       }) {
    environment e;
    EXPECT_EQ(to_integer<twice>(each.value, each.width, each.is_signed, e), each.result)
        << std::hex << each.value;
    EXPECT_EQ(e.flags, each.flags) << std::hex << each.value;
  }
}

TEST(float_arithmetic, minimum_and_maximum_know_zeros_and_nans) {
  environment e;
  const std::uint64_t minus_zero = single::sign_bit;
  EXPECT_EQ(minimum<single>(0, minus_zero, e), minus_zero);
  EXPECT_EQ(minimum<single>(minus_zero, 0, e), minus_zero);
  EXPECT_EQ(maximum<single>(minus_zero, 0, e), 0U);
  EXPECT_EQ(minimum<single>(single::nan, 5, e), 5U);
  EXPECT_EQ(maximum<single>(5, single::nan, e), 5U);
  EXPECT_EQ(e.flags, 0U);
  EXPECT_EQ(minimum<single>(single::infinity | 1, 5, e), 5U);
  EXPECT_EQ(e.flags, invalid);
  EXPECT_EQ(maximum<single>(single::nan, single::nan, e), single::nan);
}

TEST(float_arithmetic, comparisons_are_quiet_or_signaling) {
  environment e;
  EXPECT_FALSE(equal<single>(single::nan, single::nan, e));
  EXPECT_EQ(e.flags, 0U);
  EXPECT_FALSE(less<single>(single::nan, 0, e));
  EXPECT_EQ(e.flags, invalid);
  e.flags = 0;
  EXPECT_TRUE(equal<single>(0, single::sign_bit, e));
  EXPECT_FALSE(less<single>(single::sign_bit, 0, e));
  EXPECT_TRUE(less_or_equal<single>(single::sign_bit | 7, 3, e));
  EXPECT_EQ(e.flags, 0U);
}

TEST(float_arithmetic, classes_have_ten_bits) {
  const std::array<std::uint64_t, 10> by_bit{0xff80'0000, 0xbf80'0000, 0x8000'0001, 0x8000'0000,
                                             0x0000'0000, 0x0000'0001, 0x3f80'0000, 0x7f80'0000,
                                             0x7f80'0001, 0x7fc0'0000};
  for (unsigned bit = 0; bit < by_bit.size(); ++bit) {
    EXPECT_EQ(classify<single>(by_bit.at(bit)), 1U << bit);
  }
}

}  // namespace
}  // namespace sn::hart::floating
