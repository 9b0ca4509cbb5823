// A run of the arbiter with classes from a seed: traffic, register accesses and resets.
#pragma once

#include <cstdint>
#include <string>

#include "alink_class_arbiter/register_driver.h"
#include "alink_class_arbiter/slot_scoreboard.h"
#include "alink_class_arbiter/slot_traffic.h"
#include "arbiter/class_arbiter.h"

namespace sn::testbench {

/// What a bench that looks into the model adds to a run.
class run_probe {
 public:
  run_probe() = default;
  run_probe(const run_probe&) = delete;
  run_probe& operator=(const run_probe&) = delete;
  virtual ~run_probe() = default;

  /// The schedulers were reset.
  virtual void after_reset() = 0;
  /// Checks a slot; empty, or the rule that was broken.
  virtual std::string check(const slot_outputs& now) = 0;
};

/// Who watches a run; whoever is null does not.
struct run_watchers {
  slot_scoreboard* rules = nullptr;
  slot_scoreboard* bins = nullptr;  ///< counts the bins of the slots
  run_probe* probe = nullptr;
};

/// Runs a scheduler, most often a class_lockstep, on what a seed draws.
class lockstep_run {
 public:
  lockstep_run(arbiter::class_scheduler& scheduler, std::uint64_t seed, run_watchers watchers);

  /// Runs so many slots and reads all registers. Throws base::run_error at the first difference
  /// between the schedulers, or rule that is broken; slot() is then where.
  void run(std::uint64_t slots);

  std::uint64_t slot() const { return slot_; }
  std::uint64_t grants() const { return grants_; }
  std::uint64_t multicasts() const { return multicasts_; }
  std::uint64_t resets() const { return resets_; }
  const register_driver& registers() const { return registers_; }

 private:
  void run_slot();

  arbiter::class_scheduler& scheduler_;
  run_watchers watchers_;
  slot_traffic traffic_;
  register_driver registers_;
  arbiter::class_request request_;
  arbiter::class_grant grant_;
  slot_outputs last_;
  std::uint64_t slot_ = 0;
  std::uint64_t grants_ = 0;
  std::uint64_t multicasts_ = 0;
  std::uint64_t resets_ = 0;
};

}  // namespace sn::testbench
