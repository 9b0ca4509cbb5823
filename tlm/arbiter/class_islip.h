// The C++ twin of the ALink arbiter with classes: iSLIP on sets of ports.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "arbiter/class_arbiter.h"
#include "arbiter/class_registers.h"

namespace sn::arbiter {

/// Grant for grant what rtl/alink_class_arbiter does, written from docs/class_arbiter.md and not
/// from the RTL: pointers and timers are integers, a pair is an index.
class class_islip final : public class_scheduler {
 public:
  /// `ports` 1 to 128, `iterations` at least 1, `classes` 1 to 4.
  class_islip(unsigned ports, unsigned iterations, unsigned classes);

  unsigned ports() const override { return ports_; }
  unsigned iterations() const override { return iterations_; }
  unsigned classes() const override { return classes_; }
  void reset() override;
  void arbitrate(const class_request& request, class_grant& grant) override;
  std::optional<unsigned> multicast_turn() const override { return state_.turn; }
  std::uint32_t read_register(std::uint32_t offset) override { return registers_.read(offset); }
  void write_register(std::uint32_t offset, std::uint32_t value) override {
    registers_.write(offset, value);
  }

  /// Where counters and timers stand after long use.
  struct long_use {
    std::uint64_t total;   ///< of each counter over all outputs
    std::uint32_t grants;  ///< of each class and output
    unsigned timer;        ///< slots since the last tick of hold and ages, below 65535
  };
  /// Puts them there, for benches that cannot run as long.
  void put(const long_use& use);

  void save(base::snapshot_writer& to) const override;
  void restore(base::snapshot_reader& from) override;

 private:
  /// A class of an output: what waits, and what the guard helps.
  struct class_of_output {
    unsigned traffic_class;
    unsigned output;

    template <typename Archive>
    void fields(Archive& io) {
      io(traffic_class, output);
    }
  };

  /// The free ports of a slot and its champion, as the steps of the slot narrow them down.
  struct slot_work {
    base::port_set locked_outputs;
    base::port_set locked_inputs;
    base::port_set free_outputs;
    base::port_set free_inputs;
    std::optional<class_of_output> champion;
    /// Outputs that granted, and that were matched, in the first iteration.
    base::port_set offered;
    base::port_set matched;
  };

  void lock(const class_request& request, class_grant& grant, slot_work& work);
  std::optional<class_of_output> live_champion() const;
  void choose_champion(bool one_was_live);
  void multicast(const class_request& request, class_grant& grant, slot_work& work);
  void move_turn(const base::port_set& asking);
  /// The classes in the order of this slot.
  void order_classes();
  void iterate(const class_request& request, bool first, class_grant& grant, slot_work& work);
  void age(const std::array<base::port_set, class_limit>& asked, const class_grant& grant);
  void turn_wheel();
  unsigned beyond(unsigned port) const { return port + 1 == ports_ ? 0 : port + 1; }

  /// All that a slot leaves to the next, but the registers.
  struct state {
    std::array<std::array<std::uint8_t, base::port_limit>, class_limit> grant_pointer{};
    std::array<std::array<std::uint8_t, base::port_limit>, class_limit> accept_pointer{};
    /// Outputs matched by a unicast, or locked, in the last slot; their input and class.
    base::port_set paired;
    std::array<std::uint8_t, base::port_limit> pair_input{};
    std::array<std::uint8_t, base::port_limit> pair_class{};
    /// Locks that were there at the last tick of the hold timer.
    base::port_set old_locks;
    unsigned hold_timer = 0;
    /// Per class: outputs that wait since before the last tick, and since before the one before.
    std::array<base::port_set, class_limit> mark{};
    std::array<base::port_set, class_limit> expired{};
    std::array<unsigned, class_limit> age_timer{};
    std::optional<class_of_output> champion;
    class_of_output champion_pointer{0, 0};
    std::optional<unsigned> turn;
    unsigned turn_pointer = 0;
    unsigned wheel = 0;
    unsigned wheel_left = 0;

    template <typename Archive>
    void fields(Archive& io) {
      io(grant_pointer, accept_pointer, paired, pair_input, pair_class, old_locks, hold_timer, mark,
         expired, age_timer, champion, champion_pointer, turn, turn_pointer, wheel, wheel_left);
    }
  };

  unsigned ports_;
  unsigned iterations_;
  unsigned classes_;
  class_registers registers_;
  state state_;
  std::array<unsigned, class_limit> order_{};
  /// Per class and input: the outputs that grant to it; empty between iterations.
  std::array<std::array<base::port_set, base::port_limit>, class_limit> offers_{};
};

}  // namespace sn::arbiter
