// Exchanges on a booted AL128 against times worked out by hand.
#include <algorithm>

#include "integration/rack.h"

namespace sn::test {
namespace {

// AL128: 8 planes; a port carries one 640-byte cell with 595 bytes of payload in a slot of
// 640 B / 100 GB/s = 6.4 ns. A header takes 65 + 150 + 65 = 280 ns from endpoint to endpoint
// (transmitter 60 + cable 5, switch 150, cable 5 + receiver 60).
constexpr double slot_ps = 6'400.0;
constexpr double path_ps = 280'000.0;
// HBM takes 600 ns three times: for the message table, for the first bytes to send, and to write
// what has arrived.
constexpr double hbm_ps = 3 * 600'000.0;
constexpr unsigned planes = 8;
constexpr std::uint64_t region = 256;
constexpr std::uint64_t cell_payload = 595;

/// Cells of one message on its fullest plane: 256-byte regions go to the planes in turn.
double cells_on_fullest_plane(std::uint64_t bytes) {
  const std::uint64_t regions = (bytes + region - 1) / region;
  const std::uint64_t on_one = (regions + planes - 1) / planes;
  const std::uint64_t cells = (on_one * region + cell_payload - 1) / cell_payload;
  return static_cast<double>(cells);
}

/// Every rank sends `size` bytes to each of the `peers` ranks after it, and waits for as much.
workload::program shifted_exchange(unsigned ranks, unsigned peers, base::bytes size) {
  workload::program program;
  program.ranks.resize(ranks);
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    auto& operations = program.ranks[rank].queues.emplace_back().operations;
    workload::operation send;
    send.kind = workload::operation_kind::transfer;
    send.part = workload::phase::dispatch;
    send.name = "send";
    send.transfer.tag = 1;
    for (std::uint32_t k = 1; k <= peers; ++k) {
      send.transfer.messages.push_back({(rank + k) % ranks, size});
    }
    workload::operation wait;
    wait.kind = workload::operation_kind::wait;
    wait.part = workload::phase::dispatch;
    wait.name = "wait";
    wait.wait = {1, size * peers};
    operations = {send, wait};
  }
  return program;
}

struct measured {
  double arrival_ps = 0.0;  ///< mean over ranks: from issue until all that is sent to it is there
  double exchange_ps = 0.0;
};

measured run(const workload::program& program) {
  rack r(rack::al128());
  r.bring_up();
  const auto job = r.run(program);
  EXPECT_TRUE(job->done()) << job->failure() << job->stuck_at();
  measured result;
  for (const auto& queues : job->seen().operations) {
    result.arrival_ps += static_cast<double>((queues[0][1].end - queues[0][0].begin).value);
  }
  result.arrival_ps /= static_cast<double>(program.ranks.size());
  result.exchange_ps =
      estimate::mean_exchange_time(program, job->seen(), workload::phase::dispatch);
  r.system.fabric(0).audit();
  return result;
}

// One token per rank to 8 GPUs, as a dispatch at batch 1 without contention: rank r sends 7392
// bytes to ranks r+1 .. r+8. Per plane a message has at most 4 of its 29 regions, 1024 bytes, 2
// cells; the uplink sends 8 x 2 cells one after the other and the last arrives a path later. HBM
// adds its read before the first byte leaves and its write after the last has come, 600 ns each
// (platform file).
TEST(exchange_time, a_light_dispatch_takes_the_hand_computed_time) {
  constexpr std::uint64_t token = 7392;
  ASSERT_EQ(cells_on_fullest_plane(token), 2.0);
  const double by_hand = 8 * 2 * slot_ps + path_ps + hbm_ps;
  const measured seen = run(shifted_exchange(64, 8, base::bytes(token)));
  EXPECT_NEAR(seen.arrival_ps / by_hand, 1.0, 0.05);
}

// The same with 15 tokens per destination, the load of a decode batch of 128 over 64 GPUs, on
// destinations without contention: bytes over line rate dominate.
TEST(exchange_time, a_heavier_dispatch_takes_bytes_over_line_rate_and_the_path) {
  constexpr std::uint64_t message = std::uint64_t{15} * 7392;
  const double by_hand = 8 * cells_on_fullest_plane(message) * slot_ps + path_ps + hbm_ps;
  const measured seen = run(shifted_exchange(64, 8, base::bytes(message)));
  EXPECT_NEAR(seen.arrival_ps / by_hand, 1.0, 0.05);
}

// Nothing beats the wire: 64 ranks, everybody to everybody. Every uplink sends 63 messages in whole
// cells, and a balanced exchange with deep VOQs keeps it busy nearly all the time.
TEST(exchange_time, an_all_to_all_takes_its_bytes_over_line_rate_and_hardly_more) {
  constexpr std::uint64_t message = std::uint64_t{4} * 14'336;
  const double line_rate_bytes_per_ps = planes * 595.0 / slot_ps;
  const double at_least = 63.0 * message / line_rate_bytes_per_ps;
  const double by_hand = 63.0 * cells_on_fullest_plane(message) * slot_ps + path_ps + hbm_ps;
  const measured seen = run(shifted_exchange(64, 63, base::bytes(message)));
  EXPECT_GE(seen.arrival_ps, at_least);
  EXPECT_GE(seen.exchange_ps, at_least);
  EXPECT_NEAR(seen.arrival_ps / by_hand, 1.0, 0.05);
}

}  // namespace
}  // namespace sn::test
