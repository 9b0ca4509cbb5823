#include "arbiter/islip.h"

#include "base/error.h"

namespace sn::arbiter {

islip::islip(unsigned ports, unsigned iterations) : ports_(ports), iterations_(iterations) {
  base::ensure(ports >= 1 && ports <= base::port_limit, "islip: ports lie in 1 to 128");
  base::ensure(iterations >= 1, "islip: there is at least one iteration");
}

void islip::reset() {
  grant_pointer_.fill(0);
  accept_pointer_.fill(0);
}

void islip::arbitrate(const slot_request& request, slot_grant& grant) {
  grant.input_for_output.fill(slot_grant::none);
  grant.granted = {};
  base::port_set free_inputs = base::port_set::first(ports_);
  for (unsigned iteration = 0; iteration < iterations_; ++iteration) {
    const base::port_set free_outputs =
        request.ready & base::port_set::first(ports_) & ~grant.granted;
    const base::port_set granted_inputs = grant_step(request, free_outputs, free_inputs);
    if (granted_inputs.none()) {
      return;
    }
    accept_step(granted_inputs, iteration == 0, grant);
    free_inputs = free_inputs & ~granted_inputs;
  }
}

base::port_set islip::grant_step(const slot_request& request, const base::port_set& free_outputs,
                                 const base::port_set& free_inputs) {
  base::port_set granted_inputs;
  free_outputs.for_each([&](unsigned output) {
    const base::port_set asking = request.inputs_for_output[output] & free_inputs;
    if (asking.any()) {
      const unsigned input = asking.next_from(grant_pointer_[output]);
      grants_to_input_[input].set(output);
      granted_inputs.set(input);
    }
  });
  return granted_inputs;
}

void islip::accept_step(const base::port_set& granted_inputs, bool move_pointers,
                        slot_grant& grant) {
  granted_inputs.for_each([&](unsigned input) {
    const unsigned output = grants_to_input_[input].next_from(accept_pointer_[input]);
    grants_to_input_[input] = {};
    grant.input_for_output[output] = static_cast<std::uint8_t>(input);
    grant.granted.set(output);
    if (move_pointers) {
      grant_pointer_[output] = static_cast<std::uint8_t>(input + 1 == ports_ ? 0 : input + 1);
      accept_pointer_[input] = static_cast<std::uint8_t>(output + 1 == ports_ ? 0 : output + 1);
    }
  });
}

void islip::save(base::snapshot_writer& to) const {
  to.numbers(grant_pointer_);
  to.numbers(accept_pointer_);
}

void islip::restore(base::snapshot_reader& from) {
  for (auto* pointers : {&grant_pointer_, &accept_pointer_}) {
    from.fill(*pointers);
    for (const std::uint8_t port : *pointers) {
      if (port >= base::port_limit) {
        from.refuse("a pointer to a port that does not exist");
      }
    }
  }
}

}  // namespace sn::arbiter
