// The arbiter with classes, rule by rule, worked out by hand on the twin and on the RTL.
#include "arbiter/class_arbiter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "arbiter/class_registers.h"
#include "base/error.h"
#include "base/random.h"

namespace sn::arbiter {
namespace {

constexpr unsigned ports = 8;

class class_arbiter_behaviour : public testing::TestWithParam<kind> {
 protected:
  /// 8 ports, 1 iteration, 4 classes; all ports ready, no class ages.
  void SetUp() override {
    scheduler_ = make_class_scheduler(GetParam(), ports, 1, 4);
    request_.ready = base::port_set::first(ports);
    for (unsigned c = 0; c < 4; ++c) {
      write(class_offset::age_limit + 4 * c, 0);
    }
  }

  void write(std::uint32_t offset, std::uint32_t value) {
    scheduler_->write_register(offset, value);
  }
  std::uint32_t read(std::uint32_t offset) { return scheduler_->read_register(offset); }

  void ask(unsigned traffic_class, unsigned output, unsigned input) {
    request_.inputs_for_output[traffic_class][output].set(input);
  }

  /// Runs a slot and returns the matching as "output<-input.class", a multicast with m for its
  /// class.
  std::string slot() {
    scheduler_->arbitrate(request_, grant_);
    std::string text;
    grant_.granted.for_each([&](unsigned output) {
      text += (text.empty() ? "" : " ") + std::to_string(output) + "<-" +
              std::to_string(grant_.input_for_output[output]) + "." +
              (grant_.multicast.test(output) ? std::string("m")
                                             : std::to_string(grant_.class_for_output[output]));
    });
    return text;
  }

