// The compute engine of a GPU: one computation at a time, by the roofline.
#pragma once

#include <deque>
#include <optional>

#include "gpu/configuration.h"
#include "memory/bandwidth_server.h"

namespace sn::gpu {

/// Shared by all queues, in order of arrival. A computation takes
///
///     launch overhead + max(flops / (peak * e_c), traffic / (HBM bandwidth * e_m) + stolen)
///
/// where e_c and e_m are the efficiencies of its class and `stolen` is the time that HBM gave to
/// copies and arrivals since the computation began: they go first, and what they take it lacks.
class compute_engine {
 public:
  /// A computation of a queue.
  struct job {
    unsigned queue = 0;
    compute_class kind = compute_class::gemm;
    precision format = precision::bf16;
    std::uint64_t flops = 0;
    base::bytes traffic;

    template <typename Archive>
    void fields(Archive& io) {
      io(queue, kind, format, flops, traffic);
    }
  };
  enum class happening : std::uint8_t { begun, ended, hung };
  struct event {
    happening what;
    unsigned queue;
  };

  compute_engine(const configuration& parameters, const memory::bandwidth_server& hbm);

  void submit(const job& work) { waiting_.push_back(work); }
  /// What happens next, if it happens at or before `now`; call until nothing is left.
  std::optional<event> step(base::picoseconds now);
  /// When step() has something to do next, as far as is known.
  std::optional<base::picoseconds> next(base::picoseconds now) const;

  /// Part of the peak rate that computations which begin from now on get; in (0, 1].
  void set_rate(double part_of_peak) { part_of_peak_ = part_of_peak; }
  /// From now on no computation ends.
  void hang() { hung_ = true; }

  /// Time spent on computations, launches included, from 0 to `now`.
  base::picoseconds busy(base::picoseconds now) const;

  template <typename Archive>
  void fields(Archive& io) {
    io(waiting_, running_, current_, began_, compute_time_, memory_time_, served_before_, busy_,
       part_of_peak_, hung_, hang_reported_);
  }

 private:
  void begin(base::picoseconds now);
  base::picoseconds end() const;

  const configuration& parameters_;
  const memory::bandwidth_server& hbm_;
  std::deque<job> waiting_;
  bool running_ = false;
  job current_;
  base::picoseconds began_;
  base::picoseconds compute_time_;
  base::picoseconds memory_time_;
  base::bytes served_before_;  ///< by HBM when the present computation began
  base::picoseconds busy_;     ///< of computations that have ended
  double part_of_peak_ = 1.0;
  bool hung_ = false;
  bool hang_reported_ = false;
};

/// Time for `amount` units at `rate` per second of which a `part` is reached, rounded up.
base::picoseconds roofline_time(double amount, double rate, double part);

}  // namespace sn::gpu
