// Loads and stores: width, sign, misalignment, the end of memory, devices.
#include <gtest/gtest.h>

#include <vector>

#include "unit/hart/assembler.h"
#include "unit/hart/machine.h"

namespace sn::hart {
namespace {

using test::board;
using test::machine;
namespace a = test::assembler;

class memory : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(both_widths, memory, testing::Values(32U, 64U));

constexpr unsigned load_misaligned = 4;
constexpr unsigned load_fault = 5;
constexpr unsigned store_misaligned = 6;
constexpr unsigned store_fault = 7;

/// Executes one instruction with x1 = address and expects it to trap.
void expect_trap(machine& m, std::uint32_t instruction, std::uint64_t address, unsigned cause) {
  m.set(1, address);
  m.set(3, 0x77);
  m.execute({instruction});
  EXPECT_EQ(m.core->pc(), machine::vector) << std::hex << address;
  EXPECT_EQ(m.csr(csr::mcause), cause) << std::hex << address;
  EXPECT_EQ(m.csr(csr::mtval), address);
  EXPECT_EQ(m.csr(csr::mepc), machine::code);
  EXPECT_EQ(m.get(3), 0x77U);  // nothing was loaded
}

TEST_P(memory, loads_extend_as_they_say) {
  machine m(GetParam());
  m.poke<std::uint64_t>(machine::data, 0x8182'8384'8586'8788);
  m.set(1, machine::data);
  const std::uint64_t ones = GetParam() == 64 ? 0xffff'ffff'0000'0000 : 0;
  m.execute({a::lb(2, 1, 0), a::lbu(3, 1, 0), a::lh(4, 1, 0), a::lhu(5, 1, 0), a::lw(6, 1, 0)});
  EXPECT_EQ(m.get(2), ones | 0xffff'ff88);
  EXPECT_EQ(m.get(3), 0x88U);
  EXPECT_EQ(m.get(4), ones | 0xffff'8788);
  EXPECT_EQ(m.get(5), 0x8788U);
  EXPECT_EQ(m.get(6), ones | 0x8586'8788);
  if (GetParam() == 64) {
    m.execute({a::lwu(7, 1, 0), a::ld(8, 1, 0)});
    EXPECT_EQ(m.get(7), 0x8586'8788U);
    EXPECT_EQ(m.get(8), 0x8182'8384'8586'8788U);
  }
}

TEST_P(memory, stores_write_their_bytes_only) {
  machine m(GetParam());
  m.set(1, machine::data + 0x800);
  m.set(2, 0x1122'3344'5566'7788);
  m.poke<std::uint64_t>(machine::data, ~std::uint64_t{0});
  m.execute({a::sb(2, 1, -2048), a::sh(2, 1, -2046), a::sw(2, 1, -2044)});
  EXPECT_EQ(m.peek<std::uint64_t>(machine::data), 0x5566'7788'7788'ff88U);
  if (GetParam() == 64) {
    m.execute({a::sd(2, 1, 2040)});
    EXPECT_EQ(m.peek<std::uint64_t>(machine::data + 0x800 + 2040), 0x1122'3344'5566'7788U);
  }
}

TEST_P(memory, misaligned_accesses_succeed_in_plain_memory_across_pages_too) {
  machine m(GetParam());
  m.set(1, board::ram_base + 0x2fff);  // the word lies on both sides of a page boundary
  m.set(2, 0xa1b2'c3d4);
  m.execute({a::sw(2, 1, 0), a::lhu(3, 1, 1), a::lw(4, 1, 0), a::sw(2, 1, 3), a::lw(5, 1, 3)});
  EXPECT_EQ(m.peek<std::uint8_t>(board::ram_base + 0x2fff), 0xd4U);
  EXPECT_EQ(m.get(3), 0xb2c3U);
  EXPECT_EQ(m.get(4) & 0xffff'ffff, 0xa1b2'c3d4U);
  EXPECT_EQ(m.get(5) & 0xffff'ffff, 0xa1b2'c3d4U);
  EXPECT_EQ(m.core->traps(), 0U);
}

TEST_P(memory, the_last_bytes_of_ram_work_and_the_next_fault) {
  machine m(GetParam());
  const std::uint64_t end = board::ram_base + board::ram_size;
  m.set(1, end);
  m.set(2, 0x1234'5678);
  m.execute({a::sw(2, 1, -4), a::lw(3, 1, -4), a::lbu(4, 1, -1)});
  EXPECT_EQ(m.get(3), 0x1234'5678U);
  EXPECT_EQ(m.get(4), 0x12U);
  expect_trap(m, a::lw(3, 1, 0), end, load_fault);
  expect_trap(m, a::sb(2, 1, 0), end, store_fault);
  // Neither inside memory nor aligned.
  expect_trap(m, a::lw(3, 1, 0), end - 2, load_misaligned);
  expect_trap(m, a::sw(2, 1, 0), end - 2, store_misaligned);
  EXPECT_EQ(m.peek<std::uint32_t>(end - 4), 0x1234'5678U);
}

TEST_P(memory, rom_is_read_and_refuses_writes) {
  machine m(GetParam());
  m.memory.rom[8] = std::byte{0x42};
  m.set(1, board::rom_base);
  m.execute({a::lbu(3, 1, 8)});
  EXPECT_EQ(m.get(3), 0x42U);
  expect_trap(m, a::sw(0, 1, 0), board::rom_base, store_fault);
  // Its window ends inside of a page.
  expect_trap(m, a::lw(3, 1, 0), board::rom_base + board::rom_size, load_fault);
}

TEST_P(memory, nothing_is_mapped_elsewhere) {
  machine m(GetParam());
  expect_trap(m, a::lw(3, 1, 0), 0, load_fault);
  expect_trap(m, a::sw(3, 1, 0), 0x4000'0000, store_fault);
  expect_trap(m, a::lbu(3, 1, 0), 1, load_fault);  // also where a page would have the tag 0
  const std::uint64_t last = GetParam() == 64 ? ~std::uint64_t{0} : 0xffff'ffff;
  expect_trap(m, a::lbu(3, 1, 0), last, load_fault);
}

TEST_P(memory, device_accesses_carry_their_size_and_position) {
  machine m(GetParam());
  m.memory.device_value = 0xffff'ffff'ffff'ff80;
  m.set(1, board::device_base);
  m.set(2, 0x1122'3344'5566'7788);
  m.execute({a::nop(), a::lb(3, 1, 4), a::lw(4, 1, 8), a::nop(), a::sh(2, 1, 2)});
  ASSERT_EQ(m.memory.accesses.size(), 3U);
  EXPECT_EQ(m.get(3), GetParam() == 64 ? 0xffff'ffff'ffff'ff80 : 0xffff'ff80);
  EXPECT_EQ(m.memory.accesses[0].address, board::device_base + 4);
  EXPECT_EQ(m.memory.accesses[0].size, 1U);
  EXPECT_EQ(m.memory.accesses[0].executed, 1U);
  EXPECT_EQ(m.memory.accesses[1].size, 4U);
  EXPECT_EQ(m.memory.accesses[1].executed, 2U);
  EXPECT_TRUE(m.memory.accesses[2].write);
  EXPECT_EQ(m.memory.accesses[2].value, 0x7788U);
  EXPECT_EQ(m.memory.accesses[2].executed, 4U);
}

TEST_P(memory, misaligned_device_accesses_trap) {
  machine m(GetParam());
  expect_trap(m, a::lh(3, 1, 0), board::device_base + 1, load_misaligned);
  expect_trap(m, a::sw(3, 1, 0), board::device_base + 2, store_misaligned);
  EXPECT_TRUE(m.memory.accesses.empty());
}

TEST_P(memory, a_retried_access_ends_the_run_and_is_executed_by_the_next) {
  machine m(GetParam());
  m.memory.retries = 1;
  m.memory.device_value = 9;
  m.set(1, board::device_base);
  m.load(machine::code, {a::nop(), a::lw(3, 1, 0), a::addi(4, 3, 1)});
  const run_result first = m.core->run(3);
  EXPECT_EQ(first.executed, 1U);
  EXPECT_EQ(first.reason, stop_reason::stopped);
  EXPECT_EQ(m.core->pc(), machine::code + 4);
  EXPECT_TRUE(m.memory.accesses.empty());
  const run_result second = m.core->run(2);
  EXPECT_EQ(second.executed, 2U);
  EXPECT_EQ(m.get(4), 10U);
  EXPECT_EQ(m.memory.accesses.size(), 1U);
  EXPECT_EQ(m.core->instructions(), 3U);
}

TEST_P(memory, a_device_can_end_the_run_after_its_access) {
  machine m(GetParam());
  m.memory.stop_on_access = true;
  m.set(1, board::device_base);
  m.load(machine::code, {a::nop(), a::sw(3, 1, 0), a::addi(4, 4, 1)});
  const run_result result = m.core->run(3);
  EXPECT_EQ(result.executed, 2U);
  EXPECT_EQ(result.reason, stop_reason::stopped);
  EXPECT_EQ(m.get(4), 0U);
  EXPECT_EQ(m.core->run(1).executed, 1U);
  EXPECT_EQ(m.get(4), 1U);
}

}  // namespace
}  // namespace sn::hart
