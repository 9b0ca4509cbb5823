#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "fabric_bench.h"
#include "registers/generated/cpp/alink_class_arbiter.h"

namespace sn::fabric {
namespace {

namespace arbiter_block = registers::alink_class_arbiter;

// Times by hand, as in cell_engine_test.cpp. A slot is 6.4 ns, the path 280 ns, a cell 595 bytes.
constexpr std::uint64_t slot = 6'400;
constexpr std::uint64_t path = 280'000;

cell_engine_parameters with_classes(unsigned classes, arbiter::kind kind = arbiter::kind::model) {
  cell_engine_parameters parameters = test_parameters(8, 1);
  parameters.classes = classes;
  parameters.arbiter = kind;
  return parameters;
}

tlm::tlm_generic_payload& burst_of_class(fabric_bench& it, unsigned traffic_class, unsigned from,
                                         unsigned to, std::uint64_t address, unsigned length) {
  auto& burst = it.burst(from, to, tlm::TLM_WRITE_COMMAND, address, length);
  alink::extension_of(burst).traffic_class = static_cast<std::uint8_t>(traffic_class);
  return burst;
}

TEST(cell_engine_classes, a_burst_of_the_highest_class_arrives_as_if_nobody_else_sent) {
  // Six others keep output 0 busy with class 0: 6 x 50 cells. In the midst of it, 2 us on, comes a
  // burst of 10 cells of class 3.
  fabric_bench it(with_classes(4));
  for (unsigned from = 1; from < 7; ++from) {
    it.devices[from]->issue(burst_of_class(it, 0, from, 0, 256 * from, 595 * 50));
  }
  const std::uint64_t begin = 200 * slot;
  it.devices[7]->issue(burst_of_class(it, 3, 7, 0, 0, 595 * 10),
                       sc_core::sc_time::from_value(begin));
  it.run();
  EXPECT_EQ(it.devices[7]->completed.at(0).when.value, begin + 10 * slot + 2 * path);
  // The others wait for its 10 cells: all 310 cells follow each other.
  std::uint64_t last = 0;
  for (unsigned from = 1; from < 7; ++from) {
    last = std::max(last, it.devices[from]->completed.at(0).when.value);
  }
  EXPECT_EQ(last, 310 * slot + 2 * path);
}

TEST(cell_engine_classes, a_class_beyond_the_highest_is_the_highest) {
  fabric_bench it(with_classes(2));
  it.devices[1]->issue(burst_of_class(it, 1, 1, 0, 0, 595 * 20));
  it.devices[2]->issue(burst_of_class(it, 3, 2, 0, 4096, 595 * 20));
  it.run();
  EXPECT_EQ(it.devices[1]->completed.at(0).when.value, 39 * slot + 2 * path);
  EXPECT_EQ(it.devices[2]->completed.at(0).when.value, 40 * slot + 2 * path);
}

TEST(cell_engine_classes, weights_in_the_arbiters_registers_divide_an_output) {
  // Weights 4, 2 and 1 of classes 0 to 2, while class 3 rests: of each 7 slots. 56 cells each: the
  // first class ends in slot 98 = 56 * 7 / 4. Then 28 cells are left of class 1 and 42 of class 2.
  // The turns of class 0 fall to the next, class 1, which has 6 of 7 slots: it ends after 28 * 7 /
  // 6 = 33 slots more, and class 2 in slot 168.
  fabric_bench it(with_classes(4));
  for (unsigned c = 0; c < 3; ++c) {
    EXPECT_TRUE(it.engine.write_arbiter(0, arbiter_block::weight + 4 * c, 4U >> c));
    it.devices[1 + c]->issue(burst_of_class(it, c, 1 + c, 0, 4096 * c, 595 * 56));
  }
  it.run();
  const auto slots_of = [&](unsigned c) {
    return (it.devices[1 + c]->completed.at(0).when.value - 2 * path) / slot;
  };
  // Where the wheel stands at first can move the ends by a round.
  EXPECT_NEAR(static_cast<double>(slots_of(0)), 98.0, 7.0);
  EXPECT_NEAR(static_cast<double>(slots_of(1)), 131.0, 7.0);
  EXPECT_EQ(slots_of(2), 168U);
  EXPECT_EQ(it.engine.read_arbiter(0, arbiter_block::weight), 4U);
  // The counters are those of the arbiter: 56 grants of each class to output 0.
  for (std::uint32_t c = 0; c < 3; ++c) {
    EXPECT_EQ(it.engine.read_arbiter(0, arbiter_block::grants + 4 * 128 * c), 56U);
  }
}

TEST(cell_engine_classes, an_engine_of_one_class_has_no_registers_of_its_arbiter) {
  fabric_bench it(with_classes(1));
  EXPECT_FALSE(it.engine.read_arbiter(0, arbiter_block::capability).has_value());
  EXPECT_FALSE(it.engine.write_arbiter(0, arbiter_block::weight, 1));
}

TEST(cell_engine_classes, cell_and_rtl_agree_to_the_picosecond) {
  fabric_bench twin(with_classes(4), "twin");
  fabric_bench rtl(with_classes(4, arbiter::kind::rtl), "rtl");
  fabric_bench both(with_classes(4, arbiter::kind::lockstep), "both");
  for (fabric_bench* it : {&twin, &rtl, &both}) {
    base::random_generator random(3);
    it->engine.write_arbiter(0, arbiter_block::weight + 4, 5);
    it->engine.write_arbiter(0, arbiter_block::age_limit, 30);
    for (unsigned k = 0; k < 400; ++k) {
      const auto from = static_cast<unsigned>(random.below(8));
      const auto to = static_cast<unsigned>((from + 1 + random.below(7)) % 8);
      it->devices[from]->issue(
          burst_of_class(*it, static_cast<unsigned>(random.below(4)), from, to,
                         256 * random.below(64), static_cast<unsigned>(1 + random.below(12'000))),
          sc_core::sc_time::from_value(random.below(2'000'000)));
    }
  }
  sc_core::sc_start();
  for (fabric_bench* it : {&twin, &rtl, &both}) {
    it->check();
    for (unsigned device = 0; device < 8; ++device) {
      const auto& expected = twin.devices[device]->completed;
      const auto& found = it->devices[device]->completed;
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t k = 0; k < found.size(); ++k) {
        EXPECT_EQ(found[k].when, expected[k].when);
      }
    }
  }
}

}  // namespace
}  // namespace sn::fabric
