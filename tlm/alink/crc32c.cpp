#include "alink/crc32c.h"

#include <array>

namespace sn::alink {

namespace {

constexpr std::uint32_t reflected_polynomial = 0x82f6'3b78;

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1U) ^ ((remainder & 1U) != 0 ? reflected_polynomial : 0U);
    }
    table[byte] = remainder;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> table = make_table();

}  // namespace

std::uint32_t crc32c(const std::uint8_t* data, std::size_t size) {
  std::uint32_t remainder = ~std::uint32_t{0};
  for (std::size_t i = 0; i < size; ++i) {
    remainder = (remainder >> 8U) ^ table[(remainder ^ data[i]) & 0xffU];
  }
  return ~remainder;
}

}  // namespace sn::alink
