#include "estimate/pace.h"

#include <fmt/format.h>

#include "base/error.h"

namespace sn::estimate {

void pace::advance(const sc_core::sc_time& span, const std::function<bool()>& enough) {
  const auto pass = [this](const sc_core::sc_time& time) {
    if (step_) {
      step_(time);
    } else {
      sc_core::sc_start(time);
    }
  };
  const sc_core::sc_time end = sc_core::sc_time_stamp() + span;
  const auto at = sc_core::sc_time::from_value(files_.save_at.value);
  if (!files_.save.empty() && !saved_ && at >= sc_core::sc_time_stamp() && at <= end) {
    pass(at - sc_core::sc_time_stamp());
    if (sc_core::sc_time_stamp() < at) {
      return;
    }
    base::snapshot_writer to;
    write_(to);
    to.write(files_.save);
    saved_ = true;
    if ((enough && enough()) || at == end) {
      return;
    }
  }
  pass(end - sc_core::sc_time_stamp());
}

void pace::expect_saved() const {
  if (!files_.save.empty() && !saved_) {
    throw base::run_error(fmt::format("the run ended before {}: there is no {}",
                                      base::to_text(files_.save_at), files_.save));
  }
}

void stride::finish(pace& with, const std::function<bool()>& enough) {
  if (sc_core::sc_time_stamp() < end_) {
    with.advance(end_ - sc_core::sc_time_stamp(), enough);
  }
}

void stride::go(pace& with, const std::function<bool()>& enough) {
  end_ = sc_core::sc_time_stamp() + length_;
  with.advance(length_, enough);
}

}  // namespace sn::estimate
