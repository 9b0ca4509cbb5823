#include "kernel/alarm.h"

#include <utility>

namespace sn::kernel {

alarm::alarm(turns* order, std::function<void()> action)
    : own_(order == nullptr ? std::make_unique<turns>(sc_core::sc_gen_unique_name("turns"))
                            : nullptr),
      order_(order == nullptr ? own_.get() : order),
      who_(order_->add(std::move(action))) {}

void alarm::save(base::snapshot_writer& to) const {
  to.number(next().value());
}

void alarm::restore(base::snapshot_reader& from) {
  const auto when = sc_core::sc_time::from_value(from.number<sc_dt::uint64>());
  if (when < sc_core::sc_time_stamp()) {
    from.refuse("a time that has passed");
  }
  set(when);
}

}  // namespace sn::kernel
