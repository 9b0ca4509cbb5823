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

/// Bits of a word spread to bytes: byte k is 0xff where bit k of the low eight is set, else 0.
constexpr std::uint64_t bits_to_bytes(std::uint64_t bits) {
  constexpr std::uint64_t low = 0x0101010101010101U;
  const std::uint64_t spread = (bits & 0xffU) * low & 0x8040201008040201U;
  return (((spread + 0x7f * low) | spread) >> 7U & low) * 0xffU;
}

/// Eight fields of `width` bits (at most 7), end to end, to a byte each: halves are moved apart
/// until every field has its own lane.
template <unsigned width>
constexpr std::uint64_t fields_to_bytes(std::uint64_t fields) {
  constexpr std::uint64_t four = (std::uint64_t{1} << (4 * width)) - 1;
  constexpr std::uint64_t two = ((std::uint64_t{1} << (2 * width)) - 1) * 0x0000000100000001U;
  constexpr std::uint64_t one = ((std::uint64_t{1} << width) - 1) * 0x0001000100010001U;
  fields = (fields & four) | (fields >> (4 * width) & four) << 32U;
  fields = (fields & two) | (fields >> (2 * width) & two) << 16U;
  return (fields & one) | (fields >> width & one) << 8U;
}

/// The bytes of a pin from byte `begin` on, lowest first, in the low end of a word: eight of them,
/// or as many as there are. A whole word is loaded where the pin has one: bytes put together in
/// memory would have to wait for each other.
template <class pin>
std::uint64_t bytes_from(const pin& vector, unsigned begin) {
  constexpr unsigned size = sizeof(pin);
  const auto* from = reinterpret_cast<const unsigned char*>(&vector);
  std::uint64_t word = 0;
  if constexpr (size < sizeof(word)) {
    std::memcpy(&word, from, size);
    return word >> (8 * begin);
  } else {
    const unsigned last = size - sizeof(word);
    const unsigned place = begin < last ? begin : last;
    std::memcpy(&word, from + place, sizeof(word));
    return word >> (8 * (begin - place));
  }
}

/// Reads `count` fields of `width` bits, which lie end to end in a pin: field p becomes bytes[p]
/// where p is in `valid`; all other bytes become 0xff. Eight fields begin at a whole byte and are
/// read at once, and no branch depends on what is valid.
template <unsigned count, unsigned width, class pin>
void sample_fields(const pin& vector, const base::port_set& valid,
                   std::array<std::uint8_t, base::port_limit>& bytes) {
  static_assert(width <= 7 && count <= base::port_limit && sizeof(pin) * 8 >= count * width);
  constexpr unsigned groups = (count + 7) / 8;
  for (unsigned group = 0; group < groups; ++group) {
    const std::uint64_t is_valid = bits_to_bytes(valid.word[group / 8] >> (group % 8 * 8));
    const std::uint64_t eight =
        fields_to_bytes<width>(bytes_from(vector, group * width)) | ~is_valid;
    std::memcpy(bytes.data() + std::size_t{group} * 8, &eight, sizeof(eight));
  }
  if constexpr (groups * 8 < base::port_limit) {
    std::memset(bytes.data() + groups * 8, 0xff, base::port_limit - groups * 8);
  }
}

}  // namespace sn::arbiter
