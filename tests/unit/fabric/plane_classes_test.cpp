#include <gtest/gtest.h>

#include "base/random.h"
#include "class_plane_bench.h"

namespace sn::fabric {
namespace {

namespace offset = arbiter::class_offset;

TEST(plane_classes, the_highest_class_goes_as_if_it_were_alone) {
  // 100 cells of each class meet at output 0 from slot 3 on. Those of class 1 go in slots 3 to 102:
  // complete at 100, as without others. Those of class 0 have slots 103 to 202.
  class_plane_bench it(plane_with_classes(2));
  it.send(0, 1, 0, 0, 100, 1);
  it.send(0, 2, 0, 1, 100, 2);
  const auto done = it.run();
  EXPECT_EQ(done.at(2), 100U);
  EXPECT_EQ(done.at(1), 200U);
}

TEST(plane_classes, lower_classes_share_an_output_by_the_weights_of_the_arbiter) {
  // Classes 0 and 1 of weights 3 and 1 send 300 cells each to output 0. The wheel stands at 0 with
  // nothing left, so the slots belong to 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, ...: of the first 400, 100
  // to class 1. The last cell of class 0 goes in the 400th, the last of all in the 600th.
  class_plane_bench it(plane_with_classes(3));
  it.scheduler->write_register(offset::weight, 3);
  it.send(0, 1, 0, 0, 300, 1);
  it.send(0, 2, 0, 1, 300, 2);
  const auto done = it.run();
  EXPECT_EQ(done.at(1), 400U);
  EXPECT_EQ(done.at(2), 600U);
}

TEST(plane_classes, a_source_sends_lower_classes_by_their_weights_and_the_highest_first) {
  // One link, three outputs, which are free. Class 2 has 50 cells from slot 0. From slot 50 on the
  // rounds are 0, 0, 0, 1: the 300th cell of class 0 is the third of the 100th round, in slot
  // 50 + 99 * 4 + 2 = 448. Then class 1 has 201 cells left, 99 of its 300 having gone.
  plane_parameters parameters = plane_with_classes(3);
  parameters.class_weights = {3, 1, 1, 1};
  parameters.voq_depth_cells = 16;
  class_plane_bench it(parameters);
  it.send(0, 4, 1, 0, 300, 1);
  it.send(0, 4, 2, 1, 300, 2);
  it.send(0, 4, 3, 2, 50, 3);
  const auto done = it.run();
  EXPECT_EQ(done.at(3), 50U);
  EXPECT_EQ(done.at(1), 449U);
  EXPECT_EQ(done.at(2), 650U);
}

TEST(plane_classes, each_class_has_credits_of_its_own) {
  // Class 0 to a port that takes a cell every 64 slots fills its VOQ of 5 and stops; the same VOQ
  // number of class 1 does not care: it has its 5 places.
  plane_parameters parameters = plane_with_classes(2);
  parameters.slots_per_cell[6] = 64;
  class_plane_bench it(parameters);
  it.send(0, 0, 6, 0, 8, 1);
  it.send(64, 0, 6, 1, 1, 2);
  const auto done = it.run();
  // A cell every 64 slots from slot 3 on. That of class 1 arrives in 67 = 3 + 64 and goes at once,
  // though four of class 0 wait; the 8 of class 0 then have 8 of the 9 places: the last at
  // 3 + 8 * 64.
  EXPECT_EQ(done.at(2), 64U + 64);
  EXPECT_EQ(done.at(1), 9U * 64);
}

TEST(plane_classes, each_class_has_its_places_in_a_receive_buffer) {
  // 2 places per class, free again 8 slots after the grant: 2 cells per 8 slots of each class, and
  // two classes do not keep each other waiting. Cell c of class 1 is granted in 3 + 8 (c div 2) + c
  // mod 2; class 0 fills the slots between.
  plane_parameters parameters = plane_with_classes(2);
  parameters.voq_depth_cells = 64;
  parameters.receive_buffer_cells = 2;
  parameters.receive_credit_slots = 8;
  class_plane_bench it(parameters);
  it.send(0, 0, 1, 0, 100, 1);
  it.send(0, 2, 1, 1, 100, 2);
  const auto done = it.run();
  EXPECT_EQ(done.at(2), 392U + 1 + 1);
  EXPECT_EQ(done.at(1), 394U + 1 + 1);
}

TEST(plane_classes, the_starvation_guard_lets_a_low_class_through) {
  // Class 1 has the output for 1000 slots. With an age limit of 50, class 0 gets a cell at least
  // every 2 * 50 + 2 slots or so: its 5 cells are through long before 1000.
  class_plane_bench it(plane_with_classes(2));
  it.scheduler->write_register(offset::age_limit, 50);
  it.send(0, 1, 0, 0, 5, 1);
  it.send(0, 2, 0, 1, 1000, 2);
  const auto done = it.run();
  EXPECT_GE(done.at(1), 5U * 50);
  EXPECT_LE(done.at(1), 5U * 110);
  EXPECT_EQ(done.at(2), 1005U);
}

/// Random shares over all pairs and classes, the same for every call.
std::vector<plane_injection> random_traffic(unsigned classes, std::uint64_t seed) {
  base::random_generator random(seed);
  std::vector<plane_injection> shares;
  std::uint64_t slot = 0;
  for (std::uint32_t burst = 0; burst < 3000; ++burst) {
    slot += random.below(6) * random.below(6);
    plane_injection share;
    share.slot = slot;
    share.burst = burst;
    share.input = static_cast<base::port_id>(random.below(8));
    share.output = static_cast<base::port_id>(random.below(8));
    share.bytes = 1 + random.below(20'000);
    share.traffic_class = static_cast<std::uint8_t>(random.below(classes));
    shares.push_back(share);
  }
  return shares;
}

plane_parameters uneven_plane(unsigned classes) {
  plane_parameters parameters = plane_with_classes(classes);
  parameters.slots_per_cell[7] = 8;
  parameters.slots_per_cell[6] = 3;
  parameters.class_weights = {3, 2, 1, 1};
  parameters.receive_buffer_cells = 20;
  parameters.receive_credit_slots = 11;
  return parameters;
}

TEST(plane_classes, random_traffic_is_conserved_and_every_audit_on_the_way_holds) {
  class_plane_bench it(uneven_plane(4));
  for (const auto& share : random_traffic(4, 7)) {
    it.model.inject(share);
  }
  std::vector<plane_completion> done;
  for (std::uint64_t until = 1; !it.model.idle(); until += 97) {
    it.model.run(until, done);
    it.model.audit();
  }
  EXPECT_EQ(done.size(), 3000U);
}

TEST(plane_classes, the_twin_and_the_rtl_give_the_same_completions) {
  class_plane_bench twin(uneven_plane(4), arbiter::kind::model);
  class_plane_bench rtl(uneven_plane(4), arbiter::kind::rtl);
  class_plane_bench both(uneven_plane(4), arbiter::kind::lockstep);
  for (class_plane_bench* it : {&twin, &rtl, &both}) {
    it->scheduler->write_register(offset::weight, 3);
    it->scheduler->write_register(offset::age_limit + 4, 40);
    for (const auto& share : random_traffic(4, 11)) {
      it->model.inject(share);
    }
  }
  const auto expected = twin.run();
  EXPECT_EQ(expected.size(), 3000U);
  EXPECT_EQ(rtl.run(), expected);
  EXPECT_EQ(both.run(), expected);
}

TEST(plane_classes, one_class_without_guard_is_what_the_plain_arbiter_gives) {
  const auto plain_scheduler = arbiter::make_scheduler(arbiter::kind::model, 8, 1);
  plane_parameters parameters = uneven_plane(1);
  plane plain(parameters, *plain_scheduler);
  class_plane_bench classed(parameters);
  for (const auto& share : random_traffic(1, 5)) {
    plain.inject(share);
    classed.model.inject(share);
  }
  std::vector<plane_completion> done;
  plain.run(~std::uint64_t{0}, done);
  std::map<std::uint32_t, std::uint64_t> expected;
  for (const plane_completion& one : done) {
    expected.emplace(one.burst, one.slot);
  }
  EXPECT_EQ(classed.run(), expected);
}

}  // namespace
}  // namespace sn::fabric
