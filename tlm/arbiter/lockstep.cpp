#include "arbiter/lockstep.h"

#include <fmt/format.h>

#include <utility>

#include "base/state.h"

namespace sn::arbiter {

namespace {

/// The matching as "output<-input" pairs.
std::string text(const slot_grant& grant) {
  std::string pairs;
  grant.granted.for_each([&](unsigned output) {
    pairs += fmt::format(" {}<-{}", output, grant.input_for_output[output]);
  });
  return pairs.empty() ? " none" : pairs;
}

std::string describe(std::uint64_t slot, const slot_request& request, const slot_grant& reference,
                     const slot_grant& tested) {
  std::string message = fmt::format("lockstep: the arbiters differ in slot {}\n", slot);
  for (unsigned output = 0; output < request.inputs_for_output.size(); ++output) {
    const base::port_set& inputs = request.inputs_for_output[output];
    if (inputs.any()) {
      message += fmt::format("  output {} is asked by inputs{}\n", output, ports_text(inputs));
    }
  }
  message += fmt::format("  ready outputs:{}\n", ports_text(request.ready));
  message += fmt::format("  reference grants (output<-input):{}\n", text(reference));
  message += fmt::format("  tested grants    (output<-input):{}", text(tested));
  return message;
}

}  // namespace

std::string ports_text(const base::port_set& set) {
  std::string members;
  set.for_each([&](unsigned port) { members += fmt::format(" {}", port); });
  return members.empty() ? " none" : members;
}

lockstep::lockstep(std::unique_ptr<scheduler> reference, std::unique_ptr<scheduler> tested)
    : reference_(std::move(reference)), tested_(std::move(tested)) {
  base::ensure(
      reference_->ports() == tested_->ports() && reference_->iterations() == tested_->iterations(),
      "lockstep: both schedulers have the same shape");
}

void lockstep::reset() {
  reference_->reset();
  tested_->reset();
  slot_ = 0;
}

void lockstep::arbitrate(const slot_request& request, slot_grant& grant) {
  reference_->arbitrate(request, grant);
  tested_->arbitrate(request, tested_grant_);
  if (grant.granted != tested_grant_.granted ||
      grant.input_for_output != tested_grant_.input_for_output) {
    throw lockstep_error(slot_, describe(slot_, request, grant, tested_grant_));
  }
  ++slot_;
}

template <typename Archive>
void lockstep::state(Archive& io) {
  io(slot_);
  io.part(*reference_);
  io.part(*tested_);
}

void lockstep::save(base::snapshot_writer& to) const {
  base::state_saver io(to);
  const_cast<lockstep&>(*this).state(io);
}

void lockstep::restore(base::snapshot_reader& from) {
  base::state_restorer io(from);
  state(io);
}

}  // namespace sn::arbiter
