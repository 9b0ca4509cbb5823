// One accelerator of a machine of links: queues, compute engine, copy engines and HBM.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/units.h"
#include "estimate/observations.h"
#include "gpu/arrival_table.h"
#include "gpu/compute_engine.h"
#include "gpu/configuration.h"
#include "gpu/queue_wait.h"
#include "memory/bandwidth_server.h"
#include "workload/program.h"

namespace sn::estimate {

/// What an accelerator does to the world.
class link_rank_surroundings {
 public:
  link_rank_surroundings() = default;
  link_rank_surroundings(const link_rank_surroundings&) = delete;
  link_rank_surroundings& operator=(const link_rank_surroundings&) = delete;
  virtual ~link_rank_surroundings() = default;

  /// The first byte of a message of transfer `transfer` leaves HBM at `when`.
  virtual void depart(std::uint32_t rank, std::uint32_t transfer, std::uint32_t tag,
                      const workload::message& what, base::picoseconds when) = 0;
  /// An operation has ended.
  virtual void ended(std::uint32_t rank, std::uint32_t queue, std::uint32_t operation,
                     const interval& when) = 0;
};

/// Executes a rank's program as gpu::gpu does, by the same rules and with the same compute engine,
/// but without registers, rings and bursts: commands are fetched one after the other per queue,
/// computations share one engine and wait in line, copies are issued in order with a bounded number
/// outstanding, and copies and arrivals take HBM bandwidth from computations.
class link_rank {
 public:
  /// The program, the parameters and the surroundings must outlive the rank.
  link_rank(std::uint32_t index, const workload::rank_program& program,
            const gpu::configuration& parameters, link_rank_surroundings& world);
  link_rank(const link_rank&) = delete;
  link_rank& operator=(const link_rank&) = delete;

  /// Does what can be done at `now`, which never goes back.
  void advance(base::picoseconds now);
  /// When advance() has something to do next, as far as is known.
  std::optional<base::picoseconds> next(base::picoseconds now) const;

  /// `size` bytes under `tag` have come from another rank. When they are in HBM.
  base::picoseconds arrive(std::uint32_t tag, base::bytes size, base::picoseconds now);
  /// A message of a transfer has been acknowledged. advance() must follow.
  void acknowledged(std::uint32_t transfer, base::picoseconds now);

 private:
  enum class queue_phase : std::uint8_t { idle, fetching, computing, waiting, finished };
  struct queue_state {
    queue_phase phase = queue_phase::idle;
    std::uint32_t next = 0;  ///< operation
    base::picoseconds begin;
    gpu::queue_wait wait;
  };
  struct active_transfer {
    const workload::transfer_work* work = nullptr;
    std::uint32_t queue = 0;
    std::uint32_t operation = 0;
    base::picoseconds begin;
    base::picoseconds ready;  ///< the message table has been read
    std::size_t next = 0;     ///< message to issue
    unsigned outstanding = 0;
  };
  struct local_copy {
    base::picoseconds end;
    std::uint32_t transfer;
  };

  const workload::operation& operation_of(const queue_state& queue, std::uint32_t index) const {
    return program_.queues[index].operations[queue.next];
  }
  bool step_compute(base::picoseconds now);
  bool step_queue(std::uint32_t index, base::picoseconds now);
  void decode(std::uint32_t index, base::picoseconds now);
  void complete(std::uint32_t index, base::picoseconds now);
  void start(std::uint32_t queue, const workload::operation& what, base::picoseconds now);
  void step_copies(base::picoseconds now);
  void finish_if_done(std::uint32_t transfer, base::picoseconds now);

  std::uint32_t index_;
  const workload::rank_program& program_;
  const gpu::configuration& parameters_;
  link_rank_surroundings& world_;
  memory::bandwidth_server hbm_;
  gpu::compute_engine compute_;
  gpu::arrival_table arrivals_;
  std::vector<queue_state> queues_;
  std::vector<active_transfer> transfers_;
  std::vector<std::uint32_t> free_transfers_;
  std::deque<std::uint32_t> order_;  ///< transfers with messages to issue
  std::deque<local_copy> local_copies_;
  unsigned outstanding_ = 0;
};

/// The compute engine's job for a computation or a sum of queue `queue`.
gpu::compute_engine::job compute_job(std::uint32_t queue, const workload::operation& what);

}  // namespace sn::estimate
