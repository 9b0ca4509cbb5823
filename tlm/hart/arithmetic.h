// What the computing instructions compute: pure functions of two words of any width.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

namespace sn::hart::arithmetic {

template <typename word>
using signed_of = std::make_signed_t<word>;

template <typename word>
inline constexpr unsigned bits_of = std::numeric_limits<word>::digits;

template <typename word>
constexpr signed_of<word> as_signed(word value) {
  return static_cast<signed_of<word>>(value);
}

/// Integers of twice the width, for the upper half of a product.
template <typename word>
struct twice {
  using type = std::uint64_t;
  using signed_type = std::int64_t;
};
template <>
struct twice<std::uint64_t> {
  __extension__ using type = unsigned __int128;
  __extension__ using signed_type = __int128;
};

struct add {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a + b;
  }
};
struct subtract {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a - b;
  }
};
struct shift_left {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a << (b % bits_of<word>);
  }
};
struct shift_right {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a >> (b % bits_of<word>);
  }
};
struct shift_right_arithmetic {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return static_cast<word>(as_signed(a) >> (b % bits_of<word>));
  }
};
struct less {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return as_signed(a) < as_signed(b) ? 1 : 0;
  }
};
struct less_unsigned {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a < b ? 1 : 0;
  }
};
struct exclusive_or {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a ^ b;
  }
};
struct inclusive_or {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a | b;
  }
};
struct conjunction {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a & b;
  }
};

struct multiply {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a * b;
  }
};
struct multiply_high {
  template <typename word>
  static constexpr word apply(word a, word b) {
    using wide = typename twice<word>::signed_type;
    return static_cast<word>(wide{as_signed(a)} * wide{as_signed(b)} >> bits_of<word>);
  }
};
struct multiply_high_signed_unsigned {
  template <typename word>
  static constexpr word apply(word a, word b) {
    using wide = typename twice<word>::signed_type;
    return static_cast<word>(wide{as_signed(a)} * static_cast<wide>(b) >> bits_of<word>);
  }
};
struct multiply_high_unsigned {
  template <typename word>
  static constexpr word apply(word a, word b) {
    using wide = typename twice<word>::type;
    return static_cast<word>(wide{a} * wide{b} >> bits_of<word>);
  }
};

/// Division by zero gives all ones, the overflow of the most negative number by -1 itself.
struct divide {
  template <typename word>
  static constexpr word apply(word a, word b) {
    if (b == 0) {
      return std::numeric_limits<word>::max();
    }
    if (as_signed(b) == -1) {
      return word{0} - a;
    }
    return static_cast<word>(as_signed(a) / as_signed(b));
  }
};
struct divide_unsigned {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return b == 0 ? std::numeric_limits<word>::max() : a / b;
  }
};
/// The remainder by zero is the dividend; that of the overflow is 0.
struct remainder {
  template <typename word>
  static constexpr word apply(word a, word b) {
    if (b == 0) {
      return a;
    }
    if (as_signed(b) == -1) {
      return 0;
    }
    return static_cast<word>(as_signed(a) % as_signed(b));
  }
};
struct remainder_unsigned {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return b == 0 ? a : a % b;
  }
};

/// An operation on the low 32 bits, its result sign-extended.
template <typename operation>
struct narrow {
  template <typename word>
  static constexpr word apply(word a, word b) {
    const std::uint32_t result =
        operation::apply(static_cast<std::uint32_t>(a), static_cast<std::uint32_t>(b));
    return static_cast<word>(static_cast<signed_of<word>>(static_cast<std::int32_t>(result)));
  }
};

// What atomics store, beyond the above.
struct second {
  template <typename word>
  static constexpr word apply(word, word b) {
    return b;
  }
};
struct minimum {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return as_signed(a) < as_signed(b) ? a : b;
  }
};
struct maximum {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return as_signed(a) < as_signed(b) ? b : a;
  }
};
struct minimum_unsigned {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a < b ? a : b;
  }
};
struct maximum_unsigned {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a < b ? b : a;
  }
};

// Bit manipulation (Zba, Zbb, Zbs). Those of one operand ignore the second.

/// An address: an index of elements of 2^shift bytes and a base.
template <unsigned shift>
struct shift_add {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return (a << shift) + b;
  }
};
template <unsigned shift>
struct shift_add_word {
  static constexpr std::uint64_t apply(std::uint64_t a, std::uint64_t b) {
    return ((a & 0xffff'ffff) << shift) + b;
  }
};
struct shift_left_word {
  static constexpr std::uint64_t apply(std::uint64_t a, std::uint64_t b) {
    return (a & 0xffff'ffff) << (b % 64);
  }
};
struct and_not {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a & ~b;
  }
};
struct or_not {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a | ~b;
  }
};
struct exclusive_nor {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return ~(a ^ b);
  }
};
struct population {
  template <typename word>
  static constexpr word apply(word a, word) {
    return static_cast<word>(__builtin_popcountll(a));
  }
};
/// Of 0: the width.
struct trailing_zeros {
  template <typename word>
  static constexpr word apply(word a, word) {
    return a == 0 ? bits_of<word> : static_cast<word>(__builtin_ctzll(a));
  }
};
struct leading_zeros {
  template <typename word>
  static constexpr word apply(word a, word) {
    return a == 0 ? bits_of<word> : static_cast<word>(__builtin_clzll(a)) - (64 - bits_of<word>);
  }
};
/// The low bits as a part, sign-extended if that is signed.
template <typename part>
struct extended {
  template <typename word>
  static constexpr word apply(word a, word) {
    return static_cast<word>(static_cast<part>(a));
  }
};
struct rotate_right {
  template <typename word>
  static constexpr word apply(word a, word b) {
    const word by = b % bits_of<word>;
    return by == 0 ? a : static_cast<word>(a >> by | a << (bits_of<word> - by));
  }
};
struct rotate_left {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return rotate_right::apply(a, static_cast<word>(word{0} - b));
  }
};
/// All ones in each byte that is not zero.
struct or_combine {
  template <typename word>
  static constexpr word apply(word a, word) {
    word result = 0;
    for (unsigned i = 0; i < bits_of<word>; i += 8) {
      result |= (a >> i & 0xff) != 0 ? word{0xff} << i : word{0};
    }
    return result;
  }
};
struct reverse_bytes {
  template <typename word>
  static constexpr word apply(word a, word) {
    return static_cast<word>(__builtin_bswap64(a) >> (64 - bits_of<word>));
  }
};
struct bit_clear {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a & ~(word{1} << (b % bits_of<word>));
  }
};
struct bit_extract {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a >> (b % bits_of<word>)&1;
  }
};
struct bit_invert {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a ^ word { 1 } << (b % bits_of<word>);
  }
};
struct bit_set {
  template <typename word>
  static constexpr word apply(word a, word b) {
    return a | word{1} << (b % bits_of<word>);
  }
};

// Conditions of branches.
struct equal {
  template <typename word>
  static constexpr bool holds(word a, word b) {
    return a == b;
  }
};
struct less_than {
  template <typename word>
  static constexpr bool holds(word a, word b) {
    return as_signed(a) < as_signed(b);
  }
};
struct less_than_unsigned {
  template <typename word>
  static constexpr bool holds(word a, word b) {
    return a < b;
  }
};
template <typename condition>
struct negation {
  template <typename word>
  static constexpr bool holds(word a, word b) {
    return !condition::holds(a, b);
  }
};

}  // namespace sn::hart::arithmetic
