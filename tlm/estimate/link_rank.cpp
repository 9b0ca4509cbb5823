#include "estimate/link_rank.h"

#include <algorithm>

#include "base/error.h"
#include "gpu/command.h"
#include "gpu/reduction.h"

namespace sn::estimate {

using workload::operation_kind;

gpu::compute_engine::job compute_job(std::uint32_t queue, const workload::operation& what) {
  if (what.kind == operation_kind::reduce) {
    gpu::reduction sum;
    sum.operands = what.reduction.operands;
    sum.bytes = what.reduction.size.value;
    return {queue, gpu::compute_class::elementwise, gpu::precision::bf16, gpu::additions(sum),
            gpu::traffic(sum)};
  }
  // Both enumerations are in the same order.
  static_assert(static_cast<unsigned>(workload::compute_class::elementwise) ==
                    static_cast<unsigned>(gpu::compute_class::elementwise) &&
                static_cast<unsigned>(workload::precision::bf16) ==
                    static_cast<unsigned>(gpu::precision::bf16));
  return {queue, static_cast<gpu::compute_class>(what.compute.kind),
          static_cast<gpu::precision>(what.compute.format), what.compute.flops,
          what.compute.hbm_traffic};
}

link_rank::link_rank(std::uint32_t index, const workload::rank_program& program,
                     const gpu::configuration& parameters, link_rank_surroundings& world)
    : index_(index),
      program_(program),
      parameters_(parameters),
      world_(world),
      hbm_(parameters.hbm_bandwidth, parameters.hbm_latency),
      compute_(parameters_, hbm_),
      queues_(program.queues.size()) {}

void link_rank::advance(base::picoseconds now) {
  for (bool progress = true; progress;) {
    progress = step_compute(now);
    for (std::uint32_t q = 0; q < queues_.size(); ++q) {
      progress = step_queue(q, now) || progress;
    }
  }
  step_copies(now);
}

std::optional<base::picoseconds> link_rank::next(base::picoseconds now) const {
  std::optional<base::picoseconds> earliest = compute_.next(now);
  const auto consider = [&](base::picoseconds when) {
    earliest = earliest ? std::min(*earliest, when) : when;
  };
  for (const queue_state& queue : queues_) {
    if (queue.wait.until) {
      consider(*queue.wait.until);
    }
  }
  if (!local_copies_.empty()) {
    consider(local_copies_.front().end);
  }
  // A front that is ready waits for an acknowledgement.
  if (!order_.empty() && outstanding_ < parameters_.outstanding_bursts) {
    consider(transfers_[order_.front()].ready);
  }
  return earliest;
}

base::picoseconds link_rank::arrive(std::uint32_t tag, base::bytes size, base::picoseconds now) {
  const base::picoseconds end = hbm_.serve(now, size);
  arrivals_.add(tag, size, end);
  return end;
}

void link_rank::acknowledged(std::uint32_t transfer, base::picoseconds now) {
  --outstanding_;
  --transfers_[transfer].outstanding;
  finish_if_done(transfer, now);
}

bool link_rank::step_compute(base::picoseconds now) {
  const auto event = compute_.step(now);
  if (!event) {
    return false;
  }
  if (event->what == gpu::compute_engine::happening::begun) {
    queues_[event->queue].begin = now;
  } else {
    complete(event->queue, now);
  }
  return true;
}

bool link_rank::step_queue(std::uint32_t index, base::picoseconds now) {
  queue_state& queue = queues_[index];
  switch (queue.phase) {
    case queue_phase::idle:
      if (queue.next == program_.queues[index].operations.size()) {
        queue.phase = queue_phase::finished;
        return false;
      }
      queue.phase = queue_phase::fetching;
      queue.wait.until = now + parameters_.command_fetch_latency;
      return true;
    case queue_phase::fetching:
      if (!queue.wait.over(now)) {
        return false;
      }
      decode(index, now);
      return true;
    case queue_phase::waiting: {
      const workload::wait_work& wait = operation_of(queue, index).wait;
      queue.wait.until = arrivals_.reached(wait.tag, wait.size);
      if (!queue.wait.over(now)) {
        return false;
      }
      complete(index, now);
      return true;
    }
    case queue_phase::computing:
    case queue_phase::finished:
      return false;
  }
  return false;
}

void link_rank::decode(std::uint32_t index, base::picoseconds now) {
  queue_state& queue = queues_[index];
  const workload::operation& what = operation_of(queue, index);
  queue.begin = now;
  switch (what.kind) {
    case operation_kind::compute:
    case operation_kind::reduce:
      queue.phase = queue_phase::computing;
      compute_.submit(compute_job(index, what));
      return;
    case operation_kind::wait:
      queue.phase = queue_phase::waiting;
      return;
    case operation_kind::transfer:
      start(index, what, now);
      queue.phase = queue_phase::idle;
      ++queue.next;
      return;
  }
}

void link_rank::complete(std::uint32_t index, base::picoseconds now) {
  queue_state& queue = queues_[index];
  world_.ended(index_, index, queue.next, {queue.begin, now});
  queue.phase = queue_phase::idle;
  ++queue.next;
}

void link_rank::start(std::uint32_t queue, const workload::operation& what, base::picoseconds now) {
  std::uint32_t index = 0;
  if (free_transfers_.empty()) {
    index = static_cast<std::uint32_t>(transfers_.size());
    transfers_.emplace_back();
  } else {
    index = free_transfers_.back();
    free_transfers_.pop_back();
  }
  active_transfer& entry = transfers_[index];
  entry = active_transfer();
  entry.work = &what.transfer;
  entry.queue = queue;
  entry.operation = queues_[queue].next;
  entry.begin = now;
  const std::size_t messages = what.transfer.messages.size();
  entry.ready = messages == 0 ? now : hbm_.serve(now, base::bytes(messages * sizeof(gpu::message)));
  order_.push_back(index);
}

void link_rank::step_copies(base::picoseconds now) {
  while (!local_copies_.empty() && local_copies_.front().end <= now) {
    const std::uint32_t index = local_copies_.front().transfer;
    local_copies_.pop_front();
    acknowledged(index, now);
  }
  while (!order_.empty()) {
    const std::uint32_t index = order_.front();
    active_transfer& entry = transfers_[index];
    if (entry.ready > now) {
      return;
    }
    if (entry.next == entry.work->messages.size()) {
      order_.pop_front();
      finish_if_done(index, now);
      continue;
    }
    if (outstanding_ == parameters_.outstanding_bursts) {
      return;
    }
    const workload::message& item = entry.work->messages[entry.next++];
    if (item.size.value == 0) {
      continue;
    }
    ++entry.outstanding;
    ++outstanding_;
    if (item.peer == index_) {
      const base::picoseconds end = hbm_.serve(now, item.size * 2);
      local_copies_.push_back({end, index});
      arrivals_.add(entry.work->tag, item.size, end);
    } else {
      world_.depart(index_, index, entry.work->tag, item, hbm_.reserve(now, item.size).first);
    }
  }
}

void link_rank::finish_if_done(std::uint32_t transfer, base::picoseconds now) {
  const active_transfer& entry = transfers_[transfer];
  if (entry.outstanding != 0 || entry.next != entry.work->messages.size() ||
      (!order_.empty() && order_.front() == transfer)) {
    return;  // or step_copies() takes it out first
  }
  world_.ended(index_, entry.queue, entry.operation, {entry.begin, now});
  free_transfers_.push_back(transfer);
}

}  // namespace sn::estimate
