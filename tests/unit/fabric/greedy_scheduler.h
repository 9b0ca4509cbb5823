// A scheduler for tests: the lowest free input for every output. Stateless and not fair.
#pragma once

#include "arbiter/arbiter.h"

namespace sn::fabric {

class greedy_scheduler : public arbiter::scheduler {
 public:
  explicit greedy_scheduler(unsigned ports) : ports_(ports) {}

  unsigned ports() const override { return ports_; }
  unsigned iterations() const override { return 1; }
  void reset() override {}
  void save(base::snapshot_writer& /*to*/) const override {}
  void restore(base::snapshot_reader& /*from*/) override {}
  void arbitrate(const arbiter::slot_request& request, arbiter::slot_grant& grant) override {
    grant.input_for_output.fill(arbiter::slot_grant::none);
    grant.granted = base::port_set();
    base::port_set taken;
    for (unsigned output = 0; output < ports_; ++output) {
      const base::port_set free = request.inputs_for_output[output] & ~taken;
      if (request.ready.test(output) && free.any()) {
        const unsigned input = free.next_from(0);
        taken.set(input);
        grant.granted.set(output);
        grant.input_for_output[output] = static_cast<std::uint8_t>(input);
      }
    }
  }

 private:
  unsigned ports_;
};

}  // namespace sn::fabric
