// Whatever machine is asked for, its device tree is sound to the library that firmware and
// operating systems read it with, and holds what was asked for.
#include <libfdt.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "soc/device_tree.h"

namespace {

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// Takes numbers from the input; zeros when it is used up.
class input {
 public:
  input(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes && size_ > 0; ++i, ++data_, --size_) {
      value |= std::uint64_t{*data_} << (8 * i);
    }
    return value;
  }
  std::string rest() const { return {reinterpret_cast<const char*>(data_), size_}; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  input from(data, size);
  sn::soc::device_tree_parameters wanted;
  const std::uint64_t flags = from.number(1);
  wanted.isa.xlen = (flags & 1U) != 0 ? 64 : 32;
  wanted.isa.with = {(flags & 2U) != 0,  (flags & 6U) == 6U, (flags & 8U) != 0,
                     (flags & 16U) != 0, (flags & 32U) != 0, true};
  wanted.harts = 1 + static_cast<unsigned>(from.number(1)) % 64;
  wanted.memory_base = from.number(8);
  wanted.memory_bytes = from.number(8);
  wanted.timebase_hz = from.number(4);
  wanted.initrd_base = from.number(8);
  wanted.initrd_bytes = from.number(4);
  wanted.boot_arguments = from.rest();
  wanted.boot_arguments.resize(
      std::min<std::size_t>(wanted.boot_arguments.size(), sn::soc::boot_arguments_limit));

  const std::vector<std::byte> blob = sn::soc::make_device_tree(wanted);
  check(fdt_check_full(blob.data(), blob.size()) == 0);
  const int memory = fdt_node_offset_by_prop_value(blob.data(), -1, "device_type", "memory", 7);
  check(memory >= 0);
  int length = 0;
  const auto* const window =
      static_cast<const fdt64_t*>(fdt_getprop(blob.data(), memory, "reg", &length));
  check(length == 16 && fdt64_ld(window) == wanted.memory_base &&
        fdt64_ld(window + 1) == wanted.memory_bytes);
  const int cpus = fdt_path_offset(blob.data(), "/cpus");
  unsigned harts = 0;
  int node = 0;
  fdt_for_each_subnode(node, blob.data(), cpus) {
    const void* const type = fdt_getprop(blob.data(), node, "device_type", &length);
    harts += length == 4 && std::memcmp(type, "cpu", 4) == 0 ? 1 : 0;
  }
  check(harts == wanted.harts);
  const int chosen = fdt_path_offset(blob.data(), "/chosen");
  const void* const arguments = fdt_getprop(blob.data(), chosen, "bootargs", &length);
  check(wanted.boot_arguments.empty()
            ? arguments == nullptr
            : static_cast<std::size_t>(length) == wanted.boot_arguments.size() + 1 &&
                  std::memcmp(arguments, wanted.boot_arguments.c_str(),
                              static_cast<std::size_t>(length)) == 0);
  return 0;
}
