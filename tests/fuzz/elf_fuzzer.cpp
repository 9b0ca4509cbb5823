// Any bytes are a program or a configuration error, and programs are what elf_image promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/error.h"
#include "hart/elf.h"

namespace {

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void read(const std::byte* content, std::size_t size, unsigned xlen) {
  const sn::hart::memory_range ram{0x8000'0000, 0x10'0000};
  try {
    const sn::hart::elf_image image = sn::hart::parse_elf("fuzzed", content, size, xlen, {ram});
    std::uint64_t end = ram.base;
    bool has_entry = false;
    for (const sn::hart::elf_segment& each : image.segments) {
      check(each.size > 0 && each.data.size() <= each.size);
      check(each.address >= end && each.size <= ram.base + ram.size - each.address);
      end = each.address + each.size;
      has_entry = has_entry || image.entry - each.address < each.size;
    }
    check(has_entry);
    std::uint64_t before = 0;
    for (const sn::hart::elf_symbol& each : image.symbols) {
      check(each.address >= before);
      before = each.address;
    }
  } catch (const sn::base::configuration_error&) {
    // A clear refusal.
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* content = reinterpret_cast<const std::byte*>(data);
  read(content, size, 32);
  read(content, size, 64);
  return 0;
}
