#include "base/element_sum.h"

#include <cstring>

#include "base/error.h"

namespace sn::base {
namespace {

std::uint32_t bits_of(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

float float_of(std::uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/// `value` without its last `places` bits, rounded to nearest, ties to even.
std::uint32_t round_off(std::uint32_t value, unsigned places) {
  const std::uint32_t half = std::uint32_t{1} << (places - 1);
  const std::uint32_t rest = value & ((half << 1U) - 1);
  const std::uint32_t kept = value >> places;
  return kept + (rest > half || (rest == half && (kept & 1U) != 0) ? 1 : 0);
}

/// Adds element by element; `plus` gets two elements as they lie in memory.
template <typename Word, typename Plus>
void add_words(void* sum, const void* operand, std::size_t bytes, Plus plus) {
  auto* to = static_cast<unsigned char*>(sum);
  const auto* from = static_cast<const unsigned char*>(operand);
  for (std::size_t at = 0; at < bytes; at += sizeof(Word)) {
    Word a{};
    Word b{};
    std::memcpy(&a, to + at, sizeof(Word));
    std::memcpy(&b, from + at, sizeof(Word));
    a = plus(a, b);
    std::memcpy(to + at, &a, sizeof(Word));
  }
}

}  // namespace

std::string_view to_text(element format) {
  switch (format) {
    case element::float32:
      return "float32";
    case element::int32:
      return "int32";
    case element::float16:
      return "float16";
    case element::bfloat16:
      return "bfloat16";
  }
  invariant_violated("unknown element");
}

std::uint16_t to_float16(float value) {
  const std::uint32_t bits = bits_of(value);
  const std::uint32_t sign = bits >> 16U & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7fff'ffffU;
  constexpr std::uint32_t infinity = 0x7f80'0000;
  std::uint32_t half = 0;
  if (magnitude > infinity) {
    half = 0x7e00;  // not a number
  } else if (magnitude >= 0x4780'0000) {
    half = 0x7c00;  // 65536 and more
  } else if (magnitude >= 0x3880'0000) {
    // 2^-14 and more; what rounds up to 2^16 becomes infinity by itself.
    half = round_off(magnitude - 0x3800'0000, 13);
  } else if (magnitude >= 0x3300'0000) {
    // Below 2^-14 the last place is 2^-24 whatever the exponent.
    const unsigned exponent = magnitude >> 23U;
    half = round_off((magnitude & 0x7f'ffffU) | 0x80'0000U, 126 - exponent);
  }
  return static_cast<std::uint16_t>(sign | half);
}

float from_float16(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half & 0x8000U} << 16U;
  const std::uint32_t exponent = half >> 10U & 0x1fU;
  const std::uint32_t mantissa = half & 0x3ffU;
  if (exponent == 0x1f) {
    return float_of(sign | 0x7f80'0000U | mantissa << 13U);
  }
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24F;
    return float_of(sign | bits_of(magnitude));
  }
  return float_of(sign | (exponent + 112) << 23U | mantissa << 13U);
}

std::uint16_t to_bfloat16(float value) {
  const std::uint32_t bits = bits_of(value);
  if ((bits & 0x7fff'ffffU) > 0x7f80'0000U) {
    return static_cast<std::uint16_t>(bits >> 16U | 0x40U);  // stays not a number
  }
  return static_cast<std::uint16_t>(round_off(bits, 16));
}

float from_bfloat16(std::uint16_t bits) {
  return float_of(std::uint32_t{bits} << 16U);
}

void add_elements(element format, void* sum, const void* operand, std::size_t bytes) {
  ensure(bytes % size_of(format) == 0, "an array ends within an element");
  switch (format) {
    case element::float32:
      add_words<float>(sum, operand, bytes, [](float a, float b) { return a + b; });
      return;
    case element::int32:
      add_words<std::uint32_t>(sum, operand, bytes,
                               [](std::uint32_t a, std::uint32_t b) { return a + b; });
      return;
    case element::float16:
      add_words<std::uint16_t>(sum, operand, bytes, [](std::uint16_t a, std::uint16_t b) {
        return to_float16(from_float16(a) + from_float16(b));
      });
      return;
    case element::bfloat16:
      add_words<std::uint16_t>(sum, operand, bytes, [](std::uint16_t a, std::uint16_t b) {
        return to_bfloat16(from_bfloat16(a) + from_bfloat16(b));
      });
      return;
  }
}

}  // namespace sn::base
