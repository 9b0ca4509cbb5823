#include "soc/clint.h"

#include <gtest/gtest.h>

#include "unit/soc/recorded_inputs.h"
#include "unit/soc/tlm_access.h"

namespace sn::soc {
namespace {

using sc_core::sc_time;

struct fixture {
  clint timer{"timer", base::hertz{10'000'000}};  // 100 ns per tick
  test::initiator bus{"bus"};
  test::recorded_inputs hart_0;
  test::recorded_inputs hart_1;

  fixture() {
    bus.connect(timer.socket);
    timer.connect(hart_0);
    timer.connect(hart_1);
  }
};

TEST(clint, msip_drives_the_software_interrupt_of_its_hart_only) {
  fixture f;
  f.bus.write(4, 4, 0xffff'ffff);
  EXPECT_TRUE(f.hart_1.is_high(hart::interrupt::software));
  EXPECT_FALSE(f.hart_0.is_high(hart::interrupt::software));
  EXPECT_EQ(f.bus.read(4, 4), 1U);  // one bit exists
  f.bus.write(4, 4, 0);
  EXPECT_FALSE(f.hart_1.is_high(hart::interrupt::software));
}

TEST(clint, mtime_counts_whole_ticks) {
  fixture f;
  sc_core::sc_start(sc_time(12'399, sc_core::SC_NS));  // 123.99 ticks
  EXPECT_EQ(f.bus.read(clint::mtime_offset, 8), 123U);
  sc_core::sc_start(sc_time(1, sc_core::SC_NS));
  EXPECT_EQ(f.bus.read(clint::mtime_offset, 8), 124U);
  EXPECT_EQ(f.bus.read(clint::mtime_offset, 4), 124U);
  EXPECT_EQ(f.bus.read(clint::mtime_offset + 4, 4), 0U);
}

TEST(clint, mtimecmp_announces_the_exact_time_of_the_interrupt) {
  fixture f;
  sc_core::sc_start(sc_time(55, sc_core::SC_NS));
  f.bus.write(0x4000, 8, 1000);
  EXPECT_FALSE(f.hart_0.is_high(hart::interrupt::timer));
  EXPECT_EQ(f.hart_0.deadline(), sc_time(100, sc_core::SC_US));  // 1000 ticks of 100 ns
  EXPECT_EQ(f.hart_1.deadline(), sc_core::sc_max_time());
}

TEST(clint, mtimecmp_in_the_past_interrupts_at_once_and_in_the_future_no_more) {
  fixture f;
  sc_core::sc_start(sc_time(1, sc_core::SC_US));  // tick 10
  f.bus.write(0x4008, 8, 10);
  EXPECT_TRUE(f.hart_1.is_high(hart::interrupt::timer));
  f.bus.write(0x4008, 8, 11);
  EXPECT_FALSE(f.hart_1.is_high(hart::interrupt::timer));
  EXPECT_EQ(f.hart_1.deadline(), sc_time(1100, sc_core::SC_NS));
}

TEST(clint, mtimecmp_is_written_in_halves_too) {
  fixture f;
  f.bus.write(0x4004, 4, 0x1);
  f.bus.write(0x4000, 4, 0x2345'6789);
  EXPECT_EQ(f.bus.read(0x4000, 8), 0x1'2345'6789U);
  // 0x123456789 = 4'886'718'345 ticks of 100 ns.
  EXPECT_EQ(f.hart_0.deadline(), sc_time(488'671'834.5, sc_core::SC_US));
}

TEST(clint, writing_mtime_moves_the_deadline) {
  fixture f;
  f.bus.write(0x4000, 8, 1000);
  f.bus.write(clint::mtime_offset, 8, 900);
  EXPECT_EQ(f.bus.read(clint::mtime_offset, 8), 900U);
  EXPECT_EQ(f.hart_0.deadline(), sc_time(10, sc_core::SC_US));  // 100 ticks are left
}

TEST(clint, a_deadline_beyond_the_end_of_time_never_comes) {
  fixture f;
  f.bus.write(0x4000, 8, ~std::uint64_t{0} - 1);
  EXPECT_EQ(f.hart_0.deadline(), sc_core::sc_max_time());
}

TEST(clint, refuses_harts_and_sizes_that_do_not_exist) {
  fixture f;
  f.bus.read(8, 4);  // msip of hart 2
  EXPECT_EQ(f.bus.status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  f.bus.read(0x4010, 8);
  EXPECT_EQ(f.bus.status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  f.bus.read(0, 1);
  EXPECT_EQ(f.bus.status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST(clint, ticks_of_an_odd_frequency_do_not_drift) {
  clint timer("timer", base::hertz{32'768});
  test::initiator bus("bus");
  bus.connect(timer.socket);
  test::recorded_inputs hart;
  timer.connect(hart);
  bus.write(0x4000, 8, 32'768 * 3600ULL);
  EXPECT_EQ(hart.deadline(), sc_time(3600, sc_core::SC_SEC));
  // The first tick: 1 / 32768 s = 30'517'578.125 ps, complete at the next whole picosecond.
  bus.write(0x4000, 8, 1);
  EXPECT_EQ(hart.deadline(), sc_time::from_value(30'517'579));
}

}  // namespace
}  // namespace sn::soc
