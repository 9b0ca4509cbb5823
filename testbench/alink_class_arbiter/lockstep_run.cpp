#include "alink_class_arbiter/lockstep_run.h"

#include "base/error.h"

namespace sn::testbench {

namespace {

void fill(const slot_inputs& in, arbiter::class_request& request) {
  request.inputs_for_output = in.request;
  request.ready = in.ready;
  request.hold = in.hold;
  request.multicast = in.multicast_request;
  request.multicast_set = in.multicast_set;
  request.multicast_whole = in.multicast_whole;
}

slot_outputs outputs_of(const arbiter::class_scheduler& scheduler,
                        const arbiter::class_grant& grant) {
  slot_outputs out;
  out.valid = grant.granted;
  out.multicast = grant.multicast;
  out.input = grant.input_for_output;
  out.traffic_class = grant.class_for_output;
  if (const auto turn = scheduler.multicast_turn()) {
    out.turn.set(*turn);
  }
  return out;
}

void must_hold(const std::string& broken) {
  if (!broken.empty()) {
    throw base::run_error("scoreboard: " + broken);
  }
}

}  // namespace

lockstep_run::lockstep_run(arbiter::class_scheduler& scheduler, std::uint64_t seed,
                           run_watchers watchers)
    : scheduler_(scheduler),
      watchers_(watchers),
      traffic_(scheduler.ports(), scheduler.classes(), seed),
      registers_(scheduler, seed) {}

void lockstep_run::run(std::uint64_t slots) {
  if (slot_ == 0 && watchers_.probe != nullptr) {
    watchers_.probe->after_reset();
  }
  for (; slot_ < slots; ++slot_) {
    run_slot();
  }
  registers_.read_all();
}

void lockstep_run::run_slot() {
  slot_inputs in = traffic_.next(last_);
  if (in.reset) {
    registers_.read_all();
    scheduler_.reset();
    if (watchers_.probe != nullptr) {
      watchers_.probe->after_reset();
    }
    registers_.reset();
    last_ = {};
    in.multicast_set = {};  // nobody has the turn after a reset
    ++resets_;
  }
  if (!in.slot) {
    return;
  }
  registers_.prepare(in);
  fill(in, request_);
  scheduler_.arbitrate(request_, grant_);
  const slot_outputs now = outputs_of(scheduler_, grant_);
  if (watchers_.rules != nullptr) {
    must_hold(watchers_.rules->check(in, last_, now));
  }
  if (watchers_.probe != nullptr) {
    must_hold(watchers_.probe->check(now));
  }
  if (watchers_.bins != nullptr) {
    watchers_.bins->sample(in, last_, now);
  }
  last_ = now;
  grants_ += grant_.granted.count();
  multicasts_ += grant_.multicast.count();
}

}  // namespace sn::testbench
