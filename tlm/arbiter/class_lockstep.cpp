#include "arbiter/class_lockstep.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/state.h"

namespace sn::arbiter {

namespace {

/// The matching as "output<-input.class", a multicast with m for its class.
std::string text(const class_grant& grant) {
  std::string pairs;
  grant.granted.for_each([&](unsigned output) {
    pairs += fmt::format(
        " {}<-{}.{}", output, grant.input_for_output[output],
        grant.multicast.test(output) ? "m" : fmt::format("{}", grant.class_for_output[output]));
  });
  return pairs.empty() ? " none" : pairs;
}

std::string text(const std::optional<unsigned>& turn) {
  return turn ? fmt::format("{}", *turn) : "nobody";
}

std::string text(const class_request& request) {
  std::string lines;
  for (unsigned c = 0; c < class_limit; ++c) {
    for (unsigned output = 0; output < base::port_limit; ++output) {
      const base::port_set& inputs = request.inputs_for_output[c][output];
      if (inputs.any()) {
        lines += fmt::format("  output {} is asked in class {} by inputs{}\n", output, c,
                             ports_text(inputs));
      }
    }
  }
  lines += fmt::format("  ready outputs:{}\n  holding inputs:{}\n", ports_text(request.ready),
                       ports_text(request.hold));
  lines += fmt::format("  multicast inputs:{}; set{}{}\n", ports_text(request.multicast),
                       ports_text(request.multicast_set),
                       request.multicast_whole ? ", whole" : ", in parts");
  return lines;
}

/// The value that a scheduler reads, or nothing where it refuses.
std::optional<std::uint32_t> try_read(class_scheduler& scheduler, std::uint32_t offset) {
  try {
    return scheduler.read_register(offset);
  } catch (const register_access_error&) {
    return std::nullopt;
  }
}

bool try_write(class_scheduler& scheduler, std::uint32_t offset, std::uint32_t value) {
  try {
    scheduler.write_register(offset, value);
    return true;
  } catch (const register_access_error&) {
    return false;
  }
}

}  // namespace

class_lockstep::class_lockstep(std::unique_ptr<class_scheduler> reference,
                               std::unique_ptr<class_scheduler> tested)
    : reference_(std::move(reference)), tested_(std::move(tested)) {
  base::ensure(reference_->ports() == tested_->ports() &&
                   reference_->iterations() == tested_->iterations() &&
                   reference_->classes() == tested_->classes(),
               "class_lockstep: both schedulers have the same shape");
}

void class_lockstep::reset() {
  reference_->reset();
  tested_->reset();
  slot_ = 0;
}

void class_lockstep::arbitrate(const class_request& request, class_grant& grant) {
  reference_->arbitrate(request, grant);
  tested_->arbitrate(request, tested_grant_);
  const auto turn = reference_->multicast_turn();
  const auto tested_turn = tested_->multicast_turn();
  if (grant.granted != tested_grant_.granted || grant.multicast != tested_grant_.multicast ||
      grant.input_for_output != tested_grant_.input_for_output ||
      grant.class_for_output != tested_grant_.class_for_output || turn != tested_turn) {
    throw lockstep_error(
        slot_, fmt::format("lockstep: the arbiters differ in slot {}\n{}"
                           "  reference grants (output<-input.class):{}; next multicast {}\n"
                           "  tested grants    (output<-input.class):{}; next multicast {}",
                           slot_, text(request), text(grant), text(turn), text(tested_grant_),
                           text(tested_turn)));
  }
  ++slot_;
}

std::uint32_t class_lockstep::read_register(std::uint32_t offset) {
  const auto reference = try_read(*reference_, offset);
  const auto tested = try_read(*tested_, offset);
  if (reference != tested) {
    const auto value = [](const std::optional<std::uint32_t>& read) {
      return read ? fmt::format("{:#x}", *read) : std::string("refused");
    };
    throw lockstep_error(
        slot_, fmt::format("lockstep: register {:#06x} differs before slot {}: {} and {}", offset,
                           slot_, value(reference), value(tested)));
  }
  if (!reference) {
    throw register_access_error(fmt::format("arbiter register {:#06x}: refused", offset));
  }
  return *reference;
}

void class_lockstep::write_register(std::uint32_t offset, std::uint32_t value) {
  const bool reference = try_write(*reference_, offset, value);
  const bool tested = try_write(*tested_, offset, value);
  if (reference != tested) {
    throw lockstep_error(
        slot_, fmt::format("lockstep: one arbiter refuses a write of {:#06x} before slot {}",
                           offset, slot_));
  }
  if (!reference) {
    throw register_access_error(fmt::format("arbiter register {:#06x}: write refused", offset));
  }
}

template <typename Archive>
void class_lockstep::state(Archive& io) {
  io(slot_);
  io.part(*reference_);
  io.part(*tested_);
}

void class_lockstep::save(base::snapshot_writer& to) const {
  base::state_saver io(to);
  const_cast<class_lockstep&>(*this).state(io);
}

void class_lockstep::restore(base::snapshot_reader& from) {
  base::state_restorer io(from);
  state(io);
}

}  // namespace sn::arbiter
