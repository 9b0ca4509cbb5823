// Replay: everything arrives once and in order, at the rate that the closed form gives.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "alink/replayed_line.h"

namespace sn::alink {
namespace {

std::vector<std::uint8_t> numbered(std::uint64_t number) {
  std::vector<std::uint8_t> payload(dl_payload_bytes);
  std::memcpy(payload.data(), &number, sizeof number);
  return payload;
}

/// Keeps a line busy for so many slots and checks what comes out.
struct saturation {
  explicit saturation(const line_parameters& parameters, std::uint64_t seed = 1)
      : line(parameters, seed) {}

  void run(std::uint64_t slots) {
    for (std::uint64_t i = 0; i < slots; ++i) {
      while (line.room() != 0) {
        line.offer(numbered(offered++));
      }
      if (const auto payload = line.step()) {
        std::uint64_t number = 0;
        std::memcpy(&number, payload->data(), sizeof number);
        EXPECT_EQ(number, expected) << "lost, twice, or out of order";
        expected = number + 1;
      }
    }
  }
  double goodput() const {
    return static_cast<double>(line.delivered()) / static_cast<double>(line.slots());
  }

  replayed_line line;
  std::uint64_t offered = 0;
  std::uint64_t expected = 0;
};

line_parameters line_with(double flit_error, unsigned delay) {
  line_parameters parameters;
  parameters.delay_slots = delay;
  parameters.forward.flit_error = flit_error;
  return parameters;
}

TEST(Replay, APerfectLineIsFull) {
  saturation test(line_with(0.0, 50));
  test.run(10'050);
  // The first flit takes 50 slots, then there is one in each.
  EXPECT_EQ(test.line.delivered(), 10'000U);
  EXPECT_EQ(test.line.replayed(), 0U);
}

// A flit that is hit is rejected when it arrives, `delay` slots later; after as many the sender
// goes back, and what it has sent in between, 2 x delay slots in all, is sent again.
TEST(Replay, GoodputFollowsTheClosedFormOverErrorRates) {
  for (const unsigned delay : {10U, 60U}) {
    for (const double error : {1e-4, 1e-3, 5e-3, 2e-2}) {
      saturation test(line_with(error, delay), 7);
      test.run(100'000);
      const double loop = 2.0 * delay;
      const double by_hand = (1.0 - error) / (1.0 - error + error * loop);
      EXPECT_NEAR(test.goodput(), by_hand, 0.03 * by_hand) << error << ", delay " << delay;
      EXPECT_DOUBLE_EQ(go_back_n_goodput(error, loop), by_hand);
    }
  }
}

TEST(Replay, BitErrorsBecomeFlitErrors) {
  EXPECT_NEAR(flit_error_of(1e-6, 5120), 1.0 - std::pow(1.0 - 1e-6, 5120), 1e-12);
  EXPECT_DOUBLE_EQ(flit_error_of(0.0, 5120), 0.0);
  EXPECT_DOUBLE_EQ(flit_error_of(0.25, 1), 0.25);
}

TEST(Replay, BurstsOfErrorsInBothDirectionsLoseNothing) {
  line_parameters parameters = line_with(1e-3, 20);
  parameters.forward.to_bad = 1e-3;
  parameters.forward.to_good = 0.1;
  parameters.forward.bad_flit_error = 0.7;
  parameters.backward = parameters.forward;
  parameters.timeout_slots = 100;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    saturation test(parameters, seed);
    test.run(50'000);
    EXPECT_FALSE(test.line.failed());
    EXPECT_GT(test.line.delivered(), 10'000U);
    EXPECT_GT(test.line.replayed(), 1'000U);
  }
}

TEST(Replay, ALineThatDeliversNothingFails) {
  line_parameters parameters = line_with(1.0, 10);
  parameters.attempts = 4;
  saturation test(parameters);
  test.run(10'000);
  EXPECT_TRUE(test.line.failed());
  EXPECT_EQ(test.line.delivered(), 0U);
  EXPECT_EQ(test.line.room(), 0U);
}

TEST(Replay, LostLanesHalveTheWidthAfterRetraining) {
  line_parameters parameters = line_with(0.0, 10);
  parameters.retrain_slots = 1'000;
  saturation test(parameters);
  test.run(5'000);
  const std::uint64_t before = test.line.delivered();
  test.line.lose_lanes(1);
  EXPECT_EQ(test.line.width(), 2U);
  test.run(1'000);
  EXPECT_EQ(test.line.delivered(), before);  // it retrains
  test.run(20'000);
  // Half the width: a flit every other slot, and what was on the wire once more. Nothing is lost.
  EXPECT_NEAR(static_cast<double>(test.line.delivered() - before), 10'000.0, 30.0);
  test.line.lose_lanes(3);
  EXPECT_TRUE(test.line.failed());
}

TEST(Replay, SequenceNumbersWrapAround) {
  saturation test(line_with(0.01, 30), 3);
  test.run(50'000);
  EXPECT_GT(test.expected, 20U * sequence_limit);
}

}  // namespace
}  // namespace sn::alink
