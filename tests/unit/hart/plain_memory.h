// RAM and nothing else, for whole programs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "hart/elf.h"
#include "hart/hart.h"

namespace sn::hart::test {

/// 1 MiB at 0x8000'0000; errors elsewhere.
class plain_memory : public bus {
 public:
  static constexpr std::uint64_t base = 0x8000'0000;
  static constexpr std::uint64_t size = 0x10'0000;

  /// Puts a program into the memory.
  elf_image load(const std::string& path, unsigned xlen) {
    elf_image image = read_elf(path, xlen, {{base, size}});
    for (const elf_segment& segment : image.segments) {
      std::copy(segment.data.begin(), segment.data.end(), &ram_.at(segment.address - base));
    }
    return image;
  }
  std::uint32_t peek(std::uint64_t address) const {
    std::uint32_t value = 0;
    std::memcpy(&value, &ram_.at(address - base), sizeof value);
    return value;
  }

  bus_status read(std::uint64_t, unsigned, std::uint64_t&) override { return bus_status::error; }
  bus_status write(std::uint64_t, unsigned, std::uint64_t) override { return bus_status::error; }
  direct_window direct(std::uint64_t address) override {
    if (address - base < size) {
      return {base, size, ram_.data(), true};
    }
    return {};
  }

 private:
  std::vector<std::byte> ram_ = std::vector<std::byte>(size);
};

}  // namespace sn::hart::test
