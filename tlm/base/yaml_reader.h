// A strict, typed reader of the project's YAML files: platforms and scenarios.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units.h"

namespace sn::base {

/// How we know a value. A value written plainly, without a basis, is `unstated`.
enum class value_basis : std::uint8_t { unstated, published, derived, assumed };

/// "unstated", "published", "derived" or "assumed".
std::string_view to_text(value_basis basis);

/// A value that was read: what it says, how we know it and where it stands.
struct yaml_value {
  std::string key;   ///< path from the root: "gpu.hbm.capacity", "pools[1].latency"
  std::string text;  ///< as written; the items of a list joined by ", "
  value_basis basis = value_basis::unstated;
  std::string source;  ///< where the value is from or why it was assumed; empty when unstated
  int line = 0;        ///< from 1
};

/// A map of a YAML file, read key by key.
///
/// A value is either plain (`latency: 150 ns`) or says how we know it (`latency: {value: 150 ns,
/// basis: published, source: "..."}`, all three required); a list of scalars may take both forms as
/// well. Every key that a getter or has() names is known; finish() on the root makes every other
/// key an error. All errors are configuration_error with file, line, key path, what was expected
/// and what was found. A reader is a cheap handle: copies and children share the document.
///
///     auto root = yaml_reader::open("platforms/al128.yaml");
///     auto gpu = root.child("gpu");
///     const bytes capacity = gpu.get_bytes("hbm_capacity", bytes(1));
///     root.finish();
class yaml_reader {
 public:
  /// Opens a file whose root is a map.
  static yaml_reader open(const std::string& file);
  /// Reads `text` as if it were the content of `file`.
  static yaml_reader parse(const std::string& text, const std::string& file);

  /// True if the map has this key (which is thereby known, present or not).
  bool has(const std::string& key);

  /// A map below this one.
  yaml_reader child(const std::string& key);
  /// A sequence of maps below this one, in order; may be empty.
  std::vector<yaml_reader> children(const std::string& key);
  /// The keys of this map in the order of the file, for maps whose keys are names that the file
  /// chooses; each still has to be read.
  std::vector<std::string> keys() const;

  /// Quantities with units; each must lie in [min, max].
  bytes get_bytes(const std::string& key, bytes min = bytes(0), bytes max = bytes(no_limit));
  picoseconds get_time(const std::string& key, picoseconds min = picoseconds(0),
                       picoseconds max = picoseconds(no_limit));
  bytes_per_second get_bandwidth(const std::string& key, bytes_per_second min = bytes_per_second(0),
                                 bytes_per_second max = bytes_per_second(no_limit));
  hertz get_frequency(const std::string& key, hertz min = hertz(0), hertz max = hertz(no_limit));
  milliwatts get_power(const std::string& key, milliwatts min = milliwatts(0),
                       milliwatts max = milliwatts(no_limit));
  flops_per_second get_compute_rate(const std::string& key,
                                    flops_per_second min = flops_per_second(0),
                                    flops_per_second max = flops_per_second(no_limit));

  /// A whole number, decimal or 0x hexadecimal, in [min, max].
  std::uint64_t get_integer(const std::string& key, std::uint64_t min = 0,
                            std::uint64_t max = no_limit);
  /// A list of whole numbers in [min, max]: `[8, 16, 32]`.
  std::vector<std::uint64_t> get_integers(const std::string& key, std::uint64_t min = 0,
                                          std::uint64_t max = no_limit);
  /// A finite number in [min, max].
  double get_number(const std::string& key, double min = std::numeric_limits<double>::lowest(),
                    double max = std::numeric_limits<double>::max());
  /// `true` or `false`.
  bool get_bool(const std::string& key);
  /// A text that is not empty.
  std::string get_string(const std::string& key);
  /// A list of texts.
  std::vector<std::string> get_strings(const std::string& key);
  /// One of the named choices: get_choice<precision>("format", {{"fp8", precision::fp8}, ...}).
  template <typename Value>
  Value get_choice(const std::string& key,
                   std::initializer_list<std::pair<std::string_view, Value>> choices) {
    std::vector<std::string_view> names;
    for (const auto& choice : choices) {
      names.push_back(choice.first);
    }
    return (choices.begin() + choice_index(key, names))->second;
  }

  /// Throws the configuration_error of a value that the reader itself cannot judge: `message` says
  /// what was expected. The line is that of `key`, or of this map when it has no such key.
  [[noreturn]] void fail(const std::string& key, const std::string& message) const;

  /// Call once on the root when everything has been read: throws for the first key, in the order of
  /// the file, that nobody asked for, in any map that was read.
  void finish() const;

  /// Every value read so far, in the order of the file.
  std::vector<yaml_value> values() const;

  const std::string& file() const;
  /// Path of this map from the root; empty for the root.
  const std::string& path() const;

 private:
  static constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

  struct document;
  struct scalar;

  yaml_reader(std::shared_ptr<document> shared, std::size_t map);

  std::string path_of(const std::string& key) const;
  scalar read_scalar(const std::string& key, const std::string& expected);
  std::vector<scalar> read_list(const std::string& key, const std::string& expected);
  template <typename Quantity>
  Quantity read_quantity(const std::string& key, Quantity (*parser)(std::string_view),
                         const char* expected, Quantity min, Quantity max);
  std::uint64_t to_integer(const scalar& item, std::uint64_t min, std::uint64_t max) const;
  std::ptrdiff_t choice_index(const std::string& key, const std::vector<std::string_view>& names);

  std::shared_ptr<document> document_;
  std::size_t map_;
};

}  // namespace sn::base
