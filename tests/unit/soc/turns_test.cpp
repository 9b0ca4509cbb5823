#include "soc/turns.h"

#include <gtest/gtest.h>

#include <string>

namespace sn::soc {
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

TEST(turns, all_begin_in_the_order_in_which_they_were_added) {
  three all;
  sc_core::sc_start(ns(1));
  EXPECT_EQ(all.log, "abc");
}

TEST(turns, at_one_time_the_order_does_not_depend_on_who_asked_first) {
  three all;
  sc_core::sc_start(ns(1));
  all.log.clear();
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
  sc_core::sc_start(ns(1));
  log.clear();
  order.set(first, ns(5));
  sc_core::sc_start(ns(10));
  EXPECT_EQ(log, "12");
  EXPECT_EQ(sc_core::sc_time_stamp(), ns(11));
}

TEST(turns, earlier_and_later_demands_replace_one_another_and_none_is_left_after_clear) {
  three all;
  sc_core::sc_start(ns(1));
  all.log.clear();
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

}  // namespace
}  // namespace sn::soc
