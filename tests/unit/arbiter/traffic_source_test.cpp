#include "arbiter/traffic_source.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace sn::arbiter {
namespace {

constexpr int slots = 200'000;

/// Cells per output (all inputs together) over `slots` slots.
std::vector<double> cells_per_output(const source_settings& settings, unsigned ports) {
  traffic_source source(settings, ports, 1);
  traffic_source::arrivals arrivals{};
  std::vector<double> cells(ports);
  for (int slot = 0; slot < slots; ++slot) {
    source.next(arrivals);
    for (unsigned input = 0; input < ports; ++input) {
      if (arrivals[input] != traffic_source::none) {
        cells.at(arrivals[input]) += 1;
      }
    }
  }
  return cells;
}

TEST(traffic_source, uniform_sends_the_load_to_all_outputs_alike) {
  // 10 inputs, load 0.3: each output gets 10 * 0.3 / 10 cells per slot. 4 standard deviations of a
  // count of 60000 are 1.6 %.
  for (const double cells : cells_per_output({pattern::uniform, 0.3}, 10)) {
    EXPECT_NEAR(cells / slots, 0.3, 0.3 * 0.016);
  }
}

TEST(traffic_source, full_load_has_a_cell_in_every_slot) {
  double cells = 0;
  for (const double of_output : cells_per_output({pattern::uniform, 1.0}, 4)) {
    cells += of_output;
  }
  EXPECT_EQ(cells, 4.0 * slots);
}

TEST(traffic_source, permutation_gives_every_input_an_output_of_its_own_for_good) {
  traffic_source source({pattern::permutation, 1.0}, 128, 5);
  traffic_source::arrivals first{};
  source.next(first);
  EXPECT_EQ(std::set<unsigned>(first.begin(), first.end()).size(), 128U);
  traffic_source::arrivals later{};
  for (int slot = 0; slot < 10; ++slot) {
    source.next(later);
    EXPECT_EQ(later, first);
  }
  traffic_source other_seed({pattern::permutation, 1.0}, 128, 6);
  other_seed.next(later);
  EXPECT_NE(later, first);
}

TEST(traffic_source, hotspot_sends_its_share_to_output_0) {
  // 16 inputs, load 0.5, share 0.2: output 0 gets 0.2 + 0.8 / 16 = 0.25 of all cells.
  const auto cells = cells_per_output({pattern::hotspot, 0.5, 0.2}, 16);
  EXPECT_NEAR(cells[0] / slots, 16 * 0.5 * 0.25, 0.02);
  EXPECT_NEAR(cells[7] / slots, 16 * 0.5 * 0.05, 0.01);
}

TEST(traffic_source, bursts_have_their_mean_length_and_the_load_is_kept) {
  source_settings settings;
  settings.shape = pattern::bursty;
  settings.load = 0.4;
  settings.burst_length = 16;
  constexpr unsigned ports = 128;
  traffic_source source(settings, ports, 1);
  traffic_source::arrivals last{};
  last.fill(traffic_source::none);
  traffic_source::arrivals arrivals{};
  double cells = 0;
  double bursts = 0;
  for (int slot = 0; slot < slots; ++slot) {
    source.next(arrivals);
    for (unsigned input = 0; input < ports; ++input) {
      if (arrivals[input] != traffic_source::none) {
        cells += 1;
        bursts += arrivals[input] != last[input] ? 1 : 0;
      }
    }
    last = arrivals;
  }
  // 640 000 bursts: one standard deviation of their mean length is 0.1 %. Two bursts to one output
  // without a gap count as one, which happens to 1 in 3200.
  EXPECT_NEAR(cells / bursts, 16.0, 0.1);
  EXPECT_NEAR(cells / (ports * double{slots}), 0.4, 0.004);
}

TEST(traffic_source, is_the_same_for_the_same_seed) {
  for (const pattern shape :
       {pattern::uniform, pattern::permutation, pattern::hotspot, pattern::bursty}) {
    source_settings settings;
    settings.shape = shape;
    traffic_source a(settings, 64, 9);
    traffic_source b(settings, 64, 9);
    traffic_source::arrivals from_a{};
    traffic_source::arrivals from_b{};
    for (int slot = 0; slot < 100; ++slot) {
      a.next(from_a);
      b.next(from_b);
      ASSERT_EQ(from_a, from_b);
    }
  }
}

}  // namespace
}  // namespace sn::arbiter
