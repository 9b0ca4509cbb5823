// Element-wise sums of arrays of numbers, as GPUs and switches do them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sn::base {

/// Number formats, little-endian. The first two are those of a GPU's reductions.
enum class element : std::uint8_t { float32 = 0, int32 = 1, float16 = 2, bfloat16 = 3 };
inline constexpr unsigned element_formats = 4;

/// Bytes of an element.
constexpr std::size_t size_of(element format) {
  return format == element::float32 || format == element::int32 ? 4 : 2;
}
std::string_view to_text(element format);

/// Adds `operand` to `sum`, both of `bytes` bytes, a multiple of the element's size. Each sum is
/// rounded to the nearest number of the format, ties to even; integers wrap around.
void add_elements(element format, void* sum, const void* operand, std::size_t bytes);

/// The nearest number of a format of 16 bits, ties to even, and back.
std::uint16_t to_float16(float value);
float from_float16(std::uint16_t bits);
std::uint16_t to_bfloat16(float value);
float from_bfloat16(std::uint16_t bits);

}  // namespace sn::base
