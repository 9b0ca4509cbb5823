#include "soc/boot_rom.h"

namespace sn::soc {

std::vector<std::uint32_t> make_boot_code(unsigned xlen, std::uint64_t entry,
                                          std::uint64_t argument) {
  const auto low = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  const auto high = [](std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); };
  if (xlen == 64) {
    return {
        0x0000'0297,  //     auipc t0, 0
        0xf140'2573,  //     csrr  a0, mhartid
        0x0182'b583,  //     ld    a1, 24(t0)
        0x0202'b283,  //     ld    t0, 32(t0)
        0x0002'8067,  //     jr    t0
        0,            //     (alignment)
        low(argument),
        high(argument),
        low(entry),
        high(entry),
    };
  }
  return {
      0x0000'0297,  //     auipc t0, 0
      0xf140'2573,  //     csrr  a0, mhartid
      0x0142'a583,  //     lw    a1, 20(t0)
      0x0182'a283,  //     lw    t0, 24(t0)
      0x0002'8067,  //     jr    t0
      low(argument), low(entry),
  };
}

}  // namespace sn::soc
