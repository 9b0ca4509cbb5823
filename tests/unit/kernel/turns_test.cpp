#include "kernel/turns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace sn::kernel {
namespace {

using sc_core::sc_time;

sc_time ns(double count) {
  return sc_time(count, sc_core::SC_NS);
}

/// Three members that write down their turns.
struct three {
  turns order{"turns"};
  std::string log;
  turns::member a = order.add([this] { log += 'a'; });
  turns::member b = order.add([this] { log += 'b'; });
  turns::member c = order.add([this] { log += 'c'; });
};

TEST(turns, whoever_asks_for_a_turn_at_the_beginning_has_it_then) {
  three all;
  all.order.set(all.c, ns(0));
  all.order.set(all.a, ns(0));
  sc_core::sc_start(ns(1));
  EXPECT_EQ(all.log, "ac");
  EXPECT_EQ(all.order.next(all.a), sc_core::sc_max_time());
}

TEST(turns, at_one_time_the_order_does_not_depend_on_who_asked_first) {
  three all;
  all.order.set(all.c, ns(10));
  all.order.set(all.a, ns(10));
  all.order.set(all.b, ns(20));
  all.order.set(all.b, ns(10));  // the last demand counts
  sc_core::sc_start(ns(30));
  EXPECT_EQ(all.log, "abc");
}

TEST(turns, a_turn_can_be_given_at_once_to_another) {
  turns order("turns");
  std::string log;
  turns::member second = 0;
  const turns::member first = order.add([&] {
    log += '1';
    order.set(second, sc_core::sc_time_stamp());
  });
  second = order.add([&] { log += '2'; });
  order.set(first, ns(5));
  sc_core::sc_start(ns(10));
  EXPECT_EQ(log, "12");
  EXPECT_EQ(sc_core::sc_time_stamp(), ns(10));
}

TEST(turns, earlier_and_later_demands_replace_one_another_and_none_is_left_after_clear) {
  three all;
  all.order.set(all.a, ns(5));
  all.order.set(all.a, ns(50));
  all.order.set(all.b, ns(60));
  all.order.set(all.b, ns(6));
  sc_core::sc_start(ns(20));
  EXPECT_EQ(all.log, "b");
  all.order.clear();
  sc_core::sc_start(ns(100));
  EXPECT_EQ(all.log, "b");
}

TEST(turns, many_members_act_by_time_and_among_equal_times_by_number) {
  constexpr std::size_t members = 200;
  turns order("turns");
  std::vector<std::pair<double, std::size_t>> acted;
  for (std::size_t i = 0; i < members; ++i) {
    order.add([&acted, i] { acted.emplace_back(sc_core::sc_time_stamp() / ns(1), i); });
  }
  // Every member asks three times, the last time for one of ten times; each third asks no more.
  std::vector<std::pair<double, std::size_t>> expected;
  for (std::size_t round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < members; ++i) {
      const auto when = static_cast<double>((i * 7 + round * 3) % 10 + 1);
      order.set(i, ns(when));
      if (round == 2 && i % 3 == 0) {
        order.set(i, sc_core::sc_max_time());
      } else if (round == 2) {
        expected.emplace_back(when, i);
      }
    }
  }
  std::sort(expected.begin(), expected.end());
  sc_core::sc_start(ns(20));
  EXPECT_EQ(acted, expected);
}

}  // namespace
}  // namespace sn::kernel
