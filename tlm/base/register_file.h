// The register file of a device: what firmware sees. Tables come from registers/*.rdl.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "base/snapshot.h"

namespace sn::base {

/// One register (or array of registers) of a block, as generated from its SystemRDL description.
/// Registers are 32 bits wide and naturally aligned.
struct register_info {
  std::string_view name;
  std::uint32_t offset;      ///< of the first element, in bytes from the start of the block
  std::uint32_t count;       ///< number of elements, at least 1
  std::uint32_t stride;      ///< bytes from one element to the next
  std::uint32_t reset;       ///< value after reset
  std::uint32_t read_mask;   ///< bits that software reads
  std::uint32_t write_mask;  ///< bits that a software write replaces
  std::uint32_t clear_mask;  ///< bits that software clears by writing 1
};

/// A bit field of a register: `width` bits from bit `lsb`.
struct register_field {
  std::uint32_t lsb;
  std::uint32_t width;

  constexpr std::uint32_t mask() const {
    return (width >= 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << width) - 1U) << lsb;
  }
  constexpr std::uint32_t get(std::uint32_t value) const { return (value & mask()) >> lsb; }
  constexpr std::uint32_t set(std::uint32_t value, std::uint32_t field) const {
    return (value & ~mask()) | ((field << lsb) & mask());
  }
};

/// Why an access failed.
enum class register_status { ok, no_such_register, misaligned, not_writable, not_readable };

/// A block of 32-bit registers with access rights, reset values and callbacks.
///
/// Software goes through read() and write(); the device itself through get() and set(), which see
/// every bit. A register is named by its offset, as the generated constants give it; `index`
/// selects an element of an array.
class register_file {
 public:
  using read_callback = std::function<std::uint32_t(std::uint32_t index)>;
  using write_callback = std::function<void(std::uint32_t index, std::uint32_t value)>;

  /// `table` must stay alive as long as the file (generated tables are constants); `size` is that
  /// of the block in bytes.
  register_file(const register_info* table, std::size_t entries, std::uint32_t size);

  /// Every register to its reset value. Callbacks stay and are not called.
  void reset();

  /// Software access at byte offset `offset`, 32 bits.
  register_status read(std::uint32_t offset, std::uint32_t& value);
  register_status write(std::uint32_t offset, std::uint32_t value);

  /// The device's own view: all bits, no callbacks. `offset` must be that of a register.
  std::uint32_t get(std::uint32_t offset, std::uint32_t index = 0) const;
  void set(std::uint32_t offset, std::uint32_t value, std::uint32_t index = 0);
  /// One field of a register.
  std::uint32_t get(std::uint32_t offset, register_field field, std::uint32_t index = 0) const {
    return field.get(get(offset, index));
  }
  void set(std::uint32_t offset, register_field field, std::uint32_t value,
           std::uint32_t index = 0) {
    set(offset, field.set(get(offset, index), value), index);
  }

  /// Calls `callback` for the value when software reads the register (before the read mask).
  void on_read(std::uint32_t offset, read_callback callback);
  /// Calls `callback` after software wrote the register, with the value as stored.
  void on_write(std::uint32_t offset, write_callback callback);

  /// The stored words, as part of the section of the owner. Restoring calls nobody.
  void save(snapshot_writer& to) const { to.numbers(values_); }
  void restore(snapshot_reader& from) { from.fill(values_); }

 private:
  struct entry {
    const register_info* info = nullptr;
    read_callback on_read;
    write_callback on_write;
  };

  static constexpr std::uint16_t no_entry = 0xffff;

  entry& entry_at(std::uint32_t offset);
  std::size_t word_of(std::uint32_t offset, std::uint32_t index) const;

  std::vector<entry> entries_;
  std::vector<std::uint16_t> entry_of_word_;  ///< per 32-bit word of the block
  std::vector<std::uint32_t> values_;         ///< per 32-bit word of the block
};

}  // namespace sn::base
