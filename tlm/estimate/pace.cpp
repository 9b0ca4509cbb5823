#include "estimate/pace.h"

#include <fmt/format.h>

#include "base/error.h"
#include "estimate/option_error.h"

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
  if (!files_.save.empty() && !saved_ && at <= end) {
    if (at > sc_core::sc_time_stamp()) {
      pass(at - sc_core::sc_time_stamp());
    }
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

void pace::expect_to_save() const {
  const auto at = sc_core::sc_time::from_value(files_.save_at.value);
  if (!files_.save.empty() && at < sc_core::sc_time_stamp()) {
    throw bad("--save-at",
              fmt::format("{} is before {}, when {} was saved", base::to_text(files_.save_at),
                          base::to_text(base::picoseconds(sc_core::sc_time_stamp().value())),
                          files_.restore));
  }
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
