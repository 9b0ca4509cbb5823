#include "soc/plic.h"

#include <gtest/gtest.h>

#include "unit/soc/recorded_inputs.h"
#include "unit/soc/tlm_access.h"

namespace sn::soc {
namespace {

constexpr std::uint64_t enable_0 = 0x2000;
constexpr std::uint64_t enable_1 = 0x2080;
constexpr std::uint64_t threshold_0 = 0x20'0000;
constexpr std::uint64_t claim_0 = 0x20'0004;
constexpr std::uint64_t claim_1 = 0x20'1004;

struct fixture {
  plic controller{"controller", 40};
  test::initiator bus{"bus"};
  test::recorded_inputs hart_0;
  test::recorded_inputs hart_1;

  fixture() {
    bus.connect(controller.socket);
    controller.connect(hart_0);
    controller.connect(hart_1);
  }
  void allow(std::uint64_t enable, unsigned source, unsigned priority) {
    bus.write(4 * source, 4, priority);
    bus.write(enable + source / 32 * 4, 4,
              bus.read(enable + source / 32 * 4, 4) | 1U << (source % 32));
  }
  bool interrupted_0() const { return hart_0.is_high(hart::interrupt::external); }
  bool interrupted_1() const { return hart_1.is_high(hart::interrupt::external); }
};

TEST(plic, interrupts_only_contexts_that_enable_the_source) {
  fixture f;
  f.allow(enable_1, 5, 1);
  f.controller.set_level(5, true);
  EXPECT_TRUE(f.interrupted_1());
  EXPECT_FALSE(f.interrupted_0());
  EXPECT_EQ(f.bus.read(0x1000, 4), 1U << 5);
}

TEST(plic, priority_zero_never_interrupts) {
  fixture f;
  f.allow(enable_0, 5, 0);
  f.controller.set_level(5, true);
  EXPECT_FALSE(f.interrupted_0());
  EXPECT_EQ(f.bus.read(claim_0, 4), 0U);
  EXPECT_EQ(f.bus.read(0x1000, 4), 1U << 5);
}

TEST(plic, claims_by_priority_then_by_number) {
  fixture f;
  f.allow(enable_0, 3, 2);
  f.allow(enable_0, 4, 7);
  f.allow(enable_0, 9, 7);
  f.allow(enable_0, 39, 1);
  for (const unsigned source : {3U, 9U, 4U, 39U}) {
    f.controller.set_level(source, true);
  }
  EXPECT_EQ(f.bus.read(0x1004, 4), 1U << (39 - 32));
  EXPECT_EQ(f.bus.read(claim_0, 4), 4U);
  EXPECT_EQ(f.bus.read(claim_0, 4), 9U);
  EXPECT_EQ(f.bus.read(claim_0, 4), 3U);
  EXPECT_EQ(f.bus.read(claim_0, 4), 39U);
  EXPECT_EQ(f.bus.read(claim_0, 4), 0U);
  EXPECT_FALSE(f.interrupted_0());
}

TEST(plic, threshold_masks_the_line_but_not_the_claim) {
  fixture f;
  f.allow(enable_0, 3, 2);
  f.bus.write(threshold_0, 4, 2);
  f.controller.set_level(3, true);
  EXPECT_FALSE(f.interrupted_0());
  f.bus.write(threshold_0, 4, 1);
  EXPECT_TRUE(f.interrupted_0());
  f.bus.write(threshold_0, 4, 7);
  EXPECT_EQ(f.bus.read(claim_0, 4), 3U);
}

TEST(plic, a_claimed_source_stays_silent_until_completion_and_comes_back_if_still_high) {
  fixture f;
  f.allow(enable_0, 3, 1);
  f.controller.set_level(3, true);
  EXPECT_EQ(f.bus.read(claim_0, 4), 3U);
  EXPECT_FALSE(f.interrupted_0());
  f.controller.set_level(3, false);
  f.controller.set_level(3, true);
  EXPECT_FALSE(f.interrupted_0());
  f.bus.write(claim_0, 4, 3);
  EXPECT_TRUE(f.interrupted_0());
  f.controller.set_level(3, false);
  EXPECT_EQ(f.bus.read(claim_0, 4), 3U);  // the request had been accepted already
  f.bus.write(claim_0, 4, 3);
  EXPECT_FALSE(f.interrupted_0());
}

TEST(plic, completion_of_a_source_that_the_context_does_not_enable_is_ignored) {
  fixture f;
  f.allow(enable_0, 3, 1);
  f.controller.set_level(3, true);
  EXPECT_EQ(f.bus.read(claim_0, 4), 3U);
  f.bus.write(claim_1, 4, 3);
  EXPECT_FALSE(f.interrupted_0());
  f.bus.write(claim_0, 4, 3);
  EXPECT_TRUE(f.interrupted_0());
}

TEST(plic, keeps_only_bits_that_exist) {
  fixture f;
  f.bus.write(4 * 3, 4, 0xffff'ffff);
  EXPECT_EQ(f.bus.read(4 * 3, 4), 7U);
  f.bus.write(0, 4, 5);  // source 0 does not exist
  EXPECT_EQ(f.bus.read(0, 4), 0U);
  f.bus.write(enable_0, 4, 0xffff'ffff);
  EXPECT_EQ(f.bus.read(enable_0, 4), 0xffff'fffeU);
  f.bus.read(claim_0 + 0x2000, 4);  // context 2
  EXPECT_EQ(f.bus.status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  f.bus.read(claim_0, 8);
  EXPECT_EQ(f.bus.status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

}  // namespace
}  // namespace sn::soc
