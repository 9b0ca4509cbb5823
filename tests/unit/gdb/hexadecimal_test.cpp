// Numbers and bytes of the remote serial protocol.
#include "gdb/hexadecimal.h"

#include <gtest/gtest.h>

namespace sn::gdb {
namespace {

TEST(hexadecimal, registers_have_their_least_significant_byte_first) {
  EXPECT_EQ(to_hex_little_endian(0x1234'5678, 4), "78563412");
  EXPECT_EQ(to_hex_little_endian(0x1234'5678, 8), "7856341200000000");
  EXPECT_EQ(register_from_hex("78563412", 4), 0x1234'5678U);
  EXPECT_EQ(register_from_hex("0000000000000080", 8), 0x8000'0000'0000'0000U);
}

TEST(hexadecimal, a_register_of_another_length_is_refused) {
  EXPECT_EQ(register_from_hex("785634", 4), std::nullopt);
  EXPECT_EQ(register_from_hex("7856341200", 4), std::nullopt);
  EXPECT_EQ(register_from_hex("7856341x", 4), std::nullopt);
}

TEST(hexadecimal, bytes_go_there_and_back) {
  EXPECT_EQ(to_hex("\x01\xfe", 2), "01fe");
  EXPECT_EQ(from_hex("01Fe"), std::string("\x01\xfe"));
  EXPECT_EQ(from_hex("01f"), std::nullopt);
  EXPECT_EQ(from_hex("0g"), std::nullopt);
}

TEST(hexadecimal, a_number_ends_at_the_first_other_character) {
  std::string_view text = "80000000,4";
  EXPECT_EQ(take_number(text), 0x8000'0000U);
  EXPECT_TRUE(take(text, ","));
  EXPECT_FALSE(take(text, ":"));
  EXPECT_EQ(text, "4");
}

TEST(hexadecimal, no_digits_and_too_many_are_refused) {
  std::string_view none = ",4";
  EXPECT_EQ(take_number(none), std::nullopt);
  std::string_view largest = "ffffffffffffffff";
  EXPECT_EQ(take_number(largest), 0xffff'ffff'ffff'ffffU);
  std::string_view many = "10000000000000000";
  EXPECT_EQ(take_number(many), std::nullopt);
}

}  // namespace
}  // namespace sn::gdb
