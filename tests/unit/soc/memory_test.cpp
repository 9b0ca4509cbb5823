#include "soc/memory.h"

#include <gtest/gtest.h>

#include "unit/soc/tlm_access.h"

namespace sn::soc {
namespace {

TEST(memory, ram_returns_what_was_written_and_is_zero_elsewhere) {
  memory ram("ram", memory_kind::ram, base::bytes{4096});
  test::initiator bus("bus");
  bus.connect(ram.socket);
  bus.write(0x10, 8, 0x1122'3344'5566'7788);
  EXPECT_EQ(bus.status(), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(bus.read(0x10, 4), 0x5566'7788U);  // little-endian
  EXPECT_EQ(bus.read(0x17, 1), 0x11U);
  EXPECT_EQ(bus.read(0x18, 8), 0U);
}

TEST(memory, refuses_accesses_beyond_its_end) {
  memory ram("ram", memory_kind::ram, base::bytes{4096});
  test::initiator bus("bus");
  bus.connect(ram.socket);
  bus.read(4092, 4);
  EXPECT_EQ(bus.status(), tlm::TLM_OK_RESPONSE);
  bus.read(4092, 8);
  EXPECT_EQ(bus.status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  bus.write(~std::uint64_t{0}, 1, 0);
  EXPECT_EQ(bus.status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST(memory, rom_refuses_writes_and_keeps_its_content) {
  memory rom("rom", memory_kind::rom, base::bytes{4096});
  test::initiator bus("bus");
  bus.connect(rom.socket);
  const std::uint32_t word = 0xcafe'f00d;
  rom.load(8, &word, sizeof word);
  bus.write(8, 4, 0);
  EXPECT_EQ(bus.status(), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(bus.read(8, 4), 0xcafe'f00dU);
}

TEST(memory, adds_its_access_time_to_the_delay) {
  memory ram("ram", memory_kind::ram, base::bytes{4096}, sc_core::sc_time(30, sc_core::SC_NS));
  test::initiator bus("bus");
  bus.connect(ram.socket);
  bus.read(0, 4);
  EXPECT_EQ(bus.delay(), sc_core::sc_time(30, sc_core::SC_NS));
}

TEST(memory, grants_direct_access_that_is_read_only_for_rom) {
  memory ram("ram", memory_kind::ram, base::bytes{4096});
  memory rom("rom", memory_kind::rom, base::bytes{4096});
  test::initiator to_ram("to_ram");
  test::initiator to_rom("to_rom");
  to_ram.connect(ram.socket);
  to_rom.connect(rom.socket);
  test::elaborate();
  tlm::tlm_generic_payload payload;
  payload.set_address(100);
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(to_ram.socket->get_direct_mem_ptr(payload, dmi));
  EXPECT_EQ(dmi.get_start_address(), 0U);
  EXPECT_EQ(dmi.get_end_address(), 4095U);
  EXPECT_EQ(dmi.get_dmi_ptr(), reinterpret_cast<unsigned char*>(ram.data()));
  EXPECT_TRUE(dmi.is_read_write_allowed());
  ASSERT_TRUE(to_rom.socket->get_direct_mem_ptr(payload, dmi));
  EXPECT_TRUE(dmi.is_read_allowed());
  EXPECT_FALSE(dmi.is_write_allowed());
}

}  // namespace
}  // namespace sn::soc
