// The benchmark's program computes on the hart what it computes on the host: two compilers, two
// instruction sets, one result.
#include "kernels.h"

#include <gtest/gtest.h>

#include <cstring>

#include "hart/elf.h"
#include "mixed.h"
#include "unit/hart/plain_memory.h"

namespace sn::hart {
namespace {

class kernels : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(both_widths, kernels, testing::Values(32U, 64U));

TEST_P(kernels, give_the_result_of_the_host) {
  test::plain_memory memory;
  const elf_image image = memory.load(
      std::string(SN_KERNELS) + "/kernels_" + std::to_string(GetParam()) + ".elf", GetParam());
  const auto address_of = [&](const std::string& name) {
    for (const elf_symbol& symbol : image.symbols) {
      if (symbol.name == name) {
        return symbol.address;
      }
    }
    ADD_FAILURE() << "no symbol " << name;
    return test::plain_memory::base;
  };
  const std::uint64_t rounds = address_of("rounds");
  const std::uint64_t checksum = address_of("checksum");
  const auto hart = make_hart({GetParam(), 0, image.entry}, memory);
  std::uint16_t expected = 0xffff;
  for (std::uint32_t round = 0; round < 50; ++round) {
    expected = kernels_round(round, expected);
    while (memory.peek(rounds) <= round) {
      ASSERT_EQ(hart->run(1000).executed, 1000U);
      ASSERT_EQ(hart->traps(), 0U);
      ASSERT_LT(hart->instructions(), 50'000'000U);
    }
    ASSERT_EQ(memory.peek(checksum), expected) << "round " << round;
  }
}

TEST(mixed, knows_the_result_of_the_host) {
  std::uint16_t crc = 0xffff;
  for (std::uint32_t round = 0; round < MIXED_ROUNDS; ++round) {
    crc = kernels_round(round, crc);
  }
  EXPECT_EQ(crc, MIXED_CHECKSUM);
}

}  // namespace
}  // namespace sn::hart
