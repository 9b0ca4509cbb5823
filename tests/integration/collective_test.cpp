// Collectives on a booted AL128 against times worked out by hand, and their data.
#include "workload/collective.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "estimate/bench.h"
#include "estimate/bench_data.h"
#include "integration/rack.h"

namespace sn::test {
namespace {

using workload::collective;
using workload::collective_algorithm;
using workload::collective_kind;

// From the platform file, in ps: a command is fetched in 500 ns; every access to HBM takes 600 ns,
// and HBM moves 4 TB/s; from endpoint to endpoint a header takes 60 + 5 + 150 + 5 + 60 = 280 ns; a
// computation is launched in 1 us, and sums reach 0.841 of HBM's rate. A slot takes 6.4 ns and
// carries 595 bytes on each of 8 planes.
constexpr double fetch = 500e3;
constexpr double hbm = 600e3;
constexpr double path = 280e3;
constexpr double launch = 1e6;
constexpr double slot = 6.4e3;
constexpr double planes = 8;
constexpr double cell_payload = 595;
constexpr double hbm_bytes_per_ps = 4.0;
constexpr double sum_bytes_per_ps = 0.841 * 4.0;
constexpr double line_rate = planes * cell_payload / slot;  // bytes per ps
constexpr double piece = 256 * 1024;                        // the longest message
constexpr double mib = 1024 * 1024;

/// From a transfer's command to the arrival of its first bytes: the command, the message table, the
/// first byte to send, the path, and the write into HBM.
constexpr double latency = fetch + hbm + hbm + path + hbm;
/// Time on the wire for `bytes` in messages of `message` bytes each, spread over all planes.
double wire_time(double bytes, double message) {
  const double cells = std::ceil(message / planes / cell_payload);
  return bytes / message * cells * slot;
}

/// A booted AL128 that does collectives one after the other.
struct collective_rack : rack {
  collective_rack() : rack(rack::al128()) { bring_up(); }

  /// The time of a collective, in ps.
  double time_of(collective what, estimate::content bytes = estimate::content::timing_only) {
    what.first_tag = next_tag;
    const workload::collective_program built = workload::expand(what);
    next_tag += built.tags;
    estimate::job work(built.work, gpus(what.ranks), machine.topology.planes, trace, bytes);
    estimate::run_to_end(work, progress, pace);
    system.fabric(0).audit();
    return static_cast<double>(estimate::collective_time(built.work, work.seen()).value);
  }

  std::vector<gpu::gpu*> gpus(std::uint32_t ranks) {
    std::vector<gpu::gpu*> result;
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      result.push_back(&system.accelerator(rank));
    }
    return result;
  }

