// Branches and jumps.
#include <gtest/gtest.h>

#include <vector>

#include "unit/hart/assembler.h"
#include "unit/hart/machine.h"

namespace sn::hart {
namespace {

using test::machine;
namespace a = test::assembler;

class jump : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(both_widths, jump, testing::Values(32U, 64U));

TEST_P(jump, branches_compare_as_they_say) {
  struct vector {
    std::uint32_t funct3;
    std::uint64_t rs1;
    std::uint64_t rs2;
    bool taken;
  };
  // beq 0, bne 1, blt 4, bge 5, bltu 6, bgeu 7; -1 is the largest unsigned number.
  const std::uint64_t minus_1 = GetParam() == 64 ? ~std::uint64_t{0} : 0xffff'ffff;
  const std::vector<vector> vectors{
      {0, 1, 1, true},       {0, 1, 2, false},       {1, 1, 1, false},       {1, 1, 2, true},
      {4, minus_1, 0, true}, {4, 0, minus_1, false}, {4, 3, 3, false},       {5, minus_1, 0, false},
      {5, 0, minus_1, true}, {5, 3, 3, true},        {6, minus_1, 0, false}, {6, 0, minus_1, true},
      {6, 3, 3, false},      {7, minus_1, 0, true},  {7, 0, minus_1, false}, {7, 3, 3, true},
  };
  machine m(GetParam());
  for (const vector& v : vectors) {
    for (const int offset : {16, -16, 4094, -4096}) {
      m.set(1, v.rs1);
      m.set(2, v.rs2);
      const std::uint64_t from = machine::code + 0x2000;
      m.load(from, {a::b_type(offset, 2, 1, v.funct3)});
      m.core->set_pc(from);
      EXPECT_EQ(m.core->run(1).executed, 1U);
      EXPECT_EQ(m.core->pc(), v.taken ? from + static_cast<std::uint64_t>(offset) : from + 4)
          << "funct3 " << v.funct3 << " offset " << offset;
    }
  }
}

TEST_P(jump, jal_links_and_reaches_both_ways) {
  machine m(GetParam());
  m.execute({a::jal(1, 0x1000)});
  EXPECT_EQ(m.core->pc(), machine::code + 0x1000);
  EXPECT_EQ(m.get(1), machine::code + 4);
  m.execute({a::jal(0, -0x10'0000)});
  EXPECT_EQ(m.core->pc(), machine::code - 0x10'0000);
}

TEST_P(jump, jalr_clears_the_lowest_bit_and_may_overwrite_its_base) {
  machine m(GetParam());
  m.set(1, machine::code + 0x101);
  m.execute({a::jalr(1, 1, 0x10)});
  EXPECT_EQ(m.core->pc(), machine::code + 0x110);
  EXPECT_EQ(m.get(1), machine::code + 4);
}

TEST_P(jump, a_loop_goes_round_as_often_as_it_says) {
  machine m(GetParam());
  // x1 = 1000; do { x2 += x1; x1 -= 1 } while (x1 != 0)
  m.load(machine::code, {a::li(1, 1000), a::add(2, 2, 1), a::addi(1, 1, -1), a::bne(1, 0, -8)});
  EXPECT_EQ(m.core->run(1 + 3 * 1000).executed, 3001U);
  EXPECT_EQ(m.get(1), 0U);
  EXPECT_EQ(m.get(2), 500'500U);  // 1000 * 1001 / 2
  EXPECT_EQ(m.core->pc(), machine::code + 16);
}

TEST_P(jump, the_budget_is_exact_wherever_it_ends) {
  for (std::uint64_t budget = 0; budget < 200; ++budget) {
    machine m(GetParam());
    // A loop of 4 with a jump inside: addi, jal, addi, bne.
    m.load(machine::code,
           {a::addi(1, 1, 1), a::jal(3, 8), a::nop(), a::addi(2, 2, 1), a::bne(1, 0, -16)});
    const run_result result = m.core->run(budget);
    EXPECT_EQ(result.executed, budget);
    EXPECT_EQ(result.reason, stop_reason::budget);
    EXPECT_EQ(m.get(1), (budget + 3) / 4);
    EXPECT_EQ(m.get(2), (budget + 1) / 4);
    const std::uint64_t offsets[] = {0, 4, 12, 16};
    EXPECT_EQ(m.core->pc(), machine::code + offsets[budget % 4]);
    EXPECT_EQ(m.core->instructions(), budget);
  }
}

}  // namespace
}  // namespace sn::hart
