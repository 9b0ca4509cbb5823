#include "estimate/link_job.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "estimate/memory_layout.h"
#include "platform/gpu_parameters.h"

namespace sn::estimate {

namespace {

/// Events between two looks at the progress.
constexpr std::uint64_t look_every = 1U << 16U;

}  // namespace

link_job::link_job(const workload::program& program, const platform::network_machine& machine,
                   base::trace& trace)
    : program_(program),
      machine_(machine),
      parameters_(platform::gpu_parameters(machine.accelerator)),
      network_(*machine.network),
      seen_(observations::shaped_as(program)),
      trace_(trace) {
  const auto count = static_cast<std::uint32_t>(program.ranks.size());
  base::ensure(count <= machine.accelerators(), "link_job: one accelerator per rank");
  const std::vector<memory_layout> layouts = lay_out(program, receive_area(program, 1));
  for (std::uint32_t rank = 0; rank < count; ++rank) {
    check_fit(program, rank, layouts[rank], parameters_);
    link_rank_surroundings& world = *this;
    ranks_.emplace_back(rank, program.ranks[rank], parameters_, world);
    tracks_.emplace_back();
    copy_tracks_.emplace_back();
    for (std::size_t q = 0; q < program.ranks[rank].queues.size(); ++q) {
      total_ += program.ranks[rank].queues[q].operations.size();
      const std::string group = fmt::format("GPU {}", rank);
      tracks_.back().push_back(trace_.add_track(group, fmt::format("queue {}", q)));
      copy_tracks_.back().push_back(trace_.add_track(group, fmt::format("queue {} copies", q)));
    }
  }
  wake_.assign(count, network::live_flows::never);
  nic_free_.resize(count);
  traffic_.resize(count);
  if (machine.messages_per_second > 0.0) {
    nic_step_ = base::from_seconds(1.0 / machine.messages_per_second);
  }
}

bool link_job::later(const event& a, const event& b) {
  return a.when != b.when ? a.when > b.when : a.order > b.order;
}

bool link_job::is_outer(std::uint32_t from, std::uint32_t to) const {
  return from / machine_.accelerators_per_domain != to / machine_.accelerators_per_domain;
}

void link_job::schedule(base::picoseconds when, event_kind what, std::uint32_t subject) {
  events_.push_back({when, scheduled_++, what, subject});
  std::push_heap(events_.begin(), events_.end(), later);
}

void link_job::depart(std::uint32_t rank, std::uint32_t transfer, std::uint32_t tag,
                      const workload::message& what, base::picoseconds when) {
  std::uint32_t index = 0;
  if (free_flights_.empty()) {
    index = static_cast<std::uint32_t>(flights_.size());
    flights_.emplace_back();
  } else {
    index = free_flights_.back();
    free_flights_.pop_back();
  }
  flights_[index] = {rank, what.peer, transfer, tag, what.size, {}};
  if (is_outer(rank, what.peer)) {
    when = std::max(when, nic_free_[rank]);
    nic_free_[rank] = when + nic_step_;
  }
  injected_ += what.size;
  traffic_[rank].sent += what.size;
  schedule(when, event_kind::depart, index);
}

void link_job::ended(std::uint32_t rank, std::uint32_t queue, std::uint32_t operation,
                     const interval& when) {
  const workload::operation& what = program_.ranks[rank].queues[queue].operations[operation];
  const auto& tracks = what.kind == workload::operation_kind::transfer ? copy_tracks_ : tracks_;
  trace_.slice(tracks[rank][queue], what.name, when.begin, when.end);
  seen_.operations[rank][queue][operation] = when;
  ++finished_;
}

void link_job::advance(std::uint32_t rank) {
  link_rank& one = ranks_[rank];
  one.advance(now_);
  if (const auto next = one.next(now_)) {
    const base::picoseconds when = std::max(*next, now_);
    if (wake_[rank] <= now_ || when < wake_[rank]) {
      wake_[rank] = when;
      schedule(when, event_kind::wake, rank);
    }
  }
}

void link_job::handle(const event& what) {
  switch (what.what) {
    case event_kind::wake:
      if (wake_[what.subject] == what.when) {
        wake_[what.subject] = base::picoseconds(0);
        advance(what.subject);
      }
      return;
    case event_kind::depart: {
      const flight& one = flights_[what.subject];
      network_.begin(now_, one.from, one.to, one.size, what.subject);
      return;
    }
    case event_kind::arrive: {
      const flight& one = flights_[what.subject];
      delivered_ += one.size;
      traffic_[one.to].received += one.size;
      const base::picoseconds written = ranks_[one.to].arrive(one.tag, one.size, now_);
      schedule(written + one.latency, event_kind::acknowledge, what.subject);
      advance(one.to);
      return;
    }
    case event_kind::acknowledge: {
      const flight one = flights_[what.subject];
      free_flights_.push_back(what.subject);
      ranks_[one.from].acknowledged(one.transfer, now_);
      advance(one.from);
      return;
    }
  }
}

void link_job::run(progress_line& progress) {
  for (std::uint32_t rank = 0; rank < ranks_.size(); ++rank) {
    advance(rank);
  }
  std::uint64_t handled = 0;
  while (finished_ < total_) {
    const base::picoseconds on_links = network_.next();
    const base::picoseconds next =
        events_.empty() ? on_links : std::min(on_links, events_.front().when);
    if (next == network::live_flows::never) {
      throw base::run_error("the job is stuck: a rank waits for bytes that nobody sends");
    }
    now_ = next;
    network_.run(now_, flown_);
    for (const network::flow_end& one : flown_) {
      const auto index = static_cast<std::uint32_t>(one.label);
      flights_[index].latency = one.latency;
      schedule(one.when + one.latency, event_kind::arrive, index);
    }
    flown_.clear();
    while (!events_.empty() && events_.front().when == now_) {
      const event what = events_.front();
      std::pop_heap(events_.begin(), events_.end(), later);
      events_.pop_back();
      handle(what);
      if (++handled % look_every == 0) {
        progress.show(fmt::format(
            "{:.1f} % of {} operations",
            100.0 * static_cast<double>(finished_) / static_cast<double>(total_), total_));
      }
    }
  }
  progress.clear();
  network_.audit();
  base::ensure(injected_ == delivered_, "bytes that were sent and have not arrived");
}

}  // namespace sn::estimate
