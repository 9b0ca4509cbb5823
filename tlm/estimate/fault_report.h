// Faults of the fabric during a run, and what they did to it.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "platform/description.h"
#include "platform/fabric_fault.h"

namespace sn::fabric {
class engine;
}
namespace sn::platform {
class system;
}

namespace sn::estimate {

/// A fault while collectives, or a step, run.
struct planned_fault {
  platform::fabric_fault fault;
  base::picoseconds when;  ///< after the first of them has begun
};

/// What a fault did to the collective, or step, during which it happened.
struct fault_report {
  platform::fabric_fault fault;
  base::picoseconds when;               ///< after it has begun
  std::uint64_t bursts_sent_again = 0;  ///< that had lost a part, or found a link or a plane dead
  base::bytes bytes_sent_again;         ///< of these bursts, each counted once
  base::picoseconds recovery;           ///< until the last of these bursts had arrived
  double rate_before = 0.0;             ///< bytes per second that the domain delivered until then
  double rate_after = 0.0;              ///< and from then on to the end
  /// What is left of the links of every rank (a plane) or of the one whose link it is, in the end.
  base::bytes_per_second line_rate;
  std::optional<base::picoseconds> training;  ///< until the link with fewer lanes was up again

  template <typename Archive>
  void fields(Archive& io) {
    io(fault, when, bursts_sent_again, bytes_sent_again, recovery, rate_before, rate_after,
       line_rate, training);
  }
};

/// The option that asks for a fault of this kind.
const char* option_of(const platform::fabric_fault& fault);
/// Throws base::configuration_error unless what is to fail exists and is not the only plane.
void check_fault(const platform::fabric_fault& fault, const platform::description& machine);
/// The same in words that tell it from any other, for snapshots.
std::string name_of(const planned_fault& fault);

/// The fabric that a fault hits.
const fabric::engine& fabric_of(const platform::system& system,
                                const platform::description& machine,
                                const platform::fabric_fault& fault);
/// Of a fault that has happened, during something that began at `start` and took `length`, and
/// before which its fabric had delivered so many bytes.
fault_report report_of(const platform::system& system, const platform::description& machine,
                       const platform::fabric_fault& fault, base::picoseconds start,
                       base::picoseconds length, std::uint64_t delivered_before);

/// Sentences for people, on up to three lines: what happened, what it cost, when a link was up
/// again.
std::vector<std::string> sentences(const fault_report& report);
/// docs/collectives.md says what it holds.
nlohmann::ordered_json fault_json(const fault_report& report);

}  // namespace sn::estimate
