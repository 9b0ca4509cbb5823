#include "fabric/plane_process.h"

#include "alink/sim_time.h"
#include "base/error.h"

namespace sn::fabric {

plane_process::plane_process(const sc_core::sc_module_name& name,
                             const plane_parameters& parameters, arbiter::scheduler& scheduler,
                             const slot_clock& clock, std::uint64_t batch_slots,
                             plane_listener& listener, kernel::turns* order)
    : sc_core::sc_module(name),
      plane_(parameters, scheduler),
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

void plane_process::lose() {
  run();
  plane_.lose(lost_);
  wake_.cancel();
  awake_ = false;
  for (const std::uint32_t burst : lost_) {
    listener_.lost(burst);
  }
  lost_.clear();
}

void plane_process::wake_up() {
  awake_ = true;
  wake_.set(alink::to_sc_time(clock_.start_of(plane_.next_slot() + batch_slots_)));
}

void plane_process::run() {
  plane_.run(clock_.first_from(alink::now()), done_);
  awake_ = !plane_.idle();
  if (awake_) {
    wake_up();
  }
  for (const plane_completion& share : done_) {
    listener_.crossed(share);
  }
  done_.clear();
}

}  // namespace sn::fabric
