#include "estimate/bring_up.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace sn::estimate {

namespace {

/// How far the simulation runs between two looks at the clock.
const sc_core::sc_time stride_length(50, sc_core::SC_US);
/// The longest that firmware which is ready may take to answer its host.
const sc_core::sc_time answer_timeout(10, sc_core::SC_MS);

base::picoseconds now() {
  return base::picoseconds(sc_core::sc_time_stamp().value());
}

const char* name_of(registers::cipu::cipu_stage stage) {
  using registers::cipu::cipu_stage;
  switch (stage) {
    case cipu_stage::reset:
      return "reset";
    case cipu_stage::discover:
      return "discover";
    case cipu_stage::gpu_check:
      return "GPU check";
    case cipu_stage::training:
      return "link training";
    case cipu_stage::tables:
      return "tables";
    case cipu_stage::pool_map:
      return "pool mapping";
    case cipu_stage::pod_sync:
      return "pod sync";
    case cipu_stage::ready:
      return "ready";
    case cipu_stage::failed:
      return "failed";
  }
  return "unknown";
}

}  // namespace

bring_up::bring_up(platform::system& system, base::trace& trace)
    : system_(system),
      trace_(trace),
      stages_(system.machine().topology.partitions(), stage::reset),
      failures_(stages_.size(), stage::reset),
      stage_begin_(stages_.size()),
      stride_(stride_length) {
  system_.on_log(
      [this](const sc_core::sc_time& time, std::string_view controller, std::string_view line) {
        const std::uint64_t ns = time.value() / 1000;
        log_.push_back(fmt::format("[{:>3}.{:09}] {}: {}", ns / 1'000'000'000, ns % 1'000'000'000,
                                   controller, line));
        if (on_line_) {
          on_line_(log_.back());
        }
      });
  for (unsigned i = 0; i < stages_.size(); ++i) {
    tracks_.push_back(trace_.add_track("firmware", fmt::format("cipu{} stage", i)));
    system_.cipu(i).on_stage(
        [this, i](stage reached, stage failure) { stage_changed(i, reached, failure); });
  }
}

void bring_up::stage_changed(unsigned partition, stage reached, stage failure) {
  if (reached == stages_[partition]) {
    return;
  }
  if (stages_[partition] != stage::ready) {
    trace_.slice(tracks_[partition], name_of(stages_[partition]), stage_begin_[partition], now());
  }
  stages_[partition] = reached;
  failures_[partition] = failure;
  stage_begin_[partition] = now();
}

bool bring_up::all_ready() const {
  return std::all_of(stages_.begin(), stages_.end(), [](stage s) { return s == stage::ready; });
}

std::string bring_up::unready() const {
  std::string text;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    if (stages_[i] == stage::ready) {
      continue;
    }
    text += fmt::format("{}cipu{} ", text.empty() ? "" : ", ", i);
    text += stages_[i] == stage::failed ? fmt::format("failed in {}", name_of(failures_[i]))
                                        : fmt::format("is in {}", name_of(stages_[i]));
  }
  return text;
}

firmware_summary bring_up::run(base::picoseconds timeout, progress_line& progress, pace& with) {
  if (asked_ == 2 * stages_.size()) {
    return summary_;  // it had ended before the snapshot
  }
  stride_.finish(with);
  while (!up_ && !all_ready()) {
    const bool failed =
        std::any_of(stages_.begin(), stages_.end(), [](stage s) { return s == stage::failed; });
    if (failed || now() >= timeout) {
      throw base::run_error(fmt::format("the platform did not come up within {}: {}",
                                        base::to_text(now()), unready()));
    }
    stride_.go(with);
    progress.show(
        fmt::format("bring-up: {} simulated, {} of {} partitions ready", base::to_text(now()),
                    std::count(stages_.begin(), stages_.end(), stage::ready), stages_.size()));
  }
  progress.clear();
  if (!up_) {
    up_ = true;
    sum_up();
  }
  ask_all(with);
  return summary_;
}

void bring_up::sum_up() {
  summary_.controllers = system_.controllers();
  summary_.instructions = system_.instructions();
  for (const base::picoseconds begin : stage_begin_) {
    summary_.bring_up_time = std::max(summary_.bring_up_time, begin);
  }
}

/// Asks the hosts, one after the other, for their status and their pool.
void bring_up::ask_all(pace& with) {
  using command = platform::host::command;
  while (asked_ < 2 * stages_.size()) {
    const unsigned partition = asked_ / 2;
    const command what = asked_ % 2 == 0 ? command::host_status : command::host_pool;
    platform::host& host = system_.host_of(partition);
    if (!posted_) {
      host.post(what);
      posted_ = true;
      deadline_ = sc_core::sc_time_stamp() + answer_timeout;
      stride_.go(with);
    }
    const auto answer = host.poll();
    if (!answer) {
      if (sc_core::sc_time_stamp() >= deadline_) {
        throw base::run_error(fmt::format("cipu{} does not answer its host", partition));
      }
      stride_.go(with);
      continue;
    }
    if (answer->code != platform::host::result::ok) {
      throw base::run_error(fmt::format("cipu{} refused a request of its host with code {}",
                                        partition, static_cast<unsigned>(answer->code)));
    }
    if (what == command::host_status) {
      summary_.gpus_ready += answer->value[1];
      summary_.ports_trained += answer->value[2];
      summary_.routes += answer->value[3];
    } else {
      summary_.pool_mapped += base::bytes(std::uint64_t{answer->value[0]} << 20U);
    }
    posted_ = false;
    ++asked_;
  }
}

}  // namespace sn::estimate
