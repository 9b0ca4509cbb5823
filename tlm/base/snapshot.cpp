#include "base/snapshot.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <limits>

#include "base/error.h"

namespace sn::base {
namespace {

constexpr std::string_view magic = "SNVPSNAP";
constexpr std::size_t header_bytes = 8 + 4 + 8 + 4;
constexpr std::size_t page_bytes = 4096;
/// zlib cannot shrink anything further than this (its documentation states 1032 to 1).
constexpr std::uint64_t best_compression = 1040;
constexpr std::uint64_t no_page = ~std::uint64_t{0};

std::uint32_t checksum(const std::byte* data, std::size_t size) {
  uLong sum = crc32_z(0, nullptr, 0);
  if (size != 0) {
    sum = crc32_z(sum, reinterpret_cast<const Bytef*>(data), size);
  }
  return static_cast<std::uint32_t>(sum);
}

void put(std::vector<std::byte>& to, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    to.push_back(static_cast<std::byte>(value >> (8 * i)));
  }
}

std::uint64_t get(const std::byte* from, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value |= std::to_integer<std::uint64_t>(from[i]) << (8 * i);
  }
  return value;
}

bool is_zero(const std::byte* data, std::size_t size) {
  return std::all_of(data, data + size, [](std::byte each) { return each == std::byte{0}; });
}

}  // namespace

std::uint32_t file_checksum(const std::string& path) {
  uLong sum = crc32_z(0, nullptr, 0);
  if (path.empty()) {
    return static_cast<std::uint32_t>(sum);
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw configuration_error(path, 0, "", "cannot be opened");
  }
  std::vector<char> piece(std::size_t{1} << 20);
  do {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    sum = crc32_z(sum, reinterpret_cast<const Bytef*>(piece.data()),
                  static_cast<std::size_t>(file.gcount()));
  } while (file);
  if (file.bad()) {
    throw configuration_error(path, 0, "", "cannot be read");
  }
  return static_cast<std::uint32_t>(sum);
}

void snapshot_writer::section(std::string_view name) {
  close_section();
  put(content_, name.size(), 8);
  for (const char each : name) {
    content_.push_back(static_cast<std::byte>(each));
  }
  put(content_, 0, 8);  // the size, not yet known
  section_begin_ = content_.size();
}

void snapshot_writer::close_section() {
  if (section_begin_ != 0) {
    const std::uint64_t size = content_.size() - section_begin_;
    for (std::size_t i = 0; i < 8; ++i) {
      content_[section_begin_ - 8 + i] = static_cast<std::byte>(size >> (8 * i));
    }
  }
}

void snapshot_writer::append(std::uint64_t value, std::size_t size) {
  ensure(section_begin_ != 0, "a value of a snapshot belongs to a section");
  put(content_, value, size);
}

void snapshot_writer::text(std::string_view value) {
  bytes(value.data(), value.size());
}

void snapshot_writer::bytes(const void* data, std::size_t size) {
  append(size, 8);
  const auto* from = static_cast<const std::byte*>(data);
  content_.insert(content_.end(), from, from + size);
}

void snapshot_writer::memory(const std::byte* data, std::uint64_t size) {
  append(size, 8);
  for (std::uint64_t at = 0; at < size; at += page_bytes) {
    const std::size_t length = std::min<std::uint64_t>(page_bytes, size - at);
    if (!is_zero(data + at, length)) {
      append(at, 8);
      content_.insert(content_.end(), data + at, data + at + length);
    }
  }
  append(no_page, 8);
}

void snapshot_writer::facts(const snapshot_facts& all) {
  section("facts");
  for (const auto& [name, value] : all) {
    text(name);
    text(value);
  }
}

std::vector<std::byte> snapshot_writer::finish() {
  close_section();
  uLong room = compressBound(content_.size());
  std::vector<std::byte> packed(room);
  const int done =
      compress2(reinterpret_cast<Bytef*>(packed.data()), &room,
                reinterpret_cast<const Bytef*>(content_.data()), content_.size(), Z_BEST_SPEED);
  ensure(done == Z_OK, "a snapshot can be compressed");
  std::vector<std::byte> file;
  file.reserve(header_bytes + room);
  for (const char each : magic) {
    file.push_back(static_cast<std::byte>(each));
  }
  put(file, snapshot_format, 4);
  put(file, content_.size(), 8);
  put(file, checksum(content_.data(), content_.size()), 4);
  file.insert(file.end(), packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(room));
  return file;
}

void snapshot_writer::write(const std::string& path) {
  const std::vector<std::byte> content = finish();
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(content.data()),
             static_cast<std::streamsize>(content.size()));
  if (!file.flush()) {
    throw configuration_error(path, 0, "save", "cannot be written");
  }
}

