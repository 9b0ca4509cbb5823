// What a debugger needs of a hart: breakpoints, watchpoints, single steps.
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "hart/trap.h"
#include "unit/hart/assembler.h"
#include "unit/hart/machine.h"

namespace sn::hart {
namespace {

using test::machine;
namespace a = test::assembler;

class debug : public testing::TestWithParam<unsigned> {
 protected:
  /// x3 counts the turns of a loop of four instructions from the first address of the code.
  void load_loop() {
    m_.load(machine::code, {a::addi(3, 3, 1), a::nop(), a::addi(4, 4, 1), a::jal(0, -12)});
    m_.core->set_pc(machine::code);
  }

  machine m_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(both_widths, debug, testing::Values(32U, 64U));

TEST_P(debug, run_stops_before_the_instruction_with_the_breakpoint) {
  load_loop();
  m_.core->run(10);  // the code is decoded and has run; two turns and a half
  m_.core->set_breakpoints({machine::code + 8});
  const run_result result = m_.core->run(100);
  // At code + 8 after 10 instructions, so at once.
  EXPECT_EQ(result.reason, stop_reason::breakpoint);
  EXPECT_EQ(result.executed, 0U);
  EXPECT_EQ(m_.core->pc(), machine::code + 8);
  EXPECT_EQ(m_.get(3), 3U);
  EXPECT_EQ(m_.get(4), 2U);
}

TEST_P(debug, a_breakpoint_in_the_middle_of_straight_code_is_exact) {
  load_loop();
  m_.core->set_breakpoints({machine::code + 4, machine::code + 12});
  EXPECT_EQ(m_.core->run(100).executed, 1U);
  EXPECT_EQ(m_.core->pc(), machine::code + 4);
  EXPECT_EQ(m_.core->run_one().executed, 1U);
  const run_result result = m_.core->run(100);
  EXPECT_EQ(result.executed, 1U);
  EXPECT_EQ(result.reason, stop_reason::breakpoint);
  EXPECT_EQ(m_.core->pc(), machine::code + 12);
  EXPECT_EQ(m_.core->instructions(), 3U);
}

TEST_P(debug, code_runs_on_when_the_breakpoint_is_gone) {
  load_loop();
  m_.core->set_breakpoints({machine::code});
  EXPECT_EQ(m_.core->run(4).reason, stop_reason::breakpoint);
  m_.core->set_breakpoints({});
  const run_result result = m_.core->run(400);
  EXPECT_EQ(result.reason, stop_reason::budget);
  EXPECT_EQ(result.executed, 400U);
  EXPECT_EQ(m_.get(3), 100U);
}

TEST_P(debug, memory_is_not_changed_by_a_breakpoint) {
  load_loop();
  m_.core->set_breakpoints({machine::code});
  m_.core->run(4);
  EXPECT_EQ(m_.peek<std::uint32_t>(machine::code), a::addi(3, 3, 1));
}

TEST_P(debug, one_instruction_is_executed_although_it_has_a_breakpoint) {
  load_loop();
  m_.core->set_breakpoints({machine::code, machine::code + 4});
  EXPECT_EQ(m_.core->run_one().executed, 1U);
  EXPECT_EQ(m_.core->pc(), machine::code + 4);
  EXPECT_EQ(m_.get(3), 1U);
  EXPECT_EQ(m_.core->run_one().executed, 1U);
  EXPECT_EQ(m_.core->pc(), machine::code + 8);
}

TEST_P(debug, a_step_takes_no_interrupt_but_running_does_before_the_breakpoint) {
  load_loop();
  m_.core->write_csr(csr::mie, 1U << static_cast<unsigned>(interrupt::external));
  m_.core->write_csr(csr::mstatus, csr::mstatus_mie);
  m_.core->set_interrupt(interrupt::external, true);
  m_.core->run_one();
  EXPECT_EQ(m_.core->pc(), machine::code + 4);
  EXPECT_EQ(m_.core->interrupts(), 0U);
  m_.core->set_breakpoints({machine::code + 4, machine::vector});
  EXPECT_EQ(m_.core->run(10).reason, stop_reason::breakpoint);
  EXPECT_EQ(m_.core->pc(), machine::vector);
  EXPECT_EQ(m_.csr(csr::mepc), machine::code + 4);
}

TEST_P(debug, a_step_over_a_trap_ends_at_the_handler) {
  m_.load(machine::code, {0});  // illegal
  m_.core->set_pc(machine::code);
  EXPECT_EQ(m_.core->run_one().executed, 1U);
  EXPECT_EQ(m_.core->pc(), machine::vector);
}

TEST_P(debug, a_step_at_a_device_that_is_not_ready_executes_nothing) {
  m_.load(machine::code, {a::lw(2, 1, 0)});
  m_.set(1, test::board::device_base);
  m_.core->set_pc(machine::code);
  m_.memory.retries = 1;
  m_.memory.device_value = 7;
  EXPECT_EQ(m_.core->run_one().executed, 0U);
  EXPECT_EQ(m_.core->run_one().executed, 1U);
  EXPECT_EQ(m_.get(2), 7U);
}

TEST_P(debug, a_store_to_watched_bytes_ends_run_after_itself) {
  m_.set(1, machine::data);
  m_.set(2, 0x55);
  // The page is in use before it is watched.
  m_.execute({a::sw(2, 1, 0), a::lw(4, 1, 0)});
  m_.core->set_watchpoints({{watch_kind::write, machine::data + 6, 1}});
  m_.load(machine::code,
          {a::sw(2, 1, 0), a::lw(3, 1, 4), a::sw(2, 1, 8), a::sw(2, 1, 4), a::nop()});
  m_.core->set_pc(machine::code);
  const run_result result = m_.core->run(5);
  EXPECT_EQ(result.reason, stop_reason::watchpoint);
  EXPECT_EQ(result.executed, 4U);
  EXPECT_EQ(m_.core->pc(), machine::code + 16);
  EXPECT_EQ(m_.peek<std::uint32_t>(machine::data + 4), 0x55U);
  EXPECT_EQ(m_.core->watch_hit().address, machine::data + 6);
  EXPECT_EQ(m_.core->watch_hit().kind, watch_kind::write);
  // And on it goes.
  EXPECT_EQ(m_.core->run(1).reason, stop_reason::budget);
  EXPECT_EQ(m_.core->pc(), machine::code + 20);
}

TEST_P(debug, a_watchpoint_for_reading_ignores_stores) {
  m_.set(1, machine::data);
  m_.core->set_watchpoints({{watch_kind::read, machine::data, 4}});
  m_.load(machine::code, {a::sw(2, 1, 0), a::lw(3, 1, 0), a::nop()});
  m_.core->set_pc(machine::code);
  EXPECT_EQ(m_.core->run(3).executed, 2U);
  EXPECT_EQ(m_.core->watch_hit().kind, watch_kind::read);
}

TEST_P(debug, a_watchpoint_for_access_sees_both_and_atomics) {
  m_.set(1, machine::data);
  m_.core->set_watchpoints({{watch_kind::access, machine::data, 4}});
  m_.load(machine::code, {a::sw(2, 1, 0), a::lr(2, 3, 1), a::nop()});
  m_.core->set_pc(machine::code);
  EXPECT_EQ(m_.core->run(3).executed, 1U);
  EXPECT_EQ(m_.core->run(3).executed, 1U);
  EXPECT_EQ(m_.core->pc(), machine::code + 8);
}

TEST_P(debug, a_step_says_that_it_hit_a_watchpoint) {
  m_.set(1, machine::data);
  m_.core->set_watchpoints({{watch_kind::write, machine::data, 4}});
  m_.load(machine::code, {a::sw(2, 1, 0), a::nop()});
  m_.core->set_pc(machine::code);
  EXPECT_EQ(m_.core->run_one().reason, stop_reason::watchpoint);
  EXPECT_EQ(m_.core->run_one().reason, stop_reason::budget);
}

TEST_P(debug, a_watchpoint_that_is_gone_stops_nothing) {
  m_.set(1, machine::data);
  m_.core->set_watchpoints({{watch_kind::write, machine::data, 4}});
  m_.core->set_watchpoints({});
  m_.load(machine::code, {a::sw(2, 1, 0), a::jal(0, -4)});
  m_.core->set_pc(machine::code);
  EXPECT_EQ(m_.core->run(1000).reason, stop_reason::budget);
}

}  // namespace
}  // namespace sn::hart
