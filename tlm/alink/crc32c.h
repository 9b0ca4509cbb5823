// CRC-32C (Castagnoli): polynomial 0x1EDC6F41, reflected, all ones before and inverted after.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sn::alink {

/// Of `size` bytes.
std::uint32_t crc32c(const std::uint8_t* data, std::size_t size);

}  // namespace sn::alink
