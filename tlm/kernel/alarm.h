// The one thing that a process waits for: a time.
#pragma once

#include <functional>
#include <memory>
#include <systemc>

#include "base/snapshot.h"
#include "kernel/turns.h"

namespace sn::kernel {

/// A member of turns, in the place of a process with an event of its own.
class alarm {
 public:
  /// Calls `action` at the times asked for. Those who share `order` act in a defined order; null:
  /// nobody shares it. Before simulation starts.
  alarm(turns* order, std::function<void()> action);
  alarm(const alarm&) = delete;
  alarm& operator=(const alarm&) = delete;

  /// At `when`, whatever it was before.
  void set(const sc_core::sc_time& when) { order_->set(who_, when); }
  /// So much later than now, whatever it was before.
  void set_in(const sc_core::sc_time& delay) { set(sc_core::sc_time_stamp() + delay); }
  /// At `when`, or earlier if that was asked for.
  void set_by(const sc_core::sc_time& when) {
    if (when < next()) {
      set(when);
    }
  }
  void cancel() { set(sc_core::sc_max_time()); }
  /// sc_max_time(): it is not set.
  const sc_core::sc_time& next() const { return order_->next(who_); }

  /// Part of the section of its owner.
  void save(base::snapshot_writer& to) const;
  /// Throws base::configuration_error when its time has passed.
  void restore(base::snapshot_reader& from);

 private:
  std::unique_ptr<turns> own_;
  turns* order_;
  turns::member who_;
};

}  // namespace sn::kernel
