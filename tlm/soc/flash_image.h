// The file behind the flash of a machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace sn::soc {

/// Holds what the flash holds at power-on, from its first byte on; what lies beyond the end of the
/// file is erased. Changes go to the file, which grows as needed.
class flash_image {
 public:
  /// Opens the file, of at most `limit` bytes. Throws base::configuration_error.
  flash_image(const std::string& path, std::uint64_t limit, bool writable);

  std::vector<char> content();
  void change(std::uint64_t offset, const std::byte* data, std::size_t count);

 private:
  std::fstream file_;
  std::uint64_t size_ = 0;
};

}  // namespace sn::soc
