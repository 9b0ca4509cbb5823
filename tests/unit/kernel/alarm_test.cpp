#include "kernel/alarm.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace sn::kernel {
namespace {

sc_core::sc_time ns(double count) {
  return sc_core::sc_time(count, sc_core::SC_NS);
}

TEST(alarm, rings_at_the_earliest_time_asked_for_or_at_the_last_one_that_was_set) {
  std::string log;
  alarm a(nullptr, [&log] { log += 'a'; });
  alarm b(nullptr, [&log] { log += 'b'; });
  a.set_by(ns(9));
  a.set_by(ns(5));
  a.set_by(ns(7));
  b.set(ns(3));
  b.set(ns(6));
  EXPECT_EQ(a.next(), ns(5));
  EXPECT_EQ(b.next(), ns(6));
  sc_core::sc_start(ns(20));
  EXPECT_EQ(log, "ab");
  a.set_in(ns(1));
  a.cancel();
  sc_core::sc_start(ns(5));
  EXPECT_EQ(log, "ab");
}

TEST(alarm, its_time_is_restored_and_one_that_has_passed_is_refused) {
  turns order("turns");
  int rung = 0;
  alarm a(&order, [&rung] { ++rung; });
  a.set(ns(50));
  base::snapshot_writer to;
  to.section("alarm");
  a.save(to);
  const auto content = to.finish();
  a.cancel();
  sc_core::sc_start(ns(10));
  {
    base::snapshot_reader from("state", content.data(), content.size());
    from.section("alarm");
    a.restore(from);
    from.end();
  }
  EXPECT_EQ(a.next(), ns(50));
  sc_core::sc_start(ns(45));
  EXPECT_EQ(rung, 1);
  base::snapshot_reader late("state", content.data(), content.size());
  late.section("alarm");
  EXPECT_THROW(a.restore(late), base::configuration_error);
}

}  // namespace
}  // namespace sn::kernel
