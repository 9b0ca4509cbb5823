// Registers and counters of the C++ twin of the arbiter with classes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "arbiter/class_arbiter.h"
#include "registers/generated/cpp/alink_class_arbiter.h"

namespace sn::arbiter {

/// The registers, as registers/alink_class_arbiter.rdl describes them.
namespace class_offset = registers::alink_class_arbiter;

/// CAPABILITY of an arbiter of this shape.
constexpr std::uint32_t class_capability(unsigned ports, unsigned iterations, unsigned classes) {
  namespace field = class_offset::capability_field;
  return field::classes.set(field::iterations.set(field::ports.set(0, ports), iterations), classes);
}

/// What the registers hold and the counters count.
class class_registers {
 public:
  class_registers(unsigned ports, unsigned iterations, unsigned classes);

  void reset();
  /// As class_scheduler::read_register.
  std::uint32_t read(std::uint32_t offset) const;
  /// As class_scheduler::write_register.
  void write(std::uint32_t offset, std::uint32_t value);
  /// Counts a slot, if CONTROL.COUNT is set. `conflicts` and `idle` are numbers of outputs.
  void count(const class_grant& grant, unsigned conflicts, unsigned idle);

  /// Puts each counter over all outputs, and those of each class and output, to these values.
  void put_counters(std::uint64_t total, std::uint32_t grants);

  const base::port_set& enabled() const { return enabled_; }
  unsigned hold_limit() const { return hold_limit_; }
  unsigned weight(unsigned traffic_class) const { return weight_[traffic_class]; }
  unsigned age_limit(unsigned traffic_class) const { return age_limit_[traffic_class]; }

  template <typename Archive>
  void fields(Archive& io) {
    io(counting_, hold_limit_, weight_, age_limit_, enabled_, totals_, grants_);
  }

 private:
  /// Counters over all outputs.
  struct totals {
    std::uint64_t slots = 0;
    std::uint64_t conflicts = 0;
    std::uint64_t idle_waiting = 0;
    std::uint64_t multicast_grants = 0;

    template <typename Archive>
    void fields(Archive& io) {
      io(slots, conflicts, idle_waiting, multicast_grants);
    }
  };

  /// Element `index` of the register that begins at `first`.
  std::uint32_t value(std::uint32_t first, std::uint32_t index) const;
  void set_enabled(std::uint32_t word, std::uint32_t ports);

  unsigned ports_;
  unsigned iterations_;
  unsigned classes_;
  bool counting_ = true;
  std::uint16_t hold_limit_ = 0;
  std::array<std::uint8_t, class_limit> weight_{};
  std::array<std::uint16_t, class_limit> age_limit_{};
  base::port_set enabled_;
  totals totals_;
  std::array<std::array<std::uint32_t, base::port_limit>, class_limit> grants_{};
};

}  // namespace sn::arbiter
