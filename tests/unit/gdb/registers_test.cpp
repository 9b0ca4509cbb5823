// Registers by GDB's numbers.
#include "gdb/registers.h"

#include <gtest/gtest.h>

namespace sn::gdb {
namespace {

class nothing : public hart::bus {
  hart::bus_status read(std::uint64_t, unsigned, std::uint64_t&) override {
    return hart::bus_status::error;
  }
  hart::bus_status write(std::uint64_t, unsigned, std::uint64_t) override {
    return hart::bus_status::error;
  }
  hart::direct_window direct(std::uint64_t) override { return {}; }
};

TEST(registers, have_the_numbers_of_gdb) {
  nothing memory;
  const auto hart = hart::make_hart({64, 3, 0x1000}, memory);
  // GDB's own numbers: pc is 32, CSR n is 65 + n; mepc is CSR 0x341, mhartid 0xf14.
  EXPECT_TRUE(write_register(*hart, 10, 0xaa));
  EXPECT_EQ(hart->read_register(10), 0xaaU);
  EXPECT_EQ(read_register(*hart, 32), 0x1000U);
  EXPECT_TRUE(write_register(*hart, 32, 0x2000));
  EXPECT_EQ(hart->pc(), 0x2000U);
  EXPECT_TRUE(write_register(*hart, 65 + 0x341, 0x44));
  EXPECT_EQ(read_register(*hart, 65 + 0x341), 0x44U);
  EXPECT_EQ(read_register(*hart, 65 + 0xf14), 3U);
}

TEST(registers, that_are_not_there_or_cannot_be_written_are_refused) {
  nothing memory;
  const auto hart = hart::make_hart({32, 0, 0x1000}, memory);
  EXPECT_EQ(read_register(*hart, 33), std::nullopt);           // f0
  EXPECT_EQ(read_register(*hart, 65 + 0x180), std::nullopt);   // satp
  EXPECT_EQ(read_register(*hart, 65 + 0x1001), std::nullopt);  // beyond the CSRs and the mode
  EXPECT_FALSE(write_register(*hart, 65 + 0xf14, 1));
  EXPECT_FALSE(write_register(*hart, ~std::uint64_t{0}, 1));
}

TEST(registers, the_description_names_the_architecture_and_only_csrs_that_exist) {
  nothing memory;
  for (const unsigned xlen : {32U, 64U}) {
    const auto hart = hart::make_hart({xlen, 0, 0x1000}, memory);
    const std::string text = target_description(*hart);
    EXPECT_NE(text.find("riscv:rv" + std::to_string(xlen)), std::string::npos);
    unsigned registers = 0;
    for (std::size_t at = text.find("regnum=\""); at != std::string::npos;
         at = text.find("regnum=\"", at + 1)) {
      ++registers;
      EXPECT_TRUE(read_register(*hart, std::stoul(text.substr(at + 8))).has_value());
    }
    EXPECT_EQ(registers, xlen == 32 ? 34U + 26U : 34U + 20U);  // the mode is one, too
  }
}

TEST(registers, of_floating_point_and_supervisor_mode_are_there_where_the_hart_has_them) {
  nothing memory;
  for (const unsigned xlen : {32U, 64U}) {
    hart::configuration everything{xlen, 0, 0x1000};
    everything.with = {true, true, true, true, true, true};
    const auto hart = hart::make_hart(everything, memory);
    const std::string text = target_description(*hart);
    for (const char* name :
         {"ft0", "ft11", "fcsr", "satp", "sepc", "medeleg", "pmpaddr0", "priv"}) {
      EXPECT_NE(text.find(std::string("\"") + name + "\""), std::string::npos) << name;
    }
    EXPECT_TRUE(write_register(*hart, 33 + 31, 0x4009'21fb'5444'2d18U));  // GDB: f31 is 64
    EXPECT_EQ(read_register(*hart, 64), 0x4009'21fb'5444'2d18U);
    EXPECT_EQ(register_bytes(xlen, 64), 8U);
    EXPECT_EQ(register_bytes(xlen, 5), xlen / 8);
    EXPECT_EQ(read_register(*hart, 65 + 4096), 3U);  // GDB: priv; machine mode
    EXPECT_FALSE(write_register(*hart, 65 + 4096, 0));
  }
}

}  // namespace
}  // namespace sn::gdb
