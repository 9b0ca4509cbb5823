#include "soc/cfi_flash.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/error.h"

namespace sn::soc {
namespace {

// Commands.
constexpr std::uint8_t read_array = 0xff;
constexpr std::uint8_t read_status = 0x70;
constexpr std::uint8_t clear_status = 0x50;
constexpr std::uint8_t read_identity = 0x90;
constexpr std::uint8_t read_query = 0x98;
constexpr std::uint8_t erase_block = 0x20;
constexpr std::uint8_t program_word = 0x40;
constexpr std::uint8_t program_word_too = 0x10;
constexpr std::uint8_t write_buffer = 0xe8;
constexpr std::uint8_t set_up_lock = 0x60;
constexpr std::uint8_t lock = 0x01;
constexpr std::uint8_t lock_down = 0x2f;
constexpr std::uint8_t confirm =
    0xd0;  // erase, buffer, unlock; and resume, which does nothing here
constexpr std::uint8_t suspend = 0xb0;  // nothing is ever under way

// Status.
constexpr std::uint8_t ready = 0x80;
constexpr std::uint8_t erase_failed = 0x20;
constexpr std::uint8_t program_failed = 0x10;
constexpr std::uint8_t block_protected = 0x02;
constexpr std::uint8_t sequence_error = erase_failed | program_failed;

constexpr std::uint16_t manufacturer = 0x0089;  // Intel
constexpr std::uint16_t device = 0x0018;        // 128 Mbit with 16 bits

constexpr std::byte erased{0xff};
constexpr unsigned word_bytes = 4;

/// What each chip tells about itself, from word 0x10 on (JESD68.01, tables 3 to 6; then Intel's
/// own table, to which words 0x15 and 0x16 point).
constexpr std::uint64_t query_begin = 0x10;
constexpr std::array<std::uint8_t, 48> query_table{
    'Q',  'R',  'Y',  0x01, 0x00,  // Intel's extended command set
    0x31, 0x00,                    // its table
    0x00, 0x00, 0x00, 0x00,        // no other command set
    0x45, 0x55, 0x00, 0x00,        // 4.5 V to 5.5 V, no programming voltage
    0x07, 0x07, 0x0a, 0x00,        // typical: 128 us a word and a buffer, 1024 ms a block
    0x04, 0x04, 0x04, 0x00,        // at most 16 times as long
    24,                            // 16 MiB in each chip
    0x01, 0x00,                    // 16 bits
    0x07, 0x00,                    // a buffer of 128 bytes in each chip
    0x01,                          // one region of equal blocks:
    0x7f, 0x00, 0x00, 0x02,        // 128 of 512 x 256 bytes in each chip
    'P',  'R',  'I',  '1',  '0',  0x20, 0x00, 0x00, 0x00,  // blocks are locked one by one
    0x00,                                                  // nothing during a suspension
    0x01, 0x00,                                            // a lock bit for each block
    0x50, 0x00,                                            // 5.0 V, no programming voltage
    0x00,                                                  // no protection registers
};

/// The same half for both chips.
constexpr std::uint32_t both(std::uint16_t half) {
  return std::uint32_t{half} << 16 | half;
}

}  // namespace

cfi_flash::cfi_flash(const sc_core::sc_module_name& name)
    : sc_core::sc_module(name),
      socket("socket"),
      // calloc: pages of blocks that stay empty are never touched.
      content_(static_cast<std::byte*>(std::calloc(size, 1))) {
  if (content_ == nullptr) {
    throw std::bad_alloc();
  }
  empty_.fill(true);
  socket.register_b_transport(this, &cfi_flash::b_transport);
  socket.register_transport_dbg(this, &cfi_flash::transport_dbg);
  socket.register_get_direct_mem_ptr(this, &cfi_flash::get_direct_mem_ptr);
}

std::byte* cfi_flash::bytes_of(std::size_t block) {
  std::byte* const bytes = content_.get() + block * block_size;
  if (empty_.at(block)) {
    empty_.at(block) = false;
    std::memset(bytes, std::to_integer<int>(erased), block_size);
  }
  return bytes;
}

std::byte* cfi_flash::writable_bytes_of(std::size_t block) {
  std::byte* const bytes = bytes_of(block);
  if (original_.count(block) == 0) {
    original_[block].assign(bytes, bytes + block_size);
  }
  return bytes;
}

void cfi_flash::load(std::uint64_t offset, const void* data, std::size_t count) {
  base::ensure(offset <= size && count <= size - offset, "the content fits into the flash");
  const auto* from = static_cast<const std::byte*>(data);
  while (count > 0) {
    const std::uint64_t within = offset % block_size;
    const std::size_t part = std::min<std::size_t>(count, block_size - within);
    std::memcpy(bytes_of(offset / block_size) + within, from, part);
    offset += part;
    from += part;
    count -= part;
  }
}

void cfi_flash::reset() {
  locked_.fill(false);
  status_ = 0;
  expecting_ = expecting::command;
  buffer_.clear();
  buffer_places_.clear();
  buffer_left_ = 0;
  buffer_offset_ = 0;
  show(mode::array);
}

void cfi_flash::save(base::snapshot_writer& to) const {
  to.section(name());
  to.number(mode_);
  to.number(expecting_);
  to.number(status_);
  to.numbers(locked_);
  to.number(buffer_offset_);
  to.number(buffer_left_);
  to.numbers(buffer_places_);
  to.numbers(buffer_);
  to.number(std::uint64_t{original_.size()});
  for (const auto& each : original_) {
    to.number(std::uint64_t{each.first});
    to.bytes(content_.get() + each.first * block_size, block_size);
  }
}

void cfi_flash::restore(base::snapshot_reader& from) {
  from.section(name());
  const auto shown = from.number_up_to(static_cast<std::uint8_t>(mode::query));
  expecting_ = expecting{from.number_up_to(static_cast<std::uint8_t>(expecting::lock_operation))};
  from.number(status_);
  from.fill(locked_);
  buffer_offset_ = from.number_up_to(size - 1);
  buffer_left_ = from.number_up_to(std::uint32_t{buffer_words});
  buffer_places_ = from.numbers<std::uint64_t>();
  buffer_ = from.numbers<std::uint32_t>();
  if (buffer_.size() != buffer_places_.size() || buffer_.size() > buffer_words) {
    from.refuse("a write buffer of the flash that is impossible");
  }
  for (const std::uint64_t each : buffer_places_) {
    if (each >= size || each % word_bytes != 0) {
      from.refuse("a write buffer of the flash that is impossible");
    }
  }
  for (const auto& [block, before] : original_) {
    std::memcpy(bytes_of(block), before.data(), block_size);
  }
  original_.clear();
  for (auto left = from.number<std::uint64_t>(); left > 0; --left) {
    const auto block = from.number_up_to<std::uint64_t>(blocks - 1);
    const std::vector<std::byte> bytes = from.bytes();
    if (bytes.size() != block_size) {
      from.refuse("a block of the flash of another size");
    }
    std::memcpy(writable_bytes_of(block), bytes.data(), block_size);
  }
  mode_ = mode{shown};
  socket->invalidate_direct_mem_ptr(0, size - 1);
}

void cfi_flash::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& /*delay*/) {
  const std::uint64_t offset = payload.get_address();
  const unsigned count = payload.get_data_length();
  if (payload.get_byte_enable_ptr() != nullptr || payload.get_streaming_width() < count) {
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    return;
  }
  if (payload.is_read()) {
    for (unsigned i = 0; i < count; ++i) {
      payload.get_data_ptr()[i] = read_byte(offset + i);
    }
  } else if (payload.is_write()) {
    if (count > 2 * word_bytes || offset % word_bytes + count > 2 * word_bytes) {
      payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
      return;
    }
    // The bus of the chips is 32 bits wide.
    for (unsigned done = 0; done < count;) {
      const auto within = static_cast<unsigned>((offset + done) % word_bytes);
      const unsigned part = std::min(count - done, word_bytes - within);
      std::uint32_t value = 0;
      std::memcpy(&value, payload.get_data_ptr() + done, part);
      write(offset + done, part, value);
      done += part;
    }
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned cfi_flash::transport_dbg(tlm::tlm_generic_payload& payload) {
  const std::uint64_t offset = payload.get_address();
  const unsigned count = payload.get_data_length();
  for (unsigned i = 0; i < count; ++i) {
    const std::uint64_t at = offset + i;
    const std::size_t block = at / block_size;
    unsigned char& byte = payload.get_data_ptr()[i];
    if (payload.is_write()) {
      writable_bytes_of(block)[at % block_size] = std::byte{byte};
    } else {
      byte = empty_.at(block) ? std::to_integer<unsigned char>(erased)
                              : std::to_integer<unsigned char>(content_[at]);
    }
  }
  return count;
}

bool cfi_flash::get_direct_mem_ptr(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi) {
  dmi.set_start_address(0);
  dmi.set_end_address(size - 1);
  if (mode_ != mode::array || payload.get_address() >= size) {
    dmi.allow_none();
    return false;
  }
  // Block by block, so that those that nobody reads stay empty.
  const std::size_t block = payload.get_address() / block_size;
  dmi.set_start_address(block * block_size);
  dmi.set_end_address((block + 1) * block_size - 1);
  dmi.set_dmi_ptr(reinterpret_cast<unsigned char*>(bytes_of(block)));
  dmi.allow_read();
  return true;
}

std::uint32_t cfi_flash::read_word(std::uint64_t offset) const {
  switch (mode_) {
    case mode::status:
      return both(static_cast<std::uint16_t>(ready | status_));
    case mode::identity: {
      const std::uint64_t word = offset % block_size / word_bytes;
      return word == 0   ? both(manufacturer)
             : word == 1 ? both(device)
             : word == 2 ? both(locked_.at(offset / block_size) ? 1 : 0)
                         : 0;
    }
    case mode::query: {
      const std::uint64_t word = offset / word_bytes;
      const std::uint64_t index = word - query_begin;
      return index < query_table.size() ? both(query_table.at(index)) : 0;
    }
    default: {
      std::uint32_t value = 0xffff'ffff;
      if (!empty_.at(offset / block_size)) {
        std::memcpy(&value, content_.get() + offset, sizeof value);
      }
      return value;
    }
  }
}

std::uint8_t cfi_flash::read_byte(std::uint64_t offset) const {
  const std::uint64_t lane = offset % word_bytes;
  return static_cast<std::uint8_t>(read_word(offset - lane) >> (8 * lane));
}

void cfi_flash::show(mode next) {
  if ((mode_ == mode::array) != (next == mode::array)) {
    mode_ = next;
    socket->invalidate_direct_mem_ptr(0, size - 1);
  }
  mode_ = next;
}

void cfi_flash::end_with_sequence_error() {
  status_ |= sequence_error;
  expecting_ = expecting::command;
  show(mode::status);
}

void cfi_flash::write(std::uint64_t offset, unsigned count, std::uint64_t value) {
  const auto low = static_cast<std::uint8_t>(value);
  switch (expecting_) {
    case expecting::command:
      begin_command(low);
      break;
    case expecting::erase_confirmation:
      if (low != confirm) {
        return end_with_sequence_error();
      }
      erase(offset);
      expecting_ = expecting::command;
      break;
    case expecting::word:
      program(offset, count, value);
      expecting_ = expecting::command;
      break;
    case expecting::buffer_count:
      if (low >= buffer_words) {
        return end_with_sequence_error();
      }
      buffer_left_ = std::uint32_t{low} + 1;
      buffer_.clear();
      buffer_places_.clear();
      expecting_ = expecting::buffer_words;
      break;
    case expecting::buffer_words:
      collect(offset - offset % word_bytes, static_cast<std::uint32_t>(value));
      break;
    case expecting::buffer_confirmation:
      if (low != confirm) {
        return end_with_sequence_error();
      }
      program_buffer();
      expecting_ = expecting::command;
      break;
    default:
      change_lock(offset, low);
      expecting_ = expecting::command;
      break;
  }
}

void cfi_flash::begin_command(std::uint8_t command) {
  switch (command) {
    case read_status:
    case suspend:
    case confirm:
      return show(mode::status);
    case clear_status:
      status_ = 0;
      return;
    case read_identity:
      return show(mode::identity);
    case read_query:
      return show(mode::query);
    case erase_block:
      expecting_ = expecting::erase_confirmation;
      return show(mode::status);
    case program_word:
    case program_word_too:
      expecting_ = expecting::word;
      return show(mode::status);
    case write_buffer:
      expecting_ = expecting::buffer_count;
      return show(mode::status);
    case set_up_lock:
      expecting_ = expecting::lock_operation;
      return show(mode::status);
    default:
      // Also what belongs to other command sets, such as their reset, 0xf0.
      static_assert(read_array == 0xff);
      return show(mode::array);
  }
}

void cfi_flash::collect(std::uint64_t offset, std::uint32_t value) {
  if (buffer_.empty()) {
    buffer_offset_ = offset;
  }
  if (offset < buffer_offset_ || offset - buffer_offset_ >= buffer_words * word_bytes) {
    return end_with_sequence_error();
  }
  buffer_.push_back(value);
  buffer_places_.push_back(offset);
  --buffer_left_;
  if (buffer_left_ == 0) {
    expecting_ = expecting::buffer_confirmation;
  }
}

void cfi_flash::erase(std::uint64_t offset) {
  const std::size_t block = offset / block_size;
  if (locked_.at(block)) {
    status_ |= erase_failed | block_protected;
    return;
  }
  std::byte* const bytes = writable_bytes_of(block);
  std::memset(bytes, std::to_integer<int>(erased), block_size);
  if (change_sink_) {
    change_sink_(block * block_size, bytes, block_size);
  }
}

void cfi_flash::program(std::uint64_t offset, unsigned count, std::uint64_t value) {
  const std::size_t block = offset / block_size;
  if (locked_.at(block)) {
    status_ |= program_failed | block_protected;
    return;
  }
  // Programming can only clear bits.
  std::byte* const bytes = writable_bytes_of(block) + offset % block_size;
  for (unsigned i = 0; i < count; ++i) {
    bytes[i] &= static_cast<std::byte>(value >> (8 * i));
  }
  if (change_sink_) {
    change_sink_(offset, bytes, count);
  }
}

void cfi_flash::program_buffer() {
  for (std::size_t i = 0; i < buffer_.size(); ++i) {
    if (buffer_places_[i] < size) {
      program(buffer_places_[i], word_bytes, buffer_[i]);
    }
  }
  buffer_.clear();
  buffer_places_.clear();
}

void cfi_flash::change_lock(std::uint64_t offset, std::uint8_t operation) {
  bool& locked = locked_.at(offset / block_size);
  if (operation == lock || operation == lock_down) {
    locked = true;
  } else if (operation == confirm) {
    locked = false;
  } else {
    status_ |= sequence_error;
  }
}

}  // namespace sn::soc
