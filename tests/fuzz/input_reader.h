// What a fuzzer makes of its input, byte after byte.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sn::fuzz {

/// Bytes of the input, zeros when there are no more; longer numbers are little-endian.
class input_reader {
 public:
  input_reader(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  bool more() const { return left_ > 0; }
  unsigned byte() {
    if (left_ == 0) {
      return 0;
    }
    --left_;
    return *data_++;
  }
  unsigned half() {
    const unsigned low = byte();
    return byte() << 8 | low;
  }
  std::uint32_t word() {
    const std::uint32_t low = half();
    return std::uint32_t{half()} << 16 | low;
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

}  // namespace sn::fuzz
