// Numbers as network protocols have them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sn::soc {

/// The number at `place`, which with the next byte must be there.
inline std::uint16_t big_endian_16(const std::vector<std::uint8_t>& bytes, std::size_t place) {
  return static_cast<std::uint16_t>(bytes[place] << 8 | bytes[place + 1]);
}
inline std::uint32_t big_endian_32(const std::vector<std::uint8_t>& bytes, std::size_t place) {
  return std::uint32_t{big_endian_16(bytes, place)} << 16 | big_endian_16(bytes, place + 2);
}
inline void append_16(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8));
  bytes.push_back(static_cast<std::uint8_t>(value));
}
inline void append_32(std::vector<std::uint8_t>& bytes, std::uint32_t value) {
  append_16(bytes, value >> 16);
  append_16(bytes, value);
}
inline void replace_16(std::vector<std::uint8_t>& bytes, std::size_t place, std::uint32_t value) {
  bytes[place] = static_cast<std::uint8_t>(value >> 8);
  bytes[place + 1] = static_cast<std::uint8_t>(value);
}

}  // namespace sn::soc
