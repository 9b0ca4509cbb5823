#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "base/random.h"

extern "C" {
#include "cipu/pod_sync.h"
#include "hal/timer.h"
}

namespace {

using frame = std::array<std::uint32_t, POD_FRAME_WORDS>;

constexpr unsigned frame_bytes = sizeof(frame);
constexpr std::uint16_t pod = 3;

/// A sender's frame and where it goes.
struct sent {
  unsigned source;
  unsigned destination;
  frame words;
};

std::vector<sent> frames_of(pod_sync& member, std::uint64_t now) {
  std::vector<sent> out;
  sent next{member.self, 0, {}};
  while (pod_sync_send(&member, now, &next.destination, next.words.data())) {
    out.push_back(next);
  }
  return out;
}

void deliver(pod_sync& member, const sent& what) {
  pod_sync_receive(&member, what.source, what.words.data(), frame_bytes);
}

/// Partitions 4 (the leader), 5 and 6.
class pod_meeting : public testing::Test {
 protected:
  void SetUp() override {
    for (unsigned i = 0; i < 3; ++i) {
      pod_sync_init(&member_.at(i), 4 + i, 4, 3, pod);
    }
  }
  pod_sync& leader() { return member_[0]; }
  std::array<pod_sync, 3> member_{};
};

TEST_F(pod_meeting, completes_when_all_have_come) {
  pod_sync_start(&leader(), 0);
  EXPECT_TRUE(frames_of(leader(), 0).empty());
  for (unsigned i = 1; i < 3; ++i) {
    pod_sync_start(&member_.at(i), 0);
    const auto ready = frames_of(member_.at(i), 0);
    ASSERT_EQ(ready.size(), 1U);
    EXPECT_EQ(ready[0].destination, 4U);
    EXPECT_FALSE(leader().complete);
    deliver(leader(), ready[0]);
  }
  EXPECT_TRUE(leader().complete);
  const auto answers = frames_of(leader(), 0);
  ASSERT_EQ(answers.size(), 2U);
  for (const sent& each : answers) {
    deliver(member_.at(each.destination - 4), each);
  }
  EXPECT_TRUE(member_[1].complete);
  EXPECT_TRUE(member_[2].complete);
}

TEST_F(pod_meeting, waits_for_the_leader_itself) {
  for (unsigned i = 1; i < 3; ++i) {
    pod_sync_start(&member_.at(i), 0);
    deliver(leader(), frames_of(member_.at(i), 0).at(0));
  }
  EXPECT_FALSE(leader().complete);
  EXPECT_TRUE(frames_of(leader(), 0).empty());
  pod_sync_start(&leader(), 10);
  EXPECT_TRUE(leader().complete);
  EXPECT_EQ(frames_of(leader(), 10).size(), 2U);
}

TEST_F(pod_meeting, a_partition_alone_is_a_complete_pod) {
  pod_sync alone{};
  pod_sync_init(&alone, 9, 9, 1, pod);
  pod_sync_start(&alone, 0);
  EXPECT_TRUE(alone.complete);
  EXPECT_TRUE(frames_of(alone, 0).empty());
}

// Intervals double from 500 us to 16 ms: 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 47.5 ms.
TEST_F(pod_meeting, ready_is_repeated_at_growing_intervals_until_it_is_answered) {
  pod_sync_start(&member_[1], 0);
  std::vector<std::uint64_t> times_us;
  for (std::uint64_t now = 0; now <= 50'000; now += 500) {
    if (!frames_of(member_[1], now * TIMER_TICKS_PER_US).empty()) {
      times_us.push_back(now);
    }
  }
  EXPECT_EQ(times_us, (std::vector<std::uint64_t>{0, 500, 1500, 3500, 7500, 15500, 31500, 47500}));
  const sent answer{4, 5, {0x53444f50, pod_frame_pod_ready, pod, 4}};
  deliver(member_[1], answer);
  EXPECT_TRUE(frames_of(member_[1], 1'000'000'000).empty());
  EXPECT_EQ(pod_sync_next(&member_[1]), TIMER_NEVER);
}

TEST_F(pod_meeting, a_lost_answer_is_sent_again_when_asked_for_again) {
  for (auto& each : member_) {
    pod_sync_start(&each, 0);
  }
  deliver(leader(), frames_of(member_[1], 0).at(0));
  deliver(leader(), frames_of(member_[2], 0).at(0));
  frames_of(leader(), 0);  // both are lost
  deliver(leader(), frames_of(member_[2], std::uint64_t{500} * TIMER_TICKS_PER_US).at(0));
  const auto again = frames_of(leader(), std::uint64_t{500} * TIMER_TICKS_PER_US);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].destination, 6U);
}

TEST_F(pod_meeting, frames_of_others_change_nothing) {
  pod_sync_start(&leader(), 0);
  pod_sync_start(&member_[1], 0);
  const frame ready{0x53444f50, pod_frame_ready, pod, 5};
  const auto receive = [](pod_sync& member, unsigned source, frame words, unsigned bytes) {
    pod_sync_receive(&member, source, words.data(), bytes);
  };
  receive(leader(), 5, {0x53444f50, pod_frame_ready, 99, 5}, frame_bytes);       // another pod
  receive(leader(), 5, {0x12345678, pod_frame_ready, pod, 5}, frame_bytes);      // another protocol
  receive(leader(), 5, {0x53444f50, 77, pod, 5}, frame_bytes);                   // another type
  receive(leader(), 6, ready, frame_bytes);                                      // a false sender
  receive(leader(), 5, ready, frame_bytes - 4);                                  // cut short
  receive(leader(), 4, {0x53444f50, pod_frame_ready, pod, 4}, frame_bytes);      // its own
  receive(leader(), 256, {0x53444f50, pod_frame_ready, pod, 256}, frame_bytes);  // no partition
  EXPECT_EQ(bitmap_count(leader().seen, POD_PARTITIONS), 1U);
  receive(member_[1], 6, {0x53444f50, pod_frame_pod_ready, pod, 6}, frame_bytes);  // no leader
  EXPECT_FALSE(member_[1].complete);
}

// However many frames are lost, everyone learns of it in the end.
TEST(pod_meeting_with_losses, always_ends) {
  constexpr unsigned partitions = 16;
  for (unsigned seed = 0; seed < 50; ++seed) {
    sn::base::random_generator random(seed);
    std::vector<pod_sync> members(partitions);
    for (unsigned i = 0; i < partitions; ++i) {
      pod_sync_init(&members[i], i, 0, partitions, pod);
    }
    unsigned complete = 0;
    for (std::uint64_t now_us = 0; now_us < 2'000'000 && complete < partitions; now_us += 500) {
      complete = 0;
      for (unsigned i = 0; i < partitions; ++i) {
        if (!members[i].started && random.below(20) == 0) {
          pod_sync_start(&members[i], now_us * TIMER_TICKS_PER_US);
        }
        for (const sent& each : frames_of(members[i], now_us * TIMER_TICKS_PER_US)) {
          if (random.chance(0.3)) {  // seven of ten are lost
            deliver(members[each.destination], each);
          }
        }
        complete += members[i].complete ? 1 : 0;
        if (members[i].complete) {
          for (const auto& each : members) {
            ASSERT_TRUE(each.started);
          }
        }
      }
    }
    EXPECT_EQ(complete, partitions) << "seed " << seed;
  }
}

}  // namespace
