// Sets of ports at the pins of a Verilated model.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "base/port_set.h"

namespace sn::arbiter {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "Verilator's vectors are read and written as bytes, lowest first");

/// Bits of the index of one of `ports` ports.
constexpr unsigned index_width(unsigned ports) {
  unsigned width = 1;
  while ((1U << width) < ports) {
    ++width;
  }
  return width;
}

/// Writes rows of `row_ports` bits end to end into a vector. Rows of whole words are copied; of
/// others, words are put together in a register, lowest bit first, and stored when full.
template <unsigned row_ports>
class row_writer {
 public:
  /// `vector` has room for all rows and stays where it is.
  explicit row_writer(void* vector) : next_(static_cast<unsigned char*>(vector)) {}

  /// The next row.
  void append(const base::port_set& row) {
    constexpr unsigned last_width = (row_ports - 1) % 64 + 1;
    if constexpr (row_ports % 64 == 0) {
      std::memcpy(next_, row.word.data(), row_ports / 8);
      next_ += row_ports / 8;
    } else if constexpr (row_ports > 64) {
      append(row.word[0], 64);
      append(row.word[1], last_width);
    } else {
      append(row.word[0], last_width);
    }
  }

  /// Stores what is left after the last row.
  void finish() { std::memcpy(next_, &word_, (filled_ + 7) / 8); }

 private:
  void append(std::uint64_t bits, unsigned width) {
    word_ |= bits << filled_;
    filled_ += width;
    if (filled_ >= 64) {
      std::memcpy(next_, &word_, sizeof(word_));
      next_ += sizeof(word_);
      filled_ -= 64;
      word_ = filled_ == 0 ? 0 : bits >> (width - filled_);
    }
  }

  unsigned char* next_;
  std::uint64_t word_ = 0;
  unsigned filled_ = 0;
};

/// Drives a pin with one bit for each port.
template <class pin>
void drive_ports(pin& vector, const base::port_set& set) {
  std::memcpy(&vector, set.word.data(), sizeof(vector));
}

/// Reads a pin with one bit for each port.
template <class pin>
base::port_set sample_ports(const pin& vector) {
  base::port_set set;
  std::memcpy(set.word.data(), &vector, sizeof(vector));
  return set;
}

/// A vector of fields of `width` bits each, as it was when this was made.
template <class pin>
class field_reader {
 public:
  field_reader(const pin& vector, unsigned width) : width_(width) {
    std::memcpy(bytes_.data(), &vector, sizeof(vector));
  }

  /// Field `index`, counted from the lowest bit.
  std::uint8_t operator[](unsigned index) const {
    const unsigned bit = index * width_;
    std::uint32_t word = 0;
    std::memcpy(&word, bytes_.data() + bit / 8, sizeof(word));
    return static_cast<std::uint8_t>((word >> (bit % 8)) & ((1U << width_) - 1));
  }

 private:
  unsigned width_;
  /// A field is read with the 32 bits it begins in, which may reach beyond the vector.
  std::array<std::uint8_t, sizeof(pin) + sizeof(std::uint32_t)> bytes_{};
};

}  // namespace sn::arbiter
