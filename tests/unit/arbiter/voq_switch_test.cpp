#include "arbiter/voq_switch.h"

#include <gtest/gtest.h>

#include <tuple>
#include <vector>

#include "arbiter/islip.h"

namespace sn::arbiter {
namespace {

/// Input, output and latency of a cell that left.
using cell = std::tuple<unsigned, unsigned, std::uint64_t>;

class two_ports : public testing::Test {
 protected:
  void make(unsigned depth) {
    switch_ = std::make_unique<voq_switch>(std::make_unique<islip>(2, 1), depth);
  }

  /// One slot; an output of -1 means that no cell arrives.
  std::vector<cell> slot(int output_of_input_0, int output_of_input_1) {
    traffic_source::arrivals arrivals{};
    arrivals.fill(traffic_source::none);
    arrivals[0] = static_cast<std::uint8_t>(output_of_input_0);
    arrivals[1] = static_cast<std::uint8_t>(output_of_input_1);
    const departures& left = switch_->run_slot(arrivals);
    std::vector<cell> cells;
    for (unsigned i = 0; i < left.count; ++i) {
      cells.emplace_back(left.cell[i].input, left.cell[i].output, left.cell[i].latency_slots);
    }
    return cells;
  }

  std::unique_ptr<voq_switch> switch_;
};

TEST_F(two_ports, a_cell_that_leaves_in_its_slot_of_arrival_has_latency_1) {
  make(16);
  EXPECT_EQ(slot(1, 0), (std::vector<cell>{{1, 0, 1}, {0, 1, 1}}));
  EXPECT_EQ(slot(-1, -1), std::vector<cell>{});
}

TEST_F(two_ports, cells_for_one_output_wait_for_each_other) {
  make(16);
  EXPECT_EQ(slot(0, 0), (std::vector<cell>{{0, 0, 1}}));
  EXPECT_EQ(slot(-1, -1), (std::vector<cell>{{1, 0, 2}}));
}

// A VOQ of one cell: the second cell of input 0 waits in the source FIFO and the third, for the
// idle output 1, waits behind it.
TEST_F(two_ports, a_full_voq_blocks_the_source_fifo_behind_it) {
  make(1);
  EXPECT_EQ(slot(0, 0), (std::vector<cell>{{0, 0, 1}}));    // pointer of output 0 to input 1
  EXPECT_EQ(slot(0, -1), (std::vector<cell>{{1, 0, 2}}));   // VOQ 0->0 is full; pointer to 0
  EXPECT_EQ(slot(0, -1), (std::vector<cell>{{0, 0, 2}}));   // the new cell finds it full: FIFO
  EXPECT_EQ(slot(1, -1), (std::vector<cell>{{0, 0, 2}}));   // FIFO's head enters and leaves
  EXPECT_EQ(slot(-1, -1), (std::vector<cell>{{0, 1, 2}}));  // now the cell for output 1
  EXPECT_EQ(slot(-1, -1), std::vector<cell>{});
}

// The same with room: the cell for output 1 meets nobody, though it leaves after the cells before
// it.
TEST_F(two_ports, a_deeper_voq_does_not_block) {
  make(2);
  slot(0, 0);
  slot(0, -1);
  EXPECT_EQ(slot(0, -1), (std::vector<cell>{{0, 0, 2}}));
  // Input 0 has cells for both outputs; its accept pointer stands on output 1 after output 0.
  EXPECT_EQ(slot(1, -1), (std::vector<cell>{{0, 1, 1}}));
  EXPECT_EQ(slot(-1, -1), (std::vector<cell>{{0, 0, 3}}));
}

}  // namespace
}  // namespace sn::arbiter
