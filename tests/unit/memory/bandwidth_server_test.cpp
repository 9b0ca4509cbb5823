#include "memory/bandwidth_server.h"

#include <gtest/gtest.h>

#include "base/state.h"

using sn::base::bytes;
using sn::base::bytes_per_second;
using sn::base::picoseconds;
using sn::memory::bandwidth_server;

namespace {

// 1 GB/s moves one byte per nanosecond.
constexpr bytes_per_second one_gb_s{1'000'000'000};
constexpr picoseconds latency{100'000};

}  // namespace

TEST(bandwidth_server, an_idle_server_takes_transfer_time_and_latency) {
  bandwidth_server server(one_gb_s, latency);
  const auto answer = server.reserve(picoseconds(5'000), bytes(64));
  EXPECT_EQ(answer.first.value, 5'000U + 100'000U);
  EXPECT_EQ(answer.last.value, 5'000U + 64'000U + 100'000U);
}

TEST(bandwidth_server, requests_queue_for_the_rate_but_share_the_latency) {
  bandwidth_server server(one_gb_s, latency);
  EXPECT_EQ(server.serve(picoseconds(0), bytes(64)).value, 164'000U);
  // The second starts when the first has left the pins at 64 ns.
  EXPECT_EQ(server.serve(picoseconds(10'000), bytes(36)).value, 64'000U + 36'000U + 100'000U);
  // After a gap the server is idle again.
  EXPECT_EQ(server.serve(picoseconds(500'000), bytes(1)).value, 601'000U);
  EXPECT_EQ(server.served().value, 101U);
}

TEST(bandwidth_server, a_restored_server_goes_on_where_it_was) {
  bandwidth_server server(one_gb_s, latency);
  server.serve(picoseconds(0), bytes(1000));
  bandwidth_server other(one_gb_s, latency);
  sn::base::snapshot_writer to;
  to.section("server");
  sn::base::state_saver save(to);
  save(server);
  const auto content = to.finish();
  sn::base::snapshot_reader from("state", content.data(), content.size());
  from.section("server");
  sn::base::state_restorer restore(from);
  restore(other);
  from.end();
  EXPECT_EQ(other.serve(picoseconds(0), bytes(1)).value, 1'101'000U);
}

TEST(bandwidth_server_death, a_rate_of_zero_is_a_broken_invariant) {
  EXPECT_DEATH(bandwidth_server(bytes_per_second(0), latency), "rate of 0");
}
