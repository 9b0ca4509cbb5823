#include "estimate/metrics.h"

#include <algorithm>

#include "estimate/observations.h"

namespace sn::estimate {

namespace {

constexpr double ps_per_us = 1e6;

/// Mean over ranks of the time in which a compute engine was in use, over the step.
double compute_utilisation(const run_record& run) {
  std::uint64_t busy = 0;
  const auto& ranks = run.step.work.ranks;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    for (std::size_t q = 0; q < ranks[rank].queues.size(); ++q) {
      const auto& operations = ranks[rank].queues[q].operations;
      for (std::size_t i = 0; i < operations.size(); ++i) {
        if (operations[i].kind == workload::operation_kind::compute) {
          busy += run.seen.operations[rank][q][i].length().value;
        }
      }
    }
  }
  return static_cast<double>(busy) /
         (static_cast<double>(ranks.size()) * static_cast<double>(step_time(run.seen).value));
}

double mean_imbalance(const run_record& run) {
  double sum = 0.0;
  for (const auto& layer : run.step.imbalance) {
    sum += layer.max_over_mean();
  }
  return run.step.imbalance.empty() ? 0.0 : sum / static_cast<double>(run.step.imbalance.size());
}

}  // namespace

std::vector<metric> decode_metrics(const run_record& run) {
  const double step_s = base::to_seconds(step_time(run.seen));
  const double tokens =
      static_cast<double>(run.scenario.batch) * static_cast<double>(run.scenario.ranks);
  const auto exchange = [&](workload::phase part) {
    return mean_exchange_time(run.step.work, run.seen, part) / ps_per_us;
  };
  const auto span = [&](workload::phase part) {
    return mean_exchange_span(run.step.work, run.seen, part) / ps_per_us;
  };
  return {
      {"decode_step_time_s", step_s, "s"},
      {"tokens_per_second", tokens / step_s, "tokens/s"},
      {"tokens_per_second_per_gpu", tokens / step_s / static_cast<double>(run.scenario.ranks),
       "tokens/s"},
      {"tpot_ms", step_s * 1e3, "ms"},
      {"dispatch_time_us_mean", exchange(workload::phase::dispatch), "us"},
      {"combine_time_us_mean", exchange(workload::phase::combine), "us"},
      {"dispatch_span_us_mean", span(workload::phase::dispatch), "us"},
      {"combine_span_us_mean", span(workload::phase::combine), "us"},
      {"compute_utilisation", compute_utilisation(run), "1"},
      {"expert_imbalance_mean", mean_imbalance(run), "1"},
      {"bring_up_time_s", base::to_seconds(run.firmware.bring_up_time), "s"},
  };
}

std::vector<platform::assumption> assumptions_of(const run_record& run) {
  std::vector<platform::assumption> result = run.machine.assumptions;
  for (const auto& value : run.scenario.values) {
    if (value.basis == base::value_basis::assumed) {
      result.push_back({"scenario." + value.key, value.text, value.source});
    }
  }
  return result;
}

}  // namespace sn::estimate
