#include "cli/fidelity.h"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "fabric/flow_engine.h"

namespace sn::cli {

void add_fidelity_option(CLI::App& command, std::string& name) {
  command
      .add_option("--fidelity", name,
                  "What moves bursts: flow (fluids, no arbiter), or cells that are arbitrated by "
                  "cell (C++ twin), rtl (Verilated RTL) or lockstep (both, compared in every slot)")
      ->check(CLI::IsMember(std::vector<std::string>{"flow", "cell", "rtl", "lockstep"}))
      ->capture_default_str();
}

fidelity fidelity_of(const std::string& name) {
  using platform::fabric_engine;
  const std::map<std::string, fidelity> fidelities{
      {"flow", {fabric_engine::flow, arbiter::kind::model}},
      {"cell", {fabric_engine::cell, arbiter::kind::model}},
      {"rtl", {fabric_engine::cell, arbiter::kind::rtl}},
      {"lockstep", {fabric_engine::cell, arbiter::kind::lockstep}}};
  return fidelities.at(name);
}

std::string error_of(const fidelity& chosen) {
  if (chosen.engine != platform::fabric_engine::flow) {
    return "";
  }
  return fmt::format(
      "Fidelity flow: exchanges take within {:.0f} % of what they take in fidelity cell when "
      "bandwidth bounds them, within {:.0f} % when latency does (docs/fabric.md).",
      100 * fabric::flow_error::bandwidth_bound, 100 * fabric::flow_error::latency_bound);
}

}  // namespace sn::cli
