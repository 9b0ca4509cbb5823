#include "base/state.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/error.h"

namespace sn::base {
namespace {

enum class colour : std::uint8_t { red, green };

/// A model of two floors with everything that may be named.
struct part {
  std::uint16_t number = 0;
  std::optional<double> maybe;

  template <typename Archive>
  void fields(Archive& io) {
    io(number, maybe);
  }
};

/// Begins no section and writes itself.
struct own_way {
  int value = 0;
  void save(snapshot_writer& to) const { to.number(value + 1); }
  void restore(snapshot_reader& from) { value = from.number<int>() - 1; }
};

struct model {
  bool flag = false;
  colour shade = colour::red;
  double exact = 0.0;
  picoseconds time;
  std::string text;
  std::vector<std::uint8_t> raw;
  std::vector<part> parts;
  std::deque<std::vector<std::uint32_t>> lists;
  std::array<std::int64_t, 2> pair{};
  own_way own;

  template <typename Archive>
  void fields(Archive& io) {
    io(flag, shade, exact, time, text, raw, parts, lists, pair, own);
  }
};

std::vector<std::byte> saved(const model& what) {
  snapshot_writer to;
  to.section("model");
  state_saver io(to);
  io(what);
  return to.finish();
}

TEST(state, every_kind_of_field_comes_back_as_it_was) {
  model first;
  first.flag = true;
  first.shade = colour::green;
  first.exact = 0.1 + 0.2;
  first.time = picoseconds(123'456'789'012);
  first.text = std::string("a\0b", 3);
  first.raw = {1, 2, 255};
  first.parts.resize(2);
  first.parts[0].number = 7;
  first.parts[1].maybe = -std::numeric_limits<double>::denorm_min();
  first.lists.push_back({});
  first.lists.push_back({0xffff'ffff, 1});
  first.pair = {std::numeric_limits<std::int64_t>::min(), -1};
  first.own.value = 41;
  const auto content = saved(first);

  model second;
  second.parts.resize(9);  // what was there before is gone
  second.raw = {9};
  snapshot_reader from("file", content.data(), content.size());
  from.section("model");
  state_restorer io(from);
  io(second);
  from.end();
  EXPECT_TRUE(second.flag);
  EXPECT_EQ(second.shade, colour::green);
  EXPECT_EQ(second.exact, 0.1 + 0.2);
  EXPECT_EQ(second.time, picoseconds(123'456'789'012));
  EXPECT_EQ(second.text, std::string("a\0b", 3));
  EXPECT_EQ(second.raw, (std::vector<std::uint8_t>{1, 2, 255}));
  ASSERT_EQ(second.parts.size(), 2U);
  EXPECT_EQ(second.parts[0].number, 7);
  EXPECT_FALSE(second.parts[0].maybe.has_value());
  EXPECT_EQ(second.parts[1].maybe, -std::numeric_limits<double>::denorm_min());
  ASSERT_EQ(second.lists.size(), 2U);
  EXPECT_EQ(second.lists[1], (std::vector<std::uint32_t>{0xffff'ffff, 1}));
  EXPECT_EQ(second.pair[0], std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(second.own.value, 41);
  EXPECT_EQ(saved(second), content);
}

TEST(state, a_list_longer_than_the_file_is_refused_before_memory_is_taken) {
  snapshot_writer to;
  to.section("model");
  to.number(std::uint64_t{1} << 60U);
  const auto content = to.finish();
  snapshot_reader from("file", content.data(), content.size());
  from.section("model");
  state_restorer io(from);
  std::vector<part> parts;
  EXPECT_THROW(io(parts), configuration_error);
}

}  // namespace
}  // namespace sn::base
