#include "soc/boot_rom.h"

#include <gtest/gtest.h>

#include <cstring>

#include "hart/hart.h"

namespace sn::soc {
namespace {

/// Nothing but the boot code, at 0x1000.
class rom_only : public hart::bus {
 public:
  explicit rom_only(std::vector<std::uint32_t> code) : code_(std::move(code)) {}

  hart::bus_status read(std::uint64_t, unsigned, std::uint64_t&) override {
    return hart::bus_status::error;
  }
  hart::bus_status write(std::uint64_t, unsigned, std::uint64_t) override {
    return hart::bus_status::error;
  }
  hart::direct_window direct(std::uint64_t address) override {
    if (address - 0x1000 < code_.size() * 4) {
      return {0x1000, code_.size() * 4, reinterpret_cast<std::byte*>(code_.data()), false};
    }
    return {};
  }

 private:
  std::vector<std::uint32_t> code_;
};

class boot_rom : public testing::TestWithParam<unsigned> {};

TEST_P(boot_rom, passes_hart_id_and_argument_and_jumps_to_the_entry) {
  const std::uint64_t argument = GetParam() == 64 ? 0x1234'5678'9abc'def0 : 0x9abc'def0;
  rom_only rom(make_boot_code(GetParam(), 0x8000'0004, argument));
  const auto hart = hart::make_hart({GetParam(), 7, 0x1000}, rom);
  EXPECT_EQ(hart->run(5).executed, 5U);  // auipc, csrr, two loads, jr
  EXPECT_EQ(hart->pc(), 0x8000'0004U);
  EXPECT_EQ(hart->read_register(10), 7U);
  EXPECT_EQ(hart->read_register(11), argument);
}

INSTANTIATE_TEST_SUITE_P(both_widths, boot_rom, testing::Values(32U, 64U));

}  // namespace
}  // namespace sn::soc
