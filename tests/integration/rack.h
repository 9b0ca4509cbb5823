// A whole AL128 with its real firmware, for tests that start where bring-up ends.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/trace.h"
#include "estimate/bring_up.h"
#include "estimate/job.h"
#include "platform/loader.h"
#include "platform/system.h"

namespace sn::test {

/// The platform of a file, elaborated; nothing has run yet.
struct rack {
  explicit rack(platform::description description, bool run_firmware = true)
      : machine(std::move(description)),
        system("platform", machine,
               {arbiter::kind::model, SN_BINARY_DIR "/share/supernode/firmware", run_firmware}),
        boot(system, trace) {}

  /// Runs the firmware until every partition is ready.
  estimate::firmware_summary bring_up() { return boot.run(estimate::boot_timeout, progress, pace); }

  /// Runs `program` on the first GPUs until it has ended or failed.
  std::unique_ptr<estimate::job> run(const workload::program& program) {
    std::vector<gpu::gpu*> gpus;
    for (unsigned rank = 0; rank < program.ranks.size(); ++rank) {
      gpus.push_back(&system.accelerator(rank));
    }
    auto job = std::make_unique<estimate::job>(program, gpus, machine.topology.planes, trace);
    job->submit();
    const sc_core::sc_time limit = sc_core::sc_time_stamp() + sc_core::sc_time(10, sc_core::SC_MS);
    while (!job->done() && job->failure().empty() && sc_core::sc_time_stamp() < limit) {
      sc_core::sc_start(sc_core::sc_time(100, sc_core::SC_US));
    }
    return job;
  }

  static platform::description al128() {
    return platform::load(SN_SOURCE_DIR "/platforms/al128.yaml");
  }

  platform::description machine;
  base::trace trace;
  platform::system system;
  estimate::bring_up boot;
  estimate::progress_line progress;
  estimate::pace pace;
};

/// A program of `ranks` ranks in which rank 0 sends one message to `peer`, which waits for it.
inline workload::program one_message(unsigned ranks, std::uint32_t peer, base::bytes size) {
  workload::program program;
  program.ranks.resize(ranks);
  for (auto& rank : program.ranks) {
    rank.queues.resize(1);
  }
  workload::operation send;
  send.kind = workload::operation_kind::transfer;
  send.part = workload::phase::dispatch;
  send.name = "the message";
  send.transfer.tag = 7;
  send.transfer.messages.push_back({peer, size});
  program.ranks[0].queues[0].operations.push_back(send);
  workload::operation wait;
  wait.kind = workload::operation_kind::wait;
  wait.part = workload::phase::dispatch;
  wait.name = "its arrival";
  wait.wait = {7, size};
  program.ranks[peer].queues[0].operations.push_back(wait);
  return program;
}

}  // namespace sn::test
