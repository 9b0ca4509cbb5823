// Decoded code and memory that changes; saved state.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.h"
#include "unit/hart/assembler.h"
#include "unit/hart/machine.h"

namespace sn::hart {
namespace {

using test::machine;
namespace a = test::assembler;

class code : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(both_widths, code, testing::Values(32U, 64U));

TEST_P(code, a_store_into_the_next_instruction_takes_effect) {
  machine m(GetParam());
  m.set(1, machine::code);
  m.set(2, a::li(3, 2));
  m.execute({a::sw(2, 1, 4), a::li(3, 1)});
  EXPECT_EQ(m.get(3), 2U);
}

TEST_P(code, a_function_that_was_executed_can_be_rewritten) {
  machine m(GetParam());
  const std::uint64_t function = machine::code + 0x1000;
  m.load(function, {a::addi(3, 3, 1), a::jalr(0, 1, 0)});
  m.set(4, function);
  m.set(5, a::addi(3, 3, 100));
  // Call, rewrite, fence.i, call again; then without the fence.
  m.load(machine::code, {a::jalr(1, 4, 0), a::sw(5, 4, 0), a::fence_i, a::jalr(1, 4, 0)});
  m.core->run(8);
  EXPECT_EQ(m.get(3), 101U);
  m.set(5, a::addi(3, 3, 1000));
  m.execute({a::sw(5, 4, 0), a::jalr(1, 4, 0)});
  m.core->run(2);
  EXPECT_EQ(m.get(3), 1101U);
}

TEST_P(code, data_next_to_code_can_be_written_without_harm) {
  machine m(GetParam());
  m.set(1, machine::code);
  // A loop of 5 that counts in a word behind it.
  m.load(machine::code,
         {a::lw(2, 1, 32), a::addi(2, 2, 1), a::sw(2, 1, 32), a::addi(3, 3, 1), a::jal(0, -16)});
  m.core->run(5'000);
  EXPECT_EQ(m.peek<std::uint32_t>(machine::code + 32), 1000U);
  EXPECT_EQ(m.get(3), 1000U);
}

TEST_P(code, a_misaligned_store_across_two_instructions_changes_both) {
  machine m(GetParam());
  const std::uint32_t first = a::li(3, 0x111);
  const std::uint32_t second = a::li(4, 0x222);
  m.set(1, machine::code + 6);
  m.set(2, first >> 16 | second << 16);
  m.poke<std::uint16_t>(machine::code + 4, static_cast<std::uint16_t>(first));
  m.poke<std::uint16_t>(machine::code + 10, static_cast<std::uint16_t>(second >> 16));
  m.load(machine::code + 0x100, {a::sw(2, 1, 0), a::jal(0, -0x100)});
  m.core->set_pc(machine::code + 0x100);
  m.core->run(4);
  EXPECT_EQ(m.get(3), 0x111U);
  EXPECT_EQ(m.get(4), 0x222U);
}

TEST_P(code, what_others_write_is_seen_after_fence_i) {
  machine m(GetParam());
  m.load(machine::code, {a::li(3, 1), a::fence_i, a::jal(0, -8)});
  m.core->run(3);
  EXPECT_EQ(m.get(3), 1U);
  m.poke<std::uint32_t>(machine::code, a::li(3, 2));
  m.core->run(3);  // may still execute the old instruction, but then passes the fence
  m.core->run(1);
  EXPECT_EQ(m.get(3), 2U);
}

TEST_P(code, restored_state_goes_on_as_the_original_did) {
  machine m(GetParam());
  m.load(machine::code,
         {a::addi(1, 1, 3), a::csrrw(2, csr::mscratch, 1), a::csrrs(3, csr::mcycle, 0),
          a::csrrs(4, csr::minstret, 0), a::add(5, 5, 3), a::jal(6, -20)});
  m.core->write_csr(csr::mie, 0x80);
  m.core->run(1003);
  const hart_state state = m.core->save();
  m.core->run(777);
  machine other(GetParam());
  other.memory.ram = m.memory.ram;
  other.core->restore(state);
  other.core->run(777);
  for (unsigned i = 0; i < 32; ++i) {
    EXPECT_EQ(other.get(i), m.get(i)) << i;
  }
  EXPECT_EQ(other.core->pc(), m.core->pc());
  EXPECT_EQ(other.core->instructions(), m.core->instructions());
  EXPECT_EQ(other.csr(csr::mscratch), m.csr(csr::mscratch));
  EXPECT_EQ(other.csr(csr::mcycle), m.csr(csr::mcycle));
}

TEST_P(code, reset_begins_again_and_keeps_counting) {
  machine m(GetParam());
  m.load(machine::code, {a::addi(1, 1, 1), a::ecall});
  m.core->run(2);
  m.core->reset();
  EXPECT_EQ(m.core->pc(), machine::code);
  EXPECT_EQ(m.get(1), 0U);
  EXPECT_EQ(m.csr(csr::minstret), 0U);
  EXPECT_EQ(m.csr(csr::mtvec), 0U);
  EXPECT_EQ(m.csr(csr::mcause), 0U);
  EXPECT_EQ(m.core->instructions(), 1U);
  m.core->run(1);
  EXPECT_EQ(m.get(1), 1U);
}

/// Random instructions, most of them legal: blocks of any shape, traps, self-modification.
std::vector<std::uint32_t> random_program(base::random_generator& random, std::size_t length) {
  const std::uint32_t opcodes[] = {0x13, 0x13, 0x33, 0x33, 0x63, 0x6f, 0x03, 0x23,
                                   0x2f, 0x37, 0x17, 0x73, 0x0f, 0x1b, 0x3b, 0x67};
  std::vector<std::uint32_t> program(length);
  for (std::uint32_t& word : program) {
    word = static_cast<std::uint32_t>(random.next());
    if (random.chance(0.2)) {
      continue;  // often two compressed instructions
    }
    word = (word & ~0x7fU) | opcodes[random.below(16)];
    if ((word & 0x7f) == 0x6f) {
      word = a::jal(word >> 7 & 0x1f, static_cast<int>(random.below(128)) * 2 - 128);
    } else if ((word & 0x7f) == 0x63) {
      word = a::b_type(static_cast<int>(random.below(64)) * 2 - 64, word >> 20 & 0x1f,
                       word >> 15 & 0x1f, word >> 12 & 7);
    } else if ((word & 0x7f) == 0x33 && random.chance(0.7)) {
      word &= 0x01ff'ffff;
    }
  }
  return program;
}

TEST_P(code, blocks_and_single_steps_do_the_same) {
  // The same random programs in runs of 1, of 37 and of 1000 instructions: whatever blocks they are
  // decoded to, cut to or thrown out of must not show.
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::vector<hart_state> ends;
    std::vector<std::vector<std::byte>> memories;
    for (const std::uint64_t budget : {1U, 37U, 1000U}) {
      base::random_generator random(seed);
      machine m(GetParam());
      m.load(machine::code, random_program(random, 512));
      m.load(machine::vector, random_program(random, 64));
      for (unsigned i = 1; i < 32; ++i) {
        // Addresses in code, in data, or any number.
        const std::uint64_t number = random.next();
        m.set(i, i % 3 == 0 ? number : machine::code + number % 0x9000);
      }
      for (std::uint64_t done = 0; done < 2000;) {
        const run_result result = m.core->run(std::min<std::uint64_t>(budget, 2000 - done));
        done += result.executed;
        if (result.reason == stop_reason::waiting) {
          break;
        }
      }
      ends.push_back(m.core->save());
      memories.push_back(m.memory.ram);
    }
    for (std::size_t i = 1; i < ends.size(); ++i) {
      ASSERT_EQ(ends[i].x, ends[0].x) << "seed " << seed;
      ASSERT_EQ(ends[i].pc, ends[0].pc) << "seed " << seed;
      ASSERT_EQ(ends[i].traps, ends[0].traps) << "seed " << seed;
      ASSERT_EQ(ends[i].minstret, ends[0].minstret) << "seed " << seed;
      ASSERT_EQ(ends[i].mcause, ends[0].mcause) << "seed " << seed;
      ASSERT_EQ(ends[i].mtval, ends[0].mtval) << "seed " << seed;
      ASSERT_TRUE(memories[i] == memories[0]) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace sn::hart
