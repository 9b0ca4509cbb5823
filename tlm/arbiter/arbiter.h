// The scheduler of a switch: who sends to whom in the next slot.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/ids.h"
#include "base/port_set.h"
#include "base/snapshot.h"

namespace sn::arbiter {

/// What the arbiter sees in one slot.
struct slot_request {
  /// Per output: the inputs whose VOQ for that output holds a cell. Outputs at or above ports() and
  /// inputs at or above ports() must be empty. A request may be withdrawn: nothing is held.
  std::array<base::port_set, base::port_limit> inputs_for_output{};
  /// The outputs that can take a cell in the next slot (egress credit).
  base::port_set ready{};

  template <typename Archive>
  void fields(Archive& io) {
    io(inputs_for_output, ready);
  }
};

/// The answer: a matching of inputs and outputs.
struct slot_grant {
  /// `input_for_output[o]` where output o is not granted.
  static constexpr std::uint8_t none = 0xff;

  /// Per output: the input that sends to it in the next slot, or `none`.
  std::array<std::uint8_t, base::port_limit> input_for_output{};
  /// The outputs that are granted.
  base::port_set granted{};
};

/// Which implementation arbitrates.
enum class kind {
  model,     ///< the C++ twin
  rtl,       ///< the Verilated RTL
  lockstep,  ///< both, compared in every slot
};

/// An iSLIP scheduler (McKeown 1999): request, grant, accept, with rotating pointers that move only
/// on grants accepted in the first iteration.
class scheduler {
 public:
  scheduler() = default;
  scheduler(const scheduler&) = delete;
  scheduler& operator=(const scheduler&) = delete;
  virtual ~scheduler() = default;

  /// Number of ports, inputs and outputs alike.
  virtual unsigned ports() const = 0;
  /// Number of iterations per slot.
  virtual unsigned iterations() const = 0;
  /// Puts all pointers back to port 0.
  virtual void reset() = 0;
  /// Arbitrates one slot. `grant` is wholly overwritten.
  virtual void arbitrate(const slot_request& request, slot_grant& grant) = 0;

  /// The state between two slots, as part of the section of the owner. Restoring throws
  /// base::configuration_error when it is of another kind of scheduler.
  virtual void save(base::snapshot_writer& to) const = 0;
  virtual void restore(base::snapshot_reader& from) = 0;
};

/// Makes a scheduler. For `rtl` and `lockstep` the model that was Verilated with at least `ports`
/// ports and exactly `iterations` iterations is used; unused ports never request. Throws
/// base::configuration_error when ports or iterations lie outside what the RTL supports (ports 1 to
/// 128) or when no Verilated model of that shape was built.
std::unique_ptr<scheduler> make_scheduler(kind which, unsigned ports, unsigned iterations);

}  // namespace sn::arbiter
