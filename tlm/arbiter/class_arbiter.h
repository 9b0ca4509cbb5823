// The scheduler of a switch with traffic classes: who sends to whom, and of which class, in the
// next slot. Exact behaviour: docs/class_arbiter.md.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "arbiter/arbiter.h"
#include "base/ids.h"
#include "base/port_set.h"

namespace sn::arbiter {

/// The most traffic classes an arbiter has.
inline constexpr unsigned class_limit = 4;

/// What the arbiter sees in one slot. Ports at or above ports() and classes at or above classes()
/// must be empty. Nothing is held: a request may be withdrawn.
struct class_request {
  /// Per class and output: the inputs that have a cell of that class for that output.
  std::array<std::array<base::port_set, base::port_limit>, class_limit> inputs_for_output{};
  /// The outputs that can take a cell in the next slot (egress credit).
  base::port_set ready{};
  /// The inputs whose packet goes on: they keep their pair of the last slot.
  base::port_set hold{};
  /// The inputs that have a multicast cell.
  base::port_set multicast{};
  /// The outputs still wanted by the multicast cell of the input whose turn it is.
  base::port_set multicast_set{};
  /// That cell goes to all of them in one slot or not at all.
  bool multicast_whole = false;

  template <typename Archive>
  void fields(Archive& io) {
    io(inputs_for_output, ready, hold, multicast, multicast_set, multicast_whole);
  }
};

/// The answer: a matching of inputs and outputs, and a multicast.
struct class_grant {
  /// Where an output is not granted.
  static constexpr std::uint8_t none = 0xff;

  /// Per output: the input that sends to it in the next slot, or `none`.
  std::array<std::uint8_t, base::port_limit> input_for_output{};
  /// Per output: the class of what is sent (0 of a multicast), or `none`.
  std::array<std::uint8_t, base::port_limit> class_for_output{};
  /// The outputs that are granted.
  base::port_set granted{};
  /// Those of them that a multicast is granted.
  base::port_set multicast{};
};

/// No register answers at an offset, or it cannot be written: a bus error.
class register_access_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A scheduler with classes, and its registers.
class class_scheduler {
 public:
  class_scheduler() = default;
  class_scheduler(const class_scheduler&) = delete;
  class_scheduler& operator=(const class_scheduler&) = delete;
  virtual ~class_scheduler() = default;

  /// Number of ports, inputs and outputs alike.
  virtual unsigned ports() const = 0;
  /// Number of iterations per slot.
  virtual unsigned iterations() const = 0;
  /// Number of traffic classes.
  virtual unsigned classes() const = 0;
  /// Everything as after power-on, registers and counters too.
  virtual void reset() = 0;
  /// Arbitrates one slot. `grant` is wholly overwritten.
  virtual void arbitrate(const class_request& request, class_grant& grant) = 0;
  /// The input whose multicast may go in the next slot.
  virtual std::optional<unsigned> multicast_turn() const = 0;
  /// Reads the register at a byte offset. Throws register_access_error.
  virtual std::uint32_t read_register(std::uint32_t offset) = 0;
  /// Writes the register at a byte offset; acts from the next slot on. Throws
  /// register_access_error.
  virtual void write_register(std::uint32_t offset, std::uint32_t value) = 0;

  /// The state between two slots, as part of the section of the owner. Restoring throws
  /// base::configuration_error when it is of another kind of scheduler.
  virtual void save(base::snapshot_writer& to) const = 0;
  virtual void restore(base::snapshot_reader& from) = 0;
};

/// Makes a scheduler with classes. For `rtl` and `lockstep` the smallest model that was Verilated
/// with at least `ports` ports and exactly `iterations` and `classes` is used, its upper ports
/// disabled. Throws base::configuration_error when a number lies outside what the RTL supports or
/// no such model was built.
std::unique_ptr<class_scheduler> make_class_scheduler(kind which, unsigned ports,
                                                      unsigned iterations, unsigned classes);

}  // namespace sn::arbiter