  std::unique_ptr<class_scheduler> scheduler_;
  class_request request_;
  class_grant grant_;
};

TEST_P(class_arbiter_behaviour, serves_the_highest_class_before_the_others) {
  ask(0, 2, 0);
  ask(3, 2, 5);
  EXPECT_EQ(slot(), "2<-5.3");
  EXPECT_EQ(slot(), "2<-5.3");
  request_.inputs_for_output[3][2] = {};
  EXPECT_EQ(slot(), "2<-0.0");
}

// The wheel begins at class 0 for one slot, then stands at each class for as many slots as its
// weight.
TEST_P(class_arbiter_behaviour, shares_an_output_among_the_lower_classes_by_their_weights) {
  for (unsigned c = 0; c < 3; ++c) {
    ask(c, 1, 4);
    write(class_offset::weight + 4 * c, 3 - c);
  }
  const std::vector<unsigned> expected{0, 1, 1, 2, 0, 0, 0, 1, 1, 2, 0, 0, 0};
  for (const unsigned c : expected) {
    EXPECT_EQ(slot(), "1<-4." + std::to_string(c));
  }
}

// Limit 2: ticks end slots 1 and 3. Class 0 is marked at the first and expires at the second; slot
// 4 chooses the champion, slot 5 serves it. It waits again from slot 6 on: marked at the end of
// slot 7, expired at that of 9, chosen in 10, served in 11.
TEST_P(class_arbiter_behaviour, guard_serves_a_class_that_waited_through_two_ticks) {
  ask(3, 1, 4);
  ask(0, 1, 6);
  write(class_offset::age_limit, 2);
  for (unsigned slot_number = 0; slot_number < 12; ++slot_number) {
    const bool guarded = slot_number == 5 || slot_number == 11;
    EXPECT_EQ(slot(), guarded ? "1<-6.0" : "1<-4.3") << slot_number;
  }
}

// Without the hold input 1 would follow input 0 in slot 1 (the pointer stands beyond 0).
TEST_P(class_arbiter_behaviour, hold_keeps_a_pair_through_slots_without_cell_or_credit) {
  ask(1, 3, 0);
  ask(1, 3, 1);
  EXPECT_EQ(slot(), "3<-0.1");
  request_.hold.set(0);
  EXPECT_EQ(slot(), "3<-0.1");
  request_.inputs_for_output[1][3].reset(0);
  EXPECT_EQ(slot(), "");
  ask(1, 3, 0);
  request_.ready.reset(3);
  EXPECT_EQ(slot(), "");
  request_.ready.set(3);
  EXPECT_EQ(slot(), "3<-0.1");
  request_.hold = {};
  EXPECT_EQ(slot(), "3<-1.1");
}

// Limit 2: the timer ticks in slots 1, 3, 5. The pair of slot 0 is locked in slots 1 and 2 (old
// from slot 1 on) and broken in slot 3, where the pointer beyond input 0 gives input 1 the output.
// That pair is not held.
TEST_P(class_arbiter_behaviour, hold_limit_breaks_a_lock) {
  write(class_offset::hold_limit, 2);
  ask(1, 3, 0);
  ask(1, 3, 1);
  EXPECT_EQ(slot(), "3<-0.1");
  request_.hold.set(0);
  EXPECT_EQ(slot(), "3<-0.1");
  EXPECT_EQ(slot(), "3<-0.1");
  EXPECT_EQ(slot(), "3<-1.1");
}

TEST_P(class_arbiter_behaviour, whole_multicast_waits_until_all_outputs_are_ready) {
  request_.multicast.set(2);
  EXPECT_EQ(scheduler_->multicast_turn(), std::nullopt);
  EXPECT_EQ(slot(), "");
  ASSERT_EQ(scheduler_->multicast_turn(), 2U);
  request_.multicast_set.set(0);
  request_.multicast_set.set(5);
  request_.multicast_whole = true;
  request_.ready.reset(5);
  ask(3, 0, 1);  // output 0 is reserved, output 4 is not
  ask(3, 4, 6);
  EXPECT_EQ(slot(), "4<-6.3");
  EXPECT_EQ(scheduler_->multicast_turn(), 2U);
  request_.ready.set(5);
  EXPECT_EQ(slot(), "0<-2.m 4<-6.3 5<-2.m");
}

TEST_P(class_arbiter_behaviour, split_multicast_takes_what_is_ready_and_passes_the_turn_on) {
  request_.multicast.set(2);
  request_.multicast.set(7);
  EXPECT_EQ(slot(), "");
  ASSERT_EQ(scheduler_->multicast_turn(), 2U);
  request_.multicast_set.set(0);
  request_.multicast_set.set(5);
  request_.ready.reset(5);
  EXPECT_EQ(slot(), "0<-2.m");
  EXPECT_EQ(scheduler_->multicast_turn(), 7U);
  EXPECT_EQ(slot(), "0<-7.m");
  EXPECT_EQ(scheduler_->multicast_turn(), 2U);
}

TEST_P(class_arbiter_behaviour, disabled_ports_neither_ask_nor_are_granted) {
  ask(0, 1, 4);
  ask(0, 2, 5);
  write(class_offset::port_enable, 0xff & ~(1U << 4U) & ~(1U << 2U));
  EXPECT_EQ(slot(), "");
  write(class_offset::port_enable, 0xff);
  EXPECT_EQ(slot(), "1<-4.0 2<-5.0");
}

// Input 0 has cells for two outputs: both outputs grant input 0, which takes
// output 0, so output 1 is a conflict and idles.
TEST_P(class_arbiter_behaviour, counts_grants_conflicts_and_idle_outputs) {
  ask(2, 0, 0);
  ask(2, 1, 0);
  EXPECT_EQ(slot(), "0<-0.2");
  EXPECT_EQ(read(class_offset::grants + 4 * (128 * 2 + 0)), 1U);
  EXPECT_EQ(read(class_offset::grants + 4 * (128 * 2 + 1)), 0U);
  EXPECT_EQ(read(class_offset::slots_lo), 1U);
  EXPECT_EQ(read(class_offset::conflicts_lo), 1U);
  EXPECT_EQ(read(class_offset::idle_waiting_lo), 1U);
  write(class_offset::control, 0);
  slot();
  EXPECT_EQ(read(class_offset::slots_lo), 1U);
  write(class_offset::control, 3);
  EXPECT_EQ(read(class_offset::slots_lo), 0U);
  EXPECT_EQ(read(class_offset::grants + 4 * (128 * 2 + 0)), 0U);
}

TEST_P(class_arbiter_behaviour, registers_have_their_reset_values_and_refuse_what_is_not_there) {
  scheduler_->reset();
  EXPECT_EQ(read(class_offset::capability), 8U | 1U << 8U | 4U << 12U);
  EXPECT_EQ(read(class_offset::control), 1U);
  EXPECT_EQ(read(class_offset::weight + 4), 1U);
  EXPECT_EQ(read(class_offset::age_limit + 4), 1024U);
  EXPECT_EQ(read(class_offset::port_enable), 0xffU);
  EXPECT_THROW(read(0x00c), register_access_error);
  EXPECT_THROW(read(0x002), register_access_error);
  EXPECT_THROW(read(0x1800), register_access_error);
  EXPECT_THROW(write(class_offset::capability, 0), register_access_error);
  EXPECT_THROW(write(class_offset::grants, 0), register_access_error);
}

INSTANTIATE_TEST_SUITE_P(kinds, class_arbiter_behaviour, testing::Values(kind::model, kind::rtl),
                         [](const auto& param_info) {
                           return param_info.param == kind::model ? std::string("model")
                                                                  : std::string("rtl");
                         });

/// With one class, no guard and nothing of the rest in use both arbiters are the same iSLIP.
TEST(class_arbiter, of_one_class_grants_what_the_arbiter_without_classes_grants) {
  const auto with_classes = make_class_scheduler(kind::lockstep, 64, 1, 1);
  const auto without = make_scheduler(kind::rtl, 64, 1);
  with_classes->write_register(class_offset::age_limit, 0);
  base::random_generator random(1);
  class_request classes_request;
  slot_request request;
  class_grant classes_grant;
  slot_grant grant;
  for (unsigned slot = 0; slot < 2000; ++slot) {
    const double density = random.uniform();
    for (unsigned output = 0; output < 64; ++output) {
      request.inputs_for_output[output].word[0] = random.next() & random.next();
      if (random.chance(density)) {
        request.ready.set(output);
      } else {
        request.ready.reset(output);
      }
    }
    classes_request.inputs_for_output[0] = request.inputs_for_output;
    classes_request.ready = request.ready;
    with_classes->arbitrate(classes_request, classes_grant);
    without->arbitrate(request, grant);
    ASSERT_EQ(classes_grant.input_for_output, grant.input_for_output) << slot;
  }
}

TEST(make_class_scheduler, refuses_illegal_shapes_and_says_how_to_build_one_that_is_missing) {
  EXPECT_THROW(make_class_scheduler(kind::model, 0, 1, 1), base::configuration_error);
  EXPECT_THROW(make_class_scheduler(kind::model, 129, 1, 1), base::configuration_error);
  EXPECT_THROW(make_class_scheduler(kind::model, 8, 5, 1), base::configuration_error);
  EXPECT_THROW(make_class_scheduler(kind::model, 8, 1, 5), base::configuration_error);
  try {
    make_class_scheduler(kind::rtl, 127, 4, 4);
    FAIL() << "no model has so many ports";
  } catch (const base::configuration_error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("-DSN_CLASS_ARBITER_SHAPES=127x4x4"));
  }
}

}  // namespace
}  // namespace sn::arbiter
