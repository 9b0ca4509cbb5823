// The functions that a hart is in, on the timeline.
#pragma once

#include <vector>

#include "base/trace.h"
#include "hart/call_observer.h"
#include "observe/observed_hart.h"

namespace sn::observe {

/// Gives every call as a slice to a track of its hart, from its first instruction to its return.
class call_track final : public hart::call_observer {
 public:
  call_track(const observed_hart& hart, base::trace& trace);

  /// Ends the calls that have not returned.
  void finish();

 private:
  void entered(std::size_t function) override;
  void left() override;
  void executed() override {}
  base::picoseconds now() const;

  struct call {
    std::size_t function;
    base::picoseconds begin;
  };
  const soc::hart_module& module_;
  base::trace& trace_;
  const base::trace::track_id track_;
  std::vector<call> calls_;
};

}  // namespace sn::observe