snapshot_reader::snapshot_reader(std::string file, const std::byte* data, std::size_t size)
    : file_(std::move(file)) {
  if (size < header_bytes || std::memcmp(data, magic.data(), magic.size()) != 0) {
    refuse("not a snapshot, expected a file that --save has written");
  }
  const std::uint64_t format = get(data + 8, 4);
  if (format != snapshot_format) {
    refuse(
        fmt::format("a snapshot of format {}, expected format {}: it was written by another "
                    "version",
                    format, snapshot_format));
  }
  const std::uint64_t wanted = get(data + 12, 8);
  const std::uint64_t packed = size - header_bytes;
  if (wanted / best_compression > packed) {
    refuse("damaged: the size of its content is wrong");
  }
  content_.resize(wanted);
  uLongf unpacked = wanted;
  std::byte nothing{};
  const int done =
      uncompress(reinterpret_cast<Bytef*>(content_.empty() ? &nothing : content_.data()), &unpacked,
                 reinterpret_cast<const Bytef*>(data + header_bytes), packed);
  if (done != Z_OK || unpacked != wanted ||
      checksum(content_.data(), content_.size()) != get(data + 20, 4)) {
    refuse("damaged or cut short: its checksum is wrong");
  }
}

snapshot_reader snapshot_reader::from_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) {
    throw configuration_error(path, 0, "restore", "cannot be opened");
  }
  const auto size = static_cast<std::streamoff>(file.tellg());
  if (size < 0 || size == std::numeric_limits<std::streamoff>::max()) {
    throw configuration_error(path, 0, "restore", "is not a file");
  }
  std::vector<std::byte> content(static_cast<std::size_t>(size));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(content.data()), size);
  if (!file) {
    throw configuration_error(path, 0, "restore", "cannot be read");
  }
  return snapshot_reader(path, content.data(), content.size());
}

void snapshot_reader::refuse(const std::string& message) const {
  throw configuration_error(file_, 0, section_.empty() ? "restore" : section_, message);
}

void snapshot_reader::section(std::string_view name) {
  end();
  // A section's name and size lie outside of all sections.
  section_end_ = content_.size();
  if (position_ == section_end_) {
    refuse(fmt::format("the file ends, expected section \"{}\"", name));
  }
  std::string found = text();
  if (found != name) {
    refuse(fmt::format("section \"{}\", expected \"{}\"", found, name));
  }
  const auto size = number<std::uint64_t>();
  check_left(size, 1);
  section_ = std::move(found);
  section_end_ = position_ + size;
}

void snapshot_reader::end() {
  if (position_ != section_end_) {
    refuse(fmt::format("{} bytes more than expected", section_end_ - position_));
  }
  section_.clear();
}

std::uint64_t snapshot_reader::take(std::size_t size) {
  check_left(1, size);
  const std::uint64_t value = get(content_.data() + position_, size);
  position_ += size;
  return value;
}

void snapshot_reader::check_left(std::uint64_t count, std::size_t size) const {
  if (count > (section_end_ - position_) / size) {
    refuse("ends too early");
  }
}

std::string snapshot_reader::text() {
  const std::vector<std::byte> found = bytes();
  std::string value(found.size(), '\0');
  if (!found.empty()) {
    std::memcpy(value.data(), found.data(), found.size());
  }
  return value;
}

std::vector<std::byte> snapshot_reader::bytes() {
  const auto size = number<std::uint64_t>();
  check_left(size, 1);
  const auto begin = content_.begin() + static_cast<std::ptrdiff_t>(position_);
  position_ += size;
  return std::vector<std::byte>(begin, begin + static_cast<std::ptrdiff_t>(size));
}

void snapshot_reader::memory(std::byte* data, std::uint64_t size) {
  if (number<std::uint64_t>() != size) {
    refuse("a memory of another size");
  }
  std::uint64_t next = 0;  // up to where `data` is done
  const auto clear_to = [&](std::uint64_t end) {
    for (; next < end; next += page_bytes) {
      const std::size_t length = std::min<std::uint64_t>(page_bytes, size - next);
      // Pages that are zero already are not written: the host need not provide them.
      if (!is_zero(data + next, length)) {
        std::memset(data + next, 0, length);
      }
    }
  };
  while (true) {
    const auto at = number<std::uint64_t>();
    if (at == no_page) {
      clear_to(size);
      return;
    }
    if (at >= size || at % page_bytes != 0 || at < next) {
      refuse("pages of memory that are out of order");
    }
    clear_to(at);
    const std::size_t length = std::min<std::uint64_t>(page_bytes, size - at);
    check_left(length, 1);
    std::memcpy(data + at, content_.data() + position_, length);
    position_ += length;
    next = at + page_bytes;
  }
}

void snapshot_reader::expect_facts(const snapshot_facts& all) {
  section("facts");
  for (const auto& [name, value] : all) {
    const std::string found_name = text();
    const std::string found = text();
    if (found_name != name) {
      refuse(fmt::format("\"{}\", expected \"{}\": a snapshot of another kind of machine",
                         found_name, name));
    }
    if (found != value) {
      refuse(
          fmt::format("{} is {} in the snapshot, expected {} as in this run", name, found, value));
    }
  }
}

}  // namespace sn::base
