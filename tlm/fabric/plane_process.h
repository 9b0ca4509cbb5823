// A plane in simulated time: one process that runs while the plane has work.
#pragma once

#include <systemc>
#include <vector>

#include "alink/status.h"
#include "fabric/plane.h"
#include "fabric/slot_clock.h"
#include "kernel/alarm.h"

namespace sn::fabric {

/// Who is told of shares that have crossed a plane.
class plane_listener {
 public:
  plane_listener() = default;
  plane_listener(const plane_listener&) = delete;
  plane_listener& operator=(const plane_listener&) = delete;
  virtual ~plane_listener() = default;

  /// A share has crossed, as plane_completion says. It may be told late, up to `batch_slots` - 1
  /// slots after the cell crossed.
  virtual void crossed(const plane_completion& share) = 0;
  /// A share of `burst` was lost on `plane`, by now.
  virtual void lost(std::uint32_t burst, unsigned plane, alink::cause why) = 0;
  /// The link at `port` of `plane` went down by itself; what it lost has been told.
  virtual void gave_up(unsigned plane, base::port_id port) = 0;
};

/// Runs a plane in batches of slots, always behind simulated time: a batch is simulated when it has
/// passed, with everything that was injected meanwhile, so the result is that of running slot by
/// slot. It sleeps while the plane is idle.
class plane_process : public sc_core::sc_module {
 public:
  /// `index` is that of the plane in its engine. `batch_slots`, at least 1, must be so few that
  /// nobody needs to know earlier what has crossed.
  plane_process(const sc_core::sc_module_name& name, unsigned index, class plane plane,
                const slot_clock& clock, std::uint64_t batch_slots, plane_listener& listener,
                kernel::turns* order);

  /// Injects a share now; its slot is set here.
  void inject(plane_injection share);
  /// Injects a multicast.
  void inject(plane_injection share, const std::vector<plane_copy>& copies);
  /// Changes the members of a group, of which nothing is under way.
  void set_members(unsigned group, const base::port_set& members);

  /// The switch dies now: the listener is told of everything that has crossed by now, and of what
  /// will not.
  void lose();
  /// The same for the link at `port`.
  void lose_link(base::port_id port);
  /// What a group's members have contributed, and its results, are gone; nobody is told.
  void withdraw(unsigned group);
  /// The link at `port` is up again, `narrower` times slower than it was built.
  void restore_link(base::port_id port, unsigned narrower);

  /// Simulates all slots that have passed: what is changed then acts from now on.
  void catch_up() { run(); }

  const class plane& plane() const { return plane_; }

  /// As part of the section of the owner, between two times.
  template <typename Archive>
  void fields(Archive& io) {
    io(plane_, wake_, awake_);
  }

 private:
  void run();
  void run_to_now();
  void tell_losses(alink::cause why);
  void sleep_if_idle();
  void wake_up();

  unsigned index_;
  class plane plane_;
  const slot_clock& clock_;
  std::uint64_t batch_slots_;
  plane_listener& listener_;
  kernel::alarm wake_;
  bool awake_ = false;
  std::vector<plane_completion> done_;
  std::vector<std::uint32_t> lost_;
};

}  // namespace sn::fabric
