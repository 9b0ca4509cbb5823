#include "soc/flash_image.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace sn::soc {

flash_image::flash_image(const std::string& path, std::uint64_t limit, bool writable)
    : file_(path, writable ? std::ios::in | std::ios::out | std::ios::binary | std::ios::ate
                           : std::ios::in | std::ios::binary | std::ios::ate) {
  if (!file_) {
    throw base::configuration_error(
        path, 0, "flash",
        writable ? "cannot be opened for reading and writing" : "cannot be opened for reading");
  }
  size_ = static_cast<std::uint64_t>(file_.tellg());
  if (size_ > limit) {
    throw base::configuration_error(path, 0, "flash",
                                    fmt::format("has {} bytes, expected at most {}", size_, limit));
  }
}

std::vector<char> flash_image::content() {
  std::vector<char> bytes(size_);
  file_.seekg(0);
  file_.read(bytes.data(), static_cast<std::streamsize>(size_));
  return bytes;
}

void flash_image::change(std::uint64_t offset, const std::byte* data, std::size_t count) {
  if (offset > size_) {
    const std::vector<char> erased(offset - size_, '\xff');
    file_.seekp(static_cast<std::streamoff>(size_));
    file_.write(erased.data(), static_cast<std::streamsize>(erased.size()));
  }
  file_.seekp(static_cast<std::streamoff>(offset));
  file_.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(count));
  file_.flush();
  size_ = std::max<std::uint64_t>(size_, offset + count);
}

}  // namespace sn::soc
