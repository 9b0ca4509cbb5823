#include "soc/bus.h"

#include <gtest/gtest.h>

#include "soc/memory.h"
#include "unit/soc/tlm_access.h"

namespace sn::soc {
namespace {

/// Two memories with a gap between them, and a window without a target.
struct fixture {
  bus router{"router",
             {{"low", 0x1000, 4096}, {"high", 0x8000'0000, 8192}, {"nothing", 0x9000'0000, 4096}}};
  memory low{"low", memory_kind::ram, base::bytes{4096}};
  memory high{"high", memory_kind::ram, base::bytes{8192}};
  test::initiator first{"first"};
  test::initiator second{"second"};
  checker::checker_set checks;

  fixture() {
    first.connect(router.in);
    second.connect(router.in);
    checks.connect(router.to("low"), low.socket);
    checks.connect(router.to("high"), high.socket);
    test::elaborate();
  }
};

TEST(bus, passes_addresses_relative_to_the_window) {
  fixture f;
  f.first.write(0x8000'1004, 4, 0xabcd);
  EXPECT_EQ(f.first.status(), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(std::to_integer<unsigned>(f.high.data()[0x1004]), 0xcdU);
  EXPECT_EQ(std::to_integer<unsigned>(f.high.data()[0x1005]), 0xabU);
  EXPECT_EQ(f.second.read(0x8000'1004, 4), 0xabcdU);  // initiators share the targets
}

TEST(bus, answers_unmapped_and_unbound_addresses_with_an_address_error) {
  fixture f;
  for (const std::uint64_t address : {0x0ULL, 0x2000ULL, 0x8000'2000ULL, 0x9000'0000ULL}) {
    f.first.read(address, 4);
    EXPECT_EQ(f.first.status(), tlm::TLM_ADDRESS_ERROR_RESPONSE) << std::hex << address;
  }
  f.first.read(0x1ffe, 4);  // across the end of a window
  EXPECT_EQ(f.first.status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST(bus, translates_direct_access) {
  fixture f;
  tlm::tlm_generic_payload payload;
  payload.set_address(0x8000'0010);
  tlm::tlm_dmi dmi;
  ASSERT_TRUE(f.first.socket->get_direct_mem_ptr(payload, dmi));
  EXPECT_EQ(dmi.get_start_address(), 0x8000'0000U);
  EXPECT_EQ(dmi.get_end_address(), 0x8000'1fffU);
  EXPECT_EQ(payload.get_address(), 0x8000'0010U);
  payload.set_address(0x4000'0000);
  EXPECT_FALSE(f.first.socket->get_direct_mem_ptr(payload, dmi));
}

TEST(bus, forwards_debug_accesses) {
  fixture f;
  std::uint32_t word = 0x1357'9bdf;
  tlm::tlm_generic_payload payload;
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_address(0x1ffc);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&word));
  payload.set_data_length(4);
  EXPECT_EQ(f.first.socket->transport_dbg(payload), 4U);
  EXPECT_EQ(f.second.read(0x1ffc, 4), 0x1357'9bdfU);
  payload.set_address(0x3000);
  EXPECT_EQ(f.first.socket->transport_dbg(payload), 0U);
}

}  // namespace
}  // namespace sn::soc
