// A workload on GPUs: written into their queues, watched until it ends.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/trace.h"
#include "estimate/memory_layout.h"
#include "estimate/observations.h"
#include "estimate/pace.h"
#include "estimate/progress.h"
#include "gpu/gpu.h"
#include "workload/program.h"

namespace sn::estimate {

/// How a job treats the data of its program.
enum class content : std::uint8_t {
  timing_only,  ///< nobody looks at bytes: only time passes
  functional,   ///< messages carry the bytes that HBM holds, reductions add what they name
};

/// Runs a program: rank r on gpus[r]. The GPUs must outlive the job, and be ready: firmware has
/// enabled them. The job is their driver and their observer.
class job : public gpu::observer {
 public:
  /// `planes` is the number of ALink planes. Throws base::run_error when a rank needs more HBM or
  /// queues than its GPU has. GPUs may have done jobs before: tags of those must not come again.
  /// `groups` are the numbers of the program's groups at the switches, which firmware has made.
  job(const workload::program& program, std::vector<gpu::gpu*> gpus, unsigned planes,
      base::trace& trace, content bytes = content::timing_only, std::vector<unsigned> groups = {});
  ~job() override;

  /// Writes commands and message tables into HBM, sets up the queues and rings all doorbells at the
  /// present time.
  void submit();
  bool submitted() const { return submitted_; }

  /// Every operation has ended. When it becomes true the simulation is paused (sc_pause).
  bool done() const { return finished_ == total_; }
  /// Operations that have ended, of total().
  std::uint64_t finished() const { return finished_; }
  std::uint64_t total() const { return total_; }
  /// The first error of a transfer, as a sentence; empty while there is none. Also pauses.
  const std::string& failure() const { return failure_; }
  /// For a job that makes no progress: which operation each stuck rank is at, up to `limit` ranks.
  std::string stuck_at(std::size_t limit = 4) const;

  const observations& seen() const { return seen_; }

  /// How far run_to_end() has come.
  struct watch {
    stride step;
    std::uint64_t finished = 0;      ///< operations, when last looked at
    sc_core::sc_time last_progress;  ///< when one last had ended

    template <typename Archive>
    void fields(Archive& io) {
      io(step, finished, last_progress);
    }
  };
  watch& watched() { return watch_; }

  /// As part of the section of the owner; a restored job has been submitted. What it had written
  /// into the memories of its GPUs is theirs.
  template <typename Archive>
  void fields(Archive& io) {
    io(seen_, next_, finished_, failure_, submitted_, watch_);
  }
  /// Where the data of a rank begin in the HBM of its GPU.
  base::bytes data_address(std::uint32_t rank) const { return layouts_.at(rank).data; }

  void command_begun(unsigned gpu, unsigned queue, const gpu::command& work,
                     base::picoseconds begin) override;
  void command_ended(unsigned gpu, unsigned queue, const gpu::command& work,
                     base::picoseconds begin, base::picoseconds end) override;
  void transfer_completed(unsigned gpu, unsigned queue, const gpu::command& work,
                          base::picoseconds begin, base::picoseconds end, alink::status status,
                          alink::cause why) override;

 private:
  std::uint32_t rank_of(unsigned gpu) const { return rank_of_gpu_.at(gpu); }
  void write_queue(std::uint32_t rank, std::uint32_t queue, std::uint64_t& message_address);
  void ended(std::uint32_t rank, unsigned queue, std::uint64_t operation, base::picoseconds begin,
             base::picoseconds end);

  const workload::program& program_;
  std::vector<gpu::gpu*> gpus_;
  std::vector<std::uint32_t> rank_of_gpu_;
  receive_area area_;
  content bytes_;
  std::vector<unsigned> groups_;
  std::vector<memory_layout> layouts_;
  observations seen_;
  std::vector<std::vector<std::uint64_t>> next_;  ///< [rank][queue]: first operation not yet ended
  std::uint64_t finished_ = 0;
  std::uint64_t total_ = 0;
  bool submitted_ = false;
  watch watch_;
  std::string failure_;
  base::trace& trace_;
  std::vector<std::vector<base::trace::track_id>> tracks_;       ///< [rank][queue]
  std::vector<std::vector<base::trace::track_id>> copy_tracks_;  ///< [rank][queue]
};

/// Submits `work`, if it was not, and runs the simulation until it is done. Throws base::run_error
/// when it fails or gets stuck.
void run_to_end(job& work, progress_line& progress, pace& with);

}  // namespace sn::estimate
