// Patterns of traffic between NICs of a cluster, packet by packet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "platform/network_machine.h"

namespace sn::estimate {

/// Who sends to whom; NICs 0 to n - 1.
enum class nic_pattern : std::uint8_t {
  single,      ///< NIC 0 to the last
  incast,      ///< all others to NIC 0
  shift,       ///< NIC i to NIC i + n / 2, all of them
  all_to_all,  ///< everyone to everyone
};

/// What the user asked for.
struct nic_bench_options {
  nic_pattern pattern = nic_pattern::single;
  std::uint32_t nics = 2;
  std::uint32_t stride = 1;      ///< NIC i is that of accelerator i * stride
  base::bytes size{16'777'216};  ///< of a message, one per queue pair
  double loss = 0.0;
  std::uint64_t seed = 1;
  std::optional<network::retransmission> repeat;  ///< instead of the platform's
  std::optional<network::multipath> ways;         ///< the same
};

/// What came of it.
struct nic_bench_result {
  std::uint64_t pairs = 0;
  base::picoseconds time;  ///< until the last byte came
  double line_rate = 0.0;  ///< payload of a port: full packets, bytes per second
  double goodput = 0.0;    ///< of all pairs together, bytes per second
  double least = 0.0;      ///< goodput of the slowest pair
  double mean = 0.0;
  double most = 0.0;
  double fairness = 0.0;         ///< Jain's index over pairs
  std::uint64_t packets = 0;     ///< sent
  std::uint64_t repeated = 0;    ///< of these, again
  std::uint64_t duplicates = 0;  ///< of these, in vain
  std::uint64_t lost = 0;        ///< packets and answers
  std::uint64_t dropped = 0;     ///< for want of room
  std::uint64_t timeouts = 0;
  base::bytes most_queued;  ///< in any port of a switch
};

/// Throws base::configuration_error for what cannot be done.
nic_bench_result run_nic_bench(const nic_bench_options& options,
                               const platform::network_machine& machine);

/// The result as a JSON document.
std::string nic_bench_json(const nic_bench_options& options,
                           const platform::network_machine& machine,
                           const nic_bench_result& result);

std::string_view to_text(nic_pattern pattern);

}  // namespace sn::estimate
