#include "estimate/observations.h"

#include <algorithm>
#include <map>

#include "base/error.h"

namespace sn::estimate {

namespace {

/// The ends of one exchange (all ranks' transfers and waits under one tag).
struct exchange {
  base::picoseconds first_issue{~std::uint64_t{0}};
  base::picoseconds last_arrival;
};

/// Calls `visit(rank, interval of the transfer, interval of the wait)` for every exchange of
/// `part`.
template <typename Visitor>
void for_each_exchange(const workload::program& program, const observations& seen,
                       workload::phase part, Visitor visit) {
  for (std::size_t rank = 0; rank < program.ranks.size(); ++rank) {
    const auto& queues = program.ranks[rank].queues;
    for (std::size_t q = 0; q < queues.size(); ++q) {
      std::map<std::uint32_t, const interval*> issued;
      for (std::size_t i = 0; i < queues[q].operations.size(); ++i) {
        const workload::operation& operation = queues[q].operations[i];
        const interval& when = seen.operations[rank][q][i];
        if (operation.part != part) {
          continue;
        }
        if (operation.kind == workload::operation_kind::transfer) {
          issued[operation.transfer.tag] = &when;
        } else if (operation.kind == workload::operation_kind::wait) {
          const auto transfer = issued.find(operation.wait.tag);
          base::ensure(transfer != issued.end(),
                       "a rank waits for an exchange it takes no part in");
          visit(operation.wait.tag, *transfer->second, when);
        }
      }
    }
  }
}

}  // namespace

observations observations::shaped_as(const workload::program& program) {
  observations result;
  for (const auto& rank : program.ranks) {
    auto& queues = result.operations.emplace_back();
    for (const auto& queue : rank.queues) {
      queues.emplace_back(queue.operations.size());
    }
  }
  return result;
}

double mean_exchange_time(const workload::program& program, const observations& seen,
                          workload::phase part) {
  std::uint64_t sum = 0;
  std::uint64_t count = 0;
  for_each_exchange(program, seen, part,
                    [&](std::uint32_t, const interval& transfer, const interval& wait) {
                      sum += (std::max(transfer.end, wait.end) - transfer.begin).value;
                      ++count;
                    });
  return count == 0 ? 0.0 : static_cast<double>(sum) / static_cast<double>(count);
}

double mean_exchange_span(const workload::program& program, const observations& seen,
                          workload::phase part) {
  std::map<std::uint32_t, exchange> exchanges;
  for_each_exchange(program, seen, part,
                    [&](std::uint32_t tag, const interval& transfer, const interval& wait) {
                      exchange& whole = exchanges[tag];
                      whole.first_issue = std::min(whole.first_issue, transfer.begin);
                      whole.last_arrival = std::max({whole.last_arrival, wait.end, transfer.end});
                    });
  std::uint64_t sum = 0;
  for (const auto& [tag, whole] : exchanges) {
    sum += (whole.last_arrival - whole.first_issue).value;
  }
  return exchanges.empty() ? 0.0 : static_cast<double>(sum) / static_cast<double>(exchanges.size());
}

base::picoseconds step_time(const observations& seen) {
  base::picoseconds end = seen.start;
  for (const auto& queues : seen.operations) {
    for (const auto& operations : queues) {
      for (const interval& when : operations) {
        end = std::max(end, when.end);
      }
    }
  }
  return end - seen.start;
}

std::vector<phase_time> phase_breakdown(const workload::program& program,
                                        const observations& seen) {
  std::map<workload::phase, phase_time> phases;
  std::uint64_t queues = 0;
  for (std::size_t rank = 0; rank < program.ranks.size(); ++rank) {
    for (std::size_t q = 0; q < program.ranks[rank].queues.size(); ++q) {
      ++queues;
      const auto& operations = program.ranks[rank].queues[q].operations;
      for (std::size_t i = 0; i < operations.size(); ++i) {
        phase_time& entry =
            phases.try_emplace(operations[i].part, phase_time{operations[i].part}).first->second;
        const auto length = static_cast<double>(seen.operations[rank][q][i].length().value);
        if (operations[i].kind == workload::operation_kind::compute ||
            operations[i].kind == workload::operation_kind::reduce) {
          entry.compute_ps += length;
        } else if (operations[i].kind == workload::operation_kind::wait) {
          entry.wait_ps += length;
        }
      }
    }
  }
  std::vector<phase_time> result;
  for (auto& [part, entry] : phases) {
    entry.compute_ps /= static_cast<double>(queues);
    entry.wait_ps /= static_cast<double>(queues);
    result.push_back(entry);
  }
  return result;
}

}  // namespace sn::estimate
