#include "alink_class_arbiter/slot_scoreboard.h"

#include <fmt/format.h>

namespace sn::testbench {

slot_scoreboard::slot_scoreboard(unsigned ports, unsigned classes)
    : ports_(ports), classes_(classes) {
  for (unsigned output = 0; output < ports; ++output) {
    for (unsigned input = 0; input < ports; ++input) {
      for (unsigned c = 0; c < classes; ++c) {
        bins_[fmt::format("granted.class_{}_output_{}_input_{}", c, output, input)] = 0;
      }
      bins_[fmt::format("multicast.output_{}_input_{}", output, input)] = 0;
      bins_[fmt::format("held.output_{}_input_{}", output, input)] = 0;
      for (unsigned from = 0; from < ports; ++from) {
        bins_[fmt::format("step.output_{}_from_{}_to_{}", output, from, input)] = 0;
      }
    }
  }
  for (unsigned c = 0; c < classes; ++c) {
    for (unsigned other = 0; other < classes; ++other) {
      if (c != other) {
        bins_[fmt::format("class_mix.{}_served_while_{}_asks", c, other)] = 0;
      }
    }
  }
  for (const char* mode : {"split", "whole"}) {
    for (const char* outcome : {"all", "part", "none"}) {
      if (mode != std::string("whole") || outcome != std::string("part")) {
        bins_[fmt::format("multicast_outcome.{}_{}", mode, outcome)] = 0;
      }
    }
  }
  for (const char* event :
       {"hold_without_request", "hold_without_ready", "multicast_beside_unicast",
        "multicast_beside_held_pair", "held_pair_broken_by_limit", "port_down_while_asked",
        "port_down_while_held", "nothing_ready", "everything_granted"}) {
    bins_[fmt::format("event.{}", event)] = 0;
  }
}

std::string slot_scoreboard::check(const slot_inputs& asked, const slot_outputs& before,
                                   const slot_outputs& now) {
  base::port_set unicast_inputs;
  for (unsigned output = 0; output < ports_; ++output) {
    if (!now.valid.test(output)) {
      continue;
    }
    const unsigned input = now.input[output];
    if (!asked.ready.test(output) || !asked.enable.test(output)) {
      return fmt::format("output {} is granted and not ready or down", output);
    }
    if (input >= ports_ || !asked.enable.test(input)) {
      return fmt::format("output {} is granted to input {}, which is down", output, input);
    }
    if (now.multicast.test(output)) {
      continue;
    }
    if (now.traffic_class[output] >= classes_ ||
        !asked.request[now.traffic_class[output]][output].test(input)) {
      return fmt::format("output {} is granted to input {} in class {}, which was not asked",
                         output, input, now.traffic_class[output]);
    }
    if (unicast_inputs.test(input)) {
      return fmt::format("input {} is matched twice", input);
    }
    unicast_inputs.set(input);
  }
  std::string broken = check_multicast(asked, before, now);
  if (broken.empty()) {
    now.multicast.for_each([&](unsigned output) {
      if (unicast_inputs.test(now.input[output])) {
        broken = fmt::format("input {} sends a unicast and a multicast", now.input[output]);
      }
    });
  }
  if (broken.empty()) {
    broken = check_holds(asked, before, now);
  }
  return broken;
}

std::string slot_scoreboard::check_multicast(const slot_inputs& asked, const slot_outputs& before,
                                             const slot_outputs& now) {
  if (now.turn.count() > 1 || (now.multicast & ~now.valid).any()) {
    return "two turns of multicasts, or a multicast without a grant";
  }
  if (now.multicast.none()) {
    return {};
  }
  const base::port_set wanted = asked.multicast_set & asked.enable;
  if ((now.multicast & ~wanted).any()) {
    return "a multicast goes to an output that it did not ask";
  }
  if (asked.multicast_whole && now.multicast != wanted) {
    return "a whole multicast is served in part";
  }
  std::string broken;
  now.multicast.for_each([&](unsigned output) {
    const unsigned input = now.input[output];
    if (!before.turn.test(input) || !asked.multicast_request.test(input)) {
      broken = fmt::format("input {} sends a multicast out of its turn", input);
    }
  });
  return broken;
}

/// A held pair whose cell and credit are there is granted again, unless a limit may break it.
std::string slot_scoreboard::check_holds(const slot_inputs& asked, const slot_outputs& before,
                                         const slot_outputs& now) {
  std::string broken;
  if (asked.hold_limit != 0) {
    return broken;
  }
  (before.valid & ~before.multicast & asked.enable).for_each([&](unsigned output) {
    const unsigned input = before.input[output];
    const unsigned c = before.traffic_class[output];
    if (asked.hold.test(input) && asked.enable.test(input) && asked.ready.test(output) &&
        asked.request[c][output].test(input) &&
        !(now.valid.test(output) && !now.multicast.test(output) && now.input[output] == input &&
          now.traffic_class[output] == c)) {
      broken = fmt::format("output {} drops input {}, which holds it", output, input);
    }
  });
  return broken;
}

void slot_scoreboard::sample(const slot_inputs& asked, const slot_outputs& before,
                             const slot_outputs& now) {
  const auto hit = [&](const std::string& bin) { ++bins_.at(bin); };
  const base::port_set unicast = now.valid & ~now.multicast;
  bool held_now = false;
  for (unsigned output = 0; output < ports_; ++output) {
    base::port_set all;
    for (unsigned c = 0; c < classes_; ++c) {
      all = all | asked.request[c][output];
    }
    if (all.any() && !asked.enable.test(output)) {
      hit("event.port_down_while_asked");
    }
    const bool pair_before = before.valid.test(output) && !before.multicast.test(output);
    const unsigned old = before.input[output];
    if (pair_before && asked.hold.test(old)) {
      const bool same = unicast.test(output) && now.input[output] == old;
      held_now = held_now || same;
      if (same) {
        hit(fmt::format("held.output_{}_input_{}", output, old));
      } else if (!asked.enable.test(output) || !asked.enable.test(old)) {
        hit("event.port_down_while_held");
      } else if (!asked.ready.test(output)) {
        hit("event.hold_without_ready");
      } else if (!asked.request[before.traffic_class[output]][output].test(old)) {
        hit("event.hold_without_request");
      } else if (asked.hold_limit != 0) {
        hit("event.held_pair_broken_by_limit");
      }
    }
    if (now.multicast.test(output)) {
      hit(fmt::format("multicast.output_{}_input_{}", output, now.input[output]));
    } else if (unicast.test(output)) {
      const unsigned c = now.traffic_class[output];
      hit(fmt::format("granted.class_{}_output_{}_input_{}", c, output, now.input[output]));
      if (pair_before) {
        hit(fmt::format("step.output_{}_from_{}_to_{}", output, old, now.input[output]));
      }
      for (unsigned other = 0; other < classes_; ++other) {
        if (other != c && asked.request[other][output].any()) {
          hit(fmt::format("class_mix.{}_served_while_{}_asks", c, other));
        }
      }
    }
  }
  const base::port_set wanted = asked.multicast_set & asked.enable;
  if (wanted.any() && (before.turn & asked.multicast_request & asked.enable).any()) {
    const char* outcome = now.multicast.none() ? "none" : now.multicast == wanted ? "all" : "part";
    hit(fmt::format("multicast_outcome.{}_{}", asked.multicast_whole ? "whole" : "split", outcome));
    if (now.multicast.any() && unicast.any()) {
      hit("event.multicast_beside_unicast");
    }
    if (now.multicast.any() && held_now) {
      hit("event.multicast_beside_held_pair");
    }
  }
  if (asked.ready.none()) {
    hit("event.nothing_ready");
  }
  if (now.valid == base::port_set::first(ports_)) {
    hit("event.everything_granted");
  }
}

std::string slot_scoreboard::json() const {
  std::string text = "{\"bins\": {";
  const char* separator = "\n";
  for (const auto& [bin, hits] : bins_) {
    text += fmt::format("{} \"{}\": {}", separator, bin, hits);
    separator = ",\n";
  }
  return text + "\n}}\n";
}

}  // namespace sn::testbench
