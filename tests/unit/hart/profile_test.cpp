// Instructions counted by stack of calls.
#include "hart/profile.h"

#include <gtest/gtest.h>

#include <sstream>

#include "hart/trap.h"
#include "unit/hart/assembler.h"
#include "unit/hart/machine.h"

namespace sn::hart {
namespace {

using test::machine;
namespace a = test::assembler;

std::string text_of(const profile& what) {
  std::ostringstream out;
  what.write(out, "hart0");
  return out.str();
}

class profiling : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(both_widths, profiling, testing::Values(32U, 64U));

TEST_P(profiling, calls_returns_tail_calls_and_traps_make_the_stacks) {
  const std::vector<elf_symbol> symbols{{machine::code, 12, "main", true},
                                        {machine::code + 12, 8, "callee", true},
                                        {machine::code + 20, 8, "tail", true},
                                        {machine::vector, 20, "handler", true}};
  machine m(GetParam());
  m.load(machine::code, {a::jal(1, 12), a::nop(), a::jal(0, 0),  // main: calls, then turns
                         a::nop(), a::jal(0, 4),                 // callee: goes on in tail
                         a::ecall, a::jalr(0, 1, 0)});           // tail: traps, returns
  // The handler goes on after the ECALL, whose address is code + 20.
  m.load(machine::vector, {a::csrrs(7, csr::mepc, 0), a::addi(7, 7, 4), a::csrrw(0, csr::mepc, 7),
                           a::nop(), a::mret});
  profile counted(symbols);
  m.core->observe(&counted);
  m.core->set_pc(machine::code);
  // jal; nop, jal; ecall; five of the handler; jalr; nop, and three turns of the last.
  m.core->run(14);
  EXPECT_EQ(text_of(counted),
            "hart0;main 5\n"
            "hart0;main;callee 2\n"
            "hart0;main;tail 2\n"
            "hart0;main;tail;handler 5\n");
}

TEST_P(profiling, to_be_observed_changes_nothing) {
  const std::vector<std::uint32_t> loop{a::addi(3, 3, 1), a::nop(), a::addi(4, 4, 1),
                                        a::jal(0, -12)};
  machine plain(GetParam());
  machine observed(GetParam());
  profile counted({});
  observed.core->observe(&counted);
  for (machine* each : {&plain, &observed}) {
    each->load(machine::code, loop);
    EXPECT_EQ(each->core->run(1001).executed, 1001U);
  }
  EXPECT_EQ(plain.get(3), observed.get(3));
  EXPECT_EQ(plain.core->pc(), observed.core->pc());
  EXPECT_EQ(text_of(counted), "hart0;(unknown) 1001\n");
}

}  // namespace
}  // namespace sn::hart
