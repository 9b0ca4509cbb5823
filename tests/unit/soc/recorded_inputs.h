// A stand-in for a hart that remembers what drives it.
#pragma once

#include <set>
#include <systemc>

#include "soc/hart_inputs.h"

namespace sn::soc::test {

/// The lines that are high, and the timer's deadline.
class recorded_inputs : public hart_inputs {
 public:
  void set_interrupt(hart::interrupt line, bool level) override {
    if (level) {
      high_.insert(line);
    } else {
      high_.erase(line);
    }
  }
  void set_timer_deadline(const sc_core::sc_time& time) override { deadline_ = time; }

  bool is_high(hart::interrupt line) const { return high_.count(line) != 0; }
  const sc_core::sc_time& deadline() const { return deadline_; }

 private:
  std::set<hart::interrupt> high_;
  sc_core::sc_time deadline_ = sc_core::sc_max_time();
};

}  // namespace sn::soc::test
