#include "fabric/plane_process.h"

#include <utility>

#include "alink/sim_time.h"
#include "base/error.h"

namespace sn::fabric {

plane_process::plane_process(const sc_core::sc_module_name& name, unsigned index, class plane plane,
                             const slot_clock& clock, std::uint64_t batch_slots,
                             plane_listener& listener, kernel::turns* order)
    : sc_core::sc_module(name),
      index_(index),
      plane_(std::move(plane)),
      clock_(clock),
      batch_slots_(batch_slots),
      listener_(listener),
      wake_(order, [this] { run(); }) {
  base::ensure(batch_slots_ >= 1, "a batch has at least one slot");
}

void plane_process::inject(plane_injection share) {
  share.slot = clock_.first_from(alink::now());
  plane_.inject(share);
  if (!awake_) {
    wake_up();
  }
}

void plane_process::inject(plane_injection share, const std::vector<plane_copy>& copies) {
  share.slot = clock_.first_from(alink::now());
  plane_.inject_multicast(share, copies);
  if (!awake_) {
    wake_up();
  }
}

void plane_process::set_members(unsigned group, const base::port_set& members) {
  catch_up();
  plane_.set_members(group, members);
}

void plane_process::lose() {
  run_to_now();
  plane_.lose(lost_);
  tell_losses(alink::cause::plane_lost);
}

void plane_process::lose_link(base::port_id port) {
  run_to_now();
  plane_.lose_link(port, lost_);
  tell_losses(alink::cause::link_lost);
}

void plane_process::restore_link(base::port_id port, unsigned narrower) {
  run_to_now();
  plane_.restore_link(port, narrower);
}

void plane_process::withdraw(unsigned group) {
  run_to_now();
  plane_.lose_reductions(group, lost_);
  lost_.clear();
  sleep_if_idle();
}

void plane_process::sleep_if_idle() {
  if (plane_.idle()) {
    wake_.cancel();
    awake_ = false;
  }
}

void plane_process::tell_losses(alink::cause why) {
  sleep_if_idle();
  for (const std::uint32_t burst : lost_) {
    listener_.lost(burst, index_, why);
  }
  lost_.clear();
}

void plane_process::wake_up() {
  awake_ = true;
  wake_.set(alink::to_sc_time(clock_.start_of(plane_.next_slot() + batch_slots_)));
}

void plane_process::run() {
  run_to_now();
  awake_ = !plane_.idle();
  if (awake_) {
    wake_up();
  }
}

/// Everything that has happened by now is simulated and told.
void plane_process::run_to_now() {
  plane_.run(clock_.first_from(alink::now()), done_);
  // Those who are told may send, which needs this scratch no more.
  for (const plane_completion& share : done_) {
    if (share.lost) {
      listener_.lost(share.burst, index_, alink::cause::link_lost);
    } else {
      listener_.crossed(share);
    }
  }
  done_.clear();
  while (const auto port = plane_.take_failure()) {
    listener_.gave_up(index_, *port);
  }
}

}  // namespace sn::fabric
