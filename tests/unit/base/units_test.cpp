#include "base/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <stdexcept>
#include <string>

namespace sn::base {
namespace {

using testing::HasSubstr;

std::string refusal_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(units, decimal_and_binary_sizes_differ) {
  EXPECT_EQ(parse_bytes("144 GB").value, 144'000'000'000U);
  EXPECT_EQ(parse_bytes("144 GiB").value, 154'618'822'656U);  // 144 x 1024^3
  EXPECT_EQ(parse_bytes("1 TiB").value, 1'099'511'627'776U);
  EXPECT_EQ(parse_bytes("4 KiB").value, 4'096U);
  EXPECT_EQ(parse_bytes("4kB").value, 4'000U);
}

TEST(units, bits_and_bytes_per_second_differ_by_eight) {
  EXPECT_EQ(parse_bandwidth("400 Gbit/s").value, 50'000'000'000U);
  EXPECT_EQ(parse_bandwidth("400 GB/s").value, 400'000'000'000U);
  EXPECT_EQ(parse_bandwidth("25.6 Tbit/s").value, 3'200'000'000'000U);
  EXPECT_EQ(parse_bandwidth("8 kbit/s").value, 1'000U);
}

TEST(units, seconds_become_the_nearest_picosecond) {
  EXPECT_EQ(from_seconds(0.0).value, 0U);
  EXPECT_EQ(from_seconds(1e-3).value, 1'000'000'000U);
  EXPECT_EQ(from_seconds(1.4e-12).value, 1U);
  EXPECT_EQ(from_seconds(1.6e-12).value, 2U);
}

TEST(units, every_kind_has_its_base_unit) {
  EXPECT_EQ(parse_time("1 ps").value, 1U);
  EXPECT_EQ(parse_time("220.5 ns").value, 220'500U);
  EXPECT_EQ(parse_time("2 s").value, 2'000'000'000'000U);
  EXPECT_EQ(parse_frequency("1.3 GHz").value, 1'300'000'000U);
  EXPECT_EQ(parse_power("2 kW").value, 2'000'000U);
  EXPECT_EQ(parse_power("0.35 MW").value, 350'000'000U);
  EXPECT_EQ(parse_compute_rate("1.5 PFLOPS").value, 1'500'000'000'000'000U);
}

TEST(units, a_value_is_never_rounded) {
  EXPECT_THAT(refusal_of([] { parse_time("0.5 ps"); }),
              HasSubstr("'0.5 ps' is not a whole number of ps"));
  EXPECT_THAT(refusal_of([] { parse_bandwidth("0.001 kbit/s"); }), HasSubstr("not a whole number"));
  EXPECT_EQ(parse_time("0.001 ns").value, 1U);
}

TEST(units, what_is_not_a_quantity_is_refused_with_the_units_that_are) {
  EXPECT_THAT(refusal_of([] { parse_bytes("144"); }), HasSubstr("'144' has no unit"));
  EXPECT_THAT(refusal_of([] { parse_bytes("144 Gib"); }),
              HasSubstr("has the unknown unit 'Gib'; expected a size: a number and one of B, kB"));
  EXPECT_THAT(refusal_of([] { parse_bytes("-1 GB"); }), HasSubstr("does not start with a number"));
  EXPECT_THAT(refusal_of([] { parse_bytes(""); }), HasSubstr("does not start with a number"));
  EXPECT_THAT(refusal_of([] { parse_bytes("1.2.3 GB"); }), HasSubstr("unknown unit '.3 GB'"));
  EXPECT_THAT(refusal_of([] { parse_time("5 GB"); }), HasSubstr("expected a time"));
  EXPECT_THAT(refusal_of([] { parse_power("5 GB"); }), HasSubstr("expected a power"));
}

TEST(units, values_beyond_64_bits_are_refused) {
  EXPECT_EQ(parse_bytes("18446744073709551615 B").value, std::numeric_limits<std::uint64_t>::max());
  EXPECT_THAT(refusal_of([] { parse_bytes("18446744073709551616 B"); }),
              HasSubstr("too many digits"));
  EXPECT_THAT(refusal_of([] { parse_bytes("18446744073709551615 kB"); }), HasSubstr("too large"));
  EXPECT_THAT(refusal_of([] { parse_bytes("0.00000000000000001 TB"); }),
              HasSubstr("too many digits"));
}

TEST(units, transfer_time_rounds_up_to_a_picosecond) {
  // 640 B at 100 GB/s: 640 / 1e11 s = 6.4 ns exactly.
  EXPECT_EQ(transfer_time(bytes(640), bytes_per_second(100'000'000'000)).value, 6'400U);
  // 1 B at 3 B/s: 333,333,333,333.33 ps.
  EXPECT_EQ(transfer_time(bytes(1), bytes_per_second(3)).value, 333'333'333'334U);
  EXPECT_EQ(transfer_time(bytes(0), bytes_per_second(3)).value, 0U);
  // The product 10^15 x 10^12 needs more than 64 bits.
  EXPECT_EQ(transfer_time(bytes(1'000'000'000'000'000), bytes_per_second(1'000'000'000'000)).value,
            1'000'000'000'000'000U);
}

TEST(units_death, transfer_time_without_a_rate_or_without_end_is_a_bug) {
  EXPECT_DEATH(transfer_time(bytes(1), bytes_per_second(0)), "the rate is zero");
  EXPECT_DEATH(transfer_time(bytes(100'000'000), bytes_per_second(1)), "longer than 213 days");
}

TEST(units, text_has_four_digits_and_a_prefix) {
  EXPECT_EQ(to_text(bytes(154'618'822'656)), "144 GiB");
  EXPECT_EQ(to_text(bytes(144'000'000'000)), "144 GB");
  EXPECT_EQ(to_text(bytes(640)), "640 B");
  EXPECT_EQ(to_text(bytes(70'272)), "70.27 kB");
  EXPECT_EQ(to_text(picoseconds(6'400)), "6.4 ns");
  EXPECT_EQ(to_text(picoseconds(0)), "0 ps");
  EXPECT_EQ(to_text(bytes_per_second(896'000'000'000)), "896 GB/s");
  EXPECT_EQ(to_text(hertz(1'300'000'000)), "1.3 GHz");
  EXPECT_EQ(to_text(milliwatts(350'000'000)), "350 kW");
  EXPECT_EQ(to_text(flops_per_second(500'000'000'000'000)), "500 TFLOPS");
}

TEST(units, text_rounds_into_the_next_prefix_and_never_to_an_exponent) {
  EXPECT_EQ(to_text(picoseconds(999'940)), "999.9 ns");
  EXPECT_EQ(to_text(picoseconds(999'999)), "1 us");
  EXPECT_EQ(to_text(picoseconds(12'345'000'000'000'000)), "12345 s");
}

TEST(units, quantities_of_one_unit_add_and_compare) {
  bytes sum = bytes(3) + bytes(4);
  sum += bytes(5);
  sum -= bytes(2);
  EXPECT_EQ(sum, bytes(10));
  EXPECT_LT(bytes(9), sum);
  EXPECT_EQ(sum * 3, bytes(30));
  EXPECT_DOUBLE_EQ(to_seconds(picoseconds(1'500'000'000'000)), 1.5);
}

}  // namespace
}  // namespace sn::base
