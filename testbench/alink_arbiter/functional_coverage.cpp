#include "alink_arbiter/functional_coverage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sn::testbench {

namespace {

constexpr unsigned group_limit = 16;
constexpr std::array levels{"none", "one", "some", "all"};

/// None, one, some or all of `ports`.
const char* level(unsigned count, unsigned ports) {
  if (count == 0) {
    return levels[0];
  }
  if (count == ports) {
    return levels[3];
  }
  return count == 1 ? levels[1] : levels[2];
}

}  // namespace

functional_coverage::functional_coverage(unsigned ports, unsigned iterations)
    : ports_(ports), iterations_(iterations), groups_(std::min(ports, group_limit)) {
  for (unsigned output = 0; output < groups_; ++output) {
    for (unsigned input = 0; input < groups_; ++input) {
      bins_[fmt::format("granted.output_{}_input_{}", output, input)] = 0;
      bins_[fmt::format("passed_over.output_{}_input_{}", output, input)] = 0;
      bins_[fmt::format("not_ready.output_{}_asked_by_{}", output, input)] = 0;
      bins_[fmt::format("next_grant.output_{}_from_{}_to_{}", output, input, input)] = 0;
      // The pointer stands behind the last input: every place, and every place it moves to.
      for (unsigned next = 0; next < groups_; ++next) {
        bins_[fmt::format("next_grant.output_{}_from_{}_to_{}", output, input, next)] = 0;
      }
    }
  }
  for (const char* asked : levels) {
    for (const char* ready : levels) {
      bins_[fmt::format("asked_x_ready.{}_{}", asked, ready)] = 0;
    }
  }
  for (const char* granted : levels) {
    bins_[fmt::format("outputs_granted.{}", granted)] = 0;
  }
  for (const char* event :
       {"reset_under_load", "reset_when_idle", "withdrawn_without_grant", "asked_again_after_grant",
        "ready_falls_while_asked", "ready_rises_while_asked", "request_appears_with_grant",
        "idle_slot_after_busy", "busy_slot_after_idle", "same_pair_twice", "several_want_one"}) {
    bins_[fmt::format("event.{}", event)] = 0;
  }
}

unsigned functional_coverage::port_bin(unsigned port) const {
  return port * groups_ / ports_;
}

void functional_coverage::sample(bool reset, const arbiter::slot_request& request,
                                 const arbiter::slot_grant& grant) {
  unsigned asked_outputs = 0;
  bool contended = false;
  bool withdrawn = false;
  bool again = false;
  bool falls = false;
  bool rises = false;
  bool appears = false;
  bool same = false;
  for (unsigned output = 0; output < ports_; ++output) {
    const base::port_set& asked = request.inputs_for_output[output];
    const base::port_set& before = last_request_.inputs_for_output[output];
    const unsigned group = port_bin(output);
    const bool ready = request.ready.test(output);
    asked_outputs += asked.any() ? 1 : 0;
    contended = contended || asked.count() > 1;
    base::port_set served;
    if (grant.granted.test(output)) {
      served.set(grant.input_for_output[output]);
      hit(fmt::format("granted.output_{}_input_{}", group,
                      port_bin(grant.input_for_output[output])));
    }
    (asked & ~served).for_each([&](unsigned input) {
      hit(fmt::format(ready ? "passed_over.output_{}_input_{}" : "not_ready.output_{}_asked_by_{}",
                      group, port_bin(input)));
    });
    if (first_ || reset) {
      continue;
    }
    base::port_set served_before;
    if (last_grant_.granted.test(output)) {
      const unsigned from = last_grant_.input_for_output[output];
      served_before.set(from);
      if (grant.granted.test(output)) {
        const unsigned to = grant.input_for_output[output];
        hit(fmt::format("next_grant.output_{}_from_{}_to_{}", group, port_bin(from), port_bin(to)));
        same = same || from == to;
      }
    }
    withdrawn = withdrawn || (before & ~served_before & ~asked).any();
    again = again || (served_before & asked).any();
    const bool was_ready = last_request_.ready.test(output);
    falls = falls || (asked.any() && was_ready && !ready);
    rises = rises || (asked.any() && !was_ready && ready);
    appears = appears || (served_before.any() && (asked & ~before).any());
  }
  hit(fmt::format("asked_x_ready.{}_{}", level(asked_outputs, ports_),
                  level(request.ready.count(), ports_)));
  hit(fmt::format("outputs_granted.{}", level(grant.granted.count(), ports_)));
  const auto event = [&](bool happened, const char* name) {
    if (happened) {
      hit(fmt::format("event.{}", name));
    }
  };
  event(reset && asked_outputs > 0, "reset_under_load");
  event(reset && asked_outputs == 0, "reset_when_idle");
  event(contended, "several_want_one");
  event(withdrawn, "withdrawn_without_grant");
  event(again, "asked_again_after_grant");
  event(falls, "ready_falls_while_asked");
  event(rises, "ready_rises_while_asked");
  event(appears, "request_appears_with_grant");
  event(same, "same_pair_twice");
  if (!first_ && !reset) {
    event(last_grant_.granted.any() && grant.granted.none(), "idle_slot_after_busy");
    event(last_grant_.granted.none() && grant.granted.any(), "busy_slot_after_idle");
  }
  last_request_ = request;
  last_grant_ = grant;
  first_ = false;
}

std::string functional_coverage::json() const {
  std::string text =
      fmt::format("{{\"ports\": {}, \"iterations\": {}, \"bins\": {{", ports_, iterations_);
  const char* separator = "\n";
  for (const auto& [bin, hits] : bins_) {
    text += fmt::format("{} \"{}\": {}", separator, bin, hits);
    separator = ",\n";
  }
  return text + "\n}}\n";
}

}  // namespace sn::testbench
