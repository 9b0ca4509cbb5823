// The state of a machine in a file: named sections of numbers and bytes.
//
// A file is: 8 bytes "SNVPSNAP"; the version of the format (4 bytes); the size of the content (8
// bytes) and its CRC-32 (4 bytes); the content, compressed by zlib. The content is a list of
// sections: a name, a size (8 bytes) and that many bytes. Numbers are little-endian; a text or a
// block of bytes follows its size (8 bytes). What a section holds is known only to the model that
// writes and reads it; its reader must take exactly what its writer gave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace sn::base {

/// To be raised by every change of what any model writes.
inline constexpr std::uint32_t snapshot_format = 5;

/// What a snapshot was made of, by name: two machines with different facts cannot have the same
/// state.
using snapshot_facts = std::vector<std::pair<std::string, std::string>>;

/// The CRC-32 of a file, for facts; of an empty name that of nothing. Throws configuration_error
/// that names the file when it cannot be read.
std::uint32_t file_checksum(const std::string& path);

/// Collects the state of a machine.
class snapshot_writer {
 public:
  /// Begins a section; every value belongs to one. Names should differ.
  void section(std::string_view name);

  /// An integer, a truth value or an enumerator, in as many bytes as its type has.
  template <typename T>
  void number(T value) {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
    append(static_cast<std::uint64_t>(value), sizeof(T));
  }
  void text(std::string_view value);
  void bytes(const void* data, std::size_t size);
  /// A list of numbers with its length.
  template <typename List>
  void numbers(const List& values) {
    number(std::uint64_t{values.size()});
    for (const auto& each : values) {
      number(each);
    }
  }
  /// Memory of which most may be zero: whole pages of zeros are left out.
  void memory(const std::byte* data, std::uint64_t size);
  /// A section of facts.
  void facts(const snapshot_facts& all);

  /// The content of the file. The same state gives the same bytes.
  std::vector<std::byte> finish();
  /// Writes it. Throws configuration_error that names the file when that is not possible.
  void write(const std::string& path);

 private:
  void append(std::uint64_t value, std::size_t size);
  void close_section();

  std::vector<std::byte> content_;
  std::size_t section_begin_ = 0;  ///< 0: there is none yet
};

/// Gives back what a snapshot_writer has collected. Everything throws configuration_error that
/// names the file when the file does not hold what is asked for.
class snapshot_reader {
 public:
  /// `file` is what errors name.
  snapshot_reader(std::string file, const std::byte* data, std::size_t size);
  /// Reads a file.
  static snapshot_reader from_file(const std::string& path);

  /// Ends the present section, of which nothing may be left, and begins the next, which must have
  /// this name.
  void section(std::string_view name);
  /// Ends the last section.
  void end();

  template <typename T>
  T number() {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
    const std::uint64_t value = take(sizeof(T));
    if constexpr (std::is_same_v<T, bool>) {
      if (value > 1) {
        refuse("a value that is neither true nor false");
      }
    }
    return static_cast<T>(value);
  }
  template <typename T>
  void number(T& value) {
    value = number<T>();
  }
  /// A number that must not be above `limit`.
  template <typename T>
  T number_up_to(T limit) {
    const T value = number<T>();
    if (value > limit) {
      refuse("a number that is out of range");
    }
    return value;
  }
  std::string text();
  std::vector<std::byte> bytes();
  /// How many elements follow; never more than bytes are left in the section.
  std::uint64_t list_size() {
    const auto count = number<std::uint64_t>();
    check_left(count, 1);
    return count;
  }
  /// A list of any length.
  template <typename T>
  std::vector<T> numbers() {
    const std::uint64_t count = number<std::uint64_t>();
    check_left(count, sizeof(T));
    std::vector<T> values;
    values.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      values.push_back(number<T>());
    }
    return values;
  }
  /// A list whose length is known.
  template <typename List>
  void fill(List& values) {
    if (number<std::uint64_t>() != values.size()) {
      refuse("a list of another length");
    }
    for (auto& each : values) {
      each = number<typename List::value_type>();
    }
  }
  /// Memory as snapshot_writer::memory() wrote it; what is zero there becomes zero here.
  void memory(std::byte* data, std::uint64_t size);
  /// A section of facts, which must be these. The error names the first that differs.
  void expect_facts(const snapshot_facts& all);

  const std::string& file() const { return file_; }
  /// Throws the error that this file does not fit here.
  [[noreturn]] void refuse(const std::string& message) const;

 private:
  std::uint64_t take(std::size_t size);
  /// Throws unless `count` times `size` bytes are left in the section.
  void check_left(std::uint64_t count, std::size_t size) const;

  std::string file_;
  std::vector<std::byte> content_;
  std::string section_;
  std::size_t position_ = 0;
  std::size_t section_end_ = 0;
};

}  // namespace sn::base
