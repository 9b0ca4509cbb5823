// A workload on a machine of links and accelerators.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/trace.h"
#include "base/units.h"
#include "estimate/link_rank.h"
#include "estimate/observations.h"
#include "estimate/progress.h"
#include "estimate/record.h"
#include "network/live_flows.h"
#include "platform/network_machine.h"
#include "workload/program.h"

namespace sn::estimate {

/// Runs a program: rank r on accelerator r. Messages are fluids that share links max-min fairly;
/// each begins when HBM gives its first byte (to another domain no sooner than its NIC takes it),
/// is written to HBM when its last byte has come, and is acknowledged one way's latency after that.
class link_job : private link_rank_surroundings {
 public:
  /// Program and machine must outlive the job. Throws base::run_error when a rank needs more HBM or
  /// queues than its accelerator has.
  link_job(const workload::program& program, const platform::network_machine& machine,
           base::trace& trace);

  /// From time 0 to the end of the last operation.
  void run(progress_line& progress);

  const observations& seen() const { return seen_; }
  const std::vector<rank_traffic>& traffic() const { return traffic_; }
  base::bytes injected() const { return injected_; }
  base::bytes delivered() const { return delivered_; }
  /// Times that the shares of links have been worked out.
  std::uint64_t solutions() const { return network_.solutions(); }

 private:
  enum class event_kind : std::uint8_t { wake, depart, arrive, acknowledge };
  struct event {
    base::picoseconds when;
    std::uint64_t order = 0;  ///< ties happen in the order of scheduling
    event_kind what = event_kind::wake;
    std::uint32_t subject = 0;  ///< a rank, or a message under way
  };
  struct flight {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    std::uint32_t transfer = 0;
    std::uint32_t tag = 0;
    base::bytes size;
    base::picoseconds latency;
  };

  static bool later(const event& a, const event& b);

  void depart(std::uint32_t rank, std::uint32_t transfer, std::uint32_t tag,
              const workload::message& what, base::picoseconds when) override;
  void ended(std::uint32_t rank, std::uint32_t queue, std::uint32_t operation,
             const interval& when) override;

  void schedule(base::picoseconds when, event_kind what, std::uint32_t subject);
  void handle(const event& what);
  void advance(std::uint32_t rank);
  bool is_outer(std::uint32_t from, std::uint32_t to) const;

  const workload::program& program_;
  const platform::network_machine& machine_;
  gpu::configuration parameters_;
  std::deque<link_rank> ranks_;
  network::live_flows network_;
  std::vector<network::flow_end> flown_;
  base::picoseconds now_;
  std::uint64_t scheduled_ = 0;
  std::vector<event> events_;                ///< a heap, earliest first
  std::vector<base::picoseconds> wake_;      ///< per rank: the earliest that is scheduled
  std::vector<base::picoseconds> nic_free_;  ///< per rank
  base::picoseconds nic_step_;               ///< of a message to another domain
  std::vector<flight> flights_;
  std::vector<std::uint32_t> free_flights_;
  std::uint64_t finished_ = 0;
  std::uint64_t total_ = 0;
  base::bytes injected_;
  base::bytes delivered_;
  std::vector<rank_traffic> traffic_;
  observations seen_;
  base::trace& trace_;
  std::vector<std::vector<base::trace::track_id>> tracks_;       ///< [rank][queue]
  std::vector<std::vector<base::trace::track_id>> copy_tracks_;  ///< [rank][queue]
};

}  // namespace sn::estimate
