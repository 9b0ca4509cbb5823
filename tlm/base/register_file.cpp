#include "base/register_file.h"

#include <utility>

#include "base/error.h"

namespace sn::base {

register_file::register_file(const register_info* table, std::size_t entries, std::uint32_t size)
    : entries_(entries), entry_of_word_(size / 4U, no_entry), values_(size / 4U, 0) {
  for (std::size_t i = 0; i < entries; ++i) {
    entries_[i].info = &table[i];
    for (std::uint32_t k = 0; k < table[i].count; ++k) {
      const std::size_t word = (table[i].offset + k * table[i].stride) / 4U;
      ensure(word < values_.size() && entry_of_word_[word] == no_entry,
             "register_file: a register lies outside its block or on another");
      entry_of_word_[word] = static_cast<std::uint16_t>(i);
    }
  }
  reset();
}

void register_file::reset() {
  for (const auto& e : entries_) {
    for (std::uint32_t k = 0; k < e.info->count; ++k) {
      values_[(e.info->offset + k * e.info->stride) / 4U] = e.info->reset;
    }
  }
}

register_status register_file::read(std::uint32_t offset, std::uint32_t& value) {
  if (offset % 4U != 0) {
    return register_status::misaligned;
  }
  const std::size_t word = offset / 4U;
  if (word >= values_.size() || entry_of_word_[word] == no_entry) {
    return register_status::no_such_register;
  }
  const entry& e = entries_[entry_of_word_[word]];
  if (e.info->read_mask == 0) {
    return register_status::not_readable;
  }
  if (e.on_read) {
    values_[word] = e.on_read(e.info->count > 1 ? (offset - e.info->offset) / e.info->stride : 0);
  }
  value = values_[word] & e.info->read_mask;
  return register_status::ok;
}

register_status register_file::write(std::uint32_t offset, std::uint32_t value) {
  if (offset % 4U != 0) {
    return register_status::misaligned;
  }
  const std::size_t word = offset / 4U;
  if (word >= values_.size() || entry_of_word_[word] == no_entry) {
    return register_status::no_such_register;
  }
  const entry& e = entries_[entry_of_word_[word]];
  if ((e.info->write_mask | e.info->clear_mask) == 0) {
    return register_status::not_writable;
  }
  values_[word] = (values_[word] & ~e.info->write_mask) | (value & e.info->write_mask);
  values_[word] &= ~(value & e.info->clear_mask);
  if (e.on_write) {
    e.on_write(e.info->count > 1 ? (offset - e.info->offset) / e.info->stride : 0, values_[word]);
  }
  return register_status::ok;
}

std::uint32_t register_file::get(std::uint32_t offset, std::uint32_t index) const {
  return values_[word_of(offset, index)];
}

void register_file::set(std::uint32_t offset, std::uint32_t value, std::uint32_t index) {
  values_[word_of(offset, index)] = value;
}

void register_file::on_read(std::uint32_t offset, read_callback callback) {
  entry_at(offset).on_read = std::move(callback);
}

void register_file::on_write(std::uint32_t offset, write_callback callback) {
  entry_at(offset).on_write = std::move(callback);
}

register_file::entry& register_file::entry_at(std::uint32_t offset) {
  const std::size_t word = offset / 4U;
  ensure(offset % 4U == 0 && word < values_.size() && entry_of_word_[word] != no_entry,
         "register_file: no register at this offset");
  return entries_[entry_of_word_[word]];
}

std::size_t register_file::word_of(std::uint32_t offset, std::uint32_t index) const {
  const std::size_t first = offset / 4U;
  ensure(offset % 4U == 0 && first < values_.size() && entry_of_word_[first] != no_entry,
         "register_file: no register at this offset");
  const register_info& info = *entries_[entry_of_word_[first]].info;
  const std::uint32_t element =
      info.count > 1 ? (offset - info.offset) / info.stride + index : index;
  ensure(element < info.count, "register_file: an index beyond the array");
  return (info.offset + element * info.stride) / 4U;
}

}  // namespace sn::base