  std::uint32_t next_tag = 1;
};

collective of(collective_kind kind, collective_algorithm algorithm, std::uint32_t ranks,
              double bytes) {
  return {kind, algorithm, ranks, static_cast<std::uint64_t>(bytes) / 4, 1};
}

// Everybody sends 63 MiB in messages of 256 KiB, one after the other: 56 cells on each plane.
TEST(collective_time, an_all_to_all_takes_its_bytes_over_line_rate_and_one_latency) {
  collective_rack r;
  const double by_hand = latency + wire_time(63 * mib, piece);
  const double time =
      r.time_of(of(collective_kind::all_to_all, collective_algorithm::direct, 64, 64 * mib));
  EXPECT_NEAR(time / by_hand, 1.0, 0.02);
}

TEST(collective_time, and_so_does_a_larger_one) {
  collective_rack r;
  const double by_hand = latency + wire_time(63 * 4 * mib, piece);
  const double time =
      r.time_of(of(collective_kind::all_to_all, collective_algorithm::direct, 64, 256 * mib));
  EXPECT_NEAR(time / by_hand, 1.0, 0.02);
}

// One element per block. What a rank sends to 63 peers begins on all 8 planes in turn and leaves in
// 8 slots. In the first half it also comes in on all planes, for every source has a place of its
// own; in the second all results go to one region of 256 bytes, which has one plane: 63 slots. The
// sum of 63 operands takes a command and a launch.
TEST(collective_time, a_tiny_direct_all_reduce_takes_two_latencies_and_a_sum) {
  collective_rack r;
  const double by_hand = (latency + 8 * slot) + (fetch + launch) + (latency + 63 * slot);
  const double time =
      r.time_of(of(collective_kind::all_reduce, collective_algorithm::direct, 64, 256));
  EXPECT_NEAR(time / by_hand, 1.0, 0.02);
}

// The four channels' parts of 1 MiB come in one after the other and are summed up while others
// come. When the last block of sums is there, the links still have results of the others to send,
// so that both halves keep the links busy all the time.
TEST(collective_time, a_large_direct_all_reduce_keeps_the_links_busy) {
  collective_rack r;
  const double by_hand = latency + 2 * wire_time(63 * 4 * mib, piece);
  const double time =
      r.time_of(of(collective_kind::all_reduce, collective_algorithm::direct, 64, 256 * mib));
  EXPECT_NEAR(time / by_hand, 1.0, 0.02);
}

// A step waits for the one before: command, HBM, path, and the sum with its own command and launch
// in the first half.
TEST(collective_time, a_tiny_ring_takes_its_steps) {
  collective_rack r;
  for (const unsigned n : {2U, 5U, 9U, 64U}) {
    const double steps = n - 1;
    const double by_hand = steps * (latency + fetch + launch) + steps * latency + 2 * steps * slot;
    const double time =
        r.time_of(of(collective_kind::all_reduce, collective_algorithm::ring, n, 4.0 * n));
    EXPECT_NEAR(time / by_hand, 1.0, 0.02) << n;
  }
}

// In 63 steps everybody passes on 4 MiB, and four channels fill the links: while one waits for its
// next block, the others send. HBM is no limit: 2 bytes of traffic per byte on the wire.
TEST(collective_time, a_large_ring_all_gather_takes_its_bytes_over_line_rate) {
  collective_rack r;
  const double by_hand = latency + wire_time(63 * 4 * mib, piece);
  const double time =
      r.time_of(of(collective_kind::all_gather, collective_algorithm::ring, 64, 256 * mib));
  EXPECT_NEAR(time / by_hand, 1.0, 0.02);
}

// The sums of a ring are its limit on this machine: in each of 63 steps the compute engine launches
// four of them, one per channel, and moves three times 4 MiB through HBM, from which 4 MiB that
// come in and 4 MiB that go out take their share.
TEST(collective_time, a_large_ring_reduce_scatter_takes_the_time_of_its_sums) {
  collective_rack r;
  const double block = 4 * mib;
  const double step = 4 * launch + 3 * block / sum_bytes_per_ps + 2 * block / hbm_bytes_per_ps;
  ASSERT_GT(step, wire_time(block, piece));
  const double by_hand = latency + wire_time(block / 4, piece) + 63 * step;
  const double time =
      r.time_of(of(collective_kind::reduce_scatter, collective_algorithm::ring, 64, 256 * mib));
  EXPECT_NEAR(time / by_hand, 1.0, 0.02);
}

TEST(collective_time, no_bus_bandwidth_exceeds_the_line_rate) {
  collective_rack r;
  for (const auto kind :
       {collective_kind::all_reduce, collective_kind::reduce_scatter, collective_kind::all_gather,
        collective_kind::all_to_all, collective_kind::all_to_all_v, collective_kind::broadcast,
        collective_kind::send_receive}) {
    for (const std::uint32_t ranks : {2U, 8U, 64U}) {
      for (const auto algorithm : workload::algorithms_for(kind, ranks)) {
        for (const double size : {4.0 * 1024, 1 * mib, 8 * mib}) {
          const double time = r.time_of(of(kind, algorithm, ranks, size));
          EXPECT_LE(size / time * workload::bus_factor(kind, ranks), line_rate)
              << to_text(kind) << " " << to_text(algorithm) << " " << ranks << " " << size;
        }
      }
    }
  }
}

TEST(collective_time, data_take_no_time_of_their_own) {
  collective_rack r;
  for (const auto algorithm : {collective_algorithm::ring, collective_algorithm::direct}) {
    const collective what = of(collective_kind::all_reduce, algorithm, 8, 100'000);
    // Slots are whole since power-on: a job may begin anywhere within one.
    EXPECT_NEAR(r.time_of(what, estimate::content::functional), r.time_of(what), 8 * slot);
  }
}

/// Does nothing in the middle of a collective.
struct no_interference {
  void operator()(const estimate::job&) const {}
};

/// A checked collective, with which `interfere` may interfere when half of its operations have
/// ended.
template <typename Interference = no_interference>
std::uint64_t wrong_elements(collective_rack& r, collective what, Interference interfere = {}) {
  what.first_tag = r.next_tag;
  const workload::collective_program built = workload::expand(what);
  r.next_tag += built.tags;
  const auto gpus = r.gpus(what.ranks);
  estimate::job work(built.work, gpus, r.machine.topology.planes, r.trace,
                     estimate::content::functional);
  estimate::bench_data data(what, work, gpus);
  data.load(built.work.ranks.front().data_memory);
  work.submit();
  bool interfered = false;
  while (!work.done() && work.failure().empty()) {
    sc_core::sc_start(sc_core::sc_time(500, sc_core::SC_NS));
    if (!interfered && work.finished() * 2 >= work.total()) {
      interfere(work);
      interfered = true;
    }
  }
  EXPECT_TRUE(work.failure().empty()) << work.failure();
  EXPECT_TRUE(interfered);
  return data.count_wrong();
}

TEST(collective_data, is_right_on_all_devices_for_every_algorithm_and_number_of_ranks) {
  collective_rack r;
  for (const auto kind :
       {collective_kind::all_reduce, collective_kind::reduce_scatter, collective_kind::all_gather,
        collective_kind::all_to_all, collective_kind::all_to_all_v, collective_kind::broadcast,
        collective_kind::send_receive}) {
    for (std::uint32_t ranks = 2; ranks <= 64; ++ranks) {
      for (const auto algorithm : workload::algorithms_for(kind, ranks)) {
        // Less than an element for everyone, or blocks of which some are longer.
        const std::uint64_t elements = ranks % 9 == 0 ? ranks - 1U : 1009U;
        EXPECT_EQ(wrong_elements(r, {kind, algorithm, ranks, elements, 1}), 0U)
            << to_text(kind) << " " << to_text(algorithm) << " " << ranks;
      }
    }
  }
}

// 3 and 4 ranks, blocks of 3.4 MB: four channels, up to four pieces in each, and pieces of trees.
TEST(collective_data, is_right_in_channels_and_pieces) {
  collective_rack r;
  for (const auto kind : {collective_kind::all_reduce, collective_kind::reduce_scatter,
                          collective_kind::all_gather, collective_kind::broadcast}) {
    for (const std::uint32_t ranks : {3U, 4U}) {
      for (const auto algorithm : workload::algorithms_for(kind, ranks)) {
        EXPECT_EQ(wrong_elements(r, {kind, algorithm, ranks, 850'001ULL * ranks, 1}), 0U)
            << to_text(kind) << " " << to_text(algorithm) << " " << ranks;
      }
    }
  }
}

// Rank 1 sends its own block in the first step and never again: if an element of it is overwritten
// half-way, only rank 1 is wrong.
TEST(collective_data, an_element_that_is_spoilt_on_the_way_is_found) {
  collective_rack r;
  const collective what = of(collective_kind::all_gather, collective_algorithm::ring, 8, 8 * 4096);
  const std::uint64_t wrong = wrong_elements(r, what, [&](const estimate::job& work) {
    const float spoilt = 0.5F;
    r.system.accelerator(1).hbm().write(work.data_address(1).value + 4096 + 40, &spoilt,
                                        sizeof(spoilt));
  });
  EXPECT_EQ(wrong, 1U);
}

TEST(collective_data, an_operand_that_is_spoilt_makes_every_rank_wrong) {
  collective_rack r;
  const collective what = of(collective_kind::all_reduce, collective_algorithm::ring, 8, 8 * 4096);
  const std::uint64_t wrong = wrong_elements(r, what, [&](const estimate::job& work) {
    // A block that nobody has summed up for good yet: rank 0 gets it last, sums it and passes it
    // on.
    float value = 0.0F;
    const std::uint64_t address = work.data_address(0).value + 40;
    r.system.accelerator(0).hbm().read(address, &value, sizeof(value));
    value += 1.0F;
    r.system.accelerator(0).hbm().write(address, &value, sizeof(value));
  });
  EXPECT_EQ(wrong, 8U);
}

}  // namespace
}  // namespace sn::test
