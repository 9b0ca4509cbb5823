#include "base/register_file.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

namespace sn::base {
namespace {

constexpr std::uint32_t all = 0xffff'ffff;

// A block as a generator would describe it.
constexpr std::array block{
    register_info{"identity", 0x00, 1, 4, 0x534e'0101, all, 0, 0},  // read-only
    register_info{"control", 0x04, 1, 4, 0, 0x3, 0x3, 0},           // two writable bits
    register_info{"cause", 0x08, 1, 4, 0, 0xff, 0, 0xff},           // write 1 to clear
    register_info{"mixed", 0x0c, 1, 4, 0, all, 0xff00, 0x00ff},     // some of both
    register_info{"doorbell", 0x10, 1, 4, 0, 0, 0x1, 0},            // write-only
    register_info{"port", 0x20, 4, 8, 0x7, all, all, 0},            // array, every other word
};
constexpr std::uint32_t control = 0x04;
constexpr std::uint32_t cause = 0x08;
constexpr std::uint32_t mixed = 0x0c;
constexpr std::uint32_t doorbell = 0x10;
constexpr std::uint32_t port = 0x20;

register_file make() {
  return register_file(block.data(), block.size(), 0x40);
}

std::uint32_t read(register_file& file, std::uint32_t offset) {
  std::uint32_t value = 0xdead'beef;
  EXPECT_EQ(file.read(offset, value), register_status::ok) << "offset " << offset;
  return value;
}

TEST(register_file, starts_at_its_reset_values) {
  auto file = make();
  EXPECT_EQ(read(file, 0x00), 0x534e'0101U);
  EXPECT_EQ(read(file, control), 0U);
  for (std::uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(read(file, port + 8 * i), 7U);
  }
}

TEST(register_file, software_replaces_only_writable_bits) {
  auto file = make();
  EXPECT_EQ(file.write(control, all), register_status::ok);
  EXPECT_EQ(file.get(control), 0x3U);
  EXPECT_EQ(file.write(control, 0x1), register_status::ok);
  EXPECT_EQ(file.get(control), 0x1U);
}

TEST(register_file, software_reads_only_readable_bits_and_the_device_all) {
  auto file = make();
  file.set(control, all);
  EXPECT_EQ(read(file, control), 0x3U);
  EXPECT_EQ(file.get(control), all);
}

TEST(register_file, writing_one_clears_where_it_says_so) {
  auto file = make();
  file.set(cause, 0xf5);
  EXPECT_EQ(file.write(cause, 0x05), register_status::ok);
  EXPECT_EQ(read(file, cause), 0xf0U);
  file.set(mixed, 0x1234'56ff);
  EXPECT_EQ(file.write(mixed, 0xab0f), register_status::ok);
  EXPECT_EQ(read(file, mixed), 0x1234'abf0U) << "upper byte replaced, low nibble cleared";
}

TEST(register_file, refusals_say_why_and_change_nothing) {
  auto file = make();
  std::uint32_t value = 5;
  EXPECT_EQ(file.read(0x02, value), register_status::misaligned);
  EXPECT_EQ(file.write(0x06, 1), register_status::misaligned);
  EXPECT_EQ(file.read(0x14, value), register_status::no_such_register);
  EXPECT_EQ(file.read(0x24, value), register_status::no_such_register) << "gap of the array";
  EXPECT_EQ(file.read(0x40, value), register_status::no_such_register) << "beyond the block";
  EXPECT_EQ(file.write(0xffff'fffc, 1), register_status::no_such_register);
  EXPECT_EQ(file.write(0x00, 1), register_status::not_writable);
  EXPECT_EQ(file.read(doorbell, value), register_status::not_readable);
  EXPECT_EQ(value, 5U);
  EXPECT_EQ(file.get(0x00), 0x534e'0101U);
}

TEST(register_file, elements_of_an_array_are_separate) {
  auto file = make();
  EXPECT_EQ(file.write(port + 16, 42), register_status::ok);
  EXPECT_EQ(file.get(port, 2), 42U);
  EXPECT_EQ(file.get(port + 8, 1), 42U) << "an index counts from the element that is named";
  file.set(port, 43, 3);
  EXPECT_EQ(read(file, port + 24), 43U);
  EXPECT_EQ(file.get(port, 1), 7U);
}

TEST(register_file, fields_leave_their_neighbours_alone) {
  auto file = make();
  constexpr register_field state{0, 4};
  constexpr register_field lanes{8, 8};
  file.set(port, state, 3, 1);
  file.set(port, lanes, 0x1ff, 1);  // one bit too wide: cut to the field
  EXPECT_EQ(file.get(port, 1), 0xff03U);
  EXPECT_EQ(file.get(port, lanes, 1), 0xffU);
  EXPECT_EQ(register_field({0, 32}).mask(), all);
  EXPECT_EQ(register_field({31, 1}).set(0, 1), 0x8000'0000U);
}

TEST(register_file, a_read_callback_gives_the_value) {
  auto file = make();
  file.on_read(port, [](std::uint32_t index) { return 100 + index; });
  EXPECT_EQ(read(file, port + 8), 101U);
  file.on_read(control, [](std::uint32_t) { return all; });
  EXPECT_EQ(read(file, control), 0x3U) << "the read mask still applies";
}

TEST(register_file, a_write_callback_sees_the_stored_value_after_the_write) {
  auto file = make();
  std::vector<std::pair<std::uint32_t, std::uint32_t>> calls;
  const auto note = [&](std::uint32_t index, std::uint32_t value) {
    calls.emplace_back(index, value);
  };
  file.on_write(port, note);
  file.on_write(cause, note);
  file.set(cause, 0xff);
  file.write(port + 24, 9);
  file.write(cause, 0x0f);
  file.write(control, 1);
  ASSERT_EQ(calls.size(), 2U) << "neither set() nor another register calls";
  EXPECT_EQ(calls[0], std::make_pair(3U, 9U));
  EXPECT_EQ(calls[1], std::make_pair(0U, 0xf0U));
}

TEST(register_file, reset_restores_values_and_keeps_callbacks) {
  auto file = make();
  int calls = 0;
  file.on_write(port, [&](std::uint32_t, std::uint32_t) { ++calls; });
  file.write(port, 1);
  file.reset();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(file.get(port), 7U);
  file.write(port, 1);
  EXPECT_EQ(calls, 2);
}

TEST(register_file, a_snapshot_restores_every_word) {
  auto file = make();
  file.write(port + 8, 77);
  snapshot_writer to;
  to.section("registers");
  file.save(to);
  const auto content = to.finish();
  file.write(port + 8, 78);
  snapshot_reader from("state", content.data(), content.size());
  from.section("registers");
  file.restore(from);
  from.end();
  EXPECT_EQ(file.get(port, 1), 77U);
}

TEST(register_file_death, wrong_tables_and_offsets_are_bugs) {
  auto file = make();
  EXPECT_DEATH(file.get(0x14), "no register at this offset");
  EXPECT_DEATH(file.get(port, 4), "an index beyond the array");
  EXPECT_DEATH(file.on_read(0x24, {}), "no register at this offset");
  constexpr std::array overlapping{register_info{"a", 0, 2, 4, 0, all, all, 0},
                                   register_info{"b", 4, 1, 4, 0, all, all, 0}};
  EXPECT_DEATH(register_file(overlapping.data(), overlapping.size(), 16), "or on another");
  constexpr std::array outside{register_info{"a", 16, 1, 4, 0, all, all, 0}};
  EXPECT_DEATH(register_file(outside.data(), outside.size(), 16), "outside its block");
}

}  // namespace
}  // namespace sn::base
